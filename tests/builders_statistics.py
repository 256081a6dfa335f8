"""Rows of a store for tests of the statistics: tickets that can be read, moves, plans, scans, findings, clues."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from alerts.store.models import CheckInRow, ClueRow, CreditFactRow, FindingRow, ListingRow, MoveRow, PlanRow, TicketRow
from domain.ticket import TicketKind
from domain.times import to_ms
from domain.wire import encode_ticket
from tests.builders_alerts import make_ticket
from tests.builders_office import NOON, ticket_row

MINUTE = timedelta(minutes=1)


def clue_row(ticket_id: str, number: int, opened_at: datetime = NOON, **told: Any) -> TicketRow:
    """A ticket as the store keeps it: of e1 unless `lead` says otherwise, of the air and rules r1."""
    fields: dict[str, Any] = {"lead": "e1", "kind": "local", "source": "air", "state": "new", "rule": "r1"} | told
    plain = make_ticket(ticket_id, opened_at=opened_at)
    candidates = tuple(replace(one, enterprise_id=fields["lead"]) for one in plain.candidates)
    told_by_system = replace(
        plain,
        kind=TicketKind(fields["kind"]),
        source=fields["source"],
        rule_version=fields["rule"],
        candidates=candidates,
    )
    row = ticket_row(ticket_id, number)
    row.system = encode_ticket(told_by_system).decode()
    row.opened_ms = row.updated_ms = row.system_ms = to_ms(opened_at)
    row.kind, row.state = fields["kind"], fields["state"]
    return row


def move_row(
    ticket_id: str, version: int, move: str, at: datetime, enterprise_id: str | None = None, who: str = "duty"
) -> MoveRow:
    return MoveRow(
        ticket_id=ticket_id,
        version=version,
        at_ms=to_ms(at),
        who=who,
        move=move,
        state="new",
        reason_code=None,
        note=None,
        enterprise_id=enterprise_id,
        first=None,
        unknown=0.4,
        action="watch",
        detail=None,
    )


def plan_row(plan_id: str, state: str = "placed", day: str | None = "2026-06-01", **told: Any) -> PlanRow:
    fields: dict[str, Any] = {"department": "环保", "field": "air", "enterprise_id": "e1", "duration_min": 60} | told
    standing: dict[str, Any] = {"earliest": "2026-05-25", "latest": "2026-06-05", "reason": None, "special": False}
    return PlanRow(plan_id=plan_id, state=state, day=day, who="test", at_ms=to_ms(NOON), **(standing | fields))


def scan_row(scan_id: str, result: str, at: datetime = NOON, attempt: int = 1, **told: Any) -> CheckInRow:
    nothing: dict[str, Any] = dict.fromkeys(("ticket_id", "plan_id", "cause", "override_by", "override_reason"))
    fields: dict[str, Any] = {"enterprise_id": "e1", "reason": "test"} | told
    return CheckInRow(
        scan_id=scan_id,
        attempt=attempt,
        inspector_id="i1",
        at_ms=to_ms(at),
        received_ms=to_ms(at),
        result=result,
        used=0,
        cap=12,
        **(nothing | fields),
    )


def finding_row(finding_id: str, state: str, first: str, last: str, ticket_id: str | None = None) -> FindingRow:
    return FindingRow(
        finding_id=finding_id,
        checks="laboratories",
        rule_id="certificate_expired",
        enterprise_id="e1",
        subject=finding_id,
        message="证书过期 / expired",
        proof="{}",
        state=state,
        first_seen=first,
        last_seen=last,
        ticket_id=ticket_id,
    )


def elsewhere_row(external_id: str, ticket_id: str, at: datetime = NOON, **told: Any) -> ClueRow:
    fields: dict[str, Any] = {"source": "complaint", "enterprise_id": "e1", "opened": False, "closed_ms": None} | told
    place = {"lon": 116.5, "lat": 39.8, "text": "异味 / a smell", "who": "test"}
    at_ms = to_ms(at)
    return ClueRow(external_id=external_id, ticket_id=ticket_id, at_ms=at_ms, received_ms=at_ms, **(place | fields))


def fact_row(fact_id: str, kind: str, day: str, enterprise_id: str = "e1") -> CreditFactRow:
    return CreditFactRow(
        fact_id=fact_id, enterprise_id=enterprise_id, kind=kind, day=day, note="", who="test", at_ms=to_ms(NOON)
    )


def listing_row(listing_id: str, enterprise_id: str, first: str, last: str | None = None) -> ListingRow:
    return ListingRow(
        listing_id=listing_id,
        enterprise_id=enterprise_id,
        first=first,
        last=last,
        reason="试点 / pilot",
        who="test",
        at_ms=to_ms(NOON),
    )
