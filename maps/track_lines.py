"""Tracks to GeoJSON (RFC 7946): a line for each piece, red where something was raised."""

import numpy as np

from domain.channels import POLLUTANTS
from domain.site import Site
from domain.times import rfc3339, to_datetime
from maps.features import Json, collection
from maps.tracks import Track, Tracks, pieces

_DIGITS = 5  # of a degree: one metre, better than any receiver


def track_lines(site: Site, tracks: Tracks, clock_ms: int) -> Json:
    """Return the last hour's ways of all vehicles, those of a vehicle in the order of time."""
    features: list[Json] = []
    for track in tracks.last_hour(clock_ms):
        features.extend(_lines(site.sensors[track.sensor].sensor_id, track))
    return collection(features, clock=rfc3339(to_datetime(clock_ms)) if clock_ms else None)


def _lines(sensor_id: str, track: Track) -> list[Json]:
    place = np.round(track.place, _DIGITS).tolist()
    second = track.time_ms // 1000
    return [
        {
            "type": "Feature",
            "id": f"{sensor_id}/{second[piece.begin]}",
            "geometry": {"type": "LineString", "coordinates": place[piece.begin : piece.end + 1]},
            "properties": {
                "sensor_id": sensor_id,
                "state": "hot" if piece.raised else "normal",
                "raised": [name for bit, name in enumerate(POLLUTANTS) if piece.raised >> bit & 1],
                "begin": rfc3339(to_datetime(int(track.time_ms[piece.begin]))),
                "end": rfc3339(to_datetime(int(track.time_ms[piece.end]))),
                "after_s": (second[piece.begin : piece.end + 1] - second[piece.begin]).tolist(),
            },
        }
        for piece in pieces(track)
    ]
