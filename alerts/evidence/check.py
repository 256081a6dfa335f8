"""An evidence package → which of its files was changed, is missing or was added; nothing is unpacked to disk."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa

from alerts.audit_check import read_export
from alerts.evidence.archive import MANIFEST, fits_itself, manifest
from alerts.evidence.frozen import FROZEN, TABLES, evidence_hash
from alerts.evidence.package import FORMAT, PAGE, TICKET, TRAIL, about
from alerts.evidence.parquet import from_parquet, to_table
from alerts.evidence.store import FROZEN as FROZEN_ACT
from alerts.store.acts import Act
from alerts.store.audit import hash_of_told

MOST_FILES = 500
MOST_BYTES = 512 * 1024 * 1024
"""All files together, unpacked: a day of a thousand sensors is a tenth of it. [bytes]"""
MOST_RATIO = 1000
"""Rows of numbers shrink twentyfold, never so much; a bomb does."""
_OCCASION = re.compile(r"(?:opened|decided|closed)(?:-[1-9][0-9]{0,3})?")
_TOP = (MANIFEST, PAGE, TICKET, TRAIL)
_INSIDE = frozenset({*FROZEN, *(name.replace(".csv", ".parquet") for name in TABLES)})


class PackageRefused(ValueError):
    """The package is not whole; the message names the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A package that is whole.

    Attributes:
        hashes: Occasion → hash of its canonical texts; the system's audit holds the same.
    """

    ticket: str
    files: int
    hashes: dict[str, str]


class _Listed(msgspec.Struct):
    sha256: str


class _Manifest(msgspec.Struct):
    format: str
    ticket: str
    site: str
    evidence: dict[str, str]
    files: dict[str, _Listed]


def verify(path: Path) -> Verified:
    """Check every file of a package.

    Raises:
        PackageRefused: Names the file that was changed, is missing or was added, or says why it is no package.
        OSError: The file can't be read.
    """
    return verify_files(read_files(path))


def read_files(path: Path) -> dict[str, bytes]:
    """Return the files of a zip by name, in memory.

    Raises:
        PackageRefused: It is no zip, too big, or holds what no package holds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members)
            return {member.filename: _content(archive, member) for member in members}
    except (zipfile.BadZipFile, RuntimeError, UnicodeDecodeError, EOFError) as error:
        raise PackageRefused(f"{path.name} is no zip that can be read: {error}") from None


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES or sum(member.file_size for member in members) > MOST_BYTES:
        raise PackageRefused(f"too big: more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB unpacked")
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if not _belongs(name):
            raise PackageRefused(f"{name!r} was added: no evidence package holds such a file")
        if name in seen:
            raise PackageRefused(f"{name} was added: it is there twice")
        if member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise PackageRefused(f"{name} is a bomb: {member.compress_size} bytes say they hold {member.file_size}")
        seen.add(name)


def _belongs(name: str) -> bool:
    occasion, _, inside = name.rpartition("/")
    return name in _TOP if not occasion else bool(_OCCASION.fullmatch(occasion)) and inside in _INSIDE


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise PackageRefused(f"{member.filename} is changed: {error}") from None


def verify_files(files: Mapping[str, bytes]) -> Verified:
    """Check files against their manifest, the manifest against them, and both against the trail.

    Raises:
        PackageRefused: Names the file that is wrong.
    """
    told = _read_manifest(files)
    _check_files(files, told.files)
    frozen = _frozen(files)
    if manifest(about(_ticket_id(files), told.site, frozen), files) != files[MANIFEST]:
        raise PackageRefused(f"{MANIFEST} is changed: it does not say what follows from the files")
    _check_parquet(files)
    _check_trail(files, frozen, told.ticket)
    hashes = {occasion: evidence_hash(texts) for occasion, texts in frozen.items()}
    return Verified(ticket=told.ticket, files=len(files), hashes=hashes)


def _check_files(files: Mapping[str, bytes], told: Mapping[str, _Listed]) -> None:
    for name in sorted({*told, *files} - {MANIFEST}):
        if name not in files:
            raise PackageRefused(f"{name} is missing")
        if name not in told:
            raise PackageRefused(f"{name} was added: the manifest does not name it")
        if told[name].sha256 != hashlib.sha256(files[name]).hexdigest():
            raise PackageRefused(f"{name} is changed: its SHA-256 is not the manifest's")


def _read_manifest(files: Mapping[str, bytes]) -> _Manifest:
    if MANIFEST not in files:
        raise PackageRefused(f"{MANIFEST} is missing")
    if not fits_itself(files[MANIFEST]):
        raise PackageRefused(f"{MANIFEST} is changed: its own SHA-256 does not fit")
    try:
        told = msgspec.json.decode(files[MANIFEST], type=_Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackageRefused(f"{MANIFEST} is changed: {error}") from None
    if told.format != FORMAT:
        raise PackageRefused(f"{MANIFEST}: this program reads {FORMAT}, not {told.format!r}")
    missing = [name for name in (PAGE, TICKET, TRAIL) if name not in {*files, *told.files}]
    if missing:
        raise PackageRefused(f"{missing[0]} is missing")
    return told


def _ticket_id(files: Mapping[str, bytes]) -> str:
    try:
        return str(msgspec.json.decode(files[TICKET])["id"])
    except (msgspec.DecodeError, KeyError, TypeError):
        raise PackageRefused(f"{TICKET} is changed: it is no ticket") from None


def _frozen(files: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    frozen: dict[str, dict[str, bytes]] = {}
    for name, content in files.items():
        occasion, _, inside = name.rpartition("/")
        if occasion and inside in FROZEN:
            frozen.setdefault(occasion, {})[inside] = content
    for occasion, texts in sorted(frozen.items()):
        absent = [name for name in FROZEN if name not in texts]
        if absent:
            raise PackageRefused(f"{occasion}/{absent[0]} is missing")
    return frozen


def _check_parquet(files: Mapping[str, bytes]) -> None:
    for name, content in sorted(files.items()):
        if not name.endswith(".parquet"):
            continue
        try:
            same = from_parquet(content).equals(to_table(files[name.replace(".parquet", ".csv")]))
        except (pa.ArrowException, OSError, KeyError) as error:
            raise PackageRefused(f"{name} is changed: {error}") from None
        if not same:
            raise PackageRefused(f"{name} is changed: it does not hold the rows of the CSV beside it")


def _check_trail(files: Mapping[str, bytes], frozen: Mapping[str, Mapping[str, bytes]], ticket_id: str) -> None:
    """Check each row's own hash, and that the hashes it tells of evidence are those of the files."""
    recorded: dict[str, str] = {}
    for act in _trail(files[TRAIL]):
        if hash_of_told(act.told()) != act.hash or act.subject != ticket_id:
            raise PackageRefused(f"{TRAIL} is changed: row {act.seq} does not fit its hash")
        if act.what == FROZEN_ACT:
            detail = msgspec.json.decode(str(act.detail), type=dict[str, str])
            recorded[detail["occasion"]] = detail["evidence_hash"]
    for occasion, texts in sorted(frozen.items()):
        if recorded.get(occasion) != evidence_hash(texts):
            raise PackageRefused(f"{occasion}/ is changed: the audit holds another hash of its rows")
    gone = sorted({*recorded} - {*frozen})
    if gone:
        raise PackageRefused(f"{gone[0]}/ is missing: the audit says that it was frozen")


def _trail(raw: bytes) -> Iterator[Act]:
    try:
        yield from read_export(raw.splitlines())
    except ValueError as error:
        raise PackageRefused(f"{TRAIL} is changed: {error}") from None
