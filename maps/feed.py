"""Kafka's topics and the tickets in, events to the desks out: the one live feed of a desk process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from domain.field import JudgedField
from domain.site import Site
from domain.times import rfc3339, to_datetime
from domain.wire import Topics
from maps.board import TicketBoard
from maps.delta import DeltaFeed
from maps.hub import Hub
from maps.live import LiveZone
from maps.patrol import Patrol
from maps.ports import Tail, TicketFeed
from maps.settings import MapsSettings
from maps.tracks import Tracks

log = structlog.get_logger()

_TROUBLE_WAIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the live feed listens."""

    tail: Tail
    topics: Topics
    tickets: TicketFeed


class LiveFeed:
    """Keeps the picture, the patrols and the board up to date, and tells the hub what changed.

    Attributes:
        live: All sensors as they stand.
        patrol: The last hour on the roads.
        tracks: Where vehicles drove in the last hour.
        board: The open tickets.
        hub: Where desks listen.
        unreadable: Messages that could not be decoded.
        tickets_ok: Whether the ticket store answered last time.
    """

    def __init__(self, site: Site, sources: Sources, settings: MapsSettings, now_ms: Callable[[], int]) -> None:
        self.live = LiveZone(site, settings.hot_hold_s)
        self.patrol = Patrol(site)
        self.tracks = Tracks(site)
        self.board = TicketBoard(settings.max_tickets)
        self.hub = Hub(settings, now_ms, self.snapshot)
        self.unreadable = 0
        self._sources = sources
        self._settings = settings
        self._now_ms = now_ms
        self._delta = DeltaFeed(site.sensor_ids, site.is_vehicle)
        self._delta.changed(self.live.picture())  # a snapshot holds every sensor from the first moment on
        self._news = asyncio.Event()
        self._ticket_seq = 0
        self.tickets_ok = True

    async def run(self) -> None:
        """Run until cancelled; ends every stream on the way out."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in (self._follow, self._flush, self._beat, self._poll):
                    tasks.create_task(part(), name=f"maps{part.__name__}")
        finally:
            self.hub.close()

    async def _follow(self) -> None:
        topics = self._sources.topics
        async for topic, raw in self._sources.tail.follow((topics.readings, topics.breaches)):
            try:
                self.take_message(topic, raw)
            except (ValueError, msgspec.MsgspecError) as error:
                self.unreadable += 1
                log.warning("live_message_unreadable", topic=topic, bytes=len(raw), error=str(error))

    def take_message(self, topic: str, raw: bytes) -> None:
        """Take one message of the readings or breaches topic.

        Raises:
            ValueError: It is not what the topic carries; so does `msgspec.MsgspecError`.
        """
        taken, hot = self.live.take_message(topic, raw)
        if not isinstance(taken, JudgedField):
            self.patrol.take(taken.readings, hot, self.live.clock_ms)
            self.tracks.take(taken.readings, hot, self.live.clock_ms)
        self._news.set()

    async def _flush(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self.flush()
            await asyncio.sleep(self._settings.flush_ms / 1000)

    def flush(self) -> None:
        """Tell the desks which sensors changed."""
        rows = self._delta.changed(self.live.picture())
        if rows:
            self.hub.publish("sensor", _json(rows))

    async def _beat(self) -> None:
        while True:
            self.hub.publish("heartbeat", self.heartbeat())
            await asyncio.sleep(self._settings.heartbeat_s)

    def heartbeat(self) -> str:
        """Return the zone clock, the server's time and how the sources stand, as JSON text."""
        picture = self.live.picture()
        return _json(
            {
                "clock": _moment(self.live.clock_ms),
                "server": _moment(self._now_ms()),
                "judged": _moment(self.live.judged_ms),
                "sensors": self.live.counts(picture),
                "tickets_ok": self.tickets_ok,
            }
        )

    async def _poll(self) -> None:
        while True:
            try:
                changes = await asyncio.to_thread(self._sources.tickets.changes_since, self._ticket_seq)
            except ConnectionError as error:
                if self.tickets_ok:
                    log.warning("tickets_unreachable", error=str(error))
                self.tickets_ok = False
                await asyncio.sleep(_TROUBLE_WAIT_S)
                continue
            self.tickets_ok = True
            for seq, text in changes:
                self._take_ticket(text)
                self._ticket_seq = max(self._ticket_seq, seq)
            if not changes:
                await asyncio.sleep(self._settings.ticket_poll_s)

    def _take_ticket(self, text: str) -> None:
        try:
            told = self.board.take(text)
        except msgspec.MsgspecError as error:
            self.unreadable += 1
            log.warning("ticket_unreadable", error=str(error))
            return
        if told:
            self.hub.publish("ticket", text)

    def snapshot(self, reason: str) -> list[tuple[str, str]]:
        """Return what a desk that knows nothing must hear, in order, all as it was told last: what follows fits."""
        return [
            ("snapshot", _json({"reason": reason})),
            ("sensor", _json(self._delta.all_rows())),
            *(("ticket", text) for text in self.board.texts()),
            ("heartbeat", self.heartbeat()),
        ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _moment(time_ms: int) -> str | None:
    return rfc3339(to_datetime(time_ms)) if time_ms else None
