"""The ticket store as the command line uses it: refusals become ValueError in one line."""

import csv
import getpass
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.lifecycle import Move, MoveKind
from alerts.store import Tickets, Wanted
from alerts.view import TicketView
from app.settings import load_settings
from app.stage_settings import site_of
from app.wiring import engine_of, ticket_rules
from domain.problem import Problem
from domain.ticket import DismissalReason, TicketState
from domain.times import rfc3339
from domain.wire import encode_ticket

PAGE = 200
LONGEST_NUMBER = 12
"""No ticket's number has so many digits."""
_COLUMNS = (
    *("number", "id", "site", "kind", "state", "priority"),
    *("opened_at", "updated_at", "event_start", "event_end"),
    *("pollutants", "peak_excess", "first", "unknown_probability", "action"),
    *("reasons", "deadline", "merged_into", "lon", "lat", "sensors", "version"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A decision as typed."""

    action: str
    reason: str | None = None
    note: str | None = None
    enterprise: str | None = None
    minutes: int | None = None
    into: str | None = None
    version: int | None = None


def some_tickets(states: Sequence[str], since: datetime | None, limit: int) -> list[TicketView]:
    """Return tickets, last opened first.

    Raises:
        ValueError: A state that does not exist, or settings or database are wrong.
    """
    with _store() as tickets:
        return list(_pages(tickets, _states(states), since, limit))


def every_ticket(states: Sequence[str]) -> list[TicketView]:
    """Return all tickets, by id; `ValueError` as `some_tickets`."""
    with _store() as tickets:
        return sorted(_pages(tickets, _states(states), None, None), key=lambda one: one.id)


def one_ticket(name: str) -> TicketView:
    """Return a ticket by its id, its id's beginning, or its number.

    Raises:
        ValueError: There is none, or several.
    """
    with _store() as tickets:
        return _find(tickets, name)


def decide_on(name: str, said: Said, who: str | None, key: str | None) -> TicketView:
    """Decide on a ticket; returns it as it is then.

    Raises:
        ValueError: It can't be decided so; says what is allowed.
    """
    with _store() as tickets:
        found = _find(tickets, name)
        move = Move(
            kind=MoveKind(said.action),
            who=who or getpass.getuser(),
            at=datetime.now(UTC),
            reason_code=_reason(said.reason),
            note=said.note,
            enterprise_id=said.enterprise,
            minutes=said.minutes,
            into=_find(tickets, said.into).id if said.into else None,
            seen=said.version,
        )
        tickets.decide(found.id, move, key)
        return tickets.get(found.id)


def line_of(ticket: TicketView) -> str:
    """Return a ticket as one line."""
    lead = ticket.candidates[0] if ticket.candidates else None
    first = f"{lead.enterprise_id} {lead.probability:.2f}" if lead else "unknown"
    return (
        f"#{ticket.number} {ticket.id} {rfc3339(ticket.opened_at)} P{ticket.priority} {ticket.kind.value}"
        f" {ticket.state.value} {_what(ticket)} {first} → {ticket.recommendation.action.value}"
    )


def _what(ticket: TicketView) -> str:
    """Return what rose, or where a clue from elsewhere came from."""
    return "+".join(ticket.pollutants) if ticket.source == "air" else ticket.source


def text_of(ticket: TicketView) -> str:
    """Return a ticket as text of several lines."""
    peak = ticket.peak
    seen = f"{peak.pollutant} {peak.value} over {peak.background} {peak.unit} at {peak.sensor_id}" if peak else "none"
    lines = [line_of(ticket), f"  peak: {seen}", f"  sensors: {', '.join(ticket.sensors) or 'none'}"]
    lines += [f"  clue: {clue.source}:{clue.external_id} {clue.text}" for clue in ticket.clues]
    lines += [f"  candidate: {one.enterprise_id} {one.name} {one.probability:.3f}" for one in ticket.candidates[:3]]
    lines.append(f"  advice: {ticket.recommendation.action.value}, score {ticket.recommendation.score:g}")
    lines += [f"    {one.name}: {one.value} ({one.points:+g})" for one in ticket.recommendation.inputs]
    lines.append(f"  deadline: {rfc3339(ticket.deadline) if ticket.deadline else 'none'}; version {ticket.version}")
    lines += [
        f"  {rfc3339(entry.at)} {entry.what} by {entry.who}: {entry.state.value} {' '.join(entry.why)}".rstrip()
        for entry in ticket.history
    ]
    return "\n".join(_plain(line) for line in lines)


def as_lines(tickets: Sequence[TicketView]) -> bytes:
    """Return tickets as JSON lines."""
    return b"".join(encode_ticket(ticket) + b"\n" for ticket in tickets)


def as_csv(tickets: Sequence[TicketView]) -> bytes:
    """Return tickets as a table in UTF-8 with a byte-order mark, as spreadsheets expect it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(_value(ticket, name)) for name in _COLUMNS] for ticket in tickets)
    return text.getvalue().encode("utf-8-sig")


def _value(ticket: TicketView, name: str) -> object:
    lead = ticket.candidates[0].enterprise_id if ticket.candidates else ""
    derived = {
        "peak_excess": ticket.peak.excess if ticket.peak else "",
        "first": lead,
        "action": ticket.recommendation.action.value,
        "reasons": ticket.recommendation.reasons,
    }
    return derived[name] if name in derived else getattr(ticket, name)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, tuple):
        value = ";".join(map(str, value))
    if value is None:
        return ""
    # A spreadsheet would run a text that begins so.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _plain(line: str) -> str:
    """Return a line without what steers a terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in line)


@contextmanager
def _store() -> Iterator[Tickets]:
    settings = load_settings()
    site = site_of(settings) if settings.site is not None else None
    engine = engine_of(settings)
    try:
        yield Tickets(engine, rules=ticket_rules(settings, site, engine))
    except Problem as refused:
        raise ValueError(refused.detail) from None
    finally:
        engine.dispose()


def _pages(
    tickets: Tickets, states: Sequence[TicketState], since: datetime | None, limit: int | None
) -> Iterator[TicketView]:
    cursor, told = None, 0
    while limit is None or told < limit:
        most = PAGE if limit is None else min(PAGE, limit - told)
        page = tickets.page(Wanted(states=states, since=since, limit=most, cursor=cursor))
        yield from page.tickets
        told, cursor = told + len(page.tickets), page.next_cursor
        if cursor is None:
            return


def _find(tickets: Tickets, name: str) -> TicketView:
    number = name.removeprefix("#")
    found = tickets.named(name, int(number) if number.isdecimal() and len(number) < LONGEST_NUMBER else None)
    if len(found) == 1:
        return tickets.get(found[0])
    if found:
        raise ValueError(f"ticket {name!r}: {len(found)} begin so ({', '.join(found[:3])}, …); write more of the id")
    raise ValueError(f"ticket {name!r}: there is none; `wugan tickets list` shows them")


def _states(names: Sequence[str]) -> list[TicketState]:
    known = [state.value for state in TicketState]
    for name in names:
        if name not in known:
            raise ValueError(f"--state {name!r} is no state; give one of {', '.join(known)}")
    return [TicketState(name) for name in names]


def _reason(name: str | None) -> DismissalReason | None:
    known = [reason.value for reason in DismissalReason]
    if name is not None and name not in known:
        raise ValueError(f"--reason {name!r} is no reason code; give one of {', '.join(known)}")
    return None if name is None else DismissalReason(name)
