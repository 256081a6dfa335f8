"""Judged minutes to how long each channel has not been believed, in the device's own words or in silence of its own."""

from dataclasses import dataclass, field, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import Flag, JudgedField
from domain.readings import BoolArray, FloatArray, IntArray
from domain.robust import median
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
"""Where more of the stations have the same fault at once it is the network (silence is told by `/readyz`; in 2013 ozone
of all of Beijing stood still for hours), and no device's own. Design value."""
DAY_MIN = 1440
"""What is no silence and lasts for a day is told whoever else has it: a night is over by then. Design value. [min]"""
_IS_OFFLINE = np.array([reason is Flag.OFFLINE for reason in REASONS])
_BITS = np.array(REASONS, np.uint16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was followed of each channel and reason, shape (sensors, 4, reasons), and of each device, shape (sensors,).

    Attributes:
        since: Minute since which a channel is flagged for a reason, 0 = it is not. [minutes since 1970]
        words: The device's words since then; of silence, its minutes; neither while it was the network.
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


@dataclass(frozen=True, slots=True)
class Lasting:
    """What has lasted and does so in this very minute, shape (sensors, 4, reasons).

    Attributes:
        long: For so long that it is worth counting.
        own: For so long while the network was well that the device needs care.
    """

    long: BoolArray
    own: BoolArray


def follow(known: Course, judged: JudgedField, zone: Zone) -> tuple[Course, Lasting]:
    """Take a judged minute into account; of a silent channel nothing is known but its silence."""
    minute = judged.minute_ms // MINUTE_MS
    silent_min = _passed_min(known, minute)
    known = _listen(known, judged, minute)
    long, own = np.zeros(known.since.shape, np.bool_), np.zeros(known.since.shape, np.bool_)
    if not (judged.flags.any() or known.since.any()):
        return known, Lasting(long, own)
    followed: BoolArray = known.since.max(axis=(1, 2)) > 0
    some = judged.flags.any(axis=1) | followed[judged.sensor]  # of others there is nothing to follow
    rows = judged.sensor[some]
    told, now = _flagged(judged, some, zone)
    counts = np.where(_IS_OFFLINE, silent_min, judged.fresh[some][:, np.newaxis, np.newaxis])
    counts = np.where(network_faults(judged, zone), 0, counts)
    since, words = known.since.copy(), known.words.copy()
    since[rows] = np.where(told, np.where(now, np.where(since[rows] > 0, since[rows], minute), 0), since[rows])
    words[rows] = np.where(since[rows] > 0, words[rows] + now * counts, 0)
    slow_min = np.minimum(WORDS * known.step_min[rows], SILENT_MOST_MIN)[:, np.newaxis, np.newaxis]
    lasts_min = minute - since[rows]
    enough = np.where(_IS_OFFLINE, np.maximum(LASTS_MIN, slow_min), WORDS)
    days = (lasts_min >= DAY_MIN) & ~_IS_OFFLINE
    own[rows] = now & (((lasts_min >= LASTS_MIN) & (words[rows] >= enough)) | days)
    long[rows] = own[rows] | (now & (lasts_min >= np.maximum(LASTS_MIN, slow_min)))
    return replace(known, since=since, words=words), Lasting(long, own)


def network_faults(judged: JudgedField, zone: Zone) -> BoolArray:
    """Say which reasons are had by so many stations that they are no device's own, shape (reasons,); one alone is."""
    station = ~zone.is_vehicle[judged.sensor]
    stations: IntArray = ((judged.flags[station][:, :, np.newaxis] & _BITS) != 0).any(axis=1).sum(axis=0)
    many: BoolArray = stations > max(NETWORK_SHARE * (~zone.is_vehicle).sum(), 1.0)
    return many


def _flagged(judged: JudgedField, some: BoolArray, zone: Zone) -> tuple[BoolArray, BoolArray]:
    """Return of which channels anything is known, and what they are flagged for, shape (rows, 4, reasons)."""
    flags = judged.flags[some][:, :, np.newaxis]
    silent = (flags & np.uint16(Flag.OFFLINE)) != 0
    told = (~np.isnan(judged.value[some])[:, :, np.newaxis] | (flags != 0)) & (~silent | _IS_OFFLINE)
    parked = zone.is_vehicle[judged.sensor[some]][:, np.newaxis, np.newaxis] & _IS_OFFLINE  # when it is silent
    return told, told & ((flags & _BITS) != 0) & ~parked


def _passed_min(known: Course, minute: int) -> int:
    """Return the minutes since the last judged one in which the network spoke: no more than its usual gap."""
    return min(minute - known.minute, int(np.ceil(median(known.step_min)))) if known.minute else 0


def _listen(known: Course, judged: JudgedField, minute: int) -> Course:
    """Follow how often each device speaks."""
    speaking = judged.sensor[judged.fresh]
    gap_min = np.where(known.heard[speaking] > 0, minute - known.heard[speaking], 1).astype(np.float64)
    heard, step_min = known.heard.copy(), known.step_min.copy()
    heard[speaking], step_min[speaking] = minute, usual_step(step_min[speaking], gap_min)
    return replace(known, minute=minute, heard=heard, step_min=step_min)
