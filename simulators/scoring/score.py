"""A run and the truth → what became of every ticket and every event."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.channels import MINUTE_MS
from domain.ticket import Action, Ticket, TicketKind, TicketState
from domain.times import to_datetime, to_ms
from simulators.scoring.matching import Match, best_match, distance_m, last_leader, leaders
from simulators.scoring.outcomes import Claim, EventOutcome, Named, RunScore, TicketVerdict, Verdict
from simulators.scoring.run_input import RunSeen
from simulators.scoring.truth import TrueEvent

DAY_MS = 24 * 60 * MINUTE_MS
BESIDE_M, NEAR_M = 150.0, 1500.0
"""A nuisance this near a station of a false ticket (its place, where none is known) is named beside it. [m]"""
LINGERS_MS = 10 * MINUTE_MS
_WIDE = ("haze", "dust", "ozone")


def score_run(seen: RunSeen, events: Sequence[TrueEvent], name: str = "run") -> RunScore:
    """Judge a run; see docs/scoring.md for the rules.

    Args:
        seen: What it brought forth.
        events: What truly happened.
        name: Of the run, in tables.
    """
    tickets = sorted(seen.tickets, key=lambda ticket: (ticket.opened_at, ticket.id))
    matches = {
        ticket.id: best_match(ticket, events, seen.stations) for ticket in tickets if ticket.kind is TicketKind.LOCAL
    }
    zone = ZoneInfo(seen.timezone)
    busy = _busy_days(events, zone)
    sent = {match.event.event_id for ticket in tickets if (match := matches.get(ticket.id)) and _sends(ticket)}
    verdicts, found = [], dict[str, list[Ticket]]()
    for ticket in tickets:
        verdict = _verdict(ticket, matches.get(ticket.id), found)
        verdicts.append(_judged(ticket, verdict, matches.get(ticket.id), events, seen, busy))
    return RunScore(
        name=name,
        events=tuple(
            replace(
                _outcome(event, found.get(event.event_id, [])),
                sent=event.event_id in sent,
                wind=_wind_of(event, seen),
            )
            for event in events
            if event.emits
        ),
        tickets=tuple(verdicts),
        days=max(seen.last_ms - seen.first_ms, 0) / DAY_MS,
        idle_days=_idle_ms(seen.first_ms, seen.last_ms, zone, busy) / DAY_MS,
        stations=tuple(seen.stations.values()),
    )


def _verdict(ticket: Ticket, match: Match | None, found: dict[str, list[Ticket]]) -> Verdict:
    """Return what a ticket is, and note it for its event; tickets must come in the order of opening."""
    if ticket.kind is not TicketKind.LOCAL:
        return Verdict.REGIONAL if ticket.kind is TicketKind.REGIONAL else Verdict.SENSOR
    if ticket.state is TicketState.MERGED:
        return Verdict.MERGED
    if match is None:
        return Verdict.FALSE
    if not match.event.due and _dispatched(ticket):
        return Verdict.WRONG_DISPATCH
    told = found.setdefault(match.event.event_id, [])
    told.append(ticket)
    if not match.event.due:
        return Verdict.NOT_DUE
    return Verdict.FOUND if len(told) == 1 else Verdict.DUPLICATE


def _dispatched(ticket: Ticket) -> bool:
    actions = (ticket.recommendation.action, *(entry.action for entry in ticket.history))
    return Action.DISPATCH in actions


def _sends(ticket: Ticket) -> bool:
    """Say whether a ticket that stands sent somebody at any moment."""
    return ticket.state is not TicketState.MERGED and _dispatched(ticket)


def _wind_of(event: TrueEvent, seen: RunSeen) -> tuple[float, float] | None:
    """Return the mean wind while a source emitted, towards east and north. [m/s]"""
    during = seen.winds[(seen.winds[:, 0] >= event.start_ms) & (seen.winds[:, 0] < event.end_ms), 1:]
    return (float(during[:, 0].mean()), float(during[:, 1].mean())) if len(during) else None


def _blows(ticket: Ticket) -> tuple[float, float] | None:
    """Return the ticket's wind towards east and north. [m/s]"""
    wind = ticket.wind
    if wind.speed_ms is None or wind.from_deg is None:
        return None
    towards = math.radians(wind.from_deg + 180.0)
    return wind.speed_ms * math.sin(towards), wind.speed_ms * math.cos(towards)


def _judged(
    ticket: Ticket,
    verdict: Verdict,
    match: Match | None,
    events: Sequence[TrueEvent],
    seen: RunSeen,
    busy: frozenset[date],
) -> TicketVerdict:
    day = ticket.opened_at.astimezone(ZoneInfo(seen.timezone)).date()
    local = verdict not in (Verdict.REGIONAL, Verdict.SENSOR, Verdict.MERGED)
    claims = _claims(ticket, match.event if match else None) if local else ()
    return TicketVerdict(
        ticket_id=ticket.id,
        verdict=verdict,
        opened_ms=to_ms(ticket.opened_at),
        lon=ticket.lon,
        lat=ticket.lat,
        event_id=match.event.event_id if match else "",
        near=_near(ticket, events, seen) if verdict is Verdict.FALSE else (),
        dispatched=ticket.kind is TicketKind.LOCAL and _dispatched(ticket),
        idle=day not in busy,
        day=day.isoformat(),
        pollutants=ticket.pollutants,
        sensors=len(ticket.sensors),
        claims=claims,
        brier=_brier(claims),
        changes=sum(before != after for before, after in pairwise(leaders(ticket))),
        wind=_blows(ticket),
    )


def _near(ticket: Ticket, events: Sequence[TrueEvent], seen: RunSeen) -> tuple[str, ...]:
    """Return kinds of nuisances that may have misled a ticket, and sources that it met while it lived."""
    places = [seen.stations[name] for name in ticket.sensors if name in seen.stations]
    beside_m = BESIDE_M if places else NEAR_M
    kinds = set()
    for event in events:
        if event.emits:
            kinds |= {f"later {event.kind}"} if _lasts(ticket, event) else set()
        elif to_ms(ticket.event_start) <= event.end_ms + LINGERS_MS and event.start_ms <= to_ms(ticket.opened_at):
            at = (event.lon, event.lat)
            away = [distance_m(at, place) for place in places or [(ticket.lon, ticket.lat)]]
            kinds |= {event.kind} if event.kind in _WIDE or min(away) <= beside_m else set()
    return tuple(sorted(kinds))


def _lasts(ticket: Ticket, event: TrueEvent) -> bool:
    """Say whether a ticket opened before a source near it began, and lived into it."""
    lived = to_ms(ticket.opened_at) < event.start_ms <= to_ms(ticket.updated_at)
    return lived and distance_m((event.lon, event.lat), (ticket.lon, ticket.lat)) <= NEAR_M


def _claims(ticket: Ticket, event: TrueEvent | None) -> tuple[Claim, ...]:
    """Return every probability of the last version; where no registered place is the source, unknown is true."""
    source = event.enterprise_id if event else ""
    listed = [Claim(item.probability, item.enterprise_id == source) for item in ticket.candidates]
    claims = (*listed, Claim(ticket.unknown_probability, not source))
    return claims if any(claim.true for claim in claims) else (*claims, Claim(0.0, True))  # noqa: FBT003 - a truth


def _brier(claims: Iterable[Claim]) -> float:
    return sum((claim.probability - claim.true) ** 2 for claim in claims)


def _outcome(event: TrueEvent, tickets: Sequence[Ticket]) -> EventOutcome:
    if not tickets:
        return EventOutcome(event=event)
    first = tickets[0]
    opened_ms, leader = to_ms(first.opened_at), last_leader(first)
    visible_ms = event.first_visible_ms
    sent = first.recommendation.action is Action.DISPATCH
    return EventOutcome(
        event=event,
        ticket_id=first.id,
        tickets=len(tickets),
        delay_min=(opened_ms - event.start_ms) / MINUTE_MS,
        delay_visible_min=None if visible_ms is None else (opened_ms - visible_ms) / MINUTE_MS,
        named=_named(first, event.enterprise_id or None),
        unknown_led=leader is None,
        dispatched=sent,
        dispatched_right=sent and leader == (event.enterprise_id or None),
    )


def _named(ticket: Ticket, source: str | None) -> Named:
    led, listed = leaders(ticket), [item.enterprise_id for item in ticket.candidates]
    return Named(
        opening=led[0] == source,
        best=source in led,
        end=led[-1] == source,
        first_listed=listed[:1] == [source] if source else led[-1] is None,
        top3=source in listed[:3] if source else led[-1] is None,
    )


def _busy_days(events: Sequence[TrueEvent], zone: ZoneInfo) -> frozenset[date]:
    """Return the local days on which a source for which a ticket is due emitted."""
    days: set[date] = set()
    for event in events:
        if event.due:
            first, last = (to_datetime(at).astimezone(zone).date() for at in (event.start_ms, event.end_ms))
            days |= {first + timedelta(days=count) for count in range((last - first).days + 1)}
    return frozenset(days)


def _idle_ms(first_ms: int, last_ms: int, zone: ZoneInfo, busy: frozenset[date]) -> int:
    """Return how much of a span lies on days that are not busy; counted in minutes of the clock. [ms]"""
    idle, at_ms = 0, first_ms
    while at_ms < last_ms:
        local = to_datetime(at_ms).astimezone(zone)
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        next_ms = min(to_ms(midnight), last_ms)
        idle += 0 if local.date() in busy else next_ms - at_ms
        at_ms = max(next_ms, at_ms + 1)
    return idle
