"""The page `/shift`: what a shift hands to the next, to read, print or save."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.told import span_told
from alerts.pages.words import language_of, say
from alerts.pages.words.shell import SHELL
from alerts.pages.words.shift import SHIFT
from alerts.sensors.care import Cared
from alerts.sensors.hand_over import Shift, Shifts
from alerts.store.handover import Decided
from alerts.store.taking_over import TakenOver
from alerts.supervision.office import Office
from alerts.view import PersonEntry, TicketView
from domain.problem import Problem
from domain.times import to_datetime


def build_pages(office: Office, shifts: Shifts, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/shift")
    def get_shift(lang: str = "zh", since: str = "", until: str = "") -> HTMLResponse:
        trouble, status = "", 200
        try:
            shift = shifts.of(_moment(since), _moment(until))
        except Problem as problem:
            trouble, status, shift = problem.detail, problem.status, shifts.of()
        told = {"trouble": trouble, **_told(office, shift, say(language_of(lang), SHELL, SHIFT))}
        return shell.page("shift.html", here="shift", language=lang, table=SHIFT, told=told, status=status)

    return router


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        mend = "write 2026-11-26T08:00"
        raise Problem(422, "invalid", "Shift not understood", f"{text[:40]!r} is no time; {mend}") from error


def _told(office: Office, shift: Shift, words: Mapping[str, str]) -> dict[str, object]:
    told, now_ms = shift.told, office.now_ms()
    hours = {"from": office.at(told.since_ms).isoformat(), "until": office.at(told.until_ms).isoformat()}
    return {
        "since": f"{office.at(told.since_ms):%Y-%m-%dT%H:%M}",
        "until": f"{office.at(told.until_ms):%Y-%m-%dT%H:%M}",
        "now": f"{office.at(now_ms):%Y-%m-%d %H:%M}",
        "hours": hours,
        "taken": [_taken(office, one) for one in shift.taken],
        "csv": f"/api/v1/shift/handover.csv?{urlencode(hours)}",
        "opened": told.opened,
        "waiting": [_ticket(office, one) for one in told.waiting],
        "watching": [_ticket(office, one) for one in told.watching],
        "shelved": [_ticket(office, one) for one in told.shelved],
        "outages": [_device(one, words) for one in shift.outages],
        "devices": shift.devices,
        "decided": [_decided(office, one) for one in told.decided],
    }


def _ticket(office: Office, one: TicketView) -> dict[str, object]:
    people = [entry for entry in one.history if isinstance(entry, PersonEntry)]
    last = people[-1] if people else None
    first = one.candidates[0] if one.candidates else None
    due = one.shelved_until or one.watch_until or one.deadline
    return {
        "id": one.id,
        "number": one.number,
        "priority": one.priority,
        "kind": one.kind.value,
        "pollutants": one.pollutants,
        "peak": one.peak,
        "first": first.name if first else "",
        "share": f"{first.probability:.0%}" if first else "",
        "state": one.state.value,
        "opened": _time(office, one.opened_at),
        "due": _time(office, due) if due else "",
        "late": due is not None and due < to_datetime(office.now_ms()),
        "who": last.who if last else "",
        "note": (last.note or "") if last else "",
    }


def _device(one: Cared, words: Mapping[str, str]) -> dict[str, object]:
    now = one.now
    silent = span_told(now.age_s, words)
    return {"id": now.sensor_id, "kind": now.kind, "troubles": one.troubles, "silent": silent, "tickets": one.tickets}


def _decided(office: Office, one: Decided) -> dict[str, object]:
    known = office.register.by_id.get(one.enterprise_id or "")
    return {
        "id": one.ticket_id,
        "number": one.number,
        "priority": one.priority,
        "time": _time(office, to_datetime(one.at_ms)),
        "who": one.who,
        "move": one.move,
        "minutes": one.minutes,
        "to": known.name if known else one.enterprise_id or "",
        "reason": one.reason or "",
        "note": one.note or "",
        "advised": one.advised,
        "undone": one.undone,
    }


def _taken(office: Office, one: TakenOver) -> dict[str, object]:
    return {
        "who": one.who,
        "time": _time(office, to_datetime(one.at_ms)),
        "hours": f"{_time(office, to_datetime(one.since_ms))} – {_time(office, to_datetime(one.until_ms))}",
        "counts": one.counts,
        "note": one.note,
    }


def _time(office: Office, moment: datetime) -> str:
    return f"{moment.astimezone(office.zone):%m-%d %H:%M}"
