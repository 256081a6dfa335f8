"""Enterprises' codes to QR codes as inline SVG."""

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(4096)
def code_svg(code: str) -> Markup | None:
    """Return a QR code that says `code`, for paper at a gate: a quarter of it may be dirty; None = too long for one."""
    try:
        made = segno.make_qr(code, error="q")
    except segno.DataOverflowError:
        return None
    drawn = made.svg_inline(scale=4, border=4, svgclass="code", lineclass=None, omitsize=True, light="#fff")
    return Markup(drawn)  # noqa: S704 - modules and numbers; the code's text is not in it
