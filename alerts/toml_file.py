"""A TOML file that a person wrote, or one line that says why it can't be read."""

import tomllib
from pathlib import Path
from typing import Any


def read_toml(path: Path, refused: type[ValueError]) -> dict[str, Any]:
    """Return a file's content; a byte order mark before it is no fault.

    Args:
        path: The file.
        refused: What is raised, with one line that says how to mend it.

    Raises:
        ValueError: `refused`: the file can't be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise refused(f"{path}: can't be read ({error.strerror}); write it or name another") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refused(f"{path}: is not TOML ({error}); mend that place") from None
