"""A name and a password in, a session out; too many wrong ones wait."""

from collections.abc import Callable

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from alerts.people.attempts import Attempts
from alerts.people.passwords import Passwords, check_password
from alerts.people.sessions import open_session
from alerts.people.users import acting, find_user, put_password, settled_name
from alerts.store.audit import record
from alerts.store.engine import reading
from alerts.store.models import UserRow
from domain.problem import Problem

log = structlog.get_logger()


class SignIn:
    """Lets people in by password. Every call may block, and raises ConnectionError where the database is away."""

    def __init__(self, engine: Engine, passwords: Passwords, attempts: Attempts, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._passwords = passwords
        self._attempts = attempts
        self._now_ms = now_ms

    def enter(self, name: str, password: str, address: str) -> tuple[str, bool]:
        """Sign in; return the session's key, and whether the password must be changed before all else.

        Raises:
            Problem: 401 wrong, without saying what; 429 too often, with `retry_after_s`.
        """
        name = settled_name(name)
        kept = self._check(name, password, address)
        renewed = self._passwords.hash(password) if self._passwords.is_outdated(kept) else kept
        with acting(self._engine) as session:
            row = find_user(session, name)
            if row.disabled or row.password_hash != kept:
                raise _wrong()  # changed while we looked
            row.password_hash = renewed
            key = open_session(session, name, self._now_ms())
            record(session, self._now_ms(), name, "user.login", name, {"address": address, "way": "password"})
            return key, row.must_change

    def change(self, name: str, old: str, new: str, address: str) -> str:
        """Change one's own password: every session of theirs ends, and a new one begins; returns its key.

        Raises:
            Problem: 401 the old one is wrong; 422 the new one is too easy or the same; 429 too often.
        """
        kept = self._check(name, old, address)
        check_password(name, new)
        if self._passwords.is_right(kept, new):
            raise Problem(422, "weak_password", "Password not taken", "take another than before", {"why": "same"})
        renewed = self._passwords.hash(new)
        with acting(self._engine) as session:
            row = find_user(session, name)
            if row.disabled or row.password_hash != kept:
                raise _wrong()
            put_password(session, row, renewed, must_change=False)
            record(session, self._now_ms(), name, "user.password_changed", name, {"address": address})
            return open_session(session, name, self._now_ms())

    def _check(self, name: str, password: str, address: str) -> str:
        """Return the hash that a password fits."""
        wait_ms = self._attempts.take(name, address)
        if wait_ms:
            log.warning("login_too_often", address=address)
            wait_s = -(-wait_ms // 1000)
            mend = f"too many wrong passwords; try again in {wait_s} s"
            raise Problem(429, "too_many_attempts", "Too many attempts", mend, {"retry_after_s": wait_s})
        with reading(self._engine) as session:
            row = session.get(UserRow, name)
            kept = row.password_hash if row is not None else None
            may = row is not None and not row.disabled
        if not self._passwords.is_right(kept, password) or kept is None or not may:
            self._record_refusal(name, address)
            raise _wrong()
        self._attempts.succeeded(name, address)
        return kept

    def _record_refusal(self, name: str, address: str) -> None:
        """Write who failed; a name that nobody has may be a password in the wrong field, so it is not written."""
        log.warning("login_refused", address=address)
        with acting(self._engine) as session:
            named = _name_if_known(session, name)
            record(session, self._now_ms(), "unknown", "user.login_refused", named, {"address": address})


def _name_if_known(session: Session, name: str) -> str:
    return name if session.get(UserRow, name) is not None else "unknown"


def _wrong() -> Problem:
    return Problem(401, "wrong_credentials", "Not signed in", "the name or the password is wrong")
