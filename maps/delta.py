"""Picture after picture in, the sensors that changed out: `[id, value, state, lon, lat, pollutant]`, cut short."""

import numpy as np

from domain.channels import POLLUTANTS
from domain.readings import BoolArray, FloatArray
from maps.live import Picture
from maps.standing import STATES

Row = list[object]

_USUAL_CHANNEL = 0


class DeltaFeed:
    """Remembers what the desks were told last.

    A row is `[id, value, state]`. A vehicle adds `lon, lat`; a value that is not PM2.5 adds its pollutant as the
    sixth element (a station then has null, null before it). Values are rounded to 0.1 µg/m³, places to 0.00001 degree.
    """

    def __init__(self, sensor_ids: tuple[str, ...], is_vehicle: BoolArray) -> None:
        count = len(sensor_ids)
        self._ids = sensor_ids
        self._is_vehicle = is_vehicle
        self._code = np.full(count, 255, np.uint8)
        self._channel = np.zeros(count, np.int32)
        self._value: FloatArray = np.full(count, np.nan)
        self._place: FloatArray = np.full((count, 2), np.nan)

    def changed(self, picture: Picture) -> list[Row]:
        """Return the rows that differ from what was told last, and remember them as told."""
        value = np.round(picture.value, 1)
        place = np.where(
            self._is_vehicle[:, np.newaxis], np.round(np.column_stack([picture.lon, picture.lat]), 5), np.nan
        )
        moved = _differs(place, self._place).any(axis=1)
        news = (picture.code != self._code) | (picture.channel != self._channel) | moved | _differs(value, self._value)
        self._code, self._channel = picture.code.copy(), picture.channel.copy()
        self._value, self._place = value, place
        return self._rows(np.flatnonzero(news))

    def all_rows(self) -> list[Row]:
        """Return every sensor as it was told last."""
        return self._rows(np.flatnonzero(self._code != 255))

    def _rows(self, which: np.ndarray) -> list[Row]:
        columns = zip(
            which.tolist(),
            self._code[which].tolist(),
            self._value[which].tolist(),
            self._channel[which].tolist(),
            self._place[which].tolist(),
            strict=True,
        )
        rows: list[Row] = []
        for index, code, value, channel, place in columns:
            row: Row = [self._ids[index], _or_none(value), STATES[code].value]
            if self._is_vehicle[index] or channel != _USUAL_CHANNEL:
                row += [_or_none(place[0]), _or_none(place[1])]
            if channel != _USUAL_CHANNEL:
                row.append(POLLUTANTS[channel])
            rows.append(row)
        return rows


def _differs(now: FloatArray, before: FloatArray) -> BoolArray:
    differs: BoolArray = (now != before) & ~(np.isnan(now) & np.isnan(before))
    return differs


def _or_none(value: float) -> float | None:
    return None if value != value else value
