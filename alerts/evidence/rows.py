"""Sensors, readings, minutes, weather, limits and candidates → canonical rows: the same rows, the same bytes."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from alerts.evidence.window import Near
from domain.channels import CHANNELS, POLLUTANTS, WEATHER_KEYS
from domain.field import ChannelState, Flag
from domain.limits.tables import limits_on
from domain.readings import IntArray
from domain.series import WeatherRows
from domain.site import Site
from domain.ticket import Ticket

Row = Sequence[object]
_STATES = tuple(state.name.lower() for state in ChannelState)

SENSOR_COLUMNS = (
    "sensor_id",
    "kind",
    "role",
    "excluded_because",
    "lon",
    "lat",
    "distance_m",
    "height_m",
    "calibrated_on",
    "pollutants",
    "units",
    "readings",
    "minutes",
)
READING_COLUMNS = ("sensor_id", "time", "lon", "lat", *CHANNELS)
MINUTE_COLUMNS = ("sensor_id", "time", "pollutant", "value", "background", "upper", "sigma", "state", "flags")
WEATHER_COLUMNS = ("station_id", "time", "lon", "lat", *WEATHER_KEYS)
LIMIT_COLUMNS = ("kind", "edition", "class", "pollutant", "averaging", "value_ugm3", "clause", "from", "until")
CANDIDATE_COLUMNS = (
    "rank",
    "enterprise_id",
    "name",
    "probability",
    "distance_m",
    "passes",
    "raised",
    "kind",
    "industry",
    "pollutants",
    "risk_class",
    "credit_grade",
    "whitelisted",
)


def table(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    r"""Return rows as comma-separated UTF-8 with a header; a missing value is empty.

    >>> table(("a", "b"), [(1.5, float("nan")), ("x,y", None)])
    b'a,b\n1.5,\n"x,y",\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    """Return the shortest text that is this value again; nothing for what is missing."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def times(time_ms: IntArray) -> list[str]:
    """Return RFC 3339 in UTC with milliseconds, shape (n,)."""
    return [f"{text}Z" for text in np.datetime_as_string(time_ms.astype("datetime64[ms]"), unit="ms").tolist()]


def sensor_rows(near: Sequence[Near], ticket: Ticket) -> Iterator[Row]:
    """Yield the sensors that are evidence; a vehicle's place is in its readings."""
    reasons = {one.sensor_id: one.reason for one in ticket.excluded}
    for one in near:
        sensor = one.sensor
        yield (
            sensor.sensor_id,
            sensor.kind.value,
            one.role,
            reasons.get(sensor.sensor_id),
            sensor.lon,
            sensor.lat,
            round(one.distance_m, 1),
            sensor.height_m,
            sensor.calibrated_on,
            ";".join(sensor.pollutants),
            ";".join(f"{name}={unit}" for name, unit in sorted(sensor.units.items())),
            len(one.readings),
            len(one.minutes),
        )


def reading_rows(near: Sequence[Near]) -> Iterator[Row]:
    """Yield raw readings as sent, in the contract's units (µg/m³, °C, %, hPa, m/s, degrees)."""
    for one in near:
        rows = one.readings
        cells = zip(times(rows.time_ms), rows.lon.tolist(), rows.lat.tolist(), rows.values.tolist(), strict=True)
        for time, lon, lat, values in cells:
            yield (one.sensor.sensor_id, time, lon, lat, *values)


def minute_rows(near: Sequence[Near]) -> Iterator[Row]:
    """Yield judged minutes to 0.001, one row a pollutant that has a value or a flag."""
    for one in near:
        rows = one.minutes
        blocks = [np.round(block, 3) for block in (rows.value, rows.background, rows.upper, rows.sigma)]
        told = ~np.isnan(rows.value) | (rows.flags != 0)
        moments = times(rows.time_ms)
        for minute, channel in np.argwhere(told).tolist():
            state = _STATES[rows.state[minute, channel]]
            numbers = [float(block[minute, channel]) for block in blocks]
            flags = flag_names(int(rows.flags[minute, channel]))
            yield (one.sensor.sensor_id, moments[minute], POLLUTANTS[channel], *numbers, state, flags)


@lru_cache(maxsize=2048)
def flag_names(bits: int) -> str:
    """Return the names of flags.

    >>> flag_names(6)
    'spike;stuck'
    """
    return ";".join(flag.name.lower() for flag in Flag if flag & bits and flag.name)


def weather_rows(rows: WeatherRows) -> Iterator[Row]:
    """Yield the weather as measured."""
    cells = zip(rows.station_id, times(rows.time_ms), rows.lon.tolist(), rows.lat.tolist(), rows.values, strict=True)
    for station, time, lon, lat, values in cells:
        yield (station, time, lon, lat, *values.tolist())


def limit_rows(site: Site, moment: datetime) -> Iterator[Row]:
    """Yield every limit in force on the ticket's local day, and the site's own warning levels."""
    day = moment.astimezone(ZoneInfo(site.timezone)).date()
    for limit in limits_on(day, site.limits_edition, site.limits_class):
        yield (
            "limit",
            limit.edition,
            limit.limits_class,
            limit.pollutant,
            limit.averaging.value,
            limit.value_ugm3,
            limit.clause,
            limit.valid_from,
            limit.valid_until,
        )
    for pollutant, level in sorted(site.warning_ugm3.items()):
        yield ("warning", "site.toml", None, pollutant, "1h", level, None, None, None)


def candidate_rows(ticket: Ticket, site: Site) -> Iterator[Row]:
    """Yield the candidates as the ticket ranks them, last "none of these"."""
    known = {place.enterprise_id: place for place in site.enterprises}
    for rank, one in enumerate(ticket.candidates, 1):
        place = known.get(one.enterprise_id)
        passes = (one.passes.count, one.passes.raised) if one.passes else (None, None)
        told: Row = (rank, one.enterprise_id, one.name, one.probability, one.distance_m, *passes)
        if place is None:
            yield (*told, *[None] * 6)
        else:
            pollutants = ";".join(place.pollutants)
            grades = (place.risk_class, place.credit_grade, place.whitelisted)
            yield (*told, place.kind.value, place.industry, pollutants, *grades)
    yield (None, None, "unknown", ticket.unknown_probability, *[None] * 9)
