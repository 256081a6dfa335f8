"""`enterprises.geojson` and `roads.geojson` of a site folder."""

import json
import math
from collections.abc import Iterator
from typing import Any

from shapely import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from domain.channels import CHANNELS
from domain.site import Enterprise, PlaceKind, Road
from domain.site_files.faults import Findings

ENTERPRISES, ROADS = "enterprises.geojson", "roads.geojson"
_GRADES = ("A", "B", "C", "D")
_CLASSES = ("I", "II")
_ENTERPRISE_KEYS = frozenset(
    [
        "enterprise_id",
        "name",
        "industry",
        "pollutants",
        "risk_class",
        "credit_grade",
        "whitelisted",
        "annual_check_cap",
        "stack_height_m",
        "kind",
        "code",
    ]
)
_ROAD_KEYS = frozenset({"road_id", "name"})

Properties = dict[str, Any]


def parse_enterprises(text: str, findings: Findings) -> tuple[Enterprise, ...]:
    """Return enterprises and construction sites in the order of their ids."""
    found: dict[str, Enterprise] = {}
    rows: dict[str, int] = {}
    for row, properties, geometry in _features(
        text, ENTERPRISES, ("Polygon", "MultiPolygon"), _ENTERPRISE_KEYS, findings
    ):
        place = _enterprise(row, properties, geometry, findings)
        if place is None:
            continue
        if place.enterprise_id in found:
            findings.add(ENTERPRISES, row, f"enterprise_id {place.enterprise_id!r} stands twice", "keep one feature")
        found[place.enterprise_id] = place
        rows[place.enterprise_id] = row
    _check_codes(found, rows, findings)
    return tuple(found[name] for name in sorted(found))


def _check_codes(found: dict[str, Enterprise], rows: dict[str, int], findings: Findings) -> None:
    """Note codes that a scan could take for another enterprise's code or id."""
    whose = dict.fromkeys(found, "")  # an id is the code of whoever has none, and nobody else's
    for name, place in found.items():
        if not place.code or place.code == name:
            continue
        if place.code in whose:
            other = whose[place.code] or place.code
            findings.add(ENTERPRISES, rows[name], f"code {place.code!r} is that of {other!r}", "give each its own code")
        whose[place.code] = name


def _enterprise(row: int, properties: Properties, geometry: BaseGeometry, findings: Findings) -> Enterprise | None:
    before = len(findings.faults)
    name = _text(properties, "enterprise_id", ENTERPRISES, row, findings, needed=True)
    title = _text(properties, "name", ENTERPRISES, row, findings, needed=True)
    risk = _choice(properties, "risk_class", _CLASSES, "II", row, findings)
    grade = _choice(properties, "credit_grade", _GRADES, "B", row, findings)
    kind = _choice(properties, "kind", tuple(kind.value for kind in PlaceKind), "enterprise", row, findings)
    pollutants = properties.get("pollutants") or ()
    if not isinstance(pollutants, list | tuple) or any(item not in CHANNELS for item in pollutants):
        findings.add(ENTERPRISES, row, f"pollutants {pollutants!r}", f"give a list out of {', '.join(CHANNELS)}")
    whitelisted = properties.get("whitelisted") or False
    if not isinstance(whitelisted, bool):
        findings.add(ENTERPRISES, row, f"whitelisted {whitelisted!r}", "write true or false")
    cap = _positive(properties, "annual_check_cap", row, findings)
    if cap is not None and not cap.is_integer():
        findings.add(ENTERPRISES, row, f"annual_check_cap {cap:g} is no whole number", "write as 12")
    stack = _positive(properties, "stack_height_m", row, findings)
    if len(findings.faults) > before:
        return None
    return Enterprise(
        enterprise_id=name,
        name=title,
        geometry=geometry,
        industry=str(properties.get("industry") or ""),
        pollutants=tuple(pollutants),
        risk_class=risk,
        credit_grade=grade,
        whitelisted=bool(whitelisted),
        annual_check_cap=None if cap is None else int(cap),
        stack_height_m=stack,
        kind=PlaceKind(kind),
        code=str(properties.get("code") or "").strip(),
    )


def parse_roads(text: str, findings: Findings) -> tuple[Road, ...]:
    """Return roads in the order of their ids."""
    found: dict[str, Road] = {}
    for row, properties, geometry in _features(text, ROADS, ("LineString", "MultiLineString"), _ROAD_KEYS, findings):
        name = _text(properties, "road_id", ROADS, row, findings, needed=True)
        if name:
            title = _text(properties, "name", ROADS, row, findings, needed=False)
            found[name] = Road(road_id=name, name=title, geometry=geometry)
    return tuple(found[name] for name in sorted(found))


def _features(
    text: str, file: str, kinds: tuple[str, ...], known: frozenset[str], findings: Findings
) -> Iterator[tuple[int, Properties, BaseGeometry]]:
    try:
        document = json.loads(text.removeprefix("\ufeff"))
        features = list(document["features"])
    except (ValueError, KeyError, TypeError) as error:
        findings.add(file, 0, f"not a GeoJSON FeatureCollection ({error})", "export it as GeoJSON, WGS-84")
        return
    unknown: set[str] = set()
    for row, feature in enumerate(features, start=1):
        geometry = _geometry(feature, row, file, kinds, findings)
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if geometry is not None:
            unknown |= set(properties or {}) - known
            yield row, properties or {}, geometry
    findings.unknown += [f"{file}: property {name}" for name in sorted(unknown)]


def _geometry(feature: object, row: int, file: str, kinds: tuple[str, ...], findings: Findings) -> BaseGeometry | None:
    try:
        geometry = shape(feature["geometry"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError, AttributeError, GEOSException) as error:
        findings.add(file, row, f"geometry can't be read ({type(error).__name__})", f"give a {' or '.join(kinds)}")
        return None
    if geometry.geom_type not in kinds or geometry.is_empty:
        findings.add(
            file,
            row,
            f"geometry is an {'empty ' if geometry.is_empty else ''}{geometry.geom_type}",
            f"give a {' or '.join(kinds)}",
        )
        return None
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        findings.add(file, row, "coordinates are not degrees", "export it in WGS-84 (EPSG:4326), lon before lat")
        return None
    return geometry


def _text(properties: Properties, key: str, file: str, row: int, findings: Findings, *, needed: bool) -> str:
    value = properties.get(key)
    if isinstance(value, str | int) and str(value).strip():
        return str(value).strip()
    if needed:
        findings.add(file, row, f"{key} is missing", "give each feature one")
    return ""


def _choice(
    properties: Properties, key: str, allowed: tuple[str, ...], default: str, row: int, findings: Findings
) -> str:
    value = properties.get(key) or default
    if value not in allowed:
        findings.add(ENTERPRISES, row, f"{key} {value!r}", f"use one of {', '.join(allowed)}")
        return default
    return str(value)


def _positive(properties: Properties, key: str, row: int, findings: Findings) -> float | None:
    value = properties.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        findings.add(ENTERPRISES, row, f"{key} {value!r} is not a number from 0", "mend the value")
        return None
    return float(value)
