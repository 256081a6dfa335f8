"""A zone of 1,000 stations at 1 Hz: its site folder, its messages, and a process that publishes them.

A message holds `per_message` seconds of one station; the wind has a row a minute. The zone clock runs on `received_at`:
all stations send what they gathered at the end of each such block, so every reading comes in time for its minute and is
judged. (`settle_s` is set to what stations that gather need.) From minute 8 on some stations read a plume, so that
tickets open.
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import numpy as np
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from domain.times import rfc3339, to_datetime

SENSORS = 1000
SIDE = 32
START_MS = 1_772_323_200_000
"""2026-03-01 00:00 UTC. [ms]"""
LEVELS = {"pm25": 35.0, "pm10": 70.0, "nox": 40.0, "o3": 60.0}
"""Common air. [µg/m³]"""
WIND = {"lon": 116.57, "lat": 39.86, "wind_speed_ms": 2.5, "wind_from_deg": 270.0}
"""Along the rows of stations that read a plume: without wind nobody could be named, and hardly a ticket opens."""
PLUME_FROM_S, PLUME_UGM3 = 480, 180.0
WINDOW = 1000
"""Messages that the publisher has under way at most."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many readings, in messages of how many: the same number of full messages from every station.

    Attributes:
        with_received: Whether each reading says when it was received, as the replay does.
    """

    site_id: str
    readings: int
    per_message: int
    with_received: bool = True

    def __post_init__(self) -> None:
        if self.readings % (SENSORS * self.per_message):
            raise SystemExit(f"{self.readings} readings: take a multiple of {SENSORS * self.per_message}")

    @property
    def form(self) -> str:
        """How the messages look."""
        return "single messages" if self.per_message == 1 else f"arrays of {self.per_message}"

    @property
    def end_ms(self) -> int:
        """The end of the last block. [ms]"""
        return START_MS + 1000 * (self.readings // SENSORS)


def sensor_id(row: int) -> str:
    """Return a station's id."""
    return f"s{row:04d}"


def place(row: int) -> tuple[float, float]:
    """Return where a station stands, about 400 m from the next. [degrees]"""
    return 116.5 + 0.0047 * (row % SIDE), 39.8 + 0.0036 * (row // SIDE)


def write_site(folder: Path, site_id: str, rules: str) -> Path:
    """Write the site folder, one works beside each plume; `rules` is TOML."""
    folder.mkdir(parents=True)
    head = f'id = "{site_id}"\nname = "bench"\ntimezone = "Asia/Shanghai"\n{rules}\n'
    (folder / "site.toml").write_text(head, encoding="utf-8")
    rows = [f"{sensor_id(row)},station,{place(row)[0]:.6f},{place(row)[1]:.6f}" for row in range(SENSORS)]
    text = "\n".join(["sensor_id,kind,lon,lat", *rows]) + "\n"
    (folder / "sensors.csv").write_text(text, encoding="utf-8")
    features = [_works(row) for row in range(SENSORS) if in_plume(row) and row % SIDE % 8 == 1]
    document = {"type": "FeatureCollection", "features": features}
    (folder / "enterprises.geojson").write_text(json.dumps(document), encoding="utf-8")
    return folder


def _works(row: int) -> dict[str, object]:
    lon, lat = place(row)
    ring = [[lon + x, lat + 0.001 + y] for x, y in ((0, 0), (0.001, 0), (0.001, 0.001), (0, 0.001), (0, 0))]
    properties = {"enterprise_id": f"e-{row:04d}", "name": f"works {row}", "kind": "enterprise"}
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }


def in_plume(row: int) -> bool:
    """Say whether a station reads a plume: three in a row in every square of eight by eight."""
    return row % SIDE % 8 in (1, 2, 3) and row // SIDE % 8 == 3


def messages(load: Load) -> Iterator[tuple[str, bytes]]:
    """Yield topics and payloads in the order of the zone clock, then a tick that settles everything."""
    rng = np.random.default_rng(7)
    size = load.per_message
    prefix = f"wugan/v1/{load.site_id}"
    topics = [f"{prefix}/{sensor_id(row)}/readings" for row in range(SENSORS)]
    plume = [in_plume(row) for row in range(SENSORS)]
    for block in range(load.readings // SENSORS // size):
        begin_s = block * size
        received_at = rfc3339(to_datetime(START_MS + 1000 * (begin_s + size) - 1))
        second = np.arange(begin_s, begin_s + size)
        minutes = second[second % 60 == 0]
        if load.with_received and len(minutes):
            yield f"{prefix}/w1/weather", wind_rows((START_MS + 1000 * minutes).tolist(), received_at)
        for row in range(SENSORS):
            values = {name: level * rng.lognormal(0.0, 0.05, size) for name, level in LEVELS.items()}
            if plume[row]:
                values["pm10"] += np.where(second >= PLUME_FROM_S, PLUME_UGM3, 0.0)
            columns = [np.round(column, 1).tolist() for column in values.values()]
            times = (START_MS + 1000 * second + row % 700).tolist()
            rows = [dict(zip(("time", *LEVELS), cells, strict=True)) for cells in zip(times, *columns, strict=True)]
            if load.with_received:
                for reading in rows:
                    reading["received_at"] = received_at
            yield topics[row], msgspec.json.encode(rows[0] if size == 1 else rows)
    if load.with_received:
        last = rfc3339(to_datetime(load.end_ms + 600_000))
        yield f"{prefix}/_clock/tick", msgspec.json.encode({"received_at": last})


def wind_rows(times_ms: list[int], received_at: str | None = None) -> bytes:
    """Return the payload of a weather station's readings."""
    received = {} if received_at is None else {"received_at": received_at}
    return msgspec.json.encode([{"time": time_ms, **WIND, **received} for time_ms in times_ms])


def publish(host: str, port: int, load: Load) -> None:
    """Make all messages, say so, wait for a line on standard input, publish with QoS 1 as fast as the broker takes."""
    ready = list(messages(load))
    room = threading.Semaphore(WINDOW)
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(WINDOW)
    client.on_publish = lambda *_: room.release()
    client.connect(host, port)
    client.loop_start()
    print("ready", flush=True)
    sys.stdin.readline()
    for topic, payload in ready:
        room.acquire()
        client.publish(topic, payload, qos=1)
    for _ in range(WINDOW):
        room.acquire()
    client.disconnect()
    client.loop_stop()


@contextlib.contextmanager
def publisher(host: str, port: int, load: Load) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a publisher that has its messages ready; it begins at `begin`."""
    what = json.dumps({"host": host, "port": port, "load": asdict(load)})
    command = [sys.executable, "-m", "benchmarks.zone_load", what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe
            if process.stdout.readline().strip() != b"ready":
                raise SystemExit("the publisher did not start")
            yield process
        finally:
            process.terminate()


def begin(process: "subprocess.Popen[bytes]") -> None:
    """Let a publisher begin."""
    assert process.stdin is not None  # noqa: S101 - a pipe
    process.stdin.write(b"\n")
    process.stdin.flush()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    publish(given["host"], given["port"], Load(**given["load"]))
