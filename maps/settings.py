"""The map's settings; the app builds them from the environment."""

from dataclasses import dataclass

from maps.base_map import BaseMap

GCJ02 = "gcj02"
"""Datum of Amap and Tencent: some 500 m off where WGS-84 says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapsSettings:
    """How the live map behaves.

    Attributes:
        flush_ms: Changed sensors are told at most this often. [ms]
        heartbeat_s: A desk hears something at least this often. [s]
        ticket_poll_s: Tickets are asked for this often, once per process. [s]
        hot_hold_s: A hot mark stays at least this long after the last hot reading, so that it does not flicker. [s]
        client_queue: Events that may wait for one desk before it is sent a fresh snapshot instead.
        ring_events: Events kept for desks that come back.
        ring_bytes: The same, in bytes. [bytes]
        max_tickets: Tickets shown at once, most urgent first.
        base_map_url: Raster tiles with `{z}`, `{x}`, `{y}` in WGS-84 web Mercator; empty: none.
        base_map_attribution: Licence line of the tiles.
        base_map_crs: Datum of the tiles, `wgs84`, `cgcs2000` (the same here) or `gcj02`.
        base_map: The archive that the desk serves at that address; None: they come from elsewhere.
        satellite_url: Where products are listed that may be laid under the map; empty: nowhere.
        wall: Whether the public wall view is served, to everybody who asks.
        wall_names: Whether it names the enterprise that leads a ticket's candidates.
    """

    flush_ms: int = 200
    heartbeat_s: float = 5.0
    ticket_poll_s: float = 0.25
    hot_hold_s: float = 30.0
    client_queue: int = 64
    ring_events: int = 2000
    ring_bytes: int = 16 * 1024 * 1024
    max_tickets: int = 200
    base_map_url: str = ""
    base_map_attribution: str = ""
    base_map_crs: str = "wgs84"
    base_map: BaseMap | None = None
    satellite_url: str = ""
    wall: bool = False
    wall_names: bool = False
