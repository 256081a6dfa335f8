"""A whole site folder out of its texts."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from domain.channels import POLLUTANTS
from domain.limits.tables import CLASSES, EDITIONS
from domain.rules import Rules
from domain.site import Sensor, Site
from domain.site_files.faults import Findings, SiteRefused
from domain.site_files.places import ENTERPRISES, ROADS, parse_enterprises, parse_roads
from domain.site_files.tables import PERMITS_CSV, SENSORS_CSV, parse_permits, parse_sensors

SITE_TOML = "site.toml"
FILES = (SITE_TOML, SENSORS_CSV, ENTERPRISES, ROADS, PERMITS_CSV)
_KEYS = frozenset({"id", "name", "timezone", "limits", "zones", "rules"})
_LIMIT_KEYS = frozenset({"class", "edition", "warning_ugm3"})


def parse_site(texts: Mapping[str, str]) -> tuple[Site, tuple[str, ...]]:
    """Return the site, and the columns and properties that nobody knows.

    Args:
        texts: File name to its text, of the files of `FILES` that are there.

    Raises:
        SiteRefused: With every fault of every file.
    """
    findings = Findings()
    head = _head(texts.get(SITE_TOML), findings)
    sensors: tuple[Sensor, ...] = ()
    if SENSORS_CSV in texts:
        sensors = parse_sensors(texts[SENSORS_CSV], findings)
    else:
        findings.add(SENSORS_CSV, 0, "is missing", "add it: one row a sensor")
    enterprises = parse_enterprises(texts[ENTERPRISES], findings) if ENTERPRISES in texts else ()
    roads = parse_roads(texts[ROADS], findings) if ROADS in texts else ()
    places = frozenset(place.enterprise_id for place in enterprises) | {road.road_id for road in roads}
    permits = parse_permits(texts[PERMITS_CSV], places, findings) if PERMITS_CSV in texts else ()
    limits = head.get("limits", {})
    rules = _rules(Rules, head.get("rules", {}), "rules", findings)
    if findings.faults:
        raise SiteRefused(findings.faults)
    site = Site(
        site_id=head["id"],
        name=head["name"],
        timezone=head["timezone"],
        sensors=sensors,
        enterprises=enterprises,
        roads=roads,
        permits=permits,
        limits_class=limits.get("class", 2),
        limits_edition=limits.get("edition", EDITIONS[-1]),
        warning_ugm3={name: float(level) for name, level in limits.get("warning_ugm3", {}).items()},
        rules=rules,
    )
    return site, tuple(findings.unknown)


def _head(text: str | None, findings: Findings) -> dict[str, Any]:
    if text is None:
        findings.add(SITE_TOML, 0, "is missing", 'add it with id = "…", name = "…", timezone = "Asia/Shanghai"')
        return {}
    try:
        head = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        findings.add(SITE_TOML, 0, f"not TOML ({error})", "mend the line")
        return {}
    for key in ("id", "name", "timezone"):
        if not isinstance(head.get(key), str) or not head[key]:
            findings.add(SITE_TOML, 0, f"{key} is missing or no text", f'add {key} = "…"')
    if isinstance(head.get("id"), str) and any(sign in head["id"] for sign in "/+# "):
        findings.add(SITE_TOML, 0, f"id {head['id']!r} holds / + # or a space", "it is a part of the MQTT topic")
    _check_timezone(head.get("timezone"), findings)
    _check_limits(head.get("limits", {}), findings)
    zones = head.get("zones", [])
    if not isinstance(zones, list) or len(zones) > 1:
        findings.add(SITE_TOML, 0, "zones: this version watches a site as one zone", "leave zones out")
    findings.unknown += [f"{SITE_TOML}: {key}" for key in head if key not in _KEYS]
    return head


def _check_timezone(name: object, findings: Findings) -> None:
    if not isinstance(name, str) or not name:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        findings.add(SITE_TOML, 0, f"timezone {name!r} is unknown", 'use an IANA name such as "Asia/Shanghai"')


def _check_limits(limits: object, findings: Findings) -> None:
    if not isinstance(limits, dict):
        findings.add(SITE_TOML, 0, "limits is no table", 'write [limits] with class = 2 and edition = "GB 3095-2026"')
        return
    if limits.get("class", 2) not in CLASSES or isinstance(limits.get("class"), bool):
        findings.add(SITE_TOML, 0, f"limits.class {limits['class']!r}", "use 1 or 2")
    if limits.get("edition", EDITIONS[-1]) not in EDITIONS:
        findings.add(SITE_TOML, 0, f"limits.edition {limits['edition']!r} is unknown", f"use {' or '.join(EDITIONS)}")
    _check_warnings(limits.get("warning_ugm3", {}), findings)
    findings.unknown += [f"{SITE_TOML}: limits.{key}" for key in limits if key not in _LIMIT_KEYS]


def _check_warnings(warnings: object, findings: Findings) -> None:
    """Check the site's own warning levels, one fault a wrong key or number."""
    if not isinstance(warnings, dict):
        findings.add(SITE_TOML, 0, "limits.warning_ugm3 is no table", "write [limits.warning_ugm3] with pm25 = 150")
        return
    for name, level in warnings.items():
        if name not in POLLUTANTS:
            findings.add(SITE_TOML, 0, f"limits.warning_ugm3.{name} is unknown", f"use {', '.join(POLLUTANTS)}")
        elif isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < math.inf:
            findings.add(SITE_TOML, 0, f"limits.warning_ugm3.{name} = {level!r}", "use a number above 0, in µg/m³")


def _rules(kind: type[Any], table: object, path: str, findings: Findings) -> Any:  # noqa: ANN401 - any rules type
    """Build a rules type from a TOML table, one fault a wrong key."""
    if not isinstance(table, dict):
        findings.add(SITE_TOML, 0, f"{path} is no table", f"write [{path}]")
        return kind()
    known = {field.name: field for field in fields(kind)}
    chosen: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            findings.add(SITE_TOML, 0, f"{path}.{key} is unknown", f"use {', '.join(known)}")
        elif is_dataclass(known[key].default):
            chosen[key] = _rules(type(known[key].default), value, f"{path}.{key}", findings)
        else:
            chosen[key] = _rule(value, known[key], f"{path}.{key}", findings)
    return kind(**chosen)


def _rule(value: object, field: Any, path: str, findings: Findings) -> Any:  # noqa: ANN401 - as declared
    try:
        chosen = msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        findings.add(SITE_TOML, 0, f"{path} = {value!r}: {error}", f"the default is {field.default!r}")
        return field.default
    numbers = chosen if isinstance(chosen, tuple) else (chosen,)
    if any(isinstance(item, int | float) and not item > 0 for item in numbers):
        findings.add(SITE_TOML, 0, f"{path} = {value!r} is not above 0", f"the default is {field.default!r}")
    return chosen
