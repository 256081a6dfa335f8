"""Files → a zip that is the same bytes for the same files, and its manifest."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import msgspec

MANIFEST = "manifest.json"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16
_UNIX = 3
_SEAL = "sha256"
_LEVEL = 6


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of the files in the order of their names, all with the first day that a zip knows."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _FIRST_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = _UNIX
            member.external_attr = _MODE
            archive.writestr(member, files[name], compresslevel=_LEVEL)
    return out.getvalue()


def manifest(about: Mapping[str, object], files: Mapping[str, bytes]) -> bytes:
    """Return the manifest: what this is, each file's SHA-256 and size, last its own SHA-256 over all that."""
    told = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(files.items())
        if name != MANIFEST
    }
    return _sealed({**about, "files": told})


def fits_itself(raw: bytes) -> bool:
    """Say whether a manifest is one of ours with nothing changed: else a changed digest would blame the file."""
    try:
        told = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    told.pop(_SEAL, None)
    return _sealed(told) == raw


def _sealed(told: Mapping[str, object]) -> bytes:
    digest = hashlib.sha256(msgspec.json.encode(told)).hexdigest()
    return msgspec.json.format(msgspec.json.encode({**told, _SEAL: digest}), indent=1) + b"\n"
