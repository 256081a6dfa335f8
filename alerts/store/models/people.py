"""Who may sign in, and who has."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.models.base import Base


class UserRow(Base):
    """A person who may sign in; without a password only through the identity provider."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    role: Mapped[str]
    password_hash: Mapped[str | None]
    must_change: Mapped[bool]
    disabled: Mapped[bool]
    created_ms: Mapped[int]


class SessionRow(Base):
    """A signed-in browser; the cookie's hash, not the cookie."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    created_ms: Mapped[int]
    expires_ms: Mapped[int] = mapped_column(index=True)


class TokenRow(Base):
    """An API token; its hash, not the token."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    role: Mapped[str]
    label: Mapped[str]
    created_ms: Mapped[int]
    expires_ms: Mapped[int]
    revoked: Mapped[bool]
