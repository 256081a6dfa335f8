"""Judged minutes to how long each channel has not been believed, in the device's own words or in silence of its own."""

from dataclasses import dataclass, field, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import Flag, JudgedField
from domain.readings import BoolArray, FloatArray, IntArray
from domain.standing import usual_step
from domain.zone import Zone

REASONS = (Flag.STUCK, Flag.UNIT, Flag.RANGE, Flag.CLOCK, Flag.POSITION, Flag.OFFLINE, Flag.DRIFT)
"""What a device does not get over by itself, in the order in which they are told."""
LASTS_MIN = np.array([60, 60, 60, 60, 60, 60, 360])
"""So long each must last after it was first flagged, without a healthy word; drift may turn. Design values. [min]"""
WORDS = 12
"""And for so many of the device's words, or as long as it takes to say them: an hour of one in five minutes, half a day
of one an hour, in which ozone may rest at nought for a night and GB 3095-2026 lets four hours be missing. Design value.
"""
SILENT_MOST_MIN = 720
"""But half a day of silence is enough of any device. Design value. [min]"""
NETWORK_SHARE = 0.3
"""Where more of the stations are silent it is the network, told by `/readyz`, and no device's fault. Design value."""
_IS_OFFLINE = np.array([reason is Flag.OFFLINE for reason in REASONS])
_BITS = np.array(REASONS, np.uint16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was followed of each channel and reason, shape (sensors, 4, reasons), and of each device, shape (sensors,).

    Attributes:
        since: Minute since which a channel is flagged for a reason, 0 = it is not. [minutes since 1970]
        words: The device's words since then; of silence, its minutes while the network spoke.
        minute: The last one judged, 0 = none. [minutes since 1970]
        heard: Minute of the device's last word, 0 = none. [minutes since 1970]
        step_min: Its usual time between words. [min]
    """

    since: IntArray = field(default_factory=lambda: np.zeros((0, N_POLLUTANTS, len(REASONS)), np.int64))
    words: IntArray = field(default_factory=lambda: np.zeros((0, N_POLLUTANTS, len(REASONS)), np.int64))
    minute: int = 0
    heard: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    step_min: FloatArray = field(default_factory=lambda: np.zeros(0))


def no_course(sensors: int) -> Course:
    """Return devices that never spoke."""
    none = np.zeros((sensors, N_POLLUTANTS, len(REASONS)), np.int64)
    return Course(since=none, words=none, heard=np.zeros(sensors, np.int64), step_min=np.ones(sensors))


def follow(known: Course, judged: JudgedField, zone: Zone) -> tuple[Course, BoolArray]:
    """Take a judged minute into account; of a silent channel nothing is known but its silence.

    Returns:
        The new course, and what has lasted for long enough and does so now, shape (sensors, 4, reasons).
    """
    minute = judged.minute_ms // MINUTE_MS
    passed_min = _passed_min(known, judged, minute, zone)
    known = _listen(known, judged, minute)
    if not (judged.flags.any() or known.since.any()):
        return known, np.zeros(known.since.shape, np.bool_)
    followed: BoolArray = known.since.max(axis=(1, 2)) > 0
    some = judged.flags.any(axis=1) | followed[judged.sensor]  # of others there is nothing to follow
    rows = judged.sensor[some]
    flags = judged.flags[some][:, :, np.newaxis]
    silent = (flags & np.uint16(Flag.OFFLINE)) != 0
    told = (~np.isnan(judged.value[some])[:, :, np.newaxis] | (flags != 0)) & (~silent | _IS_OFFLINE)
    parked = zone.is_vehicle[rows][:, np.newaxis, np.newaxis] & _IS_OFFLINE  # a vehicle that is silent has parked
    now = told & ((flags & _BITS) != 0) & ~parked
    counts = np.where(_IS_OFFLINE, passed_min, judged.fresh[some][:, np.newaxis, np.newaxis])
    since, words = known.since.copy(), known.words.copy()
    since[rows] = np.where(told, np.where(now, np.where(since[rows] > 0, since[rows], minute), 0), since[rows])
    words[rows] = np.where(since[rows] > 0, words[rows] + now * counts, 0)
    lasting = np.zeros(since.shape, np.bool_)
    silent_min = np.clip(WORDS * known.step_min[rows], LASTS_MIN[_IS_OFFLINE], SILENT_MOST_MIN)
    enough = np.where(_IS_OFFLINE, silent_min[:, np.newaxis, np.newaxis], WORDS)
    lasting[rows] = now & (minute - since[rows] >= LASTS_MIN) & (words[rows] >= enough)
    return replace(known, since=since, words=words), lasting


def is_network(judged: JudgedField, zone: Zone) -> bool:
    """Say whether so many stations are silent that it is no device's own fault; one alone always is."""
    silent = ((judged.flags & np.uint16(Flag.OFFLINE)) != 0).any(axis=1) & ~zone.is_vehicle[judged.sensor]
    return bool(silent.sum() > max(NETWORK_SHARE * (~zone.is_vehicle).sum(), 1.0))


def _passed_min(known: Course, judged: JudgedField, minute: int, zone: Zone) -> int:
    """Return the minutes since the last judged one in which the network spoke: no more than its usual gap."""
    if not known.minute or is_network(judged, zone):
        return 0
    return min(minute - known.minute, int(np.ceil(np.median(known.step_min))))


def _listen(known: Course, judged: JudgedField, minute: int) -> Course:
    """Follow how often each device speaks."""
    speaking = judged.sensor[judged.fresh]
    gap_min = np.where(known.heard[speaking] > 0, minute - known.heard[speaking], 1).astype(np.float64)
    heard, step_min = known.heard.copy(), known.step_min.copy()
    heard[speaking], step_min[speaking] = minute, usual_step(step_min[speaking], gap_min)
    return replace(known, minute=minute, heard=heard, step_min=step_min)
