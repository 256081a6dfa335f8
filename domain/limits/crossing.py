"""Judged minutes to crossings: means above a limit or a site's own warning level, local or with all neighbours.

A crossing on a clean background is somebody's; one that the neighbours share is the region's. Each is told once an
episode. A particulate hour above the site's own level is a high value: there is no limit for it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from domain.channels import POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.field import JudgedField
from domain.limits.averages import HourMeans, Sums, gather, no_sums
from domain.limits.episodes import Begun, Episodes, Means, Scope, judge, no_episodes
from domain.limits.tables import Averaging, Limit, limit_row
from domain.limits.watch import LimitWatch, site_limits
from domain.times import rfc3339, to_datetime

_HOUR_MS = 3_600_000


class Rule(IntEnum):
    """Which mean is held against what; the place in `LimitState.lasting`."""

    HOUR_LIMIT = 0
    HOUR_WARNING = 1
    EIGHT_HOUR_LIMIT = 2
    DAY_LIMIT = 3


_AVERAGING = (Averaging.ONE_HOUR, Averaging.ONE_HOUR, Averaging.EIGHT_HOUR_MAX, Averaging.DAY)
_SILENT_HOURS = (3, 3, 3, 48)
"""By rule: an episode ends without a complete mean for so long. Design values. [h]"""
_OF_NOW = (Rule.HOUR_LIMIT, Rule.HOUR_WARNING)
_REGIONAL = {
    Decision.LIMIT_CROSSED: Decision.LIMIT_CROSSED_REGIONAL,
    Decision.HIGH_VALUE: Decision.HIGH_VALUE_REGIONAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitState:
    """What is remembered of means and of crossings that last.

    Attributes:
        sums: Of the present hour and day.
        lasting: Crossings by rule.
    """

    sums: Sums
    lasting: tuple[Episodes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A mean that is above what it should not exceed; concentrations in µg/m³.

    Attributes:
        sensor: Index into `site.sensors`.
        channel: Index into `POLLUTANTS`.
        rule: Which mean against what.
        averaging: Of which mean.
        scope: Local, regional, or nothing to compare with.
        limit_ugm3: The limit, or the site's own warning level.
        mean_ugm3: The mean.
        background_ugm3: Mean of the background over the same hour, NaN = none.
        completeness: Share of the time that was sampled.
        law: The limit with its edition, class and clause; None: the site's own warning level.
        end_ms: End of the time averaged over. [ms]
        label: The local hour at its end.
        neighbours: Neighbours with a complete mean.
        neighbours_above: How many of these are above too.
        announced: Another one has told of it already: of a regional episode only the first speaks.
    """

    sensor: int
    channel: int
    rule: Rule
    averaging: Averaging
    scope: Scope
    limit_ugm3: float
    mean_ugm3: float
    background_ugm3: float
    completeness: float
    law: Limit | None
    end_ms: int
    label: str
    neighbours: int
    neighbours_above: int
    announced: bool

    @property
    def decision(self) -> Decision:
        """What this is called: only a legal limit is called a limit."""
        name = _name(self.rule)
        return _REGIONAL[name] if self.scope is Scope.REGIONAL else name


def no_crossings(sensors: int = 0) -> LimitState:
    """Return the state of a zone that was never heard."""
    return LimitState(sums=no_sums(sensors), lasting=(no_episodes(sensors),) * len(Rule))


def advance(state: LimitState, judged: JudgedField, watch: LimitWatch) -> tuple[LimitState, tuple[Crossing, ...]]:
    """Take the next judged minute into account; minutes come in order.

    Returns:
        The new state, and the crossings that began with an hour that ended: by hour, rule, sensor and channel.
    """
    sensors = len(watch.site.sensors)
    if len(state.sums.heard_minute) != sensors:
        state = no_crossings(sensors)
    sums, hours = gather(state.sums, judged, watch.zone)
    state = replace(state, sums=sums)
    found: list[Crossing] = []
    for hour in hours:
        state, begun = _judge_hour(state, hour, watch)
        found += begun
    return state, tuple(found)


def decisions_of(crossings: Iterable[Crossing], clock_ms: int, watch: LimitWatch) -> tuple[DecisionMade, ...]:
    """Return the decisions of a minute's crossings: one a sensor and pollutant, one a region and pollutant."""
    return tuple(
        DecisionMade(clock_ms, crossing.decision, _key(crossing, watch))
        for crossing in crossings
        if not crossing.announced
    )


def crossings_of(state: LimitState, sensors: Iterable[int]) -> tuple[tuple[int, int, Decision], ...]:
    """Return what lasts at some sensors and is not the region's: (sensor, channel, `limit_crossed` or `high_value`).

    Only means of one hour count: those of eight hours and of a day say little of now.
    """
    known = [sensor for sensor in sensors if sensor < len(state.sums.heard_minute)]
    scope = np.stack([state.lasting[rule].scope[known] for rule in _OF_NOW], axis=1)  # (sensors, rules, 4)
    lasts = np.argwhere((scope == Scope.LOCAL) | (scope == Scope.UNCOMPARED))
    return tuple((known[row], channel, _name(_OF_NOW[rule])) for row, rule, channel in lasts.tolist())


def _name(rule: Rule) -> Decision:
    return Decision.HIGH_VALUE if rule is Rule.HOUR_WARNING else Decision.LIMIT_CROSSED


def _key(crossing: Crossing, watch: LimitWatch) -> str:
    site = watch.site
    where = site.site_id if crossing.scope is Scope.REGIONAL else site.sensor_ids[crossing.sensor]
    end = rfc3339(to_datetime(crossing.end_ms))
    return f"{where}/{POLLUTANTS[crossing.channel]}/{crossing.averaging}/{end}"


def _judge_hour(state: LimitState, hour: HourMeans, watch: LimitWatch) -> tuple[LimitState, list[Crossing]]:
    limits = site_limits(watch.site, hour.day)
    lasting = list(state.lasting)
    found: list[Crossing] = []
    for rule in Rule:
        means = _means(rule, hour, limits, watch)
        if means is None:
            continue
        before = lasting[rule]
        lasting[rule], begun = judge(before, means, watch)
        found += _once_a_region(_crossings(begun, means, rule, hour, limits), before)
    return replace(state, lasting=tuple(lasting)), found


def _means(rule: Rule, hour: HourMeans, limits: tuple[Limit, ...], watch: LimitWatch) -> Means | None:
    """Return what a rule judges at the end of this hour; None: nothing."""
    mean, background, completeness = hour.mean, hour.background, hour.completeness
    limit = watch.warning_ugm3 if rule is Rule.HOUR_WARNING else limit_row(limits, _AVERAGING[rule])
    if rule in (Rule.EIGHT_HOUR_LIMIT, Rule.DAY_LIMIT):
        is_day = rule is Rule.DAY_LIMIT
        mean, completeness = (hour.day_mean, hour.day_hours / 24) if is_day else (hour.eight_hour, hour.eight_hours / 8)
        background = np.full(mean.shape, np.nan)  # not gathered so long: the neighbours tell
    if not len(mean) or np.isnan(limit).all():
        return None
    return Means(
        limit=limit,
        mean=mean,
        background=background,
        completeness=np.minimum(completeness, 1.0),
        hour=hour.end_ms // _HOUR_MS,
        silent_hours=_SILENT_HOURS[rule],
    )


def _crossings(
    begun: Begun, means: Means, rule: Rule, hour: HourMeans, limits: tuple[Limit, ...]
) -> Iterator[Crossing]:
    averaging = _AVERAGING[rule]
    laws = {} if rule is Rule.HOUR_WARNING else {law.pollutant: law for law in limits if law.averaging is averaging}
    for row, (sensor, channel) in enumerate(zip(begun.sensor.tolist(), begun.channel.tolist(), strict=True)):
        yield Crossing(
            sensor=sensor,
            channel=channel,
            rule=rule,
            averaging=averaging,
            scope=Scope(int(begun.scope[row])),
            limit_ugm3=float(means.limit[channel]),
            mean_ugm3=float(means.mean[sensor, channel]),
            background_ugm3=float(means.background[sensor, channel]),
            completeness=float(means.completeness[sensor, channel]),
            law=laws.get(POLLUTANTS[channel]),
            end_ms=hour.end_ms,
            label=hour.label,
            neighbours=int(begun.neighbours[row]),
            neighbours_above=int(begun.neighbours_above[row]),
            announced=False,
        )


def _once_a_region(crossings: Iterable[Crossing], before: Episodes) -> Iterator[Crossing]:
    """Let only the first crossing of a pollutant's regional episode speak."""
    told = set(np.flatnonzero((before.scope == Scope.REGIONAL).any(axis=0)).tolist())
    for crossing in crossings:
        regional = crossing.scope is Scope.REGIONAL
        yield replace(crossing, announced=regional and crossing.channel in told)
        if regional:
            told.add(crossing.channel)
