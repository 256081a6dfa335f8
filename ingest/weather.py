"""Messages of weather → rows that may enter, and those refused; a station needs no registration."""

from dataclasses import dataclass

import numpy as np

from domain.door import FUTURE_MS
from domain.readings import Weather
from domain.site import Site
from ingest.columns import received_at_ms, weather_columns
from ingest.decode import Decoded, Refused, decode
from ingest.elements import Cutter
from ingest.grammar import weather_grammar
from ingest.reasons import Reason
from ingest.settings import IngestSettings
from ingest.sort import Group


@dataclass(frozen=True, slots=True)
class TakenWeather:
    """What became of some messages of weather; `received` = len(`rows`) + what `refused` holds."""

    rows: Weather
    refused: list[Refused]
    received: int
    unknown_keys: int


class WeatherDesk:
    """Decodes and checks weather."""

    def __init__(self, site: Site, settings: IngestSettings) -> None:
        self._site_id = site.site_id
        self._grammar = weather_grammar(replay=settings.replay)

    def take(self, group: Group) -> TakenWeather:
        """Judge messages in order of arrival."""
        decoded = decode(group.payloads, self._grammar)
        rows = self._columns(group, decoded)
        refused = list(decoded.refused)
        entered: list[int] = []
        cutter = Cutter()
        for row in range(len(rows)):  # weather is rare: some rows a minute
            why = self._refuse(group, decoded, rows, row)
            if why is None:
                entered.append(row)
                continue
            index = int(decoded.message[row])
            payload = cutter.cut(group.messages[index].payload, int(decoded.element[row]))
            refused.append(Refused(index, *why, payload))
        return TakenWeather(rows.take(np.array(entered, np.intp)), refused, decoded.readings, decoded.unknown_keys)

    def _columns(self, group: Group, decoded: Decoded) -> Weather:
        received_ms = np.array(group.received_ms, np.int64)[decoded.message]
        if self._grammar.replay:
            received_ms = received_at_ms(decoded.records, received_ms)
        stations = [group.routes[index].sensor_id for index in decoded.message.tolist()]
        return weather_columns(decoded, stations, received_ms)

    def _refuse(self, group: Group, decoded: Decoded, rows: Weather, row: int) -> tuple[Reason, str] | None:
        site_id = group.routes[int(decoded.message[row])].site_id
        if site_id != self._site_id:
            return Reason.WRONG_SITE, f"sent to site {site_id!r}; this is {self._site_id!r}"
        ahead_ms = int(rows.time_ms[row] - rows.received_ms[row])
        if ahead_ms > FUTURE_MS:
            return Reason.FUTURE_TIME, f"`time` lies {ahead_ms} ms ahead of its receipt"
        if not (abs(rows.lon[row]) <= 180.0 and abs(rows.lat[row]) <= 90.0):
            return Reason.NO_POSITION, "weather without `lon` in -180..180 and `lat` in -90..90"
        return None
