"""Runs as judged → every measure with its bootstrap intervals, by event and by world."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray
from simulators.scoring.outcomes import RunScore
from simulators.scoring.ratios import RATIOS, Parts, parts_of_event, parts_of_span, parts_of_ticket

RESAMPLES, SEED = 1000, 20260414
LEVEL_PCT = (5.0, 95.0)
"""Intervals hold the truth in about nine of ten cases (percentile bootstrap)."""
DELAYS: dict[str, tuple[str, float]] = {
    "delay_start_median_min": ("from the source's start to the opening", 50.0),
    "delay_start_p90_min": ("the same, nine of ten are faster", 90.0),
    "delay_visible_median_min": ("from the first minute in which a healthy sensor could see it", 50.0),
    "delay_visible_p90_min": ("the same, nine of ten are faster", 90.0),
}
_NAMES = tuple(RATIOS)
_COLUMN = {name: column for column, name in enumerate(_NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure.

    Attributes:
        value: NaN where there was nothing to measure.
        above, below: Of the ratio; for a delay `below` is how many there were.
        by_event: Interval when events and tickets are drawn anew; NaN where nothing was measured.
        by_world: Interval when whole runs are drawn anew; NaN for a single run.
    """

    name: str
    says: str
    value: float
    above: float
    below: float
    by_event: tuple[float, float]
    by_world: tuple[float, float]


def measures(runs: Sequence[RunScore], resamples: int = RESAMPLES) -> tuple[Measure, ...]:
    """Return every measure of runs taken together; the same runs give the same intervals."""
    rng = np.random.default_rng(SEED)
    return (*_ratios(runs, rng, resamples), *_delays(runs, rng, resamples))


def _ratios(runs: Sequence[RunScore], rng: np.random.Generator, resamples: int) -> Iterable[Measure]:
    events = _rows(parts_of_event(event) for run in runs for event in run.events)
    tickets = _rows(parts_of_ticket(ticket) for run in runs for ticket in run.tickets)
    spans = _rows(parts_of_span(run) for run in runs)
    worlds = np.array(
        [
            _rows(map(parts_of_event, run.events)).sum(axis=0)
            + _rows(map(parts_of_ticket, run.tickets)).sum(axis=0)
            + _rows([parts_of_span(run)])[0]
            for run in runs
        ]
    ).reshape(-1, len(_NAMES), 2)
    total = worlds.sum(axis=0)
    drawn = _drawn(events, rng, resamples) + _drawn(tickets, rng, resamples) + spans.sum(axis=0)
    by_event = _interval(_divided(drawn))
    by_world = _interval(_divided(_drawn(worlds, rng, resamples))) if len(runs) > 1 else np.full_like(by_event, np.nan)
    values = _divided(total)
    for name, says in RATIOS.items():
        at = _COLUMN[name]
        yield Measure(
            name=name,
            says=says,
            value=float(values[at]),
            above=float(total[at, 0]),
            below=float(total[at, 1]),
            by_event=_pair(by_event, at),
            by_world=_pair(by_world, at),
        )


def _rows(parts: Iterable[Parts]) -> FloatArray:
    """Return parts as rows, shape (n, measures, 2)."""
    given = list(parts)
    rows = np.zeros((len(given), len(_NAMES), 2))
    for row, part in enumerate(given):
        for name, pair in part.items():
            rows[row, _COLUMN[name]] = pair
    return rows


def _drawn(rows: FloatArray, rng: np.random.Generator, resamples: int) -> FloatArray:
    """Return sums over rows drawn with replacement, shape (resamples, measures, 2)."""
    count = len(rows)
    if not count:
        return np.zeros((resamples, len(_NAMES), 2))
    times = rng.multinomial(count, np.full(count, 1.0 / count), size=resamples).astype(np.float64)
    return np.asarray(np.tensordot(times, rows, axes=1))


def _divided(sums: FloatArray) -> FloatArray:
    above, below = sums[..., 0], sums[..., 1]
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def _interval(samples: FloatArray) -> FloatArray:
    """Return the ends of the interval, shape (2, measures); samples without anything to measure are left out."""
    ends = np.full((2, samples.shape[1]), np.nan)
    for column in range(samples.shape[1]):
        known = samples[~np.isnan(samples[:, column]), column]
        if len(known):
            ends[:, column] = np.percentile(known, LEVEL_PCT)
    return ends


def _pair(ends: FloatArray, at: int) -> tuple[float, float]:
    return float(ends[0, at]), float(ends[1, at])


def _delays(runs: Sequence[RunScore], rng: np.random.Generator, resamples: int) -> Iterable[Measure]:
    for name, (says, percent) in DELAYS.items():
        key = "delay_visible_min" if "visible" in name else "delay_min"
        worlds = [_known(run, key) for run in runs]
        every = np.concatenate([np.empty(0), *worlds])
        yield Measure(
            name=name,
            says=says,
            value=float(np.percentile(every, percent)) if len(every) else np.nan,
            above=np.nan,
            below=float(len(every)),
            by_event=_percentiles([every[at : at + 1] for at in range(len(every))], percent, rng, resamples),
            by_world=_percentiles(worlds, percent, rng, resamples) if len(runs) > 1 else (np.nan, np.nan),
        )


def _known(run: RunScore, key: str) -> FloatArray:
    """Return the delays of a run's due sources. [min]"""
    given = [getattr(event, key) for event in run.events if event.event.due]
    return np.array([delay for delay in given if delay is not None], dtype=np.float64)


def _percentiles(
    parts: Sequence[FloatArray], percent: float, rng: np.random.Generator, resamples: int
) -> tuple[float, float]:
    """Return the interval of a percentile when parts are drawn anew."""
    if not any(map(len, parts)):
        return np.nan, np.nan
    samples = [
        np.percentile(every, percent)
        for _ in range(resamples)
        if len(every := np.concatenate([parts[at] for at in rng.integers(0, len(parts), len(parts))]))
    ]
    low, high = np.percentile(samples, LEVEL_PCT)
    return float(low), float(high)
