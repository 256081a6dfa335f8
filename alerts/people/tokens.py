"""API tokens: shown once, hashed at rest, for one role, for so many days."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, select

from alerts.people.keys import key_hash, new_token
from alerts.people.known import Known, Way
from alerts.people.person import Person, Role
from alerts.people.users import acting, find_user
from alerts.store.audit import record
from alerts.store.engine import reading
from alerts.store.models import TokenRow, UserRow
from domain.problem import Problem

DAY_MS = 86_400_000
MOST_DAYS = 366
DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as its owner sees it; never the token itself."""

    id: str
    user: str
    role: Role
    label: str
    created_ms: int
    expires_ms: int
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a new token shall be; no role: its owner's."""

    label: str
    role: Role | None = None
    days: int = DEFAULT_DAYS


class Tokens:
    """Keeps tokens. Every call may block, and raises ConnectionError where the database is away."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ms = now_ms

    def make(self, owner: str, wish: Wish, by: str) -> tuple[Token, str]:
        """Make a token and return it; the text is nowhere afterwards.

        Raises:
            Problem: 404 nobody has this name; 422 its owner may not give this role.
        """
        text, now_ms = new_token(), self._now_ms()
        with acting(self._engine) as session:
            user = find_user(session, owner)
            role = wish.role or Role(user.role)
            if not _may_give(user, role):
                mend = f"{user.name!r} can make tokens of role {user.role}"
                raise Problem(422, "role_not_yours", "Role not yours", mend, {"allowed": [user.role]})
            row = TokenRow(
                id=secrets.token_hex(6),
                token_hash=key_hash(text),
                user_name=user.name,
                role=role.value,
                label=wish.label,
                created_ms=now_ms,
                expires_ms=now_ms + wish.days * DAY_MS,
                revoked=False,
            )
            session.add(row)
            record(
                session, now_ms, by, "token.made", row.id, {"user": user.name, "role": role.value, "days": wish.days}
            )
            return _token(row), text

    def known(self, text: str) -> Known | None:
        """Return whom a token speaks for; None where it has ended, or its owner may not give its role any more."""
        asked = (
            select(TokenRow, UserRow)
            .join(UserRow, TokenRow.user_name == UserRow.name)
            .where(
                TokenRow.token_hash == key_hash(text),
                TokenRow.expires_ms > self._now_ms(),
                TokenRow.revoked.is_(False),
                UserRow.disabled.is_(False),
            )
        )
        with reading(self._engine) as session:
            found = session.execute(asked).one_or_none()
            if found is None:
                return None
            token, user = found
            role = Role(token.role)
            return Known(person=Person(name=user.name, role=role), way=Way.TOKEN) if _may_give(user, role) else None

    def all(self, owner: str | None = None) -> tuple[Token, ...]:
        """Return the tokens of one person or of everybody, the newest first."""
        asked = select(TokenRow).order_by(TokenRow.created_ms.desc(), TokenRow.id)
        if owner is not None:
            asked = asked.where(TokenRow.user_name == owner)
        with reading(self._engine) as session:
            return tuple(_token(row) for row in session.scalars(asked))

    def revoke(self, token_id: str, by: str, owner: str | None = None) -> Token:
        """End a token for good; `owner`: only where it is theirs.

        Raises:
            Problem: 404, there is none of this id.
        """
        with acting(self._engine) as session:
            row = session.get(TokenRow, token_id)
            if row is None or owner not in (None, row.user_name):
                raise Problem(404, "unknown_token", "Unknown token", "no token has this id; GET /api/v1/tokens lists")
            if not row.revoked:
                row.revoked = True
                record(session, self._now_ms(), by, "token.revoked", row.id, {"user": row.user_name})
            return _token(row)


def _may_give(user: UserRow, role: Role) -> bool:
    """Say whether a person's tokens may have a role: their own, or any where they administer."""
    return user.role in (role.value, Role.ADMIN.value)


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        user=row.user_name,
        role=Role(row.role),
        label=row.label,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        revoked=row.revoked,
    )
