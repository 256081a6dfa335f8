"""What the desk was set to and since when: each change is an act in the audit, so that it outlives the desk."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from alerts.store.audit import record
from alerts.store.engine import writing
from alerts.store.models import AuditRow
from alerts.store.numbering import Numbering

ACT = "settings.in_force"
WHO = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What a setting's value is, as it is told, and since when. [Unix ms]"""

    value: str
    at_ms: int


def note_in_force(engine: Engine, site_id: str, values: Mapping[str, str], at_ms: int) -> int:
    """Keep what has changed since it was kept last; return how many settings that were.

    Args:
        engine: Made by `open_store`.
        site_id: Whose.
        values: By name, as they are told; no secrets.
        at_ms: When they came into force. [Unix ms]
    """
    with writing(engine) as session:
        Numbering(session)
        before = in_force(session, site_id)
        changed: dict[str, object] = {
            name: value for name, value in values.items() if name not in before or before[name].value != value
        }
        changed |= dict.fromkeys(before.keys() - values.keys())
        if changed:
            record(session, at_ms, WHO, ACT, site_id, changed)
    return len(changed)


def in_force(session: Session, site_id: str) -> dict[str, Since]:
    """Return what was kept last of each setting; those that are gone are left out."""
    asked = select(AuditRow).where(AuditRow.what == ACT, AuditRow.subject == site_id).order_by(AuditRow.seq)
    known: dict[str, Since] = {}
    for row in session.scalars(asked):
        for name, value in msgspec.json.decode(row.detail, type=dict[str, str | None]).items():
            if value is None:
                known.pop(name, None)
            else:
                known[name] = Since(value=value, at_ms=row.at_ms)
    return known
