"""A column map's TOML → `ColumnMap`; every fault of it is told at once."""

import tomllib
from collections.abc import Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.channels import POLLUTANTS, WEATHER_KEYS
from domain.site import SensorKind
from simulators.importing.column_map import (
    READING_KEYS,
    ColumnMap,
    FileOptions,
    ReadingsMap,
    SiteHead,
    Source,
    StationsMap,
    TimeColumns,
    WeatherMap,
)
from simulators.importing.units import settle

Table = dict[str, Any]
_TIME_KEYS = ("time", "received_at", "time_format", "zone")
_FILE_KEYS = ("separator", "sheet", "missing")
_READINGS = ("form", "sensor", "sensor_id", "parameter", "value", "lon", "lat", "values", *_TIME_KEYS, *_FILE_KEYS)
_WEATHER = ("station", "lon", "lat", "values", *_TIME_KEYS, *_FILE_KEYS)
_STATIONS = ("sensor", "lon", "lat", "name", "kind", "default_kind", "height_m", *_FILE_KEYS)
_SOURCE = ("from", "unit", "scale", "offset")


class MapRefused(ValueError):
    """The column map can't be used; one line a fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def parse_map(text: str, file: str = "map") -> ColumnMap:
    """Return what a column map says.

    Args:
        text: TOML.
        file: How the faults name it.

    Raises:
        MapRefused: With every fault.
    """
    try:
        head = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise MapRefused([f"{file}: not TOML ({error}); mend the line"]) from error
    reader = _Reader(file)
    reader.only_known("", head, ("site", "readings", "weather", "stations"))
    readings = reader.readings(head.get("readings"))
    weather = reader.weather(head["weather"]) if "weather" in head else None
    stations = reader.stations(head["stations"]) if "stations" in head else None
    site = reader.site(head["site"]) if "site" in head else None
    if reader.faults or readings is None:
        raise MapRefused(reader.faults)
    pollutants = tuple(name for name in POLLUTANTS if name in readings.values)
    return ColumnMap(readings=readings, weather=weather, stations=stations, site=site, pollutants=pollutants)


class _Reader:
    """Reads one map and gathers its faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[str] = []

    def fault(self, key: str, what: str, mend: str) -> None:
        self.faults.append(f"{self.file}: {key}: {what}; {mend}")

    def only_known(self, path: str, table: Table, known: Sequence[str]) -> None:
        for key in table:
            if key not in known:
                self.fault(f"{path}{key}", "nobody knows this key", f"use {', '.join(known)}")

    def table(self, path: str, value: object, known: Sequence[str]) -> Table:
        if not isinstance(value, dict):
            self.fault(path, "is missing or no table", f"write [{path}]")
            return {}
        self.only_known(f"{path}.", value, known)
        return value

    def text(self, path: str, table: Table, key: str, *, needed: bool = False, default: str | None = None) -> Any:  # noqa: ANN401 - text, or what stands for it
        value = table.get(key, default)
        if value is None and not needed:
            return None
        if not isinstance(value, str) or not value:
            self.fault(f"{path}.{key}", "is missing or no text", f'write {key} = "…"')
            return ""
        return value

    def readings(self, value: object) -> ReadingsMap | None:
        before = len(self.faults)
        table = self.table("readings", value, _READINGS)
        if not table:
            return None
        form = table.get("form", "wide")
        if form not in ("wide", "long"):
            self.fault("readings.form", f"{form!r}", 'write "wide" or "long"')
        is_long = form == "long"
        for key in ("parameter", "value"):
            if key in table and not is_long:
                self.fault(f"readings.{key}", "belongs to the long form", 'write form = "long" or leave it out')
        if ("sensor" in table) == ("sensor_id" in table):
            self.fault("readings.sensor", "one of sensor and sensor_id is needed", "name the sensors' column")
        fields = {key: self.text("readings", table, key) for key in ("sensor", "sensor_id", "lon", "lat")}
        fields |= {key: self.text("readings", table, key, needed=is_long) for key in ("parameter", "value")}
        common = self.common("readings", table, READING_KEYS)
        return ReadingsMap(**fields, **common) if len(self.faults) == before else None

    def weather(self, value: object) -> WeatherMap | None:
        before = len(self.faults)
        table = self.table("weather", value, _WEATHER)
        fields = {key: self.text("weather", table, key) for key in ("station", "lon", "lat")}
        common = self.common("weather", table, WEATHER_KEYS)
        return WeatherMap(**fields, **common) if len(self.faults) == before else None

    def stations(self, value: object) -> StationsMap | None:
        before = len(self.faults)
        table = self.table("stations", value, _STATIONS)
        fields = {key: self.text("stations", table, key, needed=True) for key in ("sensor", "lon", "lat")}
        fields |= {key: self.text("stations", table, key) for key in ("name", "kind", "height_m")}
        kinds = [kind.value for kind in SensorKind]
        default = table.get("default_kind", "station")
        if default not in kinds:
            self.fault("stations.default_kind", f"{default!r}", f"use one of {', '.join(kinds)}")
        file, missing = self.file_options("stations", table), self.missing("stations", table)
        if len(self.faults) > before:
            return None
        return StationsMap(**fields, default_kind=default, file=file, missing=missing)

    def site(self, value: object) -> SiteHead | None:
        before = len(self.faults)
        table = self.table("site", value, ("id", "name", "timezone"))
        fields = {key: self.text("site", table, key, needed=True) for key in ("id", "name", "timezone")}
        return SiteHead(**fields) if len(self.faults) == before else None

    def common(self, path: str, table: Table, known: Sequence[str]) -> Table:
        if ("lon" in table) != ("lat" in table):
            self.fault(f"{path}.lon", "lon and lat go together", "name both or neither")
        return {
            "times": self.times(path, table),
            "values": self.values(path, table.get("values"), known),
            "missing": self.missing(path, table),
            "file": self.file_options(path, table),
        }

    def times(self, path: str, table: Table) -> TimeColumns:
        zone: tzinfo | None = None
        if "zone" in table:
            zone = zone_of(table["zone"])
            if zone is None:
                mend = 'use an IANA name such as "Asia/Shanghai", or a fixed offset such as "+08:00"'
                self.fault(f"{path}.zone", f"{table['zone']!r} is unknown", mend)
        return TimeColumns(
            time=self.text(path, table, "time", needed=True),
            received_at=self.text(path, table, "received_at"),
            time_format=self.text(path, table, "time_format"),
            zone=zone,
        )

    def values(self, path: str, value: object, known: Sequence[str]) -> dict[str, Source]:
        table = self.table(f"{path}.values", value, known)
        if isinstance(value, dict) and not value:
            self.fault(f"{path}.values", "names no quantity", f"name at least one of {', '.join(known)}")
        return {key: self.source(f"{path}.values.{key}", key, table[key]) for key in table if key in known}

    def source(self, path: str, quantity: str, value: object) -> Source:
        table = {"from": value} if isinstance(value, str) else value
        if not isinstance(table, dict):
            self.fault(path, "is neither a column's name nor a table", f'write {quantity} = "column"')
            return Source(column="")
        self.only_known(f"{path}.", table, _SOURCE)
        numbers = {key: table.get(key, default) for key, default in (("scale", 1.0), ("offset", 0.0))}
        for key, number in numbers.items():
            if isinstance(number, bool) or not isinstance(number, int | float):
                self.fault(f"{path}.{key}", f"{number!r} is no number", "write a number")
                return Source(column="")
        try:
            factor, offset = settle(quantity, self.text(path, table, "unit"))
        except ValueError as error:
            self.fault(f"{path}.unit", *str(error).split("; ", 1))
            return Source(column="")
        column = self.text(path, table, "from", needed=True)
        scale = {key: float(number) for key, number in numbers.items()}
        return Source(column=column, unit_factor=factor, unit_offset=offset, **scale)

    def missing(self, path: str, table: Table) -> tuple[str | float, ...]:
        marks = table.get("missing", [])
        marks = marks if isinstance(marks, list) else [marks]
        for mark in marks:
            if isinstance(mark, bool) or not isinstance(mark, str | int | float):
                self.fault(f"{path}.missing", f"{mark!r} is neither number nor text", 'write missing = [-999, "x"]')
        return tuple(
            mark if isinstance(mark, str) else float(mark) for mark in marks if isinstance(mark, str | int | float)
        )

    def file_options(self, path: str, table: Table) -> FileOptions:
        separator = self.text(path, table, "separator", default=",")
        if len(separator) != 1:
            self.fault(f"{path}.separator", f"{separator!r} is not one sign", r'write "," or ";" or "\t"')
        return FileOptions(separator=separator, sheet=self.text(path, table, "sheet"))


def zone_of(name: object) -> tzinfo | None:
    """Return a time zone by its IANA name or as a fixed offset; None where it is neither.

    >>> zone_of("+08:00"), zone_of("Mars/Base") is None
    (datetime.timezone(datetime.timedelta(seconds=28800)), True)
    """
    if not isinstance(name, str):
        return None
    if name in ("UTC", "Z"):
        return UTC
    if name[:1] in ("+", "-"):
        hours, _, minutes = name[1:].partition(":")
        if hours.isdigit() and (minutes or "0").isdigit() and int(hours) < 24 and int(minutes or 0) < 60:
            size = timedelta(hours=int(hours), minutes=int(minutes or 0))
            return timezone(size if name[0] == "+" else -size)
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
