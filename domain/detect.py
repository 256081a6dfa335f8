"""Minutes to judged minutes: excess over the background, with onset, hold and clear."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from domain.background import Baseline, expected_level, from_log, learn, no_baseline, to_log
from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import ChannelState, FlagArray, JudgedField, MinuteField, StateArray, nan_block
from domain.network import Network, neighbours_of
from domain.readings import BoolArray, FloatArray, IntArray
from domain.rules import DetectRules
from domain.site import Site

VEHICLE_SIGMA = 0.25
"""A vehicle crosses traffic: its minutes scatter at least this much (in logarithms) about the stations'. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectState:
    """All that detect remembers; arrays have one row a sensor.

    Attributes:
        minute: The last judged minute; -1 = none. [minutes since 1970]
        value: Standing values, shape (sensors, 4). [µg/m³]
        value_minute: Minute each value is from, shape (sensors, 4).
        step_min: Each sensor's usual time between minutes with a value, shape (sensors,). [min]
        hot_min: Minutes over the upper edge in this excess, shape (sensors, 4). [min]
        quiet_min: Minutes below the clear level since, shape (sensors, 4). [min]
    """

    minute: int
    value: FloatArray
    value_minute: IntArray
    completeness: FloatArray
    flags: FlagArray
    lon: FloatArray
    lat: FloatArray
    step_min: FloatArray
    baseline: Baseline
    state: StateArray
    since_ms: IntArray
    hot_min: IntArray
    quiet_min: IntArray


def start(site: Site) -> DetectState:
    """Return the state of a zone that was never judged."""
    rows = len(site.sensors)
    shape = (rows, N_POLLUTANTS)
    return DetectState(
        minute=-1,
        value=nan_block(rows),
        value_minute=np.zeros(shape, np.int64),
        completeness=np.zeros(shape),
        flags=np.zeros(shape, np.uint16),
        lon=np.array([sensor.lon for sensor in site.sensors]),
        lat=np.array([sensor.lat for sensor in site.sensors]),
        step_min=np.ones(rows),
        baseline=no_baseline(rows),
        state=np.full(shape, ChannelState.UNJUDGED, np.uint8),
        since_ms=np.zeros(shape, np.int64),
        hot_min=np.zeros(shape, np.int64),
        quiet_min=np.zeros(shape, np.int64),
    )


def advance(
    state: DetectState, field: MinuteField, network: Network, rules: DetectRules
) -> tuple[DetectState, JudgedField | None]:
    """Judge the next minute.

    Returns:
        The new state and the judged minute; None for a minute that was judged before (a re-read message).
    """
    minute = field.minute_ms // MINUTE_MS
    if minute <= state.minute:
        return state, None
    if not len(field.sensor) and not _anything_raised(state):
        return replace(state, minute=minute), _nothing(field)
    state = _take_values(state, field, minute)
    neighbour = _neighbours(state, network, field)
    standing = _standing(state, minute, rules)
    healthy = standing & (state.flags == 0)
    level = to_log(state.value)
    raised = (state.state == ChannelState.HOT) | (state.state == ChannelState.BREACH)
    usable = healthy & ~raised & ~network.is_vehicle[:, np.newaxis]
    expected = expected_level(level, state.baseline.offset, usable, neighbour)
    residual = level - expected
    sigma = _sigma(state.baseline, residual, usable, network.is_vehicle, rules)
    background = np.maximum(from_log(expected), 0.0)
    floor = np.array(rules.floor_ugm3)
    upper = np.maximum(from_log(expected + rules.raise_sigma * sigma), background + floor)
    over = healthy & (state.value > upper)
    quiet = healthy & ((residual < rules.clear_sigma * sigma) | (state.value - background < 0.5 * floor))
    judged = healthy & ~np.isnan(residual) & (state.baseline.learnt_min >= rules.warmup_min)
    state = _judge(state, minute, judged, standing, over, quiet, rules)
    fresh = state.value_minute == minute
    calm = (
        healthy
        & fresh
        & ~np.isnan(residual)
        & ((state.state == ChannelState.NORMAL) | (state.state == ChannelState.UNJUDGED))
    )
    step = state.step_min[:, np.newaxis]
    baseline = learn(state.baseline, residual, calm, step, rules.offset_hours)
    return replace(state, baseline=baseline), _judged_field(state, field, standing, background, upper, sigma)


def _anything_raised(state: DetectState) -> bool:
    return bool(((state.state == ChannelState.HOT) | (state.state == ChannelState.BREACH)).any())


def _take_values(state: DetectState, field: MinuteField, minute: int) -> DetectState:
    value, value_minute = state.value.copy(), state.value_minute.copy()
    completeness, flags = state.completeness.copy(), state.flags.copy()
    lon, lat, step_min = state.lon.copy(), state.lat.copy(), state.step_min.copy()
    sensor = field.sensor
    has_value = ~np.isnan(field.value)
    reported = has_value | (field.flags != 0)
    before = value_minute[sensor].max(axis=1)
    gap = np.where(before > 0, minute - before, 1).astype(np.float64)
    any_value = has_value.any(axis=1)
    step_min[sensor] = np.where(
        any_value, step_min[sensor] + 0.3 * (np.minimum(gap, 120.0) - step_min[sensor]), step_min[sensor]
    )
    value[sensor] = np.where(has_value, field.value, value[sensor])
    value_minute[sensor] = np.where(has_value, minute, value_minute[sensor])
    completeness[sensor] = np.where(reported, field.completeness, completeness[sensor])
    flags[sensor] = np.where(reported, field.flags, flags[sensor])
    known = ~np.isnan(field.lon)
    lon[sensor[known]], lat[sensor[known]] = field.lon[known], field.lat[known]
    return replace(
        state,
        minute=minute,
        value=value,
        value_minute=value_minute,
        completeness=completeness,
        flags=flags,
        lon=lon,
        lat=lat,
        step_min=np.maximum(step_min, 1.0),
    )


def _neighbours(state: DetectState, network: Network, field: MinuteField) -> npt.NDArray[np.int32]:
    moving = field.sensor[network.is_vehicle[field.sensor] & ~np.isnan(field.lon)]
    if not len(moving):
        return network.neighbour
    neighbour = network.neighbour.copy()
    places = network.projection.to_metres(state.lon[moving], state.lat[moving])
    neighbour[moving] = neighbours_of(network, places)
    return neighbour


def _standing(state: DetectState, minute: int, rules: DetectRules) -> BoolArray:
    """Return which values still speak: `hold_min`, or one and a half reporting intervals of a slower sensor."""
    hold_min = np.maximum(rules.hold_min, 1.5 * state.step_min)[:, np.newaxis]
    return ~np.isnan(state.value) & (minute - state.value_minute <= hold_min)


def _sigma(
    baseline: Baseline, residual: FloatArray, usable: BoolArray, is_vehicle: BoolArray, rules: DetectRules
) -> FloatArray:
    """Return the scatter to judge by: the greatest of the floor, the sensor's own, and the network's own now."""
    now = np.zeros(N_POLLUTANTS)
    for channel in range(N_POLLUTANTS):
        column = residual[usable[:, channel], channel]
        column = column[~np.isnan(column)]
        if len(column) >= 5:
            now[channel] = 1.4826 * np.median(np.abs(column))  # MAD to sigma of a Gaussian
    sigma = np.maximum(np.maximum(baseline.scatter, now), rules.sigma_floor)
    return np.where(is_vehicle[:, np.newaxis], np.maximum(sigma, VEHICLE_SIGMA), sigma)


def _judge(
    state: DetectState,
    minute: int,
    judged: BoolArray,
    standing: BoolArray,
    over: BoolArray,
    quiet: BoolArray,
    rules: DetectRules,
) -> DetectState:
    was = state.state
    raised = (was == ChannelState.HOT) | (was == ChannelState.BREACH)
    over = over & judged
    hot_min = np.where(over, state.hot_min + 1, state.hot_min)
    quiet_min = np.where(over, 0, np.where(quiet | ~standing, state.quiet_min + 1, state.quiet_min))
    begins = over & ~raised
    hot_min = np.where(begins, 1, hot_min)
    since_ms = np.where(begins, state.value_minute * MINUTE_MS, state.since_ms)
    cools = (was == ChannelState.HOT) & (quiet_min >= rules.hold_min)
    clears = (was == ChannelState.BREACH) & (quiet_min >= rules.clear_min)
    now = np.where(judged | raised, ChannelState.NORMAL, ChannelState.UNJUDGED).astype(np.uint8)
    now = np.where(raised & ~cools & ~clears, was, now)
    now = np.where(begins, ChannelState.HOT, now)
    now = np.where((now == ChannelState.HOT) & (hot_min >= rules.onset_min), ChannelState.BREACH, now)
    now = np.where((state.flags != 0) & standing & ~raised, ChannelState.EXCLUDED, now)
    ended = (now != ChannelState.HOT) & (now != ChannelState.BREACH)
    return replace(
        state,
        minute=minute,
        state=now.astype(np.uint8),
        since_ms=np.where(ended, 0, since_ms),
        hot_min=np.where(ended, 0, hot_min),
        quiet_min=np.where(ended, 0, quiet_min),
    )


def _judged_field(
    state: DetectState,
    field: MinuteField,
    standing: BoolArray,
    background: FloatArray,
    upper: FloatArray,
    sigma: FloatArray,
) -> JudgedField:
    shown = (standing | (state.state == ChannelState.BREACH)).any(axis=1)
    rows = np.flatnonzero(shown).astype(np.int32)
    value = np.where(standing, state.value, np.nan)
    return JudgedField(
        minute_ms=field.minute_ms,
        clock_ms=field.clock_ms,
        sensor=rows,
        lon=state.lon[rows],
        lat=state.lat[rows],
        value=value[rows],
        completeness=state.completeness[rows],
        flags=state.flags[rows],
        background=background[rows],
        upper=upper[rows],
        sigma=sigma[rows],
        state=state.state[rows],
        since_ms=state.since_ms[rows],
        fresh=(state.value_minute[rows] == state.minute).any(axis=1),
        weather=field.weather,
    )


def _nothing(field: MinuteField) -> JudgedField:
    none, block = np.empty(0), nan_block(0)
    return JudgedField(
        minute_ms=field.minute_ms,
        clock_ms=field.clock_ms,
        sensor=np.empty(0, np.int32),
        lon=none,
        lat=none,
        value=block,
        completeness=block,
        flags=np.zeros((0, N_POLLUTANTS), np.uint16),
        background=block,
        upper=block,
        sigma=block,
        state=np.zeros((0, N_POLLUTANTS), np.uint8),
        since_ms=np.zeros((0, N_POLLUTANTS), np.int64),
        fresh=np.zeros(0, np.bool_),
        weather=field.weather,
    )
