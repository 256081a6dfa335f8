"""A site, its sensors and tickets in; one HTML file out that needs no network and no server."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from markupsafe import Markup

from domain.site import Site
from maps.assets import leaflet_script, leaflet_style, own_text, still_script
from maps.csp import policy
from maps.folium_page import render_map
from maps.page import Mode, embedded, render_page
from maps.settings import MapsSettings
from maps.words import Language

Json = Mapping[str, object]


def standalone_html(site: Site, sensors: Json | None, tickets: Sequence[str], language: Language = Language.ZH) -> str:
    """Return the zone as one file; the same input gives the same bytes.

    Args:
        site: The zone.
        sensors: The FeatureCollection of `GET /api/v1/sensors` (or `features.sensors`); None: all offline.
        tickets: Tickets as JSON texts (contract).
        language: Of the page.

    Raises:
        msgspec.ValidationError: `sensors` is not such a collection.
        msgspec.DecodeError: A ticket is not JSON.
    """
    known = msgspec.convert(sensors or {"features": []}, _Sensors)
    still = embedded(
        {
            "clock": known.clock,
            "sensors": [feature.row() for feature in known.features],
            "tickets": [msgspec.json.decode(text) for text in tickets],
        }
    )
    nonce = hashlib.sha256(still.encode()).hexdigest()[:24]
    inside = {
        "still": still,
        "csp": policy(nonce, served=False),
        "leaflet_style": Markup(leaflet_style()),  # noqa: S704 - a file of a pinned wheel
        "leaflet_script": Markup(leaflet_script()),  # noqa: S704 - as above
        "style": Markup(own_text("desk.css")),  # noqa: S704 - our own file
        "still_script": Markup(still_script()),  # noqa: S704 - our own files
    }
    parts = render_map(site, MapsSettings())
    return render_page(site, parts, mode=Mode.STILL, language=language, nonce=nonce, extra=inside)


class _Point(msgspec.Struct):
    coordinates: tuple[float, float]


class _Properties(msgspec.Struct):
    sensor_id: str
    state: str
    value: float | None
    pollutant: str


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: _Point | None

    def row(self) -> list[object]:
        """Return the sensor as the live feed would tell it."""
        lon, lat = self.geometry.coordinates if self.geometry else (None, None)
        told = self.properties
        return [told.sensor_id, told.value, told.state, lon, lat, told.pollutant]


class _Sensors(msgspec.Struct):
    features: list[_Feature]
    clock: str | None = None
