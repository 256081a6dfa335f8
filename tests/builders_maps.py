"""A drawn zone, its messages, and stand-ins for what the map listens to."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import numpy as np
import uvicorn
from fastapi import FastAPI
from shapely import affinity
from shapely.geometry import LineString, box

from alerts.api import install_problem_handlers
from domain.channels import N_CHANNELS, N_POLLUTANTS, POLLUTANTS, WEATHER_KEYS
from domain.field import ChannelState, JudgedField, no_weather_minute
from domain.frames import FrameCells, Frames, FrameSpan, rank_of, to_frames
from domain.series import JudgedRows, ReadingRows, Series, WeatherRows
from domain.site import Enterprise, PlaceKind, Road, Sensor, SensorKind, Site
from domain.times import rfc3339, to_datetime
from domain.wire import Topics, encode_judged, encode_rows
from maps.api import build_router, now_ms
from maps.feed import LiveFeed, Sources
from maps.neighbours_api import build_router as build_neighbours_router
from maps.pages import build_pages, mount_static
from maps.settings import MapsSettings

TOPICS = Topics("test")
WEST, SOUTH, EAST, NORTH = 116.47, 39.76, 116.555, 39.815
CLOCK_MS = 1_790_000_000_000
HOSTILE = '<img src=x onerror="window.__hit=1"></script><script>window.__hit=1</script>\'"&'


def a_zone(stations: int = 150, vehicles: int = 5, enterprises: int = 220, *, hostile: bool = False) -> Site:
    """Return a zone as large as a real one: a grid of roads, scattered enterprises, stations and vehicles."""
    rng = np.random.default_rng(3)
    name = HOSTILE if hostile else "示例经开区"
    return Site(
        site_id="zone",
        name=name,
        timezone="Asia/Shanghai",
        sensors=tuple(sorted(_sensors(rng, stations, vehicles), key=lambda sensor: sensor.sensor_id)),
        enterprises=tuple(_places(rng, enterprises, HOSTILE if hostile else "")),
        roads=tuple(_roads(name)),
    )


def _sensors(rng: np.random.Generator, stations: int, vehicles: int) -> Iterator[Sensor]:
    for number in range(stations):
        lon, lat = float(rng.uniform(WEST, EAST)), float(rng.uniform(SOUTH, NORTH))
        kind = SensorKind.REFERENCE if number % 50 == 49 else SensorKind.STATION
        yield Sensor(sensor_id=f"ms-{number:03d}", kind=kind, lon=lon, lat=lat)
    for number in range(vehicles):
        yield Sensor(sensor_id=f"pv-{number}", kind=SensorKind.VEHICLE)


def _places(rng: np.random.Generator, count: int, hostile: str) -> Iterator[Enterprise]:
    for number in range(count):
        lon, lat = float(rng.uniform(WEST, EAST)), float(rng.uniform(SOUTH, NORTH))
        wide, high = rng.uniform(0.0006, 0.0018), rng.uniform(0.0004, 0.0013)
        ground = affinity.rotate(box(lon, lat, lon + wide, lat + high), float(rng.uniform(-20, 20)))
        kind = PlaceKind.CONSTRUCTION_SITE if number % 11 == 0 else PlaceKind.ENTERPRISE
        yield Enterprise(
            enterprise_id=f"e-{number:03d}",
            name=hostile or f"示例企业{number:03d}",
            geometry=ground,
            kind=kind,
            industry="喷涂",
        )


def _roads(name: str) -> Iterator[Road]:
    for number, lon in enumerate(np.linspace(WEST, EAST, 11)):
        yield Road(road_id=f"r-v{number}", name=name, geometry=LineString([(lon, SOUTH), (lon + 0.002, NORTH)]))
    for number, lat in enumerate(np.linspace(SOUTH, NORTH, 10)):
        yield Road(road_id=f"r-h{number}", name=name, geometry=LineString([(WEST, lat), (EAST, lat + 0.001)]))


def readings_message(rows: Sequence[Mapping[str, Any]], received_ms: int) -> bytes:
    """Return a message of readings; each row has `sensor_id` and values, measured when received unless it says so."""
    keys = sorted({key for row in rows for key in row} - {"sensor_id", "time_ms"})
    columns: dict[str, list[Any]] = {
        "kind": [0] * len(rows),
        "sensor_id": [row["sensor_id"] for row in rows],
        "time_ms": [row.get("time_ms", received_ms) for row in rows],
        "received_ms": [received_ms] * len(rows),
    }
    return encode_rows(columns | {key: [row.get(key) for row in rows] for key in keys})


def tick_message(clock_ms: int) -> bytes:
    """Return a message that only moves the zone clock."""
    return encode_rows({"kind": [2], "sensor_id": [""], "time_ms": [clock_ms], "received_ms": [clock_ms]})


def judged_message(site: Site, minute_ms: int, *, breach: Sequence[str] = (), **more: Any) -> bytes:
    return encode_judged(a_judged(site, minute_ms, breach=breach, **more))


def a_judged(
    site: Site,
    minute_ms: int,
    *,
    breach: Sequence[str] = (),
    excluded: Sequence[str] = (),
    upper: float = 100.0,
    state: ChannelState = ChannelState.NORMAL,
) -> JudgedField:
    """Return a judged minute: background 40, an upper edge, and who is in breach (on PM2.5) or excluded."""
    rows = len(site.sensors)
    states = np.full((rows, N_POLLUTANTS), state, np.uint8)
    flags = np.zeros((rows, N_POLLUTANTS), np.uint16)
    for name in breach:
        states[site.sensor_ids.index(name), 0] = ChannelState.BREACH
    for name in excluded:
        states[site.sensor_ids.index(name)] = ChannelState.EXCLUDED
        flags[site.sensor_ids.index(name)] = 4
    block = np.full((rows, N_POLLUTANTS), 40.0)
    return JudgedField(
        minute_ms=minute_ms,
        clock_ms=minute_ms + 70_000,
        sensor=np.arange(rows, dtype=np.int32),
        lon=np.zeros(rows),
        lat=np.zeros(rows),
        value=block,
        completeness=np.ones((rows, N_POLLUTANTS)),
        flags=flags,
        background=block,
        upper=np.full((rows, N_POLLUTANTS), upper),
        sigma=block,
        state=states,
        since_ms=np.zeros((rows, N_POLLUTANTS), np.int64),
        fresh=np.ones(rows, np.bool_),
        weather=no_weather_minute(),
    )


def a_peak(pollutant: str, sensor_id: str, value: float, background: float, time_ms: int = CLOCK_MS) -> dict[str, Any]:
    return {
        "pollutant": pollutant,
        "sensor_id": sensor_id,
        "time": rfc3339(to_datetime(time_ms)),
        "value": value,
        "background": background,
        "excess": round(value - background, 1),
        "unit": "µg/m³",
    }


def ticket_text(ticket_id: str = "t1", *, opened_ms: int = CLOCK_MS, **more: Any) -> str:
    """Return a ticket as the store's feed gives it."""
    opened = to_datetime(opened_ms)
    ticket = {
        "id": ticket_id,
        "site": "zone",
        "kind": "local",
        "source": "air",
        "state": "new",
        "opened_at": rfc3339(opened),
        "updated_at": rfc3339(opened),
        "event_start": rfc3339(opened - timedelta(minutes=5)),
        "event_end": None,
        "pollutants": ["pm25", "pm10"],
        "peak": {
            "pollutant": "pm25",
            "sensor_id": "ms-052",
            "time": rfc3339(opened),
            "value": 186.0,
            "background": 41.0,
        }
        | {"excess": 145.0, "unit": "µg/m³"},
        "lon": 116.51,
        "lat": 39.79,
        "sensors": ["ms-052", "ms-061", "pv-3"],
        "excluded": [{"sensor_id": "ms-060", "reason": "stuck"}],
        "wind": {"speed_ms": 2.3, "from_deg": 315, "calm": False},
        "candidates": [
            {"enterprise_id": "e-112", "name": "示例企业112", "probability": 0.54, "distance_m": 420},
            {"enterprise_id": "e-087", "name": "示例企业087", "probability": 0.22, "distance_m": 610},
            {"enterprise_id": "e-204", "name": "示例企业204", "probability": 0.09, "distance_m": 930},
        ],
        "unknown_probability": 0.15,
        "recommendation": {
            "action": "dispatch",
            "reasons": ["three_sensors_agree", "upwind_probability_high", "excess_strong"],
        },
        "priority": 1,
        "rule_version": "1-abc",
        "evidence_hash": "0" * 64,
        "history": [],
        "number": 31,
        "version": 0,
    }
    return msgspec.json.encode(ticket | more).decode()


class FakeTail:
    """Yields what is pushed into it, from any thread."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.listening = threading.Event()

    async def follow(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        self._loop = asyncio.get_running_loop()
        self.listening.set()
        while True:
            yield await self._queue.get()

    def push(self, topic: str, raw: bytes) -> None:
        assert self.listening.wait(10)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._queue.put_nowait, (topic, raw))


class FakeTickets:
    """A feed of tickets that a test writes; `away` makes it unreachable."""

    def __init__(self) -> None:
        self.changes: list[tuple[int, str]] = []
        self.away = False

    def put(self, text: str) -> None:
        self.changes = [*self.changes, (len(self.changes) + 1, text)]

    def changes_since(self, seq: int) -> list[tuple[int, str]]:
        if self.away:
            raise ConnectionError("the store does not answer")
        return [change for change in self.changes if change[0] > seq]


def judged_rows(value: np.ndarray, flags: int = 0) -> JudgedRows:
    """Return judged minutes of one sensor, one a minute, shape (n, 4)."""
    time_ms = 60_000 * np.arange(len(value), dtype=np.int64)
    state, bits = np.zeros(value.shape, np.uint8), np.full(value.shape, flags, np.uint16)
    return JudgedRows(time_ms, value, value, value, state, bits, np.full(value.shape, 0.1))


def past_cells(*cells: tuple[int, int, float, Mapping[str, ChannelState]]) -> FrameCells:
    """Return cells of a past: frame, sensor, value, the state of each pollutant that was judged."""
    rank = np.full((len(cells), N_POLLUTANTS), np.nan)
    for row, (_, _, _, states) in enumerate(cells):
        for pollutant, state in states.items():
            rank[row, POLLUTANTS.index(pollutant)] = rank_of(state)
    frame, sensor = (np.array([cell[at] for cell in cells], np.int32) for at in (0, 1))
    return FrameCells(frame, sensor, np.array([cell[2] for cell in cells], np.float64), rank)


class FakeHistory:
    """Answers every question with the same course, and remembers what was asked."""

    def __init__(self, series: Series | None = None) -> None:
        self.answer = Series(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0)) if series is None else series
        self.asked: list[tuple[str, str, int, int]] = []
        self.away = False
        self.hour = judged_rows(np.empty((0, N_POLLUTANTS)))
        self.framed: list[tuple[str, FrameSpan]] = []
        self.past = past_cells()

    def frames(self, sensor_ids: Sequence[str], pollutant: str, span: FrameSpan) -> Frames:
        if self.away:
            raise ConnectionError("the history does not answer")
        self.framed.append((pollutant, span))
        return to_frames(span, len(sensor_ids), self.past)

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        return ReadingRows(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, N_CHANNELS)))

    def weather_of(self, since_ms: int, until_ms: int) -> WeatherRows:
        return WeatherRows((), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, len(WEATHER_KEYS))))

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        return self.hour

    def series(self, sensor_id: str, pollutant: str, since_ms: int, until_ms: int) -> Series:
        if self.away:
            raise ConnectionError("the history does not answer")
        self.asked.append((sensor_id, pollutant, since_ms, until_ms))
        return self.answer


def a_feed(
    site: Site, tail: FakeTail, tickets: FakeTickets, *, now: Callable[[], int] = now_ms, **settings: Any
) -> LiveFeed:
    return LiveFeed(site, Sources(tail, TOPICS, tickets), MapsSettings(**settings), now)


def an_app(
    site: Site,
    feed: LiveFeed,
    history: FakeHistory | None = None,
    *,
    run: bool = True,
    maps: MapsSettings | None = None,
) -> FastAPI:
    """Return a desk of the map alone."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(feed.run()) if run else None
        yield
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    app = FastAPI(lifespan=lifespan)
    install_problem_handlers(app)
    history = history or FakeHistory()
    app.include_router(build_router(feed, history, site))
    app.include_router(build_neighbours_router(feed.live, history, site))
    app.include_router(build_pages(site, maps or MapsSettings()))
    mount_static(app)
    _stand_in(app)
    return app


def _stand_in(app: FastAPI) -> None:
    """Answer what the page asks of the tickets' side."""

    @app.get("/api/v1/shift")
    async def shift() -> dict[str, int]:
        today = {"dispatched": 0, "dismissed": 0, "watched": 0}
        return {"opened": 0, "opened_last_hour": 0, "target_an_hour": 6, **today}

    @app.get("/api/v1/tickets/{ticket_id}/photos")
    async def photos(ticket_id: str) -> dict[str, object]:
        return {"photos": []}

    @app.get("/api/v1/tickets/{ticket_id}/similar")
    async def similar(ticket_id: str) -> dict[str, object]:
        return {"tickets": [], "alike": 0, "visited": 0, "confirmed": 0, "dismissed": 0}

    @app.get("/api/v1/standings")
    async def standings() -> dict[str, object]:
        return {}


class Client:
    """Asks an app without a server."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, **asked: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                return await client.get(path, **asked)

        return asyncio.run(ask())


class Desk:
    """A real server on a port of its own, with everything that feeds it in the test's hands."""

    def __init__(self, site: Site, port: int = 0, tickets: FakeTickets | None = None, **settings: Any) -> None:
        self.site = site
        self.tail = FakeTail()
        self.tickets = tickets or FakeTickets()
        self.feed = a_feed(site, self.tail, self.tickets, **settings)
        self.app = self.make_app()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(self.app, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def make_app(self) -> FastAPI:
        return an_app(self.site, self.feed)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Desk":
        self._thread.start()
        assert self.tail.listening.wait(10)
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join(10)
        self._socket.close()

    def readings(self, rows: Sequence[Mapping[str, Any]], received_ms: int) -> None:
        self.tail.push(TOPICS.readings, readings_message(rows, received_ms))

    def judged(self, minute_ms: int, **more: Any) -> None:
        self.tail.push(TOPICS.breaches, judged_message(self.site, minute_ms, **more))


def quiet_rows(site: Site, seed: int = 1) -> list[dict[str, Any]]:
    """Return one quiet reading of each sensor; vehicles stand on roads."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for sensor in site.sensors:
        row = {name: round(float(rng.uniform(25, 60)), 1) for name in POLLUTANTS} | {"sensor_id": sensor.sensor_id}
        if sensor.kind is SensorKind.VEHICLE:
            row |= {"lon": float(rng.uniform(WEST, EAST)), "lat": float(rng.uniform(SOUTH, NORTH))}
        rows.append(row)
    return rows
