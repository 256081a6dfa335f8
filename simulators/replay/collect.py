"""A live system's own record of a run (ticket store, `breaches` topic) → the same result a replay gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.site import Site
from domain.wire import decode_judged, decode_ticket
from simulators.replay.record import Gatherer, RunResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCounts:
    """What the live steps counted: as `qualify.Counts`, and decisions by name."""

    readings: int = 0
    duplicates: int = 0
    late: int = 0
    too_late: int = 0
    decisions: Mapping[str, int] = field(default_factory=dict)


def collect(site: Site, tickets: Iterable[bytes], judged: Iterable[bytes], counts: LiveCounts) -> RunResult:
    """Gather what a live system made of a recording.

    Args:
        site: The one it watched.
        tickets: The system's side of each ticket, canonical JSON, in any order; later versions of an id win.
        judged: Messages of the `breaches` topic from its beginning, in order; a minute sent twice counts once.
        counts: What its steps counted.

    Raises:
        msgspec.ValidationError: Bytes that are no ticket or no judged minute.
    """
    gathered = Gatherer(site)
    for raw in judged:
        gathered.take_judged(decode_judged(raw))
    for raw in tickets:
        gathered.take_ticket(decode_ticket(raw))
    return RunResult(
        tickets=gathered.tickets,
        breaches=gathered.breaches(),
        decisions=dict(sorted(counts.decisions.items())),
        readings=counts.readings,
        duplicates=counts.duplicates,
        late=counts.late,
        too_late=counts.too_late,
        minutes=gathered.minutes,
    )
