"""History in InfluxDB 2: line protocol in batches, answered before the caller goes on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import structlog
import urllib3
from influxdb_client import BucketRetentionRules, Dialect, InfluxDBClient, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from domain.channels import POLLUTANTS
from domain.field import JudgedField
from domain.frames import Frames, FrameSpan, to_frames
from domain.readings import FloatArray, IntArray, Readings, Weather
from domain.series import JudgedRows, ReadingRows, Series, WeatherRows
from domain.site import Site
from streams.history.cells import cells_of_table
from streams.history.flux import (
    downsampling_task,
    frames_query,
    frames_table,
    parse_rows,
    parse_stations,
    rows_query,
    task_name,
)
from streams.history.layout import (
    JUDGED_FIELDS,
    JUDGED_FLOATS,
    READING_FIELDS,
    WEATHER_FIELDS,
    judged_columns,
    judged_rows,
    reading_rows,
    weather_rows,
)
from streams.history.lines import in_batches, series_key, to_lines
from streams.history.settings import HistorySettings

log = structlog.get_logger()

T = TypeVar("T")
REFUSALS = frozenset({400, 413, 422})
"""HTTP codes that blame the rows themselves; any other failure may pass, or be mended by a person."""
_BUSY = (429, 502, 503, 504)
_LONGEST_DETAIL = 300


class InfluxHistory:
    """Writes and reads two buckets: raw readings, and minutes with the weather.

    InfluxDB merges the fields of a point that stands already, so a point written twice is one.
    """

    def __init__(self, settings: HistorySettings) -> None:
        self._settings = settings
        retries = urllib3.Retry(
            settings.retries, backoff_factor=0.2, status_forcelist=_BUSY, allowed_methods=None, raise_on_status=False
        )
        self._client: Any = InfluxDBClient(
            url=settings.url,
            token=settings.token,
            org=settings.org,
            timeout=int(settings.timeout_s * 1000),
            retries=retries,
        )
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)
        self._reader = self._client.query_api()
        self._keys: tuple[Site | None, list[str], list[str]] = (None, [], [])

    def prepare(self) -> None:
        """Make the buckets and the task where they are missing and the token may; harmless to repeat.

        Raises:
            ConnectionError: InfluxDB does not answer, or the token is refused.
        """
        settings = self._settings
        for name, days in ((settings.bucket, settings.raw_days), (settings.bucket_1m, settings.minute_days)):
            if not self._has_bucket(name):
                _when_allowed(f"bucket {name}", partial(self._make_bucket, name, days))
        with _failures():
            tasks = self._client.tasks_api().find_tasks(name=task_name(settings))
        if not tasks:
            _when_allowed(f"task {task_name(settings)}", self._make_task)

    def check(self) -> str:
        """Return what answers, and which buckets it has.

        Raises:
            ConnectionError: InfluxDB does not answer, refuses the token, or lacks a bucket.
        """
        settings = self._settings
        with _failures():
            version = self._client.version()
            for name in (settings.bucket, settings.bucket_1m):
                if self._client.buckets_api().find_bucket_by_name(name) is None:
                    raise ConnectionError(
                        f"InfluxDB {version} shows no bucket {name}; make it, or give a token that may"
                    )
        return f"InfluxDB {version} with the buckets {settings.bucket} and {settings.bucket_1m}"

    def close(self) -> None:
        """Disconnect; nothing waits here, every write was answered."""
        self._writer.close()
        self._client.close()

    def write_readings(self, readings: Readings, site: Site) -> None:
        columns = (readings.position[:, 0], readings.position[:, 1], *readings.values.T)
        fields = dict(zip(READING_FIELDS, columns, strict=True))
        keys, _ = self._keys_of(site)
        self._write(self._settings.bucket, to_lines(keys, readings.sensor, fields, readings.time_ms))

    def write_weather(self, weather: Weather) -> None:
        fields = dict(zip(WEATHER_FIELDS, (weather.lon, weather.lat, *weather.values.T), strict=True))
        tags = {"site": self._settings.site}
        keys = [series_key("weather", tags | {"station": name}) for name in weather.station_id]
        self._write(self._settings.bucket_1m, to_lines(keys, np.arange(len(keys)), fields, weather.time_ms))

    def write_judged(self, minutes: Sequence[JudgedField], site: Site) -> None:
        _, keys = self._keys_of(site)
        lines = [
            to_lines(keys, minute.sensor, judged_columns(minute), np.full(len(minute.sensor), minute.minute_ms))
            for minute in minutes
        ]
        if lines:
            self._write(self._settings.bucket_1m, pa.concat_arrays(lines))

    def series(self, sensor_id: str, pollutant: str, since_ms: int, until_ms: int) -> Series:
        """Return one pollutant's minutes in [since, until)."""
        fields = [f"{name}_{pollutant}" for name in JUDGED_FLOATS]
        time_ms, block = self._select("minute", JUDGED_FIELDS, sensor_id, (since_ms, until_ms), fields)
        return judged_rows(time_ms, block).series(POLLUTANTS.index(pollutant))

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        """Return one sensor's raw readings in [since, until)."""
        return reading_rows(*self._select("reading", READING_FIELDS, sensor_id, (since_ms, until_ms)))

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        """Return one sensor's judged minutes in [since, until)."""
        return judged_rows(*self._select("minute", JUDGED_FIELDS, sensor_id, (since_ms, until_ms)))

    def frames(self, sensor_ids: Sequence[str], pollutant: str, span: FrameSpan) -> Frames:
        """Return the judged minutes of many sensors in frames, a column each, in the order of `sensor_ids`."""
        table = frames_table(self._ask(frames_query(self._settings.bucket_1m, self._settings.site, pollutant, span)))
        return to_frames(span, len(sensor_ids), cells_of_table(table, sensor_ids, span))

    def weather_of(self, since_ms: int, until_ms: int) -> WeatherRows:
        """Return every weather station's rows in [since, until)."""
        found: list[tuple[str, IntArray, FloatArray]] = []
        if since_ms < until_ms:
            tags = {"site": self._settings.site}
            query = rows_query(self._settings.bucket_1m, "weather", tags, (), (since_ms, until_ms), ("station",))
            found = parse_stations(self._ask(query), WEATHER_FIELDS)
        stations = [name for name, time_ms, _ in found for _ in range(len(time_ms))]
        times = [np.empty(0, np.int64), *(time_ms for _, time_ms, _ in found)]
        blocks = [np.empty((0, len(WEATHER_FIELDS))), *(block for _, _, block in found)]
        return weather_rows(stations, np.concatenate(times), np.concatenate(blocks))

    def _keys_of(self, site: Site) -> tuple[list[str], list[str]]:
        known, readings, minutes = self._keys
        if known is not site:
            readings, minutes = (
                [series_key(measurement, {"site": site.site_id, "sensor": name}) for name in site.sensor_ids]
                for measurement in ("reading", "minute")
            )
            self._keys = (site, readings, minutes)
        return readings, minutes

    def _write(self, bucket: str, lines: pa.Array) -> None:
        for batch in in_batches(lines, self._settings.batch_lines):
            with _failures():
                self._writer.write(bucket=bucket, record=batch, write_precision=WritePrecision.MS)

    def _select(
        self,
        measurement: str,
        names: Sequence[str],
        sensor_id: str,
        span_ms: tuple[int, int],
        fields: Sequence[str] = (),
    ) -> tuple[IntArray, FloatArray]:
        if span_ms[0] >= span_ms[1]:
            return parse_rows(b"", names)
        bucket = self._settings.bucket if measurement == "reading" else self._settings.bucket_1m
        tags = {"site": self._settings.site, "sensor": sensor_id}
        return parse_rows(self._ask(rows_query(bucket, measurement, tags, fields, span_ms)), names)

    def _ask(self, query: str) -> bytes:
        with _failures():
            answer: bytes = self._reader.query_raw(query, dialect=Dialect(header=True, annotations=[])).data
            return answer

    def _has_bucket(self, name: str) -> bool:
        with _failures():
            return self._client.buckets_api().find_bucket_by_name(name) is not None

    def _make_bucket(self, name: str, days: int) -> None:
        rules = [BucketRetentionRules(type="expire", every_seconds=days * 86_400)] if days else []
        try:
            self._client.buckets_api().create_bucket(bucket_name=name, retention_rules=rules, org=self._settings.org)
        except ApiException:
            if not self._has_bucket(name):  # another worker may have made it in this very moment
                raise

    def _make_task(self) -> None:
        request = {"flux": downsampling_task(self._settings), "org": self._settings.org, "status": "active"}
        self._client.tasks_api().create_task(task_create_request=request)


def _when_allowed(what: str, make: Callable[[], object]) -> None:
    try:
        with _failures():
            make()
    except Forbidden as error:
        # A token that may only write and read is right for a worker: whoever set InfluxDB up makes these by hand.
        log.warning("history_not_prepared", what=what, reason=str(error))


@contextmanager
def _failures() -> Iterator[None]:
    """Turn the client's failures into the port's: ValueError for rows that are refused, else ConnectionError."""
    try:
        yield
    except ApiException as error:
        said = f"InfluxDB answers {error.status}: {_detail(error)}"
        if error.status in REFUSALS:
            raise ValueError(said) from None
        if error.status in (401, 403) or said.endswith("unauthorized"):  # tasks: 500 "… unauthorized"
            raise Forbidden(said) from None
        raise ConnectionError(said) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ConnectionError(f"InfluxDB is away: {error!r}"[:_LONGEST_DETAIL]) from None


def _detail(error: Any) -> str:  # noqa: ANN401 - the client ships no types
    try:
        return str(msgspec.json.decode(error.body)["message"])[:_LONGEST_DETAIL]
    except (msgspec.DecodeError, KeyError, TypeError):
        return str(error.reason)[:_LONGEST_DETAIL]


class Forbidden(ConnectionError):
    """The token is wrong, or may not do this."""
