"""The files that pages load, as the desk serves them and as one file carries them inside."""

import base64
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

LEAFLET = "/static/leaflet/"
STATIC = "/static/maps/"

STILL_MODULES = (
    "words.js",
    "standings.js",
    "clock.js",
    "ticket_text.js",
    "ticket_list.js",
    "pane_parts.js",
    "pane_facts.js",
    "ticket_pane.js",
    "shapes.js",
    "zone.js",
    "still.js",
)
"""Modules of the stand-alone file, each after those that it imports."""

_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_COMMENT = re.compile(r"^(//.*|/\*.*\*/)\n", re.MULTILINE)
_STYLE_GAP = re.compile(r"\s*([{};])\s*")
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_URL = re.compile(r"url\((images/[\w.-]+)\)")


def leaflet_folder() -> Path:
    """Return the folder of Leaflet's files, from the wheel django-js-lib-leaflet (no Django needed)."""
    return Path(str(files("js_lib_leaflet"))) / "static" / "js_lib_leaflet"


def static_folder() -> Path:
    """Return the folder of our own scripts and styles."""
    return Path(str(files("maps"))) / "static"


def own_text(name: str) -> str:
    """Return one of our own static files."""
    return _text(files("maps") / "static" / name)


def lean(text: str, *, is_style: bool = False) -> str:
    """Return a script or style without indents and comments: a tenth fewer bytes, nothing renamed."""
    if is_style:
        return _STYLE_GAP.sub(r"\1", _STYLE_COMMENT.sub("", text)).strip()
    return _COMMENT.sub("", _INDENT.sub("", text))


def leaflet_script() -> str:
    """Return Leaflet's script without the address of its source map, ready to stand inside a page."""
    text = (leaflet_folder() / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


def leaflet_style() -> str:
    """Return Leaflet's style with its images inside."""
    folder = leaflet_folder()
    text = (folder / "leaflet.css").read_text(encoding="utf-8")
    return _URL.sub(lambda found: f"url({_data_url(folder / found[1])})", text)


def still_script() -> str:
    """Return our modules as one script: imports go, exports become plain; names are unique over all modules."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", own_text(name))) for name in STILL_MODULES)


def _data_url(file: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(file.read_bytes()).decode()


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")
