"""The secret that links are signed with: made once, kept in a file that only its owner reads."""

import os
import secrets
from pathlib import Path

FILE = "link_secret"
SHORTEST = 16
"""A shorter secret could be guessed. [characters]"""


def secret_of(data_dir: Path, given: str | None = None) -> str:
    """Return the secret: the given one, else that of the data folder, which is made at the first call.

    Two processes that call at once get the same one.

    Raises:
        ValueError: The secret is too short.
        OSError: The file can't be made or read.
    """
    if given is None:
        data_dir.mkdir(parents=True, exist_ok=True)
        _make(data_dir / FILE)
    secret = given if given is not None else (data_dir / FILE).read_text(encoding="ascii").strip()
    if len(secret) < SHORTEST:
        raise ValueError(f"the secret of the inspectors' links has {len(secret)} characters; give at least {SHORTEST}")
    return secret


def _make(path: Path) -> None:
    """Write a new secret unless there is one; it appears whole or not at all."""
    if path.exists():
        return
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
