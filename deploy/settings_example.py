"""app/settings.py → settings.env.example: every setting, its meaning and its default.

Usage: python deploy/settings_example.py            write the file
       python deploy/settings_example.py --check    exit 1 when the file is out of date
"""

import sys
from pathlib import Path

from pydantic.fields import FieldInfo

from app.settings import PREFIX, Settings

TARGET = Path(__file__).resolve().parent / "settings.env.example"
HEAD = """\
# Every setting of Wugan with its default. Copy to .env where wugan starts, take the # away and change what differs.
# The environment wins over .env, .env over wugan.toml (there the names are lower case, without WUGAN_).
# `wugan config` shows what holds and where it came from; `wugan doctor` tries it.
"""


def example() -> str:
    """Return the file's text."""
    return HEAD + "".join(_entry(name, field) for name, field in Settings.model_fields.items())


def _entry(name: str, field: FieldInfo) -> str:
    default = "" if field.default is None else str(field.default)
    if isinstance(field.default, bool):
        default = default.lower()
    return f"\n# {field.description}\n#{PREFIX}{name.upper()}={default}\n"


def main(arguments: list[str]) -> None:
    """Write the file, or compare it."""
    if arguments == ["--check"]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != example():
            sys.exit(f"deploy/{TARGET.name} is out of date; run 'make fmt'")
        return
    TARGET.write_text(example(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
