"""A day, a class and an edition to the concentration limits in force: GB 3095 as dated tables.

No edition has a one-hour limit for particulates: an hourly value of theirs can be high against a site's own warning
level, never above a limit. All values in µg/m³, gases at 298.15 K and 1013.25 hPa, particulates as they are (GB 3095,
4.3). The edition of 2012 meant 273 K until its amendment of 2018-09-01; its numbers did not change with that.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from domain.channels import POLLUTANTS
from domain.readings import FloatArray

EDITION_2012 = "GB 3095-2012"
EDITION_2026 = "GB 3095-2026"
EDITIONS = (EDITION_2012, EDITION_2026)
"""Oldest first."""
CLASSES = (1, 2)
"""Class 1: nature reserves, scenic areas; class 2: where people live and work, industry, the country (GB 3095, 4.1)."""


class Averaging(StrEnum):
    """Over what time a mean is taken."""

    ONE_HOUR = "1h"
    EIGHT_HOUR_MAX = "8h_max"
    DAY = "24h"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of one edition.

    Attributes:
        edition: Name of the standard.
        limits_class: 1 or 2.
        pollutant: A channel's name; NOx is meant as NO2.
        averaging: Of which mean.
        value_ugm3: What the mean may reach, but not exceed. [µg/m³]
        clause: Where it stands in the standard.
        valid_from: First local day on which it counts.
        valid_until: Last local day; None: no end is set.
    """

    edition: str
    limits_class: int
    pollutant: str
    averaging: Averaging
    value_ugm3: float
    clause: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class _Phase:
    edition: str
    valid_from: date
    valid_until: date | None
    clause: str
    rows: tuple[tuple[str, Averaging, float, float, str], ...]
    """Pollutant, averaging, class 1, class 2, table."""


_Pair = tuple[float, float]
"""Class 1 and class 2. [µg/m³]"""


def _rows(*, pm25: _Pair, pm10: _Pair, no2: _Pair, nox: _Pair) -> tuple[tuple[str, Averaging, float, float, str], ...]:
    """Return an edition's rows from its daily means; the others are what every edition since 2012 says alike."""
    return (
        ("no2", Averaging.ONE_HOUR, 200.0, 200.0, "table 1"),
        ("o3", Averaging.EIGHT_HOUR_MAX, 100.0, 160.0, "table 1"),
        ("o3", Averaging.ONE_HOUR, 160.0, 200.0, "table 1"),
        ("nox", Averaging.ONE_HOUR, 250.0, 250.0, "table 2"),
        ("tsp", Averaging.DAY, 120.0, 300.0, "table 2"),
        ("pm25", Averaging.DAY, *pm25, "table 1"),
        ("pm10", Averaging.DAY, *pm10, "table 1"),
        ("no2", Averaging.DAY, *no2, "table 1"),
        ("nox", Averaging.DAY, *nox, "table 2"),
    )


_PHASES = (
    _Phase(
        EDITION_2012,
        date(2016, 1, 1),
        date(2026, 2, 28),
        "in force 2016-01-01",
        _rows(pm25=(35.0, 75.0), pm10=(50.0, 150.0), no2=(80.0, 80.0), nox=(100.0, 100.0)),
    ),
    _Phase(
        EDITION_2026,
        date(2026, 3, 1),
        date(2030, 12, 31),
        "4.4, transition",
        _rows(pm25=(35.0, 60.0), pm10=(50.0, 120.0), no2=(80.0, 80.0), nox=(100.0, 100.0)),
    ),
    _Phase(
        EDITION_2026,
        date(2031, 1, 1),
        None,
        "4.4, final",
        _rows(pm25=(25.0, 50.0), pm10=(50.0, 100.0), no2=(50.0, 50.0), nox=(70.0, 70.0)),
    ),
)
"""GB 3095-2026 of 2026-02-13 (tables 1 and 2, 4.4) and GB 3095-2012 (tables 1 and 2), oldest first. Table 2 counts
where the ministry or the province has decided so (4.5)."""


def limits_on(day: date, edition: str = EDITION_2026, limits_class: int = 2) -> tuple[Limit, ...]:
    """Return every limit that counts for a local day.

    Args:
        day: Local day of the readings.
        edition: The newest edition that the site goes by. Before it came into force its predecessor counts; a site
            that names an older one keeps to that.
        limits_class: 1 or 2.

    Raises:
        ValueError: An edition or a class that is not in the tables.
    """
    if edition not in EDITIONS or limits_class not in CLASSES:
        raise ValueError(f"no limits of {edition!r}, class {limits_class!r}; use {' or '.join(EDITIONS)}, class 1 or 2")
    known = EDITIONS[: EDITIONS.index(edition) + 1]
    phases = [phase for phase in _PHASES if phase.edition in known and phase.valid_from <= day]
    if not phases:
        return ()
    phase = phases[-1]
    return tuple(
        Limit(
            edition=phase.edition,
            limits_class=limits_class,
            pollutant=pollutant,
            averaging=averaging,
            value_ugm3=second if limits_class == 2 else first,
            clause=f"{table}; {phase.clause}",
            valid_from=phase.valid_from,
            valid_until=phase.valid_until,
        )
        for pollutant, averaging, first, second, table in phase.rows
    )


def limit_on(
    day: date, pollutant: str, averaging: Averaging, edition: str = EDITION_2026, limits_class: int = 2
) -> Limit | None:
    """Return the limit of one pollutant and mean on a local day, or None where there is none.

    >>> limit_on(date(2026, 3, 1), "pm25", Averaging.DAY).value_ugm3
    60.0
    >>> limit_on(date(2026, 3, 1), "pm25", Averaging.ONE_HOUR) is None
    True
    """
    for limit in limits_on(day, edition, limits_class):
        if limit.pollutant == pollutant and limit.averaging is averaging:
            return limit
    return None


def limit_row(limits: tuple[Limit, ...], averaging: Averaging) -> FloatArray:
    """Return the limits of one mean in the order of `POLLUTANTS`, NaN = none, shape (4,). [µg/m³]"""
    row = np.full(len(POLLUTANTS), np.nan)
    for limit in limits:
        if limit.averaging is averaging and limit.pollutant in POLLUTANTS:
            row[POLLUTANTS.index(limit.pollutant)] = limit.value_ugm3
    return row
