"""Signed-in browsers: a key in a cookie, its hash in the store."""

from collections.abc import Callable

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from alerts.people.keys import key_hash, new_key
from alerts.people.known import Known, Way
from alerts.people.person import Person, Role
from alerts.people.users import acting
from alerts.store.audit import record
from alerts.store.engine import reading
from alerts.store.models import SessionRow, UserRow

LIFETIME_MS = 12 * 3_600_000
"""A shift. Design value. [ms]"""


class Sessions:
    """Tells whose a cookie is. Every call may block, and raises ConnectionError where the database is away."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ms = now_ms

    def known(self, key: str) -> Known | None:
        """Return whose session a key opens; None where it has ended, or the person may not sign in any more."""
        asked = (
            select(UserRow)
            .join(SessionRow, SessionRow.user_name == UserRow.name)
            .where(
                SessionRow.token_hash == key_hash(key),
                SessionRow.expires_ms > self._now_ms(),
                UserRow.disabled.is_(False),
            )
        )
        with reading(self._engine) as session:
            row = session.scalars(asked).one_or_none()
            if row is None:
                return None
            person = Person(name=row.name, role=Role(row.role))
            return Known(person=person, way=Way.SESSION, must_change=row.must_change)

    def close(self, key: str) -> None:
        """End a session; harmless to repeat."""
        with acting(self._engine) as session:
            row = session.get(SessionRow, key_hash(key))
            if row is not None:
                record(session, self._now_ms(), row.user_name, "user.logout", row.user_name, {})
                session.delete(row)


def open_session(session: Session, name: str, now_ms: int) -> str:
    """Begin a session within a transaction and return its key; clears away those that have ended."""
    key = new_key()
    session.execute(delete(SessionRow).where(SessionRow.expires_ms <= now_ms))
    session.add(
        SessionRow(token_hash=key_hash(key), user_name=name, created_ms=now_ms, expires_ms=now_ms + LIFETIME_MS)
    )
    return key
