"""Files → a zip that is the same bytes for the same files, and its manifest."""

import hashlib
import io
import zipfile
from collections.abc import Mapping

import msgspec

MANIFEST = "manifest.json"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16
_UNIX = 3
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
    """Return the manifest: what this is, and each file's SHA-256 and size."""
    told = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(files.items())
        if name != MANIFEST
    }
    return msgspec.json.format(msgspec.json.encode({**about, "files": told}), indent=1) + b"\n"
