"""What a minute brought forth: tickets that opened or changed, and the name of each decision about them."""

from dataclasses import dataclass

from domain.decisions import Decision, DecisionMade
from domain.hearing import Minute
from domain.incident import Incident
from domain.late import hear_late
from domain.ticket import Ticket
from domain.times import to_datetime
from domain.writeup import write_late, write_merged
from domain.zone import Zone

_HEEDED = (Decision.CALM, Decision.REGISTERED_WORKS, Decision.REGISTERED_DRILL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a minute brought forth: tickets that opened or changed, and every decision."""

    tickets: tuple[Ticket, ...] = ()
    decisions: tuple[DecisionMade, ...] = ()


def tell_merged(absorbed: tuple[tuple[Incident, Incident], ...], clock_ms: int) -> Outcome:
    """Close the tickets of incidents that have become part of another; `absorbed` as of `joining.absorb`."""
    closed = tuple(
        write_merged(loser.ticket, survivor.ticket.id, to_datetime(clock_ms))
        for loser, survivor in absorbed
        if loser.ticket is not None and survivor.ticket is not None
    )
    return Outcome(closed, tuple(DecisionMade(clock_ms, Decision.MERGED, ticket.id) for ticket in closed))


def amend_ended(ended: tuple[Incident, ...], minute: Minute, zone: Zone) -> tuple[tuple[Incident, ...], Outcome]:
    """Let incidents that have ended hear what came late; return them as they are now, and what changed."""
    clock_ms = minute.judged.clock_ms
    after = tuple(write_late(hear_late(one, minute, zone), clock_ms, zone) for one in ended)
    return after, tell(ended, after, clock_ms)


def tell(before: tuple[Incident, ...], after: tuple[Incident, ...], clock_ms: int) -> Outcome:
    """Return the tickets that opened or changed in this minute, and what was decided about them.

    `before` and `after` are the same incidents in the same order, before and after they were written up.
    """
    pairs = list(zip(before, after, strict=True))
    tickets = tuple(now.ticket for was, now in pairs if now.ticket is not None and now.ticket is not was.ticket)
    return Outcome(tickets, tuple(made for was, now in pairs for made in _decisions(was, now, clock_ms)))


def _decisions(before: Incident, after: Incident, clock_ms: int) -> list[DecisionMade]:
    """Name what changed about one incident in this minute."""
    if after.ticket is None or after.ticket is before.ticket:
        return []
    told = len(before.ticket.history) if before.ticket else 0
    names = [Decision(entry.what) for entry in after.ticket.history[told:]]
    old = before.ticket.recommendation.reasons if before.ticket else ()
    new = after.ticket.recommendation.reasons
    names += [name for name in _HEEDED if _reason(name) in new and _reason(name) not in old]
    return [DecisionMade(clock_ms, name, after.ticket.id) for name in names]


def _reason(name: Decision) -> str:
    return "calm_no_direction" if name is Decision.CALM else name.value
