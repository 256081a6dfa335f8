"""Sites and live states to GeoJSON (RFC 7946): sensors, enterprises, roads."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import shapely

from domain.channels import POLLUTANTS, UNIT
from domain.field import Flag
from domain.site import Enterprise, Sensor, Site
from domain.times import rfc3339, to_datetime
from maps.live import LiveZone
from maps.patrol import Patrol
from maps.standing import STATES

Json = dict[str, object]

_PLACES = 6  # digits: 0.1 m


def collection(features: list[Json], **members: object) -> Json:
    """Return a FeatureCollection; further members are allowed by RFC 7946, 6.1."""
    return {"type": "FeatureCollection", **members, "features": features}


def shape_of(geometry: shapely.Geometry, digits: int = _PLACES) -> Json:
    """Return a geometry as GeoJSON, rounded to `digits` decimals of a degree."""
    grid = shapely.transform(geometry, lambda xy: np.round(xy, digits))
    return dict(shapely.geometry.mapping(grid))


class _Latest(NamedTuple):
    """What is told of one sensor; NaN = missing."""

    code: int
    value: float
    channel: int
    values: Sequence[float]
    background: Sequence[float]
    upper: Sequence[float]
    flags: Sequence[int]
    time_ms: int
    age_s: float
    place: Sequence[float]


def sensors(live: LiveZone) -> Json:
    """Return all sensors with their latest values, flags, age and state; no place yet: geometry null."""
    picture = live.picture()
    age_s = np.where(live.received_ms > 0, (picture.clock_ms - live.received_ms) / 1000, np.nan)
    columns = (
        picture.code.tolist(),
        np.round(picture.value, 1).tolist(),
        picture.channel.tolist(),
        np.round(live.values, 1).tolist(),
        np.round(live.background, 1).tolist(),
        np.round(live.upper, 1).tolist(),
        live.flags.tolist(),
        live.time_ms.tolist(),
        np.round(age_s, 1).tolist(),
        np.round(np.column_stack([picture.lon, picture.lat]), _PLACES).tolist(),
    )
    rows = map(_Latest._make, zip(*columns, strict=True))
    features = [_sensor(sensor, latest) for sensor, latest in zip(live.site.sensors, rows, strict=True)]
    return collection(features, clock=_moment(picture.clock_ms), judged=_moment(live.judged_ms), unit=UNIT)


def _sensor(sensor: Sensor, latest: _Latest) -> Json:
    properties: Json = {
        "sensor_id": sensor.sensor_id,
        "kind": sensor.kind.value,
        "state": STATES[latest.code].value,
        "value": _number(latest.value),
        "pollutant": POLLUTANTS[latest.channel],
        "values": _by_pollutant(latest.values),
        "background": _by_pollutant(latest.background),
        "upper": _by_pollutant(latest.upper),
        "flags": {name: _flags(bits) if bits else [] for name, bits in zip(POLLUTANTS, latest.flags, strict=True)},
        "time": _moment(latest.time_ms),
        "age_s": _number(latest.age_s),
        "calibrated_on": sensor.calibrated_on.isoformat() if sensor.calibrated_on else None,
    }
    known = None not in map(_number, latest.place)
    geometry = {"type": "Point", "coordinates": latest.place} if known else None
    return {"type": "Feature", "id": sensor.sensor_id, "geometry": geometry, "properties": properties}


def enterprises(site: Site, digits: int = _PLACES) -> Json:
    """Return enterprises and construction sites; what their QR code says is nobody else's business."""
    return collection([_enterprise(place, digits) for place in site.enterprises])


def _enterprise(place: Enterprise, digits: int) -> Json:
    properties: Json = {
        "enterprise_id": place.enterprise_id,
        "name": place.name,
        "kind": place.kind.value,
        "industry": place.industry,
        "pollutants": list(place.pollutants),
        "risk_class": place.risk_class,
        "credit_grade": place.credit_grade,
        "whitelisted": place.whitelisted,
        "annual_check_cap": place.annual_check_cap,
        "stack_height_m": place.stack_height_m,
    }
    geometry = shape_of(place.geometry, digits)
    return {"type": "Feature", "id": place.enterprise_id, "geometry": geometry, "properties": properties}


def standing(enterprises: Json, today: Mapping[str, Mapping[str, object]]) -> Json:
    """Return enterprises with how they stand today; what the register says stays beside it."""
    if not today:
        return enterprises
    told = cast("list[dict[str, Any]]", enterprises["features"])
    return enterprises | {
        "features": [one | {"properties": one["properties"] | dict(today.get(one["id"], {}))} for one in told]
    }


def roads(site: Site, patrol: Patrol) -> Json:
    """Return road segments with the last hour's patrol means; state null: nobody drove there."""
    summary, cut = patrol.summary(), patrol.segments
    mean = np.round(summary.mean, 1).tolist()
    features: list[Json] = []
    for row, (road, part) in enumerate(zip(cut.road, cut.part, strict=True)):
        item = site.roads[road]
        driven = bool(summary.count[row].any())
        properties: Json = {
            "road_id": item.road_id,
            "name": item.name,
            "segment": part,
            "values": _by_pollutant(mean[row]),
            "readings": int(summary.count[row].max()),
            "state": ("hot" if summary.hot[row] else "normal") if driven else None,
        }
        name, geometry = f"{item.road_id}/{part}", shape_of(cut.lines[row])
        features.append({"type": "Feature", "id": name, "geometry": geometry, "properties": properties})
    return collection(features, unit=UNIT)


def road_lines(site: Site, digits: int = _PLACES) -> Json:
    """Return whole roads, without values."""
    return collection(
        [
            {
                "type": "Feature",
                "id": road.road_id,
                "geometry": shape_of(road.geometry, digits),
                "properties": {"name": road.name},
            }
            for road in site.roads
        ]
    )


def _flags(bits: int) -> list[str]:
    return [flag.name.lower() for flag in Flag if flag.name and flag & bits]


def _by_pollutant(values: Sequence[float]) -> Json:
    return {name: _number(value) for name, value in zip(POLLUTANTS, values, strict=True)}


def _number(value: float) -> float | None:
    return value if value == value else None


def _moment(time_ms: int) -> str | None:
    return rfc3339(to_datetime(time_ms)) if time_ms else None
