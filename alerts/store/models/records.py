"""What is written once and never changed: photographs, frozen evidence, the audit."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.models.base import Base


class PhotoRow(Base):
    """A photograph from the site, re-encoded; positions are taken out unless a setting keeps them."""

    __tablename__ = "photos"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    at_ms: Mapped[int]
    who: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str]
    blob: Mapped[bytes]


class EvidenceRow(Base):
    """What was known about a ticket when it opened, was decided, or closed: frozen, never replaced."""

    __tablename__ = "evidence"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(16), primary_key=True)
    at_ms: Mapped[int]
    sha256: Mapped[str]
    blob: Mapped[bytes]


class AuditRow(Base):
    """One act; each row holds the hash of the one before. The database refuses to change or delete rows."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ms: Mapped[int]
    who: Mapped[str]
    what: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]
