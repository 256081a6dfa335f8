"""Text from sensors and files → text that no platform takes for markup, a mention or a link."""

import unicodedata
from typing import Final

_WIDE: Final = {ord(sign): ord(sign) + 0xFEE0 for sign in r"*_#[]()<>`~!@|\&{}+"}
"""Signs of markup to their full-width twins: DingTalk documents no escape, and these are markup nowhere."""


def plain(text: str, limit: int = 40) -> str:
    """Return one line without control, format (zero-width, right-to-left) and line-breaking signs, cut to a length.

    An address loses its colon's half width, so that no client makes it a link.

    >>> plain("http://a.example/x")
    'http：//a.example/x'
    """
    spaced = "".join(_visible(sign) for sign in text)
    return cut(" ".join(spaced.split()).replace("://", "：//"), limit)


def markdown(text: str, limit: int = 40) -> str:
    """Return `plain` text in which no sign is markup.

    >>> markdown("[点我](http://a) **粗** @all")
    '［点我］（http：//a） ＊＊粗＊＊ ＠all'
    """
    return plain(text, limit).translate(_WIDE)


def cut(text: str, limit: int) -> str:
    """Return text of at most so many signs; an ellipsis shows that some are missing.

    >>> cut("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _visible(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category in ("Cc", "Zl", "Zp", "Zs") else sign
