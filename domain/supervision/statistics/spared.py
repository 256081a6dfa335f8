"""A period's marks → an estimate of the routine visits that the white list spared, as marks.

A plan for a listed enterprise is refused when it is filed, so nobody can count what was not made. The estimate: a
listed enterprise would have had as many routine visits as the enterprises of its grade had that are not listed, on
average. Nothing is estimated for a grade in which everybody is listed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain.supervision.statistics.marks import Mark, What

ROUTINE = frozenset({What.ROUTINE_FOUND, What.ROUTINE_NOTHING, What.ROUTINE_OPEN})


@dataclass(slots=True)
class _Count:
    """Enterprises by the grade that they have at the end, and visits of those that are not listed."""

    standing: dict[str, Mark] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    visits: Counter[str] = field(default_factory=Counter)


def spared(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Yield a mark a listed enterprise whose amount is the estimate, with the labels that it has at the end."""
    count = _Count()
    for mark in marks:
        place = mark.labels.enterprise
        if mark.what is What.ENTERPRISE:
            count.standing[place] = mark
        elif mark.what is What.LISTED:
            count.listed.add(place)
        elif mark.what in ROUTINE:
            count.visits[place] += 1
    mean = _mean(count)
    for place in sorted(count.listed & count.standing.keys()):
        mark = count.standing[place]
        if mean.get(mark.labels.grade):
            yield Mark(What.SPARED, mark.day, mark.labels, mean[mark.labels.grade])


def _mean(count: _Count) -> dict[str, float]:
    """Return routine visits per enterprise that is not listed, by grade."""
    others = [(place, mark.labels.grade) for place, mark in count.standing.items() if place not in count.listed]
    places = Counter(grade for _, grade in others)
    visits = Counter[str]()
    for place, grade in others:
        visits[grade] += count.visits[place]
    return {grade: visits[grade] / amount for grade, amount in places.items()}
