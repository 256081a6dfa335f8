"""What the map needs from the outside world, in its own words."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol

from fastapi import Request
from fastapi.params import Depends

from domain.frames import Frames, FrameSpan
from domain.series import JudgedRows, ReadingRows, Series, WeatherRows

Guard = Callable[[Request], object]
"""A dependency that lets a request in, or raises what the desk answers instead; may block."""


def dependencies(guard: Guard | None) -> list[Depends]:
    """Return what a router depends on; no guard lets everybody in."""
    return [] if guard is None else [Depends(guard)]


class Tail(Protocol):
    """Follows topics from a little before now on, for ever."""

    def follow(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """Yield (topic, message) in each topic's order; connects again by itself."""
        ...


class TicketFeed(Protocol):
    """Says which tickets changed. Blocks (it is asked in a thread); raises ConnectionError where later may work."""

    def changes_since(self, seq: int) -> Sequence[tuple[int, str]]:
        """Return (sequence number, ticket as JSON text) of changes after `seq`, oldest first.

        A ticket that changed several times may be told once, as it stands now. An answer may be cut short: the rest
        comes when it is asked again from the last number told.
        """
        ...


class HistoryReader(Protocol):
    """Reads what was measured and judged. Blocks; raises ConnectionError where trying again later may work."""

    def series(self, sensor_id: str, pollutant: str, since_ms: int, until_ms: int) -> Series:
        """Return the minutes of one sensor and pollutant with since <= time < until; empty where there are none."""
        ...

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        """Return the minutes of one sensor with since <= time < until, all pollutants; empty where there are none."""
        ...

    def frames(self, sensor_ids: Sequence[str], pollutant: str, span: FrameSpan) -> Frames:
        """Return the minutes of many sensors in frames, in the order of `sensor_ids`; one question to the store."""
        ...


class PaneHistory(HistoryReader, Protocol):
    """Reads raw rows as well."""

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        """Return one sensor's raw readings with since <= time < until; empty where there are none."""
        ...

    def weather_of(self, since_ms: int, until_ms: int) -> WeatherRows:
        """Return every weather station's rows with since <= time < until; empty where there are none."""
        ...


class Standings(Protocol):
    """Says how enterprises stand today. Blocks; raises ConnectionError where trying again later may work."""

    def today(self) -> Mapping[str, Mapping[str, object]]:
        """Return further properties of enterprises by id: grade, cap, visits used and left."""
        ...
