"""Figures and keys → what a person reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.supervision.office import Office
from alerts.supervision.statistics.told import UNITS, name_of
from domain.supervision.statistics import Compared, Dimension, Unit

NOTHING = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure as texts."""

    name: str
    now: str
    before: str
    change: str
    cases: str
    interval: str


def cell(name: str, one: Compared, words: Mapping[str, str]) -> Cell:
    """Return a figure as a person reads it."""
    unit, now = UNITS[name], one.now
    cases = ""
    if unit is Unit.RATIO:
        cases = f"{_count(now.numerator)} / {_count(now.denominator)}"
    elif unit is Unit.MINUTES:
        cases = _count(now.denominator)
    interval = "" if now.low is None or now.high is None else f"{now.low:.0%} – {now.high:.0%}"
    return Cell(
        name=words[f"figure_{name}"],
        now=_value(unit, now.value, words),
        before=_value(unit, one.before, words),
        change=_change(unit, one.change, words),
        cases=cases,
        interval=interval,
    )


def key_told(office: Office, dimension: Dimension, key: str, words: Mapping[str, str]) -> str:
    """Return a group's key as a person reads it."""
    if not key:
        return words["no_key"]
    if dimension in (Dimension.SOURCE, Dimension.RULE):
        return words.get(f"source_{key}", key)
    return name_of(office, dimension, key)


def _value(unit: Unit, value: float | None, words: Mapping[str, str]) -> str:
    if value is None:
        return NOTHING
    if unit is Unit.RATIO:
        return f"{value:.1%}"
    return words["minutes"].format(value=f"{value:,.0f}") if unit is Unit.MINUTES else _count(value)


def _change(unit: Unit, change: float | None, words: Mapping[str, str]) -> str:
    if change is None:
        return NOTHING
    if unit is Unit.RATIO:
        return words["points"].format(value=f"{change * 100:+.1f}")
    return f"{change:+.0%}"


def _count(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
