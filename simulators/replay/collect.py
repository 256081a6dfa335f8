"""A live system's own record of a run (ticket store, `breaches` and `incidents` topics) → the result a replay gives."""

from collections.abc import Iterable

from domain.decisions import DecisionMade
from domain.qualify_state import Counts
from domain.site import Site
from domain.wire import decode_judged, decode_outcome, decode_ticket
from simulators.replay.record import Gatherer, RunResult


def collect(
    site: Site, tickets: Iterable[bytes], judged: Iterable[bytes], outcomes: Iterable[bytes], counts: Counts
) -> RunResult:
    """Gather what a live system made of a recording.

    Args:
        site: The one it watched.
        tickets: The system's side of each ticket from the store, canonical JSON.
        judged: Messages of the `breaches` topic from its beginning, in order; a minute sent again counts once.
        outcomes: Messages of the `incidents` topic, of which the decisions are taken; one sent again counts once.
        counts: What qualify counted.

    Raises:
        msgspec.DecodeError: Bytes that are none of these.
    """
    gathered = Gatherer(site)
    for raw in judged:
        gathered.take_judged(decode_judged(raw))
    for raw in outcomes:
        outcome = decode_outcome(raw)
        if isinstance(outcome, DecisionMade):
            gathered.take_decisions((outcome,))
    for raw in tickets:
        gathered.take_ticket(decode_ticket(raw))
    return gathered.result(counts)
