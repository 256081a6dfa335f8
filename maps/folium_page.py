"""The zone as a Folium map with nothing from elsewhere: Leaflet from this machine, drawn layers, no tiles needed."""

import json
import re
from dataclasses import dataclass

import folium
import numpy as np
import shapely

from domain.site import PlaceKind, Site
from maps import features
from maps.assets import LEAFLET
from maps.settings import MapsSettings
from maps.tile_layer import moved, tile_layer

_DIGITS = 5  # of a degree: one metre, half the bytes

_ROAD = {"color": "#c2c7cb", "weight": 3, "opacity": 1.0}
_ENTERPRISE = {"color": "#9da5ab", "weight": 1, "fillColor": "#cfd4d8", "fillOpacity": 0.9}
_CONSTRUCTION = {"color": "#5f686f", "weight": 1.5, "dashArray": "4 3", "fillColor": "#eceef0", "fillOpacity": 0.9}

_ADDED = re.compile(r"^(\w+_add\()(\{.*\})\);$")
_LESS = "\\u003c"

LIVE_PANE = "live"
"""The live markers' own pane: a canvas above the static one, which lets the pointer through. Redrawing the static
layers with every change would cost a hundred times as much."""


class ZoneMap(folium.Map):  # type: ignore[misc]  # folium ships no types
    """A Folium map that loads Leaflet from the desk and no other script: no jQuery, no Bootstrap, no icon font."""

    _name = "Map"
    default_js = (("leaflet", LEAFLET + "leaflet.js"),)
    default_css = (("leaflet_css", LEAFLET + "leaflet.css"),)


@dataclass(frozen=True, slots=True)
class MapParts:
    """What Folium made: `body` (the map's element) and `script` (without tags); the page links to `ZoneMap`'s files."""

    body: str
    script: str


def render_map(site: Site, settings: MapsSettings) -> MapParts:
    """Draw a zone's roads, enterprises and construction sites; the script's map is `map_zone`."""
    zone = _zone_map(site, settings)
    root = zone.get_root()
    root.render()
    (south, west), (north, east) = bounds_of(site)
    script = compact(root.script.render()) + moved(settings, ((west + east) / 2, (south + north) / 2))
    return MapParts(root.html.render(), script)


def compact(script: str) -> str:
    """Return Folium's script without indents, its GeoJSON without blanks and escapes: a third fewer bytes.

    Every `<` of the data stays escaped, so that nothing in it can end the script's element.
    """
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(_ADDED.sub(_packed, line) for line in lines if line)


def _packed(found: re.Match[str]) -> str:
    text = json.dumps(json.loads(found[2]), ensure_ascii=False, separators=(",", ":"))
    return f"{found[1]}{text.replace('<', _LESS)});"


def _zone_map(site: Site, settings: MapsSettings) -> ZoneMap:
    south_west, north_east = bounds_of(site)
    middle = [(a + b) / 2 for a, b in zip(south_west, north_east, strict=True)]
    snap = 1 if settings.base_map_url else 0.25  # tiles are sharp at whole zooms only
    zone = ZoneMap(location=middle, zoom_start=13, tiles=None, prefer_canvas=True, zoom_snap=snap)
    zone._id = "zone"  # noqa: SLF001 - folium's only way to a name that stays the same
    if settings.base_map_url:
        _named(tile_layer(settings), "base").add_to(zone)
    _named(folium.map.CustomPane(LIVE_PANE, z_index=450, pointer_events=False), "live").add_to(zone)
    _add_lines(zone, site)
    for kind, style in ((PlaceKind.ENTERPRISE, _ENTERPRISE), (PlaceKind.CONSTRUCTION_SITE, _CONSTRUCTION)):
        _add_places(zone, site, kind, style)
    zone.fit_bounds([south_west, north_east], padding=(8, 8))
    return zone


def _add_lines(zone: ZoneMap, site: Site) -> None:
    if site.roads:
        lines = features.road_lines(site, _DIGITS)
        _named(folium.GeoJson(lines, style_function=lambda _: _ROAD), "roads").add_to(zone)


def _add_places(zone: ZoneMap, site: Site, kind: PlaceKind, style: dict[str, object]) -> None:
    places: list[features.Json] = [
        {
            "type": "Feature",
            "id": place.enterprise_id,
            "properties": {"name": place.name, "industry": place.industry},
            "geometry": features.shape_of(place.geometry, _DIGITS),
        }
        for place in site.enterprises
        if place.kind is kind
    ]
    if places:
        layer = folium.GeoJson(features.collection(places), style_function=lambda _: style)
        _named(layer, kind.value.replace("_", "")).add_to(zone)


def _named(part: folium.MacroElement, name: str) -> folium.MacroElement:
    part._id = name  # noqa: SLF001 - folium's only way to a name that stays the same
    return part


def bounds_of(site: Site) -> tuple[list[float], list[float]]:
    """Return the south-west and north-east corners of everything in a site, as [latitude, longitude]. [degrees]"""
    points = [[sensor.lon, sensor.lat] for sensor in site.sensors if not np.isnan(sensor.lon)]
    shapes = [place.geometry for place in site.enterprises] + [road.geometry for road in site.roads]
    west, south, east, north = shapely.total_bounds([*shapes, *shapely.points(np.array(points).reshape(-1, 2))])
    return [float(south), float(west)], [float(north), float(east)]
