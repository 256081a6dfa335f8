"""Judged minutes to tickets of kind `sensor`: a channel that is not believed for long needs a person's care.

What heals by itself within the hour, or is the weather's (damp air, a jump, PM2.5 above PM10), is flagged and no more.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from domain.care_course import REASONS, Course, Lasting, follow, no_course
from domain.care_ticket import CareCase, amend, end, open_case
from domain.channels import MINUTE_MS, N_POLLUTANTS, POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.field import JudgedField
from domain.readings import BoolArray, IntArray
from domain.regional_notice import local_day
from domain.ticket import Ticket
from domain.times import rfc3339, to_datetime
from domain.zone import Zone

HEALED_MIN = 30
"""A ticket ends when all its channels have been free of its reason for so long. Design value. [min]"""
REST_MIN = 24 * 60
"""Nor does the same open again within a day: it flaps, and was told. Design value. [min]"""
MOST_A_DAY, MOST_SHARE = 10, 0.02
"""At most so many tickets open a local day, or this share of a larger site's sensors; others wait. Design values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CareState:
    """What is remembered, arrays of shape (sensors, 4, reasons).

    Attributes:
        course: How long each channel has not been believed.
        told: Whether it was counted as held back.
        rests: Until when it opens nothing again. [minutes since 1970]
        cases: Tickets that last.
        day: Local date of the last opening.
        opened: Tickets opened on it.
    """

    course: Course = field(default_factory=Course)
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
    if not len(judged.sensor):
        return state, ((), ())
    state = _sized(state, len(zone.is_vehicle))
    course, lasting = follow(state.course, judged, zone)
    told = state.told & (course.since > 0) if state.told.any() else state.told
    state = replace(state, course=course, told=told)
    state, ended = _healed(state, judged.clock_ms, judged.minute_ms // MINUTE_MS)
    if not lasting.long.any():
        return state, (ended, ())
    state, (tickets, decisions) = _open(state, lasting, judged, zone)
    return state, ((*ended, *tickets), decisions)


def most_a_day(sensors: int) -> int:
    """Return how many tickets may open on a local day."""
    return max(MOST_A_DAY, int(MOST_SHARE * sensors))


def _sized(state: CareState, sensors: int) -> CareState:
    if len(state.told) == sensors:
        return state
    course = no_course(sensors)
    rests = np.zeros(course.since.shape, np.int64)
    return replace(state, course=course, told=np.zeros(rests.shape, np.bool_), rests=rests)


def _healed(state: CareState, clock_ms: int, minute: int) -> tuple[CareState, tuple[Ticket, ...]]:
    """End the tickets of channels that have been free of their reason for long enough."""
    if not state.cases:
        return state, ()
    living: list[CareCase] = []
    ended: list[Ticket] = []
    rests = state.rests.copy()
    for case in state.cases:
        where = (case.sensor, list(case.channels), case.reason)
        healed = 0 if state.course.since[where].any() else case.healed or minute
        if healed and minute - healed >= HEALED_MIN:
            ended.append(end(case, clock_ms, healed * MINUTE_MS))
            rests[where] = minute + REST_MIN
        else:
            living.append(replace(case, healed=healed))
    return replace(state, cases=tuple(living), rests=rests), tuple(ended)


def _open(state: CareState, lasting: Lasting, judged: JudgedField, zone: Zone) -> tuple[CareState, Told]:
    """Open a ticket for each device and reason that may have one, and count the others as held back."""
    day = local_day(judged.clock_ms, zone)
    state = state if state.day == day else replace(state, day=day, opened=0)
    free = ~_covered(state.cases, len(state.told))[:, :, np.newaxis]
    if not (lasting.long & free).any():
        return state, ((), ())
    new = lasting.own & free & (state.rests <= judged.minute_ms // MINUTE_MS)
    taken: set[tuple[int, int]] = set()
    tickets: list[Ticket] = []
    made: list[DecisionMade] = []
    for (sensor, reason), channels in _grouped(new).items():
        left = tuple(channel for channel in channels if (sensor, channel) not in taken)
        if left and (_case_of(state, sensor, reason) >= 0 or state.opened < most_a_day(len(zone.is_vehicle))):
            state, ticket = _written(state, (sensor, reason, left), judged, zone)
            taken.update((sensor, channel) for channel in left)
            tickets.append(ticket)
            if len(ticket.history) == 1:
                made.append(DecisionMade(judged.clock_ms, Decision.SENSOR_CARE, ticket.id))
    held = lasting.long & ~_covered(state.cases, len(state.told))[:, :, np.newaxis] & ~state.told
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
    start_ms = int(state.course.since[sensor, list(channels), reason].min()) * MINUTE_MS
    case = open_case(which, REASONS[reason], start_ms, judged, zone)
    return replace(state, cases=(*cases, case), opened=state.opened + 1), case.ticket


def _case_of(state: CareState, sensor: int, reason: int) -> int:
    """Return the place of a device's case that lasts, -1 = none."""
    return next((at for at, one in enumerate(state.cases) if (one.sensor, one.reason) == (sensor, reason)), -1)


def _key(state: CareState, sensor: int, reason: int, channels: list[int], zone: Zone) -> str:
    start_ms = int(state.course.since[sensor, channels, reason].min()) * MINUTE_MS
    return f"{zone.site.sensor_ids[sensor]}/{POLLUTANTS[channels[0]]}/{rfc3339(to_datetime(start_ms))}"


def _covered(cases: tuple[CareCase, ...], sensors: int) -> BoolArray:
    """Return which channels have a ticket that lasts, shape (sensors, 4)."""
    covered = np.zeros((sensors, N_POLLUTANTS), np.bool_)
    for case in cases:
        covered[case.sensor, list(case.channels)] = True
    return covered


def _grouped(which: BoolArray) -> dict[tuple[int, int], list[int]]:
    """Return the channels by (sensor, reason), in the order of sensors, then of reasons."""
    groups: dict[tuple[int, int], list[int]] = {}
    for sensor, reason, channel in np.argwhere(which.transpose(0, 2, 1)).tolist():
        groups.setdefault((sensor, reason), []).append(channel)
    return groups
