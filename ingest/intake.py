"""A micro-batch of messages → one message for Kafka, dead letters, and the account of both."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa

from domain.readings import IntArray, Readings, Weather, no_readings, no_weather
from domain.site import Site
from domain.times import to_ms
from domain.wire import Reject
from ingest.columns import encode_batch
from ingest.counts import Tally
from ingest.decode import Refused
from ingest.message import Message
from ingest.readings import ReadingsDesk
from ingest.reasons import Reason
from ingest.settings import IngestSettings
from ingest.sort import Group, Sorter, ZoneClock
from ingest.topic import Carries
from ingest.weather import WeatherDesk

STATUS = frozenset({b"online", b"offline"})


class _Tick(msgspec.Struct):
    received_at: Annotated[datetime, msgspec.Meta(tz=True)]


_tick = msgspec.json.Decoder(_Tick)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a number of messages came to.

    Attributes:
        rows: For the `readings` topic; None where nothing may enter.
        rejects: For the `rejects` topic.
        status: What registered sensors said of themselves.
    """

    rows: bytes | None
    rejects: list[Reject]
    tally: Tally
    status: dict[str, str] = field(default_factory=dict)


class Intake:
    """Judges messages; remembers which readings came lately, and how far the zone clock is."""

    def __init__(self, site: Site, settings: IngestSettings) -> None:
        self._site_id = site.site_id
        self._replay = settings.replay
        self._sensor_ids = pa.array(site.sensor_ids, type=pa.string())
        self._registered = frozenset(site.sensor_ids)
        self._sorter = Sorter()
        self._clock = ZoneClock()
        self._readings = ReadingsDesk(site, settings)
        self._weather = WeatherDesk(site, settings)

    def tick(self, now_ms: int) -> Batch:
        """Return an empty move of the zone clock."""
        ticks_ms = self._clock.stamp(np.array([now_ms], np.int64))
        return Batch(encode_batch(no_readings(), no_weather(), ticks_ms, self._sensor_ids), [], Tally(ticks=1))

    def take(self, messages: Sequence[Message]) -> Batch:
        """Judge messages in order of arrival."""
        tally = Tally(messages=len(messages), bytes=sum(len(message.payload) for message in messages))
        rejects: list[Reject] = []
        received_ms = self._clock.stamp(np.array([message.received_ms for message in messages], np.int64))
        groups = self._sorter.sort(messages, received_ms)
        rows = encode_batch(
            self._take_readings(groups[Carries.READINGS], tally, rejects),
            self._take_weather(groups[Carries.WEATHER], tally, rejects),
            self._take_ticks(groups[Carries.TICK], tally, rejects),
            self._sensor_ids,
        )
        tally.wrong_topic += len(groups[Carries.NOTHING].messages)
        return Batch(rows, rejects, tally, self._take_status(groups[Carries.STATUS], tally))

    def _take_readings(self, group: Group, tally: Tally, rejects: list[Reject]) -> Readings:
        if not group.messages:
            return no_readings()
        taken = self._readings.take(group)
        tally.readings += taken.readings
        tally.accepted += len(taken.rows)
        tally.duplicates += taken.duplicates
        tally.unknown_keys += taken.unknown_keys
        rejects += _dead_letters(group, taken.refused, tally.rejected)
        return taken.rows

    def _take_weather(self, group: Group, tally: Tally, rejects: list[Reject]) -> Weather:
        if not group.messages:
            return no_weather()
        taken = self._weather.take(group)
        tally.weather_received += taken.received
        tally.weather += len(taken.rows)
        tally.unknown_keys += taken.unknown_keys
        rejects += _dead_letters(group, taken.refused, tally.weather_rejected)
        return taken.rows

    def _take_ticks(self, group: Group, tally: Tally, rejects: list[Reject]) -> IntArray:
        """Return the moments of the player's ticks; live, the clock is our own and nobody else's. [ms]"""
        ticks_ms: list[int] = []
        for index, message in enumerate(group.messages):
            if not self._replay or group.routes[index].site_id != self._site_id:
                tally.ignored += 1
                continue
            try:
                ticks_ms.append(to_ms(_tick.decode(message.payload).received_at))
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                refused = Refused(index, Reason.WRONG_TYPE, f"a tick: {error}", message.payload)
                rejects += _dead_letters(group, [refused], Counter())
                tally.ignored += 1
        tally.ticks += len(ticks_ms)
        return np.array(ticks_ms, np.int64)

    def _take_status(self, group: Group, tally: Tally) -> dict[str, str]:
        said: dict[str, str] = {}
        for message, route in zip(group.messages, group.routes, strict=True):
            known = route.site_id == self._site_id and route.sensor_id in self._registered
            if known and message.payload in STATUS:
                said[route.sensor_id] = message.payload.decode()
            else:
                tally.ignored += 1
        return said


def _dead_letters(group: Group, refused: Sequence[Refused], rejected: Counter[str]) -> list[Reject]:
    """Write refused readings as dead letters, and count them."""
    for one in refused:
        rejected[one.reason] += one.readings
    return [
        Reject(
            reason=one.reason,
            detail=one.detail,
            topic=group.messages[one.message].topic,
            received_ms=group.received_ms[one.message],
            payload=one.payload,
            readings=one.readings,
        )
        for one in refused
    ]
