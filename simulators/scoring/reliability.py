"""Probabilities that tickets gave → how often they came true, by bins."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from simulators.scoring.outcomes import Claim, RunScore, TicketVerdict

EDGES = (0.001, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims between two probabilities: how many, what they said on average, what share was true."""

    low: float
    high: float
    claims: int
    said: float
    true: float


def reliability(runs: Iterable[RunScore], *, only_sources: bool = False) -> tuple[Bin, ...]:
    """Return the reliability table of the last versions of all local tickets, unknown counted as a claim.

    Args:
        runs: As judged.
        only_sources: Leave out tickets that tell of nothing true: how well sources are named once there is one.
    """
    claims = [
        claim for run in runs for ticket in run.tickets if not only_sources or _tells(ticket) for claim in ticket.claims
    ]
    bins = []
    for low, high in pairwise(EDGES):
        inside = [c for c in claims if low <= c.probability < high or (high == EDGES[-1] and c.probability >= high)]
        count = len(inside)
        said, true = (sum(values) / count if count else float("nan") for values in _columns(inside))
        bins.append(Bin(low, high, count, said, true))
    return tuple(bins)


def _columns(claims: Iterable[Claim]) -> tuple[list[float], list[float]]:
    given = list(claims)
    return [claim.probability for claim in given], [float(claim.true) for claim in given]


def _tells(ticket: TicketVerdict) -> bool:
    return bool(ticket.event_id)
