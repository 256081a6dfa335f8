"""Judged minutes to tickets of kind `sensor`: a channel that is not believed for long needs a person's care.

What heals by itself within the hour, or is the weather's (damp air, a jump, PM2.5 above PM10), is flagged and no more.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from domain.care_ticket import CareCase, amend, end, open_case
from domain.channels import MINUTE_MS, N_POLLUTANTS, POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.field import Flag, JudgedField
from domain.readings import BoolArray, IntArray
from domain.regional_notice import local_day
from domain.ticket import Ticket
from domain.times import rfc3339, to_datetime
from domain.zone import Zone

REASONS = (Flag.STUCK, Flag.UNIT, Flag.RANGE, Flag.CLOCK, Flag.POSITION, Flag.OFFLINE, Flag.DRIFT)
"""What a device does not get over by itself, in the order in which they are told."""
LASTS_MIN = np.array([60, 60, 60, 60, 60, 60, 360])
"""So long each must last after it was first flagged, without a healthy word; drift may turn. Design values. [min]"""
WORDS = 3
"""So many words of the device must be flagged: one hourly reading that stands for an hour is no fault. Design value."""
HEALED_MIN = 30
"""A ticket ends when all its channels have been free of its reason for so long. Design value. [min]"""
REST_MIN = 24 * 60
"""Nor does the same open again within a day: it flaps, and was told. Design value. [min]"""
NETWORK_SHARE = 0.3
"""Where more of the stations are silent it is the network, told by `/readyz`, and no device's fault. Design value."""
MOST_A_DAY, MOST_SHARE = 10, 0.02
"""At most so many tickets open a local day, or this share of a larger site's sensors; others wait. Design values."""
_OFFLINE = REASONS.index(Flag.OFFLINE)
_IS_OFFLINE = np.arange(len(REASONS)) == _OFFLINE
_BITS = np.array(REASONS, np.uint16)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareState:
    """What is remembered, arrays of shape (sensors, 4, reasons).

    Attributes:
        since: Minute since which a channel is flagged for a reason, 0 = it is not. [minutes since 1970]
        words: Minutes with a word of the device since then.
        told: Whether it was counted as held back.
        rests: Until when it opens nothing again. [minutes since 1970]
        cases: Tickets that last.
        day: Local date of the last opening.
        opened: Tickets opened on it.
    """

    since: IntArray = field(default_factory=lambda: np.zeros((0, N_POLLUTANTS, len(REASONS)), np.int64))
    words: IntArray = field(default_factory=lambda: np.zeros((0, N_POLLUTANTS, len(REASONS)), np.int64))
    told: BoolArray = field(default_factory=lambda: np.zeros((0, N_POLLUTANTS, len(REASONS)), np.bool_))
    rests: IntArray = field(default_factory=lambda: np.zeros((0, N_POLLUTANTS, len(REASONS)), np.int64))
    cases: tuple[CareCase, ...] = ()
    day: str = ""
    opened: int = 0


Told = tuple[tuple[Ticket, ...], tuple[DecisionMade, ...]]


def advance(state: CareState, judged: JudgedField, zone: Zone) -> tuple[CareState, Told]:
    """Take a judged minute into account; minutes come in order.

    Returns:
        The new state; the tickets that opened or changed, and the decisions: `sensor_care` for an opened ticket,
        `sensor_suspect` once for what is held back (it opens later, where it lasts).
    """
    if not len(judged.sensor) or not (judged.flags.any() or state.since.any() or state.cases):
        return state, ((), ())
    minute = judged.minute_ms // MINUTE_MS
    state, seen = _follow(_sized(state, len(zone.is_vehicle)), judged, minute, zone.is_vehicle)
    state, ended = _healed(state, judged.clock_ms, minute)
    lasting = np.zeros(seen.shape, np.bool_)
    at = np.nonzero(seen)
    lasting[at] = (minute - state.since[at] >= LASTS_MIN[at[2]]) & ((state.words[at] >= WORDS) | (at[2] == _OFFLINE))
    if not lasting.any():
        return state, (ended, ())
    state, (tickets, decisions) = _open(state, lasting, judged, zone)
    return state, ((*ended, *tickets), decisions)


def most_a_day(sensors: int) -> int:
    """Return how many tickets may open on a local day."""
    return max(MOST_A_DAY, int(MOST_SHARE * sensors))


def _sized(state: CareState, sensors: int) -> CareState:
    if len(state.since) == sensors:
        return state
    shape = (sensors, N_POLLUTANTS, len(REASONS))
    none = np.zeros(shape, np.int64)
    return replace(state, since=none, words=none, told=np.zeros(shape, np.bool_), rests=none)


def _follow(state: CareState, judged: JudgedField, minute: int, is_vehicle: BoolArray) -> tuple[CareState, BoolArray]:
    """Follow since when each channel is flagged; of a silent channel nothing is known but its silence.

    Returns:
        The new state, and what is flagged in this very minute, shape (sensors, 4, reasons).
    """
    followed: BoolArray = state.since.max(axis=(1, 2)) > 0
    some = judged.flags.any(axis=1) | followed[judged.sensor]  # of others there is nothing to follow
    rows = judged.sensor[some]
    flags = judged.flags[some][:, :, np.newaxis]
    silent = (flags & np.uint16(Flag.OFFLINE)) != 0
    known = (~np.isnan(judged.value[some])[:, :, np.newaxis] | (flags != 0)) & (~silent | _IS_OFFLINE)
    parked = is_vehicle[rows][:, np.newaxis, np.newaxis] & _IS_OFFLINE  # a vehicle that is silent has parked
    now = ((flags & _BITS) != 0) & ~parked
    before = state.since[rows]
    since, words, told = state.since.copy(), state.words.copy(), state.told.copy()
    since[rows] = np.where(known, np.where(now, np.where(before > 0, before, minute), 0), before)
    spoken = state.words[rows] + (now & known & judged.fresh[some][:, np.newaxis, np.newaxis])
    words[rows] = np.where(since[rows] > 0, spoken, 0)
    told[rows] &= since[rows] > 0
    seen = np.zeros(since.shape, np.bool_)
    seen[rows] = now & known
    return replace(state, since=since, words=words, told=told), seen


def _healed(state: CareState, clock_ms: int, minute: int) -> tuple[CareState, tuple[Ticket, ...]]:
    """End the tickets of channels that have been free of their reason for long enough."""
    if not state.cases:
        return state, ()
    living: list[CareCase] = []
    ended: list[Ticket] = []
    rests = state.rests.copy()
    for case in state.cases:
        where = (case.sensor, list(case.channels), case.reason)
        healed = 0 if state.since[where].any() else case.healed or minute
        if healed and minute - healed >= HEALED_MIN:
            ended.append(end(case, clock_ms, healed * MINUTE_MS))
            rests[where] = minute + REST_MIN
        else:
            living.append(replace(case, healed=healed))
    return replace(state, cases=tuple(living), rests=rests), tuple(ended)


def _open(state: CareState, lasting: BoolArray, judged: JudgedField, zone: Zone) -> tuple[CareState, Told]:
    """Open a ticket for each device and reason that may have one, and count the others as held back."""
    day = local_day(judged.clock_ms, zone)
    state = state if state.day == day else replace(state, day=day, opened=0)
    new = lasting & ~_covered(state.cases, len(lasting))[:, :, np.newaxis]
    if not new.any():
        return state, ((), ())
    waits = state.rests > judged.minute_ms // MINUTE_MS
    if _is_network(judged, zone):
        waits = waits | _IS_OFFLINE
    taken: set[tuple[int, int]] = set()
    tickets: list[Ticket] = []
    made: list[DecisionMade] = []
    for (sensor, reason), channels in _grouped(new & ~waits).items():
        free = tuple(channel for channel in channels if (sensor, channel) not in taken)
        if free and (_case_of(state, sensor, reason) >= 0 or state.opened < most_a_day(len(zone.is_vehicle))):
            state, ticket = _written(state, (sensor, reason, free), judged, zone)
            taken.update((sensor, channel) for channel in free)
            tickets.append(ticket)
            if len(ticket.history) == 1:
                made.append(DecisionMade(judged.clock_ms, Decision.SENSOR_CARE, ticket.id))
    held = new & ~_covered(state.cases, len(lasting))[:, :, np.newaxis] & ~state.told
    made += [
        DecisionMade(judged.clock_ms, Decision.SENSOR_SUSPECT, _key(state, sensor, reason, channels, zone))
        for (sensor, reason), channels in _grouped(held).items()
    ]
    return replace(state, told=state.told | held), (tuple(tickets), tuple(made))


def _written(
    state: CareState, which: tuple[int, int, tuple[int, ...]], judged: JudgedField, zone: Zone
) -> tuple[CareState, Ticket]:
    """Open a case of (sensor, reason, channels), or widen the one that lasts."""
    sensor, reason, channels = which
    cases, at = list(state.cases), _case_of(state, sensor, reason)
    if at >= 0:
        cases[at] = amend(cases[at], channels, judged, zone)
        return replace(state, cases=tuple(cases)), cases[at].ticket
    start_ms = int(state.since[sensor, list(channels), reason].min()) * MINUTE_MS
    case = open_case(which, REASONS[reason], start_ms, judged, zone)
    return replace(state, cases=(*cases, case), opened=state.opened + 1), case.ticket


def _case_of(state: CareState, sensor: int, reason: int) -> int:
    """Return the place of a device's case that lasts, -1 = none."""
    return next((at for at, one in enumerate(state.cases) if (one.sensor, one.reason) == (sensor, reason)), -1)


def _key(state: CareState, sensor: int, reason: int, channels: list[int], zone: Zone) -> str:
    start_ms = int(state.since[sensor, channels, reason].min()) * MINUTE_MS
    return f"{zone.site.sensor_ids[sensor]}/{POLLUTANTS[channels[0]]}/{rfc3339(to_datetime(start_ms))}"


def _covered(cases: tuple[CareCase, ...], sensors: int) -> BoolArray:
    """Return which channels have a ticket that lasts, shape (sensors, 4)."""
    covered = np.zeros((sensors, N_POLLUTANTS), np.bool_)
    for case in cases:
        covered[case.sensor, list(case.channels)] = True
    return covered


def _is_network(judged: JudgedField, zone: Zone) -> bool:
    """Say whether so many stations are silent that it is no device's own fault; one alone always is."""
    silent = ((judged.flags & np.uint16(Flag.OFFLINE)) != 0).any(axis=1) & ~zone.is_vehicle[judged.sensor]
    return bool(silent.sum() > max(NETWORK_SHARE * (~zone.is_vehicle).sum(), 1.0))


def _grouped(which: BoolArray) -> dict[tuple[int, int], list[int]]:
    """Return the channels by (sensor, reason), in the order of sensors, then of reasons."""
    groups: dict[tuple[int, int], list[int]] = {}
    for sensor, reason, channel in np.argwhere(which.transpose(0, 2, 1)).tolist():
        groups.setdefault((sensor, reason), []).append(channel)
    return groups
