"""A table of stations → the texts of a site folder, and each row that is left out."""

import csv
import io
import json
from dataclasses import dataclass

import numpy as np

from domain.site import SensorKind
from simulators.importing.cells import numbers, texts
from simulators.importing.column_map import ColumnMap, SiteHead, StationsMap
from simulators.importing.readings import Known, Reasons
from simulators.importing.tables import Refused, Table, TableRefused, need_columns

_MARKS = "/+#"
"""They have a meaning in MQTT topics, of which a sensor's id is a part."""


@dataclass(frozen=True, slots=True)
class Stations:
    """Registered sensors as text rows of `sensors.csv`, and rows left out."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    refused: tuple[Refused, ...]

    @property
    def known(self) -> Known:
        """What readings are held against."""
        kind = self.names.index("kind")
        vehicles = frozenset(row[0] for row in self.rows if row[kind] == SensorKind.VEHICLE)
        return Known(frozenset(row[0] for row in self.rows), vehicles)


def bring_stations(table: Table, chosen: StationsMap, pollutants: tuple[str, ...]) -> Stations:
    """Turn a table into rows of `sensors.csv`.

    Raises:
        TableRefused: A column that the map names is not there.
    """
    optional = {key: getattr(chosen, key) for key in ("name", "kind", "height_m")}
    named = {key: getattr(chosen, key) for key in ("sensor", "lon", "lat")} | optional
    faults = need_columns(table, [(f"stations.{key}", column) for key, column in named.items()])
    if faults:
        raise TableRefused("\n".join(faults))
    reasons, frame = Reasons(table), table.frame
    sensor = texts(frame[chosen.sensor])
    kind = texts(frame[chosen.kind]) if chosen.kind else np.full(len(table), chosen.default_kind, dtype=object)
    kind[kind == ""] = chosen.default_kind
    reasons.against(sensor == "", "unknown_sensor", "no sensor id")
    marked = np.array([any(mark in name for mark in _MARKS) for name in sensor], dtype=np.bool_)
    reasons.against(marked, "unknown_sensor", f"an id must not hold {' '.join(_MARKS)}:", sensor)
    reasons.against(_stood_before(sensor), "unknown_sensor", "stands twice:", sensor)
    reasons.against(~np.isin(kind, [one.value for one in SensorKind]), "wrong_type", "kind is", kind)
    moves = kind == SensorKind.VEHICLE.value
    for column, limit in ((chosen.lon, 180.0), (chosen.lat, 90.0)):
        value, _ = numbers(frame[column], chosen.missing)
        reasons.against(~moves & ~(np.abs(value) <= limit), "no_position", f"{column} is", frame[column])
    stays, refused = reasons.outcome()
    columns = {"sensor_id": sensor, "kind": kind}
    for key, name in (("lon", chosen.lon), ("lat", chosen.lat), ("height_m", chosen.height_m), ("name", chosen.name)):
        if name is not None:
            columns[key] = texts(frame[name])
    for key in ("lon", "lat"):
        columns[key] = np.where(moves, "", columns[key])
    columns["pollutants"] = np.full(len(table), ";".join(pollutants), dtype=object)
    rows = zip(*(column[stays] for column in columns.values()), strict=True)
    return Stations(tuple(columns), tuple(sorted(rows)), refused)


def _stood_before(sensor: np.ndarray) -> np.ndarray:
    again = np.ones(len(sensor), np.bool_)
    again[np.unique(sensor.astype(str), return_index=True)[1]] = False
    return again


def site_texts(stations: Stations, head: SiteHead) -> dict[str, str]:
    """Return the files of a site folder: no enterprises yet, the rules' defaults."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(stations.names)
    writer.writerows(stations.rows)
    keys = (("id", head.id), ("name", head.name), ("timezone", head.timezone))
    toml = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys)
    return {"site.toml": toml, "sensors.csv": sheet.getvalue()}


def known_of(stations: Stations | None) -> Known:
    """Return what readings are held against; without a table of stations any sensor is known."""
    return stations.known if stations else Known()


def missing_sections(chosen: ColumnMap, *, weather: bool, stations: bool, site_out: bool) -> list[str]:
    """Return a fault for each table that was given without its section of the map."""
    needs = (
        ("weather", weather, chosen.weather),
        ("stations", stations, chosen.stations),
        ("site", site_out, chosen.site),
    )
    return [
        f"map: [{name}] is missing; add it, or leave its option out"
        for name, given, section in needs
        if given and not section
    ]
