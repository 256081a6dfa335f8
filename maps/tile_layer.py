"""The base map as Folium's layer: its zooms and bounds, and where its datum is GCJ-02, moved to where WGS-84 says."""

import html

import folium

from domain.china_datum import wgs84_to_gcj02
from maps.base_map import BaseMap
from maps.settings import GCJ02, MapsSettings

MOST_ZOOM = 20
"""Tiles are enlarged up to here. Design value."""
_SMALLER = 2  # zooms below the least of an archive: 16 tiles for one


def tile_layer(settings: MapsSettings) -> folium.TileLayer:
    """Return the layer; its licence line is shown as text."""
    options: dict[str, object] = {}
    if settings.base_map:
        options = _range(settings.base_map)
    attribution = html.escape(settings.base_map_attribution) or "&nbsp;"  # Folium wants some
    return folium.TileLayer(settings.base_map_url, attr=attribution, name="base", **options)


def _range(base_map: BaseMap) -> dict[str, object]:
    least, most = base_map.zooms
    options: dict[str, object] = {"min_zoom": max(0, least - _SMALLER), "min_native_zoom": least}
    options |= {"max_zoom": max(most, MOST_ZOOM), "max_native_zoom": most}
    if base_map.bounds:
        west, south, east, north = base_map.bounds
        options["bounds"] = [[south, west], [north, east]]
    return options


def moved(settings: MapsSettings, middle: tuple[float, float]) -> str:
    """Return the script that moves the layer `tile_layer_base` to its place; empty where its datum is WGS-84.

    Args:
        settings: With the datum of the tiles.
        middle: Longitude, latitude of the zone; the shift there holds within 20 m over a zone of 20 km. [degrees]
    """
    if settings.base_map_crs != GCJ02:
        return ""
    lon, lat = wgs84_to_gcj02(*middle)
    shift = f"{lat - middle[1]:.7f},c.lng+{lon - middle[0]:.7f}"
    return (
        'for(const name of ["_setZoomTransform","_getTiledPixelBounds"]){const old=tile_layer_base[name];'
        "tile_layer_base[name]=function(...told){const at=told.findIndex((c)=>c&&c.lat!==undefined),c=told[at];"
        f"told[at]=L.latLng(c.lat+{shift});return old.apply(this,told);}}}}tile_layer_base._resetView();"
    )
