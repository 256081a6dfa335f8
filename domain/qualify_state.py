"""What qualify remembers of a zone: rows that wait, what has arrived, and its account."""

from dataclasses import dataclass

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.dedupe import SeenMinute
from domain.field import FlagArray
from domain.lag import Lags, no_lags
from domain.patience import Patience, no_patience
from domain.position import LastFixes, no_fixes
from domain.quality import LastReadings, nothing_yet
from domain.readings import FloatArray, Readings, Weather, no_readings
from domain.site import Site
from domain.weather import LatestWeather, no_latest


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the readings so far; `readings` counts every one that was taken.

    Attributes:
        duplicates: Brought no channel that had not arrived before.
        late: Came after their minute was settled; they go to the history, and may amend a ticket.
        too_late: Came after `late_horizon_min`; nobody knows any more whether they are repeats.
    """

    readings: int = 0
    duplicates: int = 0
    late: int = 0
    too_late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifyState:
    """All that qualify remembers; bounded by what a minute brings and `late_horizon_min`.

    Attributes:
        clock_ms: The zone clock: the greatest receive time seen. [ms]
        settled: The last settled minute; -1 before the first arrival. [minutes since 1970]
        pending: Rows received, not yet taken at a tick, in the order of messages.
        pending_weather: As `pending`.
        waiting: Rows taken whose minute is not settled yet, with their flags.
        seen: What has arrived, for the law of first arrival.
        last: Last value per channel.
        fixes: Last fix per vehicle.
        lags: Least lag per device.
        patience: How long a minute waits for its readings.
        ticked_ms: The last tick that settled a minute, 0 = none. [ms]
        interval_ms: Each sensor's usual time between readings, NaN = unknown, shape (sensors,). [ms]
    """

    clock_ms: int
    settled: int
    pending: tuple[Readings, ...]
    pending_weather: tuple[Weather, ...]
    waiting: Readings
    waiting_flags: FlagArray
    seen: tuple[SeenMinute, ...]
    last: LastReadings
    fixes: LastFixes
    lags: Lags
    patience: Patience
    ticked_ms: int
    interval_ms: FloatArray
    weather: LatestWeather
    counts: Counts


def start(site: Site) -> QualifyState:
    """Return the state of a zone that has heard nothing."""
    return QualifyState(
        clock_ms=0,
        settled=-1,
        pending=(),
        pending_weather=(),
        waiting=no_readings(),
        waiting_flags=np.zeros((0, N_POLLUTANTS), np.uint16),
        seen=(),
        last=nothing_yet(len(site.sensors)),
        fixes=no_fixes(len(site.sensors)),
        lags=no_lags(len(site.sensors)),
        patience=no_patience(),
        ticked_ms=0,
        interval_ms=np.full(len(site.sensors), np.nan),
        weather=no_latest(),
        counts=Counts(),
    )
