"""The last hour's judged minutes of one sensor → its indices of HJ 633, the pollutants that lead, and the AQI."""

from datetime import date
from typing import Any

import numpy as np

from domain.channels import POLLUTANTS
from domain.limits.aqi import HOURLY_ITEMS, air_quality, edition_on, iaqi
from domain.limits.averages import MIN_MINUTES
from domain.limits.tables import Averaging
from domain.series import JudgedRows

HOUR_MS = 3_600_000
INDEXED: tuple[str, ...] = tuple(name for name in POLLUTANTS if name in HOURLY_ITEMS)
"""Of what is supervised; NOx has no index."""


def hour_index(rows: JudgedRows, day: date) -> dict[str, Any]:
    """Return `standard`, `iaqi` by pollutant, `leads`, and `aqi` with its `level`; null where it may not be told.

    A pollutant with less than 45 minutes that nobody distrusts has no index. Micro-stations do not measure every item
    of an hourly report, so there is an AQI above 100 only (HJ 633-2026, 5.3.1).

    Args:
        rows: The minutes of the hour.
        day: Local day, which says the edition.
    """
    edition = edition_on(day)
    means = ((name, _mean(rows, name)) for name in INDEXED)
    indices = {name: float(iaqi(name, Averaging.ONE_HOUR, mean, edition)[0]) for name, mean in means}
    known = {name: int(index) for name, index in indices.items() if not np.isnan(index)}
    quality = air_quality(indices)
    return {
        "standard": edition,
        "iaqi": {name: known.get(name) for name in INDEXED},
        "leads": [name for name, index in known.items() if index == max(known.values())],
        "aqi": quality and quality.value,
        "level": quality and quality.level.value,
    }


def _mean(rows: JudgedRows, name: str) -> np.ndarray:
    channel = POLLUTANTS.index(name)
    value = rows.value[:, channel]
    believed = value[~np.isnan(value) & (rows.flags[:, channel] == 0)]
    return np.array([believed.mean() if len(believed) >= MIN_MINUTES else np.nan])
