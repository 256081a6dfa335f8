"""All sensors in short as they stand, of one pollutant where one is asked for: what layers and lists show."""

from functools import partial

import msgspec
import numpy as np
from fastapi import APIRouter, Response

from domain.channels import POLLUTANTS, UNIT
from domain.times import rfc3339, to_datetime
from maps.kept import Kept
from maps.live import LiveZone
from maps.past_api import refuse_unknown
from maps.standing import STATES

KEPT_S = 2.0
"""An answer is given again for so long, however many ask. Design value. [s]"""

Row = list[object]


def told_now(live: LiveZone, pollutant: str | None = None) -> dict[str, object]:
    """Return a row `[id, value, state, age_s]` for each sensor, values in µg/m³ to 0.1, ages in whole seconds.

    Of a pollutant: its own value, state and age; state null where the sensor never measured it. Without: what the map
    shows, and which pollutant that is as fifth element.
    """
    rows = _of_all(live) if pollutant is None else _of_one(live, POLLUTANTS.index(pollutant))
    clock = rfc3339(to_datetime(live.clock_ms)) if live.clock_ms else None
    return {"clock": clock, "pollutant": pollutant, "unit": UNIT, "sensors": rows}


def _of_all(live: LiveZone) -> list[Row]:
    picture = live.picture()
    columns = (
        live.site.sensor_ids,
        np.round(picture.value, 1).tolist(),
        picture.code.tolist(),
        _ages(picture.clock_ms, live.received_ms),
        picture.channel.tolist(),
    )
    return [
        [name, _known(value), STATES[code].value, age, POLLUTANTS[channel]]
        for name, value, code, age, channel in zip(*columns, strict=True)
    ]


def _of_one(live: LiveZone, channel: int) -> list[Row]:
    columns = (
        live.site.sensor_ids,
        np.round(live.values[:, channel], 1).tolist(),
        live.codes_of(channel).tolist(),
        _ages(live.clock_ms, live.heard_ms[:, channel]),
    )
    return [
        [name, _known(value), STATES[code].value if age is not None else None, age]
        for name, value, code, age in zip(*columns, strict=True)
    ]


def _ages(clock_ms: int, heard_ms: np.ndarray) -> list[int | None]:
    return [max(clock_ms - heard, 0) // 1000 if heard else None for heard in heard_ms.tolist()]


def _known(value: float) -> float | None:
    return value if value == value else None


def add_now(router: APIRouter, live: LiveZone) -> None:
    """Add the route."""
    kept = {asked: Kept(partial(_encoded, live, asked), KEPT_S) for asked in (None, *POLLUTANTS)}

    @router.get("/map/now", summary="All sensors in short as they stand; of one pollutant where asked")
    def get_now(pollutant: str | None = None) -> Response:
        if pollutant is not None:
            refuse_unknown(pollutant)
        return Response(kept[pollutant].get(), media_type="application/json")


def _encoded(live: LiveZone, pollutant: str | None) -> bytes:
    return msgspec.json.encode(told_now(live, pollutant))
