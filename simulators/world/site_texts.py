"""The invented map → the texts of a site folder."""

import csv
import io
import json
from collections.abc import Iterable

from domain.channels import POLLUTANTS
from domain.times import rfc3339, to_datetime
from simulators.scenario_types import Scenario
from simulators.world.grounds import Ground
from simulators.world.zone import Zone

Permission = tuple[str, int, int, str, str]
"""place_id, start and end [ms], kind, note."""


def site_texts(scenario: Scenario, zone: Zone, permits: Iterable[Permission]) -> dict[str, str]:
    """Return file name → text, of every file that a site folder holds."""
    texts = {
        "site.toml": _head(scenario),
        "sensors.csv": _sensors(zone),
        "enterprises.geojson": _collection(_place(ground, zone) for ground in zone.grounds),
        "roads.geojson": _collection(_road(zone, road) for road in range(len(zone.roads.road_id))),
    }
    rows = [(place, _time(start), _time(end), kind, note) for place, start, end, kind, note in permits]
    if rows:
        texts["permits.csv"] = _csv([("place_id", "start", "end", "kind", "note"), *rows])
    return texts


def _head(scenario: Scenario) -> str:
    site = scenario.site
    return f'id = "{site.id}"\nname = "{site.name}"\ntimezone = "{site.timezone}"\n'


def _sensors(zone: Zone) -> str:
    devices = zone.devices
    degrees = zone.plane.to_degrees(devices.station_xy)
    rows: list[tuple[object, ...]] = [("sensor_id", "kind", "lon", "lat", "height_m", "pollutants", "units")]
    for index, name in enumerate(devices.sensor_id):
        still = index < devices.stations
        place = tuple(f"{value:.6f}" for value in degrees[index]) if still else ("", "")
        reports = ";".join(key for key, given in zip(POLLUTANTS, devices.reports[index], strict=True) if given)
        units = ";".join(f"{channel}={unit}" for channel, unit in devices.units[index].items())
        rows.append((name, "station" if still else "vehicle", *place, f"{devices.height_m[index]:g}", reports, units))
    return _csv(rows)


def _csv(rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _time(time_ms: int) -> str:
    return rfc3339(to_datetime(time_ms))


def _collection(features: Iterable[dict[str, object]]) -> str:
    document = {"type": "FeatureCollection", "features": list(features)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def _place(ground: Ground, zone: Zone) -> dict[str, object]:
    ring = zone.plane.to_degrees(ground.corners).tolist()
    properties: dict[str, object] = {
        "enterprise_id": ground.place_id,
        "name": ground.name,
        "industry": ground.industry,
        "pollutants": list(ground.pollutants),
        "risk_class": ground.risk_class,
        "credit_grade": ground.credit_grade,
        "whitelisted": ground.whitelisted,
        "kind": "construction_site" if ground.is_construction else "enterprise",
        "code": f"EXAMPLE-{ground.place_id.upper()}",
    }
    if ground.stack_height_m is not None:
        properties["stack_height_m"] = ground.stack_height_m
    return _feature("Polygon", [[*ring, ring[0]]], properties)


def _road(zone: Zone, road: int) -> dict[str, object]:
    line = zone.plane.to_degrees(zone.roads.line(road)).tolist()
    return _feature("LineString", line, {"road_id": zone.roads.road_id[road], "name": zone.roads.name[road]})


def _feature(kind: str, coordinates: list[object], properties: dict[str, object]) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
