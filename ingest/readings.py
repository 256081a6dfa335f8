"""Messages of readings → rows that may enter, those refused, and how many came again."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from domain.door import UNKNOWN_SENSOR, ReasonArray, Refusal, door_of, enter
from domain.readings import Readings
from domain.site import Site
from ingest.columns import reading_columns, received_at_ms
from ingest.decode import Decoded, Refused, decode
from ingest.dedupe import Recent
from ingest.elements import Cutter
from ingest.grammar import reading_grammar
from ingest.reasons import Reason
from ingest.settings import IngestSettings
from ingest.sort import Group
from ingest.topic import Route


@dataclass(frozen=True, slots=True)
class TakenReadings:
    """What became of some messages of readings; `readings` = len(`rows`) + `duplicates` + what `refused` holds."""

    rows: Readings
    refused: list[Refused]
    readings: int
    duplicates: int
    unknown_keys: int


class ReadingsDesk:
    """Decodes, checks, settles units and knows repetitions."""

    def __init__(self, site: Site, settings: IngestSettings) -> None:
        self._site = site
        self._index = {sensor_id: index for index, sensor_id in enumerate(site.sensor_ids)}
        self._door = door_of(site)
        self._grammar = reading_grammar(replay=settings.replay)
        self._recent = Recent(settings.dedupe_readings)

    def take(self, group: Group) -> TakenReadings:
        """Judge messages in order of arrival."""
        decoded = decode(group.payloads, self._grammar)
        rows = self._columns(group, decoded)
        entered, refusal = enter(rows, self._door)
        refused = decoded.refused
        if len(entered) < len(rows):
            refused = refused + self._refused_at_door(group, decoded, rows, refusal)
        is_first = self._recent.first(entered)
        accepted = entered if is_first.all() else entered.take(is_first)
        return TakenReadings(accepted, refused, decoded.readings, len(entered) - len(accepted), decoded.unknown_keys)

    def _columns(self, group: Group, decoded: Decoded) -> Readings:
        sensor = np.array([self._sensor(route) for route in group.routes], np.int32)[decoded.message]
        received_ms = np.array(group.received_ms, np.int64)[decoded.message]
        if self._grammar.replay:
            received_ms = received_at_ms(decoded.records, received_ms)
        return reading_columns(decoded, sensor, received_ms)

    def _sensor(self, route: Route) -> int:
        if route.site_id != self._site.site_id:
            return UNKNOWN_SENSOR
        return self._index.get(route.sensor_id, UNKNOWN_SENSOR)

    def _refused_at_door(self, group: Group, decoded: Decoded, rows: Readings, refusal: ReasonArray) -> list[Refused]:
        """Write up refused rows; a message of which every reading is refused for one reason is one dead letter."""
        out = np.flatnonzero(refusal != Refusal.NONE)
        codes_of: dict[int, Counter[int]] = {}
        for row in out.tolist():
            codes_of.setdefault(int(decoded.message[row]), Counter())[int(refusal[row])] += 1
        of_message = np.bincount(decoded.message, minlength=len(group.messages))
        spoilt = {refused.message for refused in decoded.refused}
        refused: list[Refused] = []
        cutter = Cutter()
        for row in out.tolist():
            index, code = int(decoded.message[row]), int(refusal[row])
            number = codes_of[index][code]
            whole = number == of_message[index] and index not in spoilt
            if whole and decoded.element[row]:
                continue  # written up with the message's first element
            payload = group.messages[index].payload
            reason, detail = self._reason(group.routes[index], code, rows, row)
            if whole:
                refused.append(Refused(index, reason, detail, payload, number))
            else:
                refused.append(Refused(index, reason, detail, cutter.cut(payload, int(decoded.element[row]))))
        return refused

    def _reason(self, route: Route, code: int, rows: Readings, row: int) -> tuple[Reason, str]:
        if code == Refusal.UNKNOWN_SENSOR and route.site_id != self._site.site_id:
            return Reason.WRONG_SITE, f"sent to site {route.site_id!r}; this is {self._site.site_id!r}"
        ahead_ms = int(rows.time_ms[row] - rows.received_ms[row])
        details = {
            Refusal.UNKNOWN_SENSOR: f"{route.sensor_id!r} is not registered at site {self._site.site_id!r}",
            Refusal.FUTURE_TIME: f"`time` lies {ahead_ms} ms ahead of its receipt",
            Refusal.NO_POSITION: f"vehicle {route.sensor_id!r} without `lon` in -180..180 and `lat` in -90..90",
        }
        refusal = Refusal(code)
        return Reason(refusal.code), details.get(refusal, refusal.code)
