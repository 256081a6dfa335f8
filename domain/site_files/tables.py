"""`sensors.csv` and `permits.csv` of a site folder."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

from domain.channels import CHANNELS
from domain.site import Permit, PermitKind, Sensor, SensorKind
from domain.site_files.faults import Findings
from domain.units import to_ugm3

SENSORS_CSV, PERMITS_CSV = "sensors.csv", "permits.csv"
_SENSOR_COLUMNS = ("sensor_id", "kind", "lon", "lat", "height_m", "pollutants", "units", "calibrated_on")
_PERMIT_COLUMNS = ("place_id", "start", "end", "kind", "note")

Row = dict[str, str]
_BEYOND = None
"""Where `csv.DictReader` puts cells that have no name."""


def rows_of(
    text: str, file: str, known: tuple[str, ...], needed: tuple[str, ...], findings: Findings
) -> Iterator[tuple[int, Row]]:
    """Yield (line of the file, cells) of a CSV with a head line; names nobody knows are noted.

    A cell without a name, an open quote and a name that stands twice are faults: else cells would vanish in silence.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        if not _is_head(names, file, known, needed, findings):
            return
        for cells in reader:
            if any(cell.strip() for cell in cells.get(_BEYOND) or ()):
                mend = "put a cell that holds a comma in quotes, or name the column"
                findings.add(file, reader.line_num, "more cells than the first row has names", mend)
                continue
            yield (
                reader.line_num,
                {(key or "").strip(): (value or "").strip() for key, value in cells.items() if isinstance(value, str)},
            )
    except csv.Error as error:
        findings.add(file, reader.line_num, f"is no CSV ({error})", "mend the quotes of that row or of one above")


def _is_head(names: list[str], file: str, known: tuple[str, ...], needed: tuple[str, ...], findings: Findings) -> bool:
    missing = [name for name in needed if name not in names]
    if missing:
        findings.add(file, 1, f"no column {', '.join(missing)}", f"the first row names the columns: {','.join(known)}")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        findings.add(file, 1, f"column {', '.join(twice)} stands twice", "keep one of each name")
    findings.unknown += [f"{file}: column {name}" for name in names if name not in known]
    return not missing and not twice


def parse_sensors(text: str, findings: Findings) -> tuple[Sensor, ...]:
    """Return the sensors in the order of their ids."""
    sensors: dict[str, Sensor] = {}
    for row, cells in rows_of(text, SENSORS_CSV, _SENSOR_COLUMNS, ("sensor_id", "kind"), findings):
        sensor = _sensor(row, cells, findings)
        if sensor is None:
            continue
        if sensor.sensor_id in sensors:
            findings.add(SENSORS_CSV, row, f"sensor {sensor.sensor_id!r} stands twice", "keep one row")
        sensors[sensor.sensor_id] = sensor
    if not sensors and not findings.faults:
        findings.add(SENSORS_CSV, 0, "no sensor", "add one row a sensor")
    return tuple(sensors[name] for name in sorted(sensors))


def _sensor(row: int, cells: Row, findings: Findings) -> Sensor | None:
    before = len(findings.faults)
    name = cells["sensor_id"]
    if not name or any(sign in name for sign in "/+#"):
        findings.add(SENSORS_CSV, row, f"sensor_id {name!r} is empty or holds / + #", "use letters, digits, - and _")
    kinds = [kind.value for kind in SensorKind]
    if cells["kind"] not in kinds:
        findings.add(SENSORS_CSV, row, f"kind {cells['kind']!r}", f"use one of {', '.join(kinds)}")
        return None
    kind = SensorKind(cells["kind"])
    lon = number(cells.get("lon", ""), (-180.0, 180.0), "lon", SENSORS_CSV, row, findings)
    lat = number(cells.get("lat", ""), (-90.0, 90.0), "lat", SENSORS_CSV, row, findings)
    if kind is SensorKind.VEHICLE:
        lon = lat = float("nan")
    elif len(findings.faults) == before and (lon != lon or lat != lat):
        findings.add(SENSORS_CSV, row, f"{kind} {name!r} has no position", "give lon and lat in degrees WGS-84")
    height = number(cells.get("height_m", ""), (0.0, 1000.0), "height_m", SENSORS_CSV, row, findings)
    pollutants = tuple(part.strip() for part in cells.get("pollutants", "").split(";") if part.strip())
    for pollutant in pollutants:
        if pollutant not in CHANNELS:
            findings.add(SENSORS_CSV, row, f"pollutant {pollutant!r}", f"use {', '.join(CHANNELS)}")
    units = _units(cells.get("units", ""), row, findings)
    calibrated = _day(cells.get("calibrated_on", ""), row, findings)
    if len(findings.faults) > before:
        return None
    return Sensor(
        sensor_id=name,
        kind=kind,
        lon=lon,
        lat=lat,
        height_m=3.0 if height != height else height,
        pollutants=pollutants,
        units=units,
        calibrated_on=calibrated,
    )


def number(text: str, bounds: tuple[float, float], name: str, file: str, row: int, findings: Findings) -> float:
    """Return a number, NaN where the cell is empty; a fault where it is none or out of bounds."""
    if not text:
        return float("nan")
    low, high = bounds
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        findings.add(file, row, f"{name} {text!r} is not a number from {low:g} to {high:g}", "mend the cell")
        return float("nan")
    return value


def _units(text: str, row: int, findings: Findings) -> dict[str, str]:
    units: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        channel, _, unit = (piece.strip() for piece in part.partition("="))
        try:
            to_ugm3(channel, unit)
        except ValueError as error:
            findings.add(SENSORS_CSV, row, f"units {part!r}: {error}", "write as pm10=mg/m3;o3=ppb")
            continue
        units[channel] = unit
    return units


def _day(text: str, row: int, findings: Findings) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        findings.add(SENSORS_CSV, row, f"calibrated_on {text!r} is not a date", "write as 2026-03-01")
        return None


def parse_permits(text: str, places: frozenset[str], findings: Findings) -> tuple[Permit, ...]:
    """Return registered works, shutdowns and drills, earliest first."""
    permits: list[Permit] = []
    for row, cells in rows_of(text, PERMITS_CSV, _PERMIT_COLUMNS, _PERMIT_COLUMNS[:4], findings):
        permit = _permit(row, cells, places, findings)
        if permit is not None:
            permits.append(permit)
    return tuple(sorted(permits, key=lambda permit: (permit.start, permit.place_id, permit.kind)))


def _permit(row: int, cells: Row, places: frozenset[str], findings: Findings) -> Permit | None:
    before = len(findings.faults)
    if cells["place_id"] not in places:
        findings.add(
            PERMITS_CSV,
            row,
            f"place_id {cells['place_id']!r} is unknown",
            "use an enterprise_id or a road_id",
        )
    kinds = [kind.value for kind in PermitKind]
    if cells["kind"] not in kinds:
        findings.add(PERMITS_CSV, row, f"kind {cells['kind']!r}", f"use one of {', '.join(kinds)}")
    start, end = (_moment(cells[name], name, row, findings) for name in ("start", "end"))
    if start and end and end <= start:
        findings.add(PERMITS_CSV, row, "end is not after start", "exchange or mend them")
    if len(findings.faults) > before or start is None or end is None:
        return None
    kind = PermitKind(cells["kind"])
    return Permit(place_id=cells["place_id"], start=start, end=end, kind=kind, note=cells.get("note", ""))


def _moment(text: str, name: str, row: int, findings: Findings) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        findings.add(PERMITS_CSV, row, f"{name} {text!r} is not RFC 3339", "write as 2026-03-01T08:00:00+08:00")
        return None
    return moment.astimezone(UTC)
