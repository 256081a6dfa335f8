"""A site in, the HTML of its pages out: the desk, the live map, the stand-alone file; each drawn once."""

import json
from collections.abc import Mapping
from enum import StrEnum

import jinja2
import msgspec
import numpy as np
from markupsafe import Markup

from domain.site import SensorKind, Site
from maps.assets import STATIC
from maps.folium_page import MapParts, ZoneMap
from maps.words import Language, words


class Mode(StrEnum):
    """Which page."""

    DESK = "desk"
    MAP = "map"
    STILL = "still"


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("maps"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_page(
    site: Site,
    parts: MapParts,
    *,
    mode: Mode,
    language: Language,
    nonce: str,
    extra: Mapping[str, object] | None = None,
) -> str:
    """Return one page's HTML; `extra` goes to the template as it is (`Markup`: not escaped)."""
    table = words(language)
    title = f"{site.name} · {table['product']}"
    told = {
        "words": table,
        "title": title,
        "timezone": site.timezone,
        "sensors": registry(site),
        "events_url": "/api/v1/events",
        "tickets_url": "/api/v1/tickets",
        "sensors_url": "/api/v1/sensors",
        "standings_url": "/api/v1/standings",
        "shift_url": "/api/v1/shift",
        "session_url": "/api/v1/session",
    }
    return _ENVIRONMENT.get_template("page.html").render(
        lang=language.value,
        mode=mode.value,
        title=title,
        site_name=site.name,
        w=table,
        nonce=nonce,
        static=STATIC,
        css=ZoneMap.default_css,
        js=ZoneMap.default_js,
        map_body=Markup(parts.body),  # noqa: S704 - Folium's own element, no data in it
        map_script=Markup(parts.script),  # noqa: S704 - Folium escapes < in the data it embeds
        page=embedded(told),
        **(extra or {}),
    )


def registry(site: Site) -> list[list[object]]:
    """Return (id, number of its kind, longitude, latitude) of each sensor, null where it moves; short, for `/`."""
    kinds = list(SensorKind)
    return [
        [sensor.sensor_id, kinds.index(sensor.kind), _place(sensor.lon), _place(sensor.lat)] for sensor in site.sensors
    ]


def embedded(value: object) -> Markup:
    """Return JSON that may stand inside a script element: nothing in it can end the element or begin another.

    >>> "<" in embedded({"name": "</script>"})
    False
    """
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - JSON with every < escaped


def _place(degrees: float) -> float | None:
    return None if np.isnan(degrees) else round(degrees, 5)
