"""Marks of a period and of the one before it to figures side by side, whole and in groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.supervision.statistics.figures import FIGURES, Unit, Value, tally, values_of
from domain.supervision.statistics.marks import Dimension, Mark, key_in, part_of
from domain.supervision.statistics.period import Period

_UNITS = {figure.name: figure.unit for figure in FIGURES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure now and in the period before.

    Attributes:
        before: None = there was nothing to tell it of, or parts of periods are not compared.
        change: Of a rate the difference, else by which share of before it changed; None = cannot be told.
    """

    now: Value
    before: float | None
    change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One key of a dimension, with its figures by name; an empty key = none applies."""

    key: str
    figures: Mapping[str, Compared]


def compare(now: Iterable[Mark], before: Iterable[Mark], *, at_end: bool = True) -> dict[str, Compared]:
    """Return every figure of two sets of marks."""
    earlier = values_of(tally(before), at_end=at_end)
    later = values_of(tally(now), at_end=at_end)
    return {name: _compared(name, value, earlier[name].value) for name, value in later.items()}


def groups_of(now: Sequence[Mark], before: Sequence[Mark], dimension: Dimension, period: Period) -> tuple[Group, ...]:
    """Return the groups of a dimension by key; of a time every part of the period, others where there is anything.

    Parts of a period are not compared with parts of another, nor have figures of its end.
    """
    if dimension.is_time:
        keys = {part_of(day, dimension): list[Mark]() for day in period}
        _sort_in(keys, (mark for mark in now if mark.day in period), dimension)
        return tuple(_part(key, marks) for key, marks in sorted(keys.items()))
    later, earlier = (_sort_in(defaultdict(list), marks, dimension) for marks in (now, before))
    return tuple(
        Group(key=key, figures=compare(later.get(key, ()), earlier.get(key, ())))
        for key in sorted(later.keys() | earlier.keys())
    )


def _sort_in(keys: dict[str, list[Mark]], marks: Iterable[Mark], dimension: Dimension) -> dict[str, list[Mark]]:
    for mark in marks:
        keys[key_in(mark, dimension)].append(mark)
    return keys


def _part(key: str, marks: Iterable[Mark]) -> Group:
    told = values_of(tally(marks), at_end=False)
    return Group(key=key, figures={name: Compared(now=value, before=None, change=None) for name, value in told.items()})


def _compared(name: str, now: Value, before: float | None) -> Compared:
    return Compared(now=now, before=before, change=_change(name, now.value, before))


def _change(name: str, now: float | None, before: float | None) -> float | None:
    if now is None or before is None:
        return None
    if _UNITS[name] is Unit.RATIO:
        return now - before
    return (now - before) / before if before else None
