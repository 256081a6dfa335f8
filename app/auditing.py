"""Settings or an export's file → the audit's rows and whether they are whole; what `wugan audit` asks."""

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy.exc import DatabaseError

from alerts.audit_check import Checked, check_chain, check_store, read_export
from alerts.evidence.check import Verified
from alerts.evidence.store import Evidence
from alerts.store import current, newest, open_store
from alerts.store.acts import Act, acts
from alerts.store.engine import reading
from app.settings import SettingsRefused, load_settings
from app.wiring import database_url


def check(export: Path | None, head: str | None) -> Checked:
    """Check the database of the settings, or an export; with `head`, that a row with this hash is among its rows.

    Raises:
        ValueError: The database has no audit, or the export is none.
        OSError: Database or file can't be read.
    """
    if export is not None:
        with export.open("rb") as lines:
            found = check_chain(read_export(lines))
    else:
        found = _check_database()
    if found.whole and head is not None and not _holds(export, head):
        return Checked(rows=found.rows, head=found.head, fault=f"no row has the hash {head}: the chain was made anew")
    return found


def export_lines(subject: str | None) -> Iterator[bytes]:
    """Yield the rows as JSON lines, oldest first.

    Raises:
        ValueError: The database has no audit.
        OSError: The database is away.
    """
    for act in _acts_of_database():
        if subject is None or act.subject == subject:
            yield msgspec.json.encode(act) + b"\n"


def _check_database() -> Checked:
    engine = open_store(_url())
    try:
        return check_store(engine)
    finally:
        engine.dispose()


def _holds(export: Path | None, head: str) -> bool:
    if export is None:
        with closing(_acts_of_database()) as rows:
            return any(act.hash == head for act in rows)
    with export.open("rb") as lines:
        return any(act.hash == head for act in read_export(lines))


def _acts_of_database() -> Generator[Act, None, None]:
    engine = open_store(_url())
    try:
        with reading(engine) as session, closing(acts(session)) as rows:
            yield from rows
    finally:
        engine.dispose()


def _url() -> str:
    url = database_url(load_settings())
    try:
        found = current(url)
    except DatabaseError as error:
        raise SettingsRefused(f"WUGAN_DATABASE: the database can't be read: {error.orig}") from error
    if found != newest():
        raise SettingsRefused("WUGAN_DATABASE: the tables are missing or of another version; run `wugan db upgrade`")
    return url


def compare_with_store(found: Verified) -> None:
    """Compare a package with what the database of the settings keeps and its audit says.

    Raises:
        ValueError: They differ, or the audit itself is not whole.
        OSError: The database is away.
    """
    engine = open_store(_url())
    try:
        checked = check_store(engine)
        if not checked.whole:
            raise ValueError(f"the audit of the database is not whole: {checked.fault}")
        kept = Evidence(engine).hashes(found.ticket)
    finally:
        engine.dispose()
    for occasion, digest in sorted(found.hashes.items()):
        if kept.get(occasion) != digest:
            raise ValueError(f"{occasion}/ is changed: the database holds other rows for ticket {found.ticket}")
