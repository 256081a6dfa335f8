"""`GET /shift/handover`: what a shift hands to the next, as JSON or CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from alerts.api.access import Access
from alerts.api.plain import json_response
from alerts.api.problems import problem_responses
from alerts.api.taking_over import add_signing, signed_plain
from alerts.people.person import ALL_ROLES
from alerts.sensors.care import Cared
from alerts.sensors.hand_over import Shift, Shifts
from alerts.store.handover import Decided
from alerts.store.taking_over import TakenOver
from alerts.supervision.office import Office
from alerts.view import TicketView
from domain.times import rfc3339, to_datetime

CSV = "text/csv; charset=utf-8"
UTF8_MARK = "\ufeff"
"""Spreadsheets take a file without it for another encoding."""
COLUMNS = ("part", "time", "until", "priority", "ticket", "id", "what", "state", "place", "who", "reason", "note")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Moment = Annotated[datetime | None, Query(description="RFC 3339; without an offset: the site's own time.")]


def build_router(office: Office, shifts: Shifts, access: Access) -> APIRouter:
    """Return the routes, without the prefix `/api/v1`."""
    router = APIRouter(tags=["tickets"])
    reads: dict[str, Any] = {
        "dependencies": [Depends(access.needs(ALL_ROLES))],
        "responses": problem_responses(422, 503),
    }

    def asked(
        since: Annotated[Moment, Query(alias="from")] = None,
        until: Moment = None,
    ) -> Shift:
        return shifts.of(since, until)

    @router.get("/shift/handover", **reads, summary="What a shift hands over")
    def get_handover(shift: Annotated[Shift, Depends(asked)]) -> Response:
        """Return open, watched and shelved tickets, devices that need care, and what people decided in the shift."""
        return json_response(_plain(shift))

    @router.get("/shift/handover.csv", **reads, response_class=Response, summary="The same as CSV")
    def get_handover_csv(shift: Annotated[Shift, Depends(asked)]) -> Response:
        """Return a row a ticket, device and decision; times in the site's zone."""
        name = f"shift-{office.at(shift.told.until_ms):%Y%m%d-%H%M}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(UTF8_MARK + as_csv(office, shift), headers=headers, media_type=CSV)

    add_signing(router, shifts, access)
    return router


def as_csv(office: Office, shift: Shift) -> str:
    """Return a shift as CSV; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_safe(cell) for cell in row] for row in _rows(office, shift))
    return out.getvalue()


def _plain(shift: Shift) -> dict[str, object]:
    told = shift.told
    parts = {"waiting": told.waiting, "watching": told.watching, "shelved": told.shelved, "care": told.care}
    return {
        "from": rfc3339(to_datetime(told.since_ms)),
        "until": rfc3339(to_datetime(told.until_ms)),
        "opened": told.opened,
        "taken_over": [signed_plain(one) for one in shift.taken],
        **{name: [_ticket(one) for one in tickets] for name, tickets in parts.items()},
        "outages": [
            {"sensor_id": one.now.sensor_id, "state": one.now.state, "troubles": one.troubles} for one in shift.outages
        ],
        "decided": [
            {
                "id": one.ticket_id,
                "number": one.number,
                "at": to_datetime(one.at_ms),
                "who": one.who,
                "move": one.move,
                "reason": one.reason,
                "note": one.note,
                "enterprise_id": one.enterprise_id,
                "minutes": one.minutes,
                "advised": one.advised,
                "undone": one.undone,
            }
            for one in told.decided
        ],
    }


def _ticket(ticket: TicketView) -> dict[str, object]:
    names = ("id", "number", "kind", "state", "priority", "opened_at", "deadline", "watch_until", "shelved_until")
    return {name: getattr(ticket, name) for name in names} | {"first": first_of(ticket), "sensors": ticket.sensors}


def first_of(ticket: TicketView) -> str | None:
    """Return the leading candidate's name."""
    return ticket.candidates[0].name if ticket.candidates else None


def _rows(office: Office, shift: Shift) -> Iterator[Sequence[object]]:
    told = shift.told
    for part, tickets in (("waiting", told.waiting), ("watching", told.watching), ("shelved", told.shelved)):
        yield from (_ticket_row(office, part, one) for one in tickets)
    yield from (_ticket_row(office, "care", one) for one in told.care)
    yield from (_device_row(office, one) for one in shift.outages)
    yield from (_decided_row(office, one) for one in told.decided)
    yield from (_signed_row(office, one) for one in shift.taken)


def _ticket_row(office: Office, part: str, one: TicketView) -> Sequence[object]:
    until = one.shelved_until or one.watch_until or one.deadline
    asked = one.history[-1]
    place = first_of(one) or " ".join(one.sensors)
    what = " ".join((one.kind.value, *one.pollutants))
    times = _time(office, one.opened_at), _time(office, until) if until else ""
    why = " ".join(one.recommendation.reasons)
    note = getattr(asked, "note", None) or ""
    return (part, *times, one.priority, one.number, one.id, what, one.state.value, place, asked.who, why, note)


def _device_row(office: Office, one: Cared) -> Sequence[object]:
    now = one.now
    at = _time(office, to_datetime(now.measured_ms)) if now.measured_ms else ""
    return ("outage", at, "", "", "", "", " ".join(one.troubles), now.state, now.sensor_id, "", "", "")


def _decided_row(office: Office, one: Decided) -> Sequence[object]:
    state = "undone" if one.undone else ""
    known = office.register.by_id.get(one.enterprise_id or "")
    place = known.name if known else one.enterprise_id or ""
    at = _time(office, to_datetime(one.at_ms))
    words = one.reason or "", one.note or ""
    return ("decided", at, "", one.priority, one.number, one.ticket_id, one.move, state, place, one.who, *words)


def _signed_row(office: Office, one: TakenOver) -> Sequence[object]:
    at, until = _time(office, to_datetime(one.at_ms)), _time(office, to_datetime(one.until_ms))
    counts = " ".join(f"{name}={count}" for name, count in one.counts.items())
    return ("taken_over", at, until, "", "", "", counts, "", "", one.who, "", one.note)


def _time(office: Office, moment: datetime) -> str:
    return moment.astimezone(office.zone).isoformat(timespec="minutes")


def _safe(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
