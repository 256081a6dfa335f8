"""A ticket and what truly happened → whether it was right."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.site import Site
from domain.ticket import Ticket, TicketKind
from simulators.scoring.matching import best_match, in_time, last_leader
from simulators.scoring.truth import TrueEvent


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a ticket was right: `right` is None where the truth can't say; `words` tell why."""

    right: bool | None
    words: str


def judge(ticket: Ticket, events: Sequence[TrueEvent], site: Site) -> Judged:
    """Hold a ticket against the events of a recording."""
    if ticket.kind is TicketKind.SENSOR:
        return Judged(right=None, words="not said: the truth names events, not the faults of devices")
    if ticket.kind is not TicketKind.LOCAL:
        wide = [
            event
            for event in events
            if not event.emits and in_time(ticket, event) and event.event_id.startswith("episode")
        ]
        if wide:
            return Judged(right=True, words=f"right: {wide[0].event_id} ({wide[0].kind}) raised the whole zone")
        return Judged(right=None, words="not said: the truth names no event of the whole zone then")
    stations = {sensor.sensor_id: (sensor.lon, sensor.lat) for sensor in site.sensors if sensor.lon == sensor.lon}
    match = best_match(ticket, [event for event in events if event.emits], stations)
    if match is None:
        return Judged(right=False, words="wrong: a false alarm, no source emitted there and then")
    event, leader = match.event, last_leader(ticket)
    named = event.enterprise_id or "somebody not registered"
    if (leader or "") == event.enterprise_id:
        return Judged(right=True, words=f"right: {event.event_id} was {named}, and it leads")
    who = leader or "unknown"
    given = next((one.probability for one in ticket.candidates if one.enterprise_id == event.enterprise_id), 0.0)
    return Judged(right=False, words=f"wrong: {event.event_id} was {named}, which got {given:.3f}; {who} leads")
