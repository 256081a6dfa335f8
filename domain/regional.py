"""Judged minutes to regional notices: haze, dust or an ozone afternoon is told once, and nobody is sent."""

from dataclasses import dataclass, field, replace

import numpy as np

from domain.decisions import Decision, DecisionMade
from domain.field import JudgedField
from domain.regional_episode import Episodes, follow, no_episodes, stop
from domain.regional_level import Usual, ZoneLevel, minute_of_field, nothing_usual, remember, zone_level
from domain.regional_notice import Rise, end_notice, write_notice
from domain.ticket import Ticket
from domain.zone import Zone

LOOK_EVERY_MIN = 10
"""The zone's level is looked at no oftener: a notice is in no hurry. Design value. [min]"""
SILENCE_MIN = 180
"""A zone without three healthy stations for so long is in no episode that anybody knows of. Design value. [min]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionalState:
    """What is remembered of the whole zone.

    Attributes:
        looked: Minute of the last look that found enough stations, -1 = none. [minutes since 1970]
        usual: What the zone's level was of late.
        episodes: How far each pollutant is into an episode.
        notice: The last notice; `event_end` tells whether it lasts.
    """

    looked: int = -1
    usual: Usual = field(default_factory=nothing_usual)
    episodes: Episodes = field(default_factory=no_episodes)
    notice: Ticket | None = None

    @property
    def lasts(self) -> Ticket | None:
        """The notice that lasts."""
        return self.notice if self.notice is not None and self.notice.event_end is None else None


def advance(
    state: RegionalState, judged: JudgedField, zone: Zone
) -> tuple[RegionalState, tuple[Ticket, ...], tuple[DecisionMade, ...]]:
    """Take a judged minute into account; minutes come in order.

    Returns:
        The new state, the notice where it was opened or changed, and the decision `regional` where one opened.
    """
    minute = minute_of_field(judged)
    if minute - state.looked < LOOK_EVERY_MIN:
        return state, (), ()
    level = zone_level(judged, zone.is_vehicle) if len(judged.sensor) else None
    if level is None or np.isnan(level.level).all():
        return _in_silence(state, judged, minute)
    usual = remember(state.usual, level.level, minute)
    episodes = follow(state.episodes, level.level, usual.level, judged.minute_ms)
    after = replace(state, looked=minute, usual=usual, episodes=episodes)
    if not episodes.raised.any():
        return _over(after, state.episodes, judged)
    notice = write_notice(state.notice, _rise(episodes, level, usual, judged), zone)
    if notice is state.notice:
        return after, (), ()
    new = state.notice is None or notice.id != state.notice.id
    made = (DecisionMade(judged.clock_ms, Decision.REGIONAL, notice.id),) if new else ()
    return replace(after, notice=notice), (notice,), made


def _rise(episodes: Episodes, level: ZoneLevel, usual: Usual, judged: JudgedField) -> Rise:
    lowest = np.fmin(np.fmin.reduce(usual.past, axis=0), level.level)
    return Rise(
        judged=judged,
        raised=episodes.raised,
        zone=level,
        usual=np.where(np.isnan(episodes.usual), lowest, episodes.usual),
        start_ms=int(episodes.since_ms[episodes.raised].min()),
    )


def _over(
    state: RegionalState, before: Episodes, judged: JudgedField
) -> tuple[RegionalState, tuple[Ticket, ...], tuple[DecisionMade, ...]]:
    """End the notice of episodes that are all over."""
    if state.lasts is None:
        return state, (), ()
    last_ms = int(before.last_ms[before.raised].max())
    notice = end_notice(state.lasts, judged.clock_ms, last_ms)
    return replace(state, notice=notice), (notice,), ()


def _in_silence(
    state: RegionalState, judged: JudgedField, minute: int
) -> tuple[RegionalState, tuple[Ticket, ...], tuple[DecisionMade, ...]]:
    if state.looked < 0 or minute - state.looked < SILENCE_MIN or not state.episodes.since_ms.any():
        return state, (), ()
    return _over(replace(state, episodes=stop(state.episodes)), state.episodes, judged)
