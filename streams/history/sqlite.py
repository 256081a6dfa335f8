"""History in one SQLite file (WAL): the same port as InfluxDB's, for the demo and small sites."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from domain.channels import POLLUTANTS
from domain.field import JudgedField
from domain.frames import Frames, FrameSpan, to_frames
from domain.readings import FloatArray, IntArray, Readings, Weather
from domain.series import JudgedRows, ReadingRows, Series, WeatherRows
from domain.site import Site
from streams.history.cells import cells_of_rows, cells_query
from streams.history.layout import (
    DAY_MS,
    JUDGED_CODES,
    JUDGED_FIELDS,
    READING_FIELDS,
    WEATHER_FIELDS,
    finite,
    judged_columns,
    judged_rows,
    reading_rows,
    weather_rows,
)
from streams.history.settings import HistorySettings

T = TypeVar("T")
BUSY_TIMEOUT_S = 10.0
"""Another process may be writing; wait so long for it. [s]"""
EXPIRE_EVERY_MS = 3600_000
"""Of the zone clock, between two clean-ups. [ms]"""


class SqliteHistory:
    """Writes and reads one file; threads take turns, processes share it through the write-ahead log.

    A point that stands already is merged field by field: a missing field never erases one that is there.
    """

    def __init__(self, path: Path, settings: HistorySettings) -> None:
        self._path = path
        self._settings = settings
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._row_ids: dict[tuple[str, str], int] = {}
        self._site_rows: tuple[Site | None, IntArray] = (None, np.empty(0, np.int64))
        self._expired_ms = 0

    def prepare(self) -> None:
        """Make the file and its tables; harmless to repeat.

        Raises:
            ConnectionError: The file can't be written now.
            ValueError: The file is something else.
        """
        self._run(lambda connection: connection.execute("SELECT count(*) FROM source").fetchone())

    def check(self) -> str:
        """Return which file answers, after a write to it.

        Raises:
            ConnectionError: The file can't be written now.
            ValueError: The file is something else.
        """
        self._run(lambda connection: connection.execute("BEGIN IMMEDIATE"))
        return f"SQLite {sqlite3.sqlite_version}, {self._path}"

    def close(self) -> None:
        """Close the file; what was written is kept."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def write_readings(self, readings: Readings, site: Site) -> None:
        order = np.lexsort((readings.time_ms, readings.sensor))  # near rows lie near in the file
        readings = readings.take(order)
        columns = (readings.position[:, 0], readings.position[:, 1], *readings.values.T)
        self._run(
            lambda connection: _upsert(
                connection,
                "reading",
                READING_FIELDS,
                (
                    self._rows_of(connection, site)[readings.sensor].tolist(),
                    readings.time_ms.tolist(),
                    *(finite(column).tolist() for column in columns),
                ),
            )
        )

    def write_weather(self, weather: Weather) -> None:
        site = self._settings.site
        columns = (weather.lon, weather.lat, *weather.values.T)
        self._run(
            lambda connection: _upsert(
                connection,
                "weather",
                WEATHER_FIELDS,
                (
                    [self._row_id(connection, site, name) for name in weather.station_id],
                    weather.time_ms.tolist(),
                    *(finite(column).tolist() for column in columns),
                ),
            )
        )

    def write_judged(self, minutes: Sequence[JudgedField], site: Site) -> None:
        def write(connection: sqlite3.Connection) -> None:
            for judged in minutes:
                sources = self._rows_of(connection, site)[judged.sensor].tolist()
                columns = [column.tolist() for column in judged_columns(judged).values()]
                _upsert(connection, "minute", JUDGED_FIELDS, (sources, [judged.minute_ms] * len(sources), *columns))

        self._run(write)
        newest_ms = max((judged.minute_ms for judged in minutes), default=0)
        if newest_ms - self._expired_ms >= EXPIRE_EVERY_MS:
            self.expire(newest_ms)
            self._expired_ms = newest_ms

    def expire(self, now_ms: int) -> None:
        """Delete what is older than the settings keep, seen from `now_ms`. [ms]"""
        keep_days = {
            "reading": self._settings.raw_days,
            "minute": self._settings.minute_days,
            "weather": self._settings.minute_days,
        }

        def delete(connection: sqlite3.Connection) -> None:
            sources = connection.execute("SELECT source FROM source").fetchall()
            for table, days in keep_days.items():
                if days:
                    # Source by source: the key begins with it, so no second index over time is needed.
                    connection.executemany(
                        f"DELETE FROM {table} WHERE source = ? AND time_ms < {int(now_ms) - days * DAY_MS}",  # noqa: S608 - our names, a number
                        sources,
                    )

        self._run(delete)

    def series(self, sensor_id: str, pollutant: str, since_ms: int, until_ms: int) -> Series:
        """Return one pollutant's minutes in [since, until)."""
        return self.judged_of(sensor_id, since_ms, until_ms).series(POLLUTANTS.index(pollutant))

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        """Return one sensor's raw readings in [since, until)."""
        return reading_rows(*self._select("reading", READING_FIELDS, sensor_id, (since_ms, until_ms)))

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        """Return one sensor's judged minutes in [since, until)."""
        return judged_rows(*self._select("minute", JUDGED_FIELDS, sensor_id, (since_ms, until_ms)))

    def frames(self, sensor_ids: Sequence[str], pollutant: str, span: FrameSpan) -> Frames:
        """Return the judged minutes of many sensors in frames, a column each, in the order of `sensor_ids`."""
        asked = (self._settings.site, span.since_ms, span.step_ms, span.until_ms)
        # A day of a thousand sensors takes seconds: no other question waits for it.
        with self._failures(), closing(_connect(self._path)) as apart:
            rows = apart.execute(cells_query(pollutant), asked).fetchall()
        return to_frames(span, len(sensor_ids), cells_of_rows(rows, sensor_ids))

    def weather_of(self, since_ms: int, until_ms: int) -> WeatherRows:
        """Return every weather station's rows in [since, until)."""
        query = (
            f"SELECT source.name, time_ms, {', '.join(WEATHER_FIELDS)} FROM source JOIN weather USING (source)"  # noqa: S608 - our names
            " WHERE ? IN (site, '') AND time_ms >= ? AND time_ms < ?"
        )
        asked = (self._settings.site, since_ms, until_ms)
        rows = self._run(lambda connection: connection.execute(query, asked).fetchall())
        block = np.array([row[2:] for row in rows], dtype=np.float64).reshape(len(rows), len(WEATHER_FIELDS))
        time_ms = np.fromiter((row[1] for row in rows), np.int64, len(rows))
        return weather_rows([row[0] for row in rows], time_ms, block)

    def _select(
        self, table: str, names: Sequence[str], sensor_id: str, span_ms: tuple[int, int]
    ) -> tuple[IntArray, FloatArray]:
        query = (
            f"SELECT time_ms, {', '.join(names)} FROM {table} WHERE source IN"  # noqa: S608 - our names
            " (SELECT source FROM source WHERE ? IN (site, '') AND name = ?)"
            " AND time_ms >= ? AND time_ms < ? ORDER BY time_ms"
        )
        rows = self._run(
            lambda connection: connection.execute(query, (self._settings.site, sensor_id, *span_ms)).fetchall()
        )
        block = np.array(rows, dtype=np.float64).reshape(len(rows), len(names) + 1)
        return np.fromiter((row[0] for row in rows), np.int64, len(rows)), block[:, 1:]

    def _rows_of(self, connection: sqlite3.Connection, site: Site) -> IntArray:
        """Return the row of `source` of every sensor of a site, shape (sensors,)."""
        known, rows = self._site_rows
        if known is not site:
            rows = np.array([self._row_id(connection, site.site_id, name) for name in site.sensor_ids], np.int64)
            self._site_rows = (site, rows)
        return rows

    def _row_id(self, connection: sqlite3.Connection, site: str, name: str) -> int:
        if (site, name) not in self._row_ids:
            connection.execute("INSERT OR IGNORE INTO source (site, name) VALUES (?, ?)", (site, name))
            row = connection.execute("SELECT source FROM source WHERE site = ? AND name = ?", (site, name)).fetchone()
            self._row_ids[site, name] = int(row[0])
        return self._row_ids[site, name]

    def _forget_rows(self) -> None:
        self._row_ids = {}
        self._site_rows = (None, np.empty(0, np.int64))

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run some statements as one transaction."""
        with self._lock, self._failures():
            if self._connection is None:
                self._connection = _connect(self._path)
            try:
                with self._connection as connection:
                    return work(connection)
            except BaseException:
                self._forget_rows()  # a source that was rolled back has no row
                raise

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.ProgrammingError, OverflowError) as error:
            raise ValueError(f"history {self._path} refuses: {error}") from error
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
                raise ValueError(
                    f"history {self._path} is no SQLite file; name another in the history's URL"
                ) from error
            raise ConnectionError(f"history {self._path} is away: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # Kafka is acknowledged after the write: power may fail
        for statement in _schema():
            connection.execute(statement)
        _add_missing_columns(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _add_missing_columns(connection: sqlite3.Connection) -> None:
    """Bring a file of an earlier version to this one's columns; what it holds stays."""
    known = {row[1] for row in connection.execute("PRAGMA table_info(minute)")}
    for name in JUDGED_FIELDS:
        if name not in known:
            connection.execute(f"ALTER TABLE minute ADD COLUMN {name} {_type_of(name)}")


def _type_of(name: str) -> str:
    return "INTEGER" if name.startswith(JUDGED_CODES) else "REAL"


def _schema() -> Iterator[str]:
    yield (
        "CREATE TABLE IF NOT EXISTS source"
        " (source INTEGER PRIMARY KEY, site TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (site, name))"
    )
    for table, names in (("reading", READING_FIELDS), ("minute", JUDGED_FIELDS), ("weather", WEATHER_FIELDS)):
        columns = ", ".join(f"{name} {_type_of(name)}" for name in names)
        yield (
            f"CREATE TABLE IF NOT EXISTS {table} (source INTEGER NOT NULL, time_ms INTEGER NOT NULL, {columns},"
            " PRIMARY KEY (source, time_ms)) WITHOUT ROWID"
        )


def _upsert(
    connection: sqlite3.Connection, table: str, names: Sequence[str], columns: Iterable[Sequence[object]]
) -> None:
    columns_named = ", ".join(("source", "time_ms", *names))
    marks = ", ".join("?" * (len(names) + 2))
    merged = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in names)
    connection.executemany(
        f"INSERT INTO {table} ({columns_named}) VALUES ({marks}) ON CONFLICT DO UPDATE SET {merged}",  # noqa: S608 - our names
        zip(*columns, strict=True),
    )
