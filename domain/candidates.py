"""A posterior as a ticket shows it: candidates to a thousandth, most probable first, with an explicit "unknown"."""

from dataclasses import replace

import numpy as np

from domain.incident import Incident
from domain.readings import FloatArray
from domain.ticket import Candidate
from domain.visits import Ways, passed_by
from domain.zone import Zone

SHOWN_PROBABILITY = 0.001
"""Candidates below this are left to "unknown" (contract)."""
PASSES_TOLD = 3
"""Of so many leading candidates it is told how often vehicles passed them."""
_THOUSAND = 1000


def thousandths(probability: FloatArray) -> tuple[list[int], int]:
    """Round probabilities to thousandths, so that they and "unknown" sum to exactly 1,000.

    Where rounding up has given away more than there is, those rounded up most give back.

    >>> thousandths(np.array([0.9995, 0.0004]))
    ([1000, 0], 0)
    >>> thousandths(np.array([0.3336, 0.3336, 0.3328]))
    ([333, 334, 333], 0)
    """
    exact = np.where(probability >= SHOWN_PROBABILITY, probability * _THOUSAND, 0.0)
    counts = np.floor(exact + 0.5).astype(np.int64)
    surplus = int(counts.sum()) - _THOUSAND
    if surplus > 0:
        counts[np.argsort(exact - counts, kind="stable")[:surplus]] -= 1
    return counts.tolist(), _THOUSAND - int(counts.sum())


def candidates_of(probability: FloatArray, incident: Incident, zone: Zone) -> tuple[tuple[Candidate, ...], float]:
    """Return every candidate of 0.001 or more, most probable first, and the probability of "none of these"."""
    counts, unknown = thousandths(probability)
    order = sorted((-count, row) for row, count in enumerate(counts) if count > 0)
    shown = tuple(_candidate(row, -count, incident, zone) for count, row in order)
    return shown, unknown / _THOUSAND


def leading(candidates: tuple[Candidate, ...], unknown: float) -> str | None:
    """Return the leading candidate's id; None when "unknown" leads."""
    return candidates[0].enterprise_id if candidates and candidates[0].probability > unknown else None


def with_passes(candidates: tuple[Candidate, ...], ways: Ways, zone: Zone) -> tuple[Candidate, ...]:
    """Return the candidates, the leading ones with how often vehicles passed them; nothing of it where nobody drove."""
    if not len(ways.time_ms):
        return candidates
    ground = dict(zip(zone.places.enterprise_id, zone.cells.grounds.geometries, strict=True))
    told = (replace(one, passes=passed_by(ways, ground[one.enterprise_id])) for one in candidates[:PASSES_TOLD])
    return (*told, *candidates[PASSES_TOLD:])


def _candidate(row: int, count: int, incident: Incident, zone: Zone) -> Candidate:
    place, peak = zone.site.enterprises[row], incident.peak
    x_m, y_m = zone.places.xy_m[row]
    return Candidate(
        enterprise_id=place.enterprise_id,
        name=place.name,
        probability=count / _THOUSAND,
        distance_m=round(float(np.hypot(x_m - peak.x_m, y_m - peak.y_m))),
    )
