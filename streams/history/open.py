"""Choosing the history by its address."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from domain.frames import Frames, FrameSpan
from domain.series import JudgedRows, ReadingRows, Series, WeatherRows
from streams.history.settings import HistorySettings
from streams.history.sqlite import SqliteHistory
from streams.ports import History

SQLITE = "sqlite:///"


class AnyHistory(History, Protocol):
    """A history that is open: written by the record agents, read by the desk.

    Every call raises ConnectionError where trying again later may work, ValueError where it can't.
    """

    def check(self) -> str:
        """Return one line that says what it is, once it has answered."""
        ...

    def close(self) -> None:
        """Let go of it; what was written is kept."""
        ...

    def series(self, sensor_id: str, pollutant: str, since_ms: int, until_ms: int) -> Series:
        """Return one pollutant's minutes in [since, until)."""
        ...

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        """Return one sensor's raw readings in [since, until)."""
        ...

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        """Return one sensor's judged minutes in [since, until)."""
        ...

    def frames(self, sensor_ids: Sequence[str], pollutant: str, span: FrameSpan) -> Frames:
        """Return the judged minutes of many sensors in frames, a column each, in the order of `sensor_ids`."""
        ...

    def weather_of(self, since_ms: int, until_ms: int) -> WeatherRows:
        """Return every weather station's rows in [since, until)."""
        ...


def open_history(settings: HistorySettings) -> AnyHistory:
    """Return the history that the URL names; nothing is touched before its first call.

    Raises:
        ValueError: The URL is of no known kind.
    """
    if settings.url.startswith(SQLITE) and len(settings.url) > len(SQLITE):
        return SqliteHistory(Path(settings.url.removeprefix(SQLITE)), settings)
    if settings.url.startswith(("http://", "https://")):
        from streams.history.influxdb import InfluxHistory  # half a second that SQLite need not wait

        return InfluxHistory(settings)
    scheme = settings.url.partition(":")[0]  # the rest may hold a password
    raise ValueError(f"history URL of kind {scheme!r}: write sqlite:///path/to/file or http://host:8086")
