"""Minutes to judged minutes: excess over the background, with onset, hold and clear."""

from dataclasses import dataclass, replace

import numpy as np

from domain.background import Baseline, forget, learn, no_baseline
from domain.band import Band, band_of, doubted
from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.comparison import Beside, Compared, compare, nothing_compared
from domain.drift import Slow
from domain.field import Flag, FlagArray, JudgedField, MinuteField, nan_block
from domain.humidity import swollen_sigma, zone_humidity
from domain.network import Network, neighbours_of
from domain.onset import Look, Onset, give_up, is_raised, judge, no_onset
from domain.readings import BoolArray, IndexArray
from domain.rules import DetectRules
from domain.site import Site
from domain.standing import Standing, flagged, nothing_stands, offline, stands, take


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectState:
    """All that detect remembers; `minute` is the last judged one, -1 = none. [minutes since 1970]"""

    minute: int
    standing: Standing
    baseline: Baseline
    onset: Onset
    compared: Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What stands in a minute, shape (sensors, 4), asked once.

    Attributes:
        standing: The values.
        minute: Which minute. [minutes since 1970]
        speaks: Values that still speak.
        silent: Flags of what has fallen silent.
        known: Channels that were learnt for long enough.
    """

    standing: Standing
    minute: int
    speaks: BoolArray
    silent: FlagArray
    known: BoolArray

    @property
    def is_new(self) -> BoolArray:
        """Which values are of this very minute, shape (sensors, 4)."""
        new: BoolArray = self.standing.value_minute == self.minute
        return new


def _now(standing: Standing, baseline: Baseline, minute: int, rules: DetectRules) -> _Now:
    return _Now(
        standing=standing,
        minute=minute,
        speaks=stands(standing, minute, rules.hold_min),
        silent=offline(standing, minute),
        known=_known(standing, baseline, rules),
    )


def start(site: Site) -> DetectState:
    """Return the state of a zone that was never judged."""
    rows = len(site.sensors)
    return DetectState(
        minute=-1,
        standing=nothing_stands(site),
        baseline=no_baseline(rows),
        onset=no_onset(rows),
        compared=nothing_compared(rows),
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
    standing = take(state.standing, field, minute)
    if not len(field.sensor) and not is_raised(state.onset.state).any():
        return replace(state, minute=minute), _silent(field)
    now = _now(standing, state.baseline, minute, rules)
    flags = standing.flags | state.compared.flags | now.silent
    usable = now.speaks & (flags == 0) & ~is_raised(state.onset.state) & ~network.is_vehicle[:, np.newaxis]
    neighbour = _neighbours(standing, network, field)
    band = band_of(standing, state.baseline, usable, neighbour, network, rules)
    compared = _compared(state, now, band, neighbour, network)
    wider = swollen_sigma(band.sigma, band.residual, neighbour, zone_humidity(field.weather))
    doubts = compared.flags
    band = doubted(band, standing.value, doubts | now.silent, wider, rules)
    onset = give_up(state.onset, doubts != 0) if doubts.any() else state.onset
    look = _look(now, band, rules)
    onset = judge(onset, look, rules)
    baseline, onset = _relearn(state.baseline, onset, field.minute_ms, rules)
    told = now.speaks & now.is_new & ~np.isnan(band.residual)
    calm = told & ((band.flags & ~np.uint16(Flag.DRIFT)) == 0) & ~is_raised(onset.state)
    baseline = learn(baseline, band.residual, calm, standing.step_min[:, np.newaxis], rules)
    state = DetectState(minute=minute, standing=standing, baseline=baseline, onset=onset, compared=compared)
    return state, _judged_field(onset, field, band, now, look.flagged)


def _neighbours(standing: Standing, network: Network, field: MinuteField) -> IndexArray:
    moving = field.sensor[network.is_vehicle[field.sensor] & ~np.isnan(field.lon)]
    if not len(moving):
        return network.neighbour
    neighbour = network.neighbour.copy()
    places = network.projection.to_metres(standing.lon[moving], standing.lat[moving])
    neighbour[moving] = neighbours_of(network, places)
    return neighbour


def _compared(state: DetectState, now: _Now, band: Band, neighbour: IndexArray, network: Network) -> Compared:
    """Return what the neighbours say of each channel; nobody is compared before it has been learnt."""
    baseline, standing = state.baseline, now.standing
    beside = Beside(
        value=standing.value,
        background=band.background,
        residual=band.residual,
        sigma=band.sigma,
        fresh=now.is_new & now.known,
        step_min=standing.step_min[:, np.newaxis],
        stays=~network.is_vehicle[:, np.newaxis],
    )
    slow = Slow(baseline.offset, baseline.scatter, baseline.learnt_min)
    return compare(state.compared, beside, slow, neighbour, now.minute)


def _known(standing: Standing, baseline: Baseline, rules: DetectRules) -> BoolArray:
    """Return which channels were learnt for long enough, shape (sensors, 4)."""
    step_min = standing.step_min[:, np.newaxis]
    known: BoolArray = baseline.learnt_min >= np.maximum(rules.warmup_min, rules.warmup_readings * step_min)
    return known


def _look(now: _Now, band: Band, rules: DetectRules) -> Look:
    standing = now.standing
    excess = standing.value - band.background
    low = (band.residual < rules.clear_sigma * band.sigma) | (excess < 0.5 * np.array(rules.floor_ugm3))
    return Look(
        judged=now.speaks & (band.flags == 0) & ~np.isnan(band.residual) & now.known,
        fresh=now.is_new,
        over=standing.value > band.upper,
        quiet=low,
        flagged=flagged(standing, band.flags, now.minute, rules.hold_min),
        value_ms=standing.value_minute * MINUTE_MS,
        step_min=standing.step_min[:, np.newaxis],
    )


def _relearn(baseline: Baseline, onset: Onset, minute_ms: int, rules: DetectRules) -> tuple[Baseline, Onset]:
    """Forget what was known of a channel that is raised for `relearn_hours`: a moved sensor, a new normal."""
    too_long = (onset.since_ms > 0) & (minute_ms - onset.since_ms >= rules.relearn_hours * 3600_000)
    if not too_long.any():
        return baseline, onset
    return forget(baseline, too_long), give_up(onset, too_long)


def _judged_field(onset: Onset, field: MinuteField, band: Band, now: _Now, untrusted: BoolArray) -> JudgedField:
    """Return a row for every sensor that has a value standing, or an excess that lasts."""
    standing = now.standing
    shown = (now.speaks | untrusted | is_raised(onset.state)).any(axis=1)
    rows = np.flatnonzero(shown).astype(np.int32)
    return JudgedField(
        minute_ms=field.minute_ms,
        clock_ms=field.clock_ms,
        sensor=rows,
        lon=standing.lon[rows],
        lat=standing.lat[rows],
        value=np.where(now.speaks[rows], standing.value[rows], np.nan),
        completeness=standing.completeness[rows],
        flags=band.flags[rows],
        background=band.background[rows],
        upper=band.upper[rows],
        sigma=band.sigma[rows],
        state=onset.state[rows],
        since_ms=onset.since_ms[rows],
        fresh=(standing.heard_minute[rows] == now.minute).any(axis=1),
        weather=field.weather,
        road=field.road,
        late=field.late,
    )


def _silent(field: MinuteField) -> JudgedField:
    """Return a minute in which nobody spoke and nothing is raised: no rows; what stands, stands as it was."""
    none, block = np.empty(0), nan_block(0)
    return JudgedField(
        minute_ms=field.minute_ms,
        clock_ms=field.clock_ms,
        sensor=field.sensor,
        lon=none,
        lat=none,
        value=block,
        completeness=block,
        flags=field.flags,
        background=block,
        upper=block,
        sigma=block,
        state=np.zeros((0, N_POLLUTANTS), np.uint8),
        since_ms=np.zeros((0, N_POLLUTANTS), np.int64),
        fresh=np.zeros(0, np.bool_),
        weather=field.weather,
        late=field.late,
    )
