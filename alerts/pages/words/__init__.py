"""Words that pages show, Chinese and English; each page has its own table beside the shell's."""

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]
"""Name to the Chinese and the English."""
LANGUAGES = ("zh", "en")


def language_of(asked: str) -> str:
    """Return `en` where English is asked for, else `zh`."""
    return "en" if asked.lower().startswith("en") else "zh"


def say(language: str, *tables: Words) -> dict[str, str]:
    """Return words of tables in one language, later tables first where both have a name."""
    column = LANGUAGES.index(language)
    return {name: pair[column] for table in tables for name, pair in table.items()}
