"""Excesses that open nothing, and the name of why: too short, a suspect sensor, one sensor alone, the whole zone."""

import numpy as np

from domain.channels import POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.field import ChannelState, JudgedField
from domain.incident import Incident
from domain.readings import BoolArray
from domain.times import rfc3339, to_datetime
from domain.zone import Zone

Excess = tuple[int, int, int]
"""Sensor, channel, and since when. [ms]"""


def let_pass(
    before: tuple[Excess, ...], judged: JudgedField, zone: Zone
) -> tuple[tuple[Excess, ...], tuple[DecisionMade, ...]]:
    """Return the channels that are hot now, and a decision for each that ceased to be without having been a breach.

    `before` are those of the minute before.
    """
    hot = _excesses(judged, ChannelState.HOT)
    if not before:
        return hot, ()
    where = {sensor: place for place, sensor in enumerate(judged.sensor.tolist())}
    made: list[DecisionMade] = []
    for sensor, column, began_ms in before:
        place = where.get(sensor)
        now = ChannelState.UNJUDGED if place is None else ChannelState(judged.state[place, column])
        if now not in (ChannelState.HOT, ChannelState.BREACH):
            name = Decision.SENSOR_SUSPECT if now is ChannelState.EXCLUDED else Decision.BELOW_DURATION
            made.append(DecisionMade(judged.clock_ms, name, _excess_key(sensor, column, began_ms, zone)))
    return hot, tuple(made)


def hold_breaches(
    before: tuple[Excess, ...], incidents: tuple[Incident, ...], judged: JudgedField, regional: BoolArray, zone: Zone
) -> tuple[tuple[Excess, ...], tuple[DecisionMade, ...]]:
    """Return the channels in breach now, and why each new one that no incident claims opens nothing.

    `before` are those that were told of, `regional` the pollutants that the whole zone shows, shape (4,).
    """
    now = _excesses(judged, ChannelState.BREACH)
    claimed = {sensor for incident in incidents for sensor in incident.claimed}
    told = set(before)
    made = tuple(
        DecisionMade(
            judged.clock_ms,
            Decision.REGIONAL if regional[column] else Decision.SINGLE_SENSOR_SHORT,
            _excess_key(sensor, column, began_ms, zone),
        )
        for sensor, column, began_ms in now
        if (sensor, column, began_ms) not in told and sensor not in claimed
    )
    return now, made


def _excesses(judged: JudgedField, state: ChannelState) -> tuple[Excess, ...]:
    row, channel = np.nonzero(judged.state == state)
    since_ms = judged.since_ms[row, channel]
    return tuple(zip(judged.sensor[row].tolist(), channel.tolist(), since_ms.tolist(), strict=True))


def _excess_key(sensor: int, channel: int, since_ms: int, zone: Zone) -> str:
    return f"{zone.site.sensor_ids[sensor]}/{POLLUTANTS[channel]}/{rfc3339(to_datetime(since_ms))}"
