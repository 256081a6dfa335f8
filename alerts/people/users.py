"""The people who may sign in: added, listed, disabled, given a password; each act goes into the audit."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from alerts.people.passwords import Passwords, check_password, one_time_password
from alerts.people.person import Role
from alerts.store.audit import record
from alerts.store.engine import reading, writing
from alerts.store.models import SessionRow, UserRow
from alerts.store.numbering import Numbering
from domain.problem import Problem

FIRST_USER = "admin"
RESERVED = frozenset({"system", "unknown"})
"""Who the audit names where no person acts."""
_NAME = re.compile(r"\w[\w.@-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person as administrators see them; never a hash."""

    name: str
    role: Role
    disabled: bool
    must_change: bool
    has_password: bool
    created_ms: int


class Users:
    """Keeps people. Every call may block, and raises ConnectionError where the database is away."""

    def __init__(self, engine: Engine, passwords: Passwords, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._passwords = passwords
        self._now_ms = now_ms

    def all(self) -> tuple[User, ...]:
        """Return everybody, by name."""
        with reading(self._engine) as session:
            return tuple(_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.name)))

    def add(self, name: str, role: Role, by: str) -> str:
        """Add a person and return the one-time password that they must change at their first sign-in.

        Raises:
            Problem: 409 the name is taken; 422 it can't be one.
        """
        name, password = checked_name(name), one_time_password()
        kept = self._passwords.hash(password)
        with acting(self._engine) as session:
            if session.get(UserRow, name) is not None:
                raise Problem(409, "name_taken", "Name taken", f"there is a user {name!r}; choose another name")
            self._add(session, name, role, kept, by)
        return password

    def add_first(self) -> str | None:
        """Add `admin` where there is nobody yet; return their one-time password."""
        if self.all():
            return None
        password = one_time_password()
        kept = self._passwords.hash(password)
        with acting(self._engine) as session:
            if session.scalar(select(UserRow.name).limit(1)) is not None:
                return None  # another desk was first
            self._add(session, FIRST_USER, Role.ADMIN, kept, "system")
        return password

    def set_disabled(self, name: str, by: str, *, disabled: bool) -> User:
        """Shut a person out, at once and everywhere, or let them in again.

        Raises:
            Problem: 404 nobody has this name; 409 they are the last administrator.
        """
        with acting(self._engine) as session:
            row = find_user(session, name)
            if disabled:
                _check_not_last(session, row)
                session.execute(delete(SessionRow).where(SessionRow.user_name == row.name))
            row.disabled = disabled
            record(session, self._now_ms(), by, "user.disabled" if disabled else "user.enabled", row.name, {})
            return _user(row)

    def reset_password(self, name: str, by: str) -> str:
        """Give a person a new one-time password and end their sessions.

        Raises:
            Problem: 404 nobody has this name; 409 they sign in elsewhere.
        """
        password = one_time_password()
        kept = self._passwords.hash(password)
        with acting(self._engine) as session:
            row = find_user(session, name)
            if row.password_hash is None:
                raise Problem(
                    409, "no_password", "No password here", f"{row.name!r} signs in through the identity provider"
                )
            put_password(session, row, kept, must_change=True)
            record(session, self._now_ms(), by, "user.password_reset", row.name, {})
        return password

    def set_password(self, name: str, password: str, by: str) -> None:
        """Give a person a password of their own choice and end their sessions.

        Raises:
            Problem: 404 nobody has this name; 422 the password is too easy.
        """
        check_password(settled_name(name), password)
        kept = self._passwords.hash(password)
        with acting(self._engine) as session:
            row = find_user(session, name)
            put_password(session, row, kept, must_change=False)
            record(session, self._now_ms(), by, "user.password_changed", row.name, {})

    def _add(self, session: Session, name: str, role: Role, kept: str, by: str) -> None:
        now_ms = self._now_ms()
        session.add(
            UserRow(name=name, role=role.value, password_hash=kept, must_change=True, disabled=False, created_ms=now_ms)
        )
        record(session, now_ms, by, "user.added", name, {"role": role.value})


@contextmanager
def acting(engine: Engine) -> Iterator[Session]:
    """Give a session for an act of a person: rows of the audit follow one another."""
    with writing(engine) as session:
        Numbering(session)
        yield session


def settled_name(name: str) -> str:
    """Return the one form of a name: `Li.Wei` and `li.wei` are the same person."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def checked_name(name: str) -> str:
    """Return the one form of a new name.

    Raises:
        Problem: 422, it can't be a name.
    """
    settled = settled_name(name)
    if not _NAME.fullmatch(settled) or settled in RESERVED:
        mend = "take 1 to 64 letters, digits, and . _ @ - after the first; not " + " or ".join(sorted(RESERVED))
        raise Problem(422, "bad_name", "Not a user's name", mend)
    return settled


def find_user(session: Session, name: str) -> UserRow:
    """Return a person's row.

    Raises:
        Problem: 404, nobody has this name.
    """
    row = session.get(UserRow, settled_name(name))
    if row is None:
        raise Problem(404, "unknown_user", "Unknown user", "nobody has this name; GET /api/v1/users lists all")
    return row


def put_password(session: Session, row: UserRow, kept: str, *, must_change: bool) -> None:
    """Set a password's hash; whoever signed in with the one before is out."""
    row.password_hash = kept
    row.must_change = must_change
    session.execute(delete(SessionRow).where(SessionRow.user_name == row.name))


def _check_not_last(session: Session, row: UserRow) -> None:
    others = select(UserRow.name).where(
        UserRow.role == Role.ADMIN.value, UserRow.disabled.is_(False), UserRow.name != row.name
    )
    if row.role == Role.ADMIN.value and not row.disabled and session.scalar(others.limit(1)) is None:
        raise Problem(409, "last_admin", "Last administrator", f"{row.name!r} is the last; add another before")


def _user(row: UserRow) -> User:
    return User(
        name=row.name,
        role=Role(row.role),
        disabled=row.disabled,
        must_change=row.must_change,
        has_password=row.password_hash is not None,
        created_ms=row.created_ms,
    )
