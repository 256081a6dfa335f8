"""Sites and live states to GeoJSON (RFC 7946): sensors, enterprises, roads."""

import numpy as np
import shapely

from domain.channels import POLLUTANTS, UNIT
from domain.field import Flag
from domain.site import Enterprise, Site
from domain.times import rfc3339, to_datetime
from maps.live import LiveZone, Picture
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


def sensors(live: LiveZone) -> Json:
    """Return all sensors with their latest values, flags, age and state; no place yet: geometry null."""
    picture = live.picture()
    features = [_sensor(live, picture, index) for index in range(len(live.site.sensors))]
    return collection(features, clock=_moment(picture.clock_ms), judged=_moment(live.judged_ms), unit=UNIT)


def _sensor(live: LiveZone, picture: Picture, index: int) -> Json:
    sensor = live.site.sensors[index]
    received_ms = int(live.received_ms[index])
    properties: Json = {
        "sensor_id": sensor.sensor_id,
        "kind": sensor.kind.value,
        "state": STATES[picture.code[index]].value,
        "value": _number(picture.value[index]),
        "pollutant": POLLUTANTS[picture.channel[index]],
        "values": _numbers(live.values[index]),
        "background": _numbers(live.background[index]),
        "upper": _numbers(live.upper[index]),
        "flags": {name: _flags(int(live.flags[index, k])) for k, name in enumerate(POLLUTANTS)},
        "time": _moment(int(live.time_ms[index])),
        "age_s": round((picture.clock_ms - received_ms) / 1000, 1) if received_ms else None,
        "calibrated_on": sensor.calibrated_on.isoformat() if sensor.calibrated_on else None,
    }
    return {"type": "Feature", "id": sensor.sensor_id, "geometry": _point(picture, index), "properties": properties}


def _point(picture: Picture, index: int) -> Json | None:
    lon, lat = float(picture.lon[index]), float(picture.lat[index])
    if np.isnan(lon) or np.isnan(lat):
        return None
    return {"type": "Point", "coordinates": [round(lon, _PLACES), round(lat, _PLACES)]}


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


def roads(site: Site, patrol: Patrol) -> Json:
    """Return road segments with the last hour's patrol means; state null: nobody drove there."""
    summary, cut = patrol.summary(), patrol.segments
    features: list[Json] = []
    for row, (road, part) in enumerate(zip(cut.road, cut.part, strict=True)):
        item = site.roads[road]
        driven = bool(summary.count[row].any())
        properties: Json = {
            "road_id": item.road_id,
            "name": item.name,
            "segment": part,
            "values": _numbers(summary.mean[row]),
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
                "properties": {"road_id": road.road_id, "name": road.name},
            }
            for road in site.roads
        ]
    )


def _flags(bits: int) -> list[str]:
    return [flag.name.lower() for flag in Flag if flag.name and flag & bits]


def _numbers(values: np.ndarray) -> Json:
    return {name: _number(value) for name, value in zip(POLLUTANTS, values, strict=True)}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)


def _moment(time_ms: int) -> str | None:
    return rfc3339(to_datetime(time_ms)) if time_ms else None
