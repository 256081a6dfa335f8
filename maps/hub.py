"""Server-sent events to many desks: encoded once, queued per desk within bounds, kept for those who come back."""

import asyncio
from bisect import bisect_left
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

from fastapi.sse import format_sse_event

from maps.settings import MapsSettings

Snapshot = Callable[[str], Sequence[tuple[str, str]]]
"""Given a reason, what a desk that knows nothing must hear: (event, JSON text), in order."""

RETRY_MS = 2000
"""How long a browser waits before it connects again. [ms]"""


class Hub:
    """Tells every desk everything, and never waits for one.

    An event's id is the server's Unix time in milliseconds, or one more than the last id where that is greater: so ids
    grow across restarts too, and the id of another process is not taken for one of ours.
    """

    def __init__(self, settings: MapsSettings, now_ms: Callable[[], int], snapshot: Snapshot) -> None:
        self._settings = settings
        self._now_ms = now_ms
        self._snapshot = snapshot
        self._ids: deque[int] = deque()
        self._frames: deque[bytes] = deque()
        self._ring_bytes = 0
        self._last_id = now_ms()
        self._desks: set[Desk] = set()
        self.dropped = 0
        self.closed = False

    @property
    def desks(self) -> int:
        """How many desks listen."""
        return len(self._desks)

    def publish(self, event: str, text: str) -> int:
        """Send one event (JSON text) to all desks; return its id."""
        self._last_id = max(self._last_id + 1, self._now_ms())
        frame = format_sse_event(event=event, data_str=text, id=str(self._last_id))
        self._keep(frame)
        for desk in self._desks:
            self.dropped += not desk.offer(frame)
        return self._last_id

    def _keep(self, frame: bytes) -> None:
        self._ids.append(self._last_id)
        self._frames.append(frame)
        self._ring_bytes += len(frame)
        while len(self._ids) > self._settings.ring_events or self._ring_bytes > self._settings.ring_bytes:
            self._ids.popleft()
            self._ring_bytes -= len(self._frames.popleft())

    def join(self, last_event_id: int | None) -> "Desk":
        """Add a desk: it resumes after `last_event_id` where that is still kept, else it gets a fresh snapshot."""
        missed = self._after(last_event_id) if last_event_id is not None else None
        desk = Desk(self, self._settings.client_queue)
        desk.begin(missed, "start" if last_event_id is None else "missed")
        self._desks.add(desk)
        return desk

    def _after(self, last_event_id: int) -> bytes | None:
        place = bisect_left(self._ids, last_event_id)
        if place == len(self._ids) or self._ids[place] != last_event_id:
            return None
        frames = list(self._frames)
        return b"".join(frames[place + 1 :])

    async def listen(self, last_event_id: int | None) -> AsyncGenerator[bytes, None]:
        """Yield frames to one desk until it goes away or the hub closes."""
        desk = self.join(last_event_id)
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            async for chunk in desk.frames():
                yield chunk
        finally:
            self._desks.discard(desk)

    def fresh(self, reason: str) -> bytes:
        """Return a snapshot as frames; the events that follow it have greater ids.

        Only its last frame bears an id: who loses the line in the middle of it is told all anew.
        """
        *parts, last = self._snapshot(reason)
        frames = [format_sse_event(event=event, data_str=text) for event, text in parts]
        return b"".join([*frames, format_sse_event(event=last[0], data_str=last[1], id=str(self._last_id))])

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self.closed = True
        for desk in self._desks:
            desk.wake()


class Desk:
    """One listener: what waits for it, at most `limit` events."""

    def __init__(self, hub: Hub, limit: int) -> None:
        self._hub = hub
        self._limit = limit
        self._waiting: deque[bytes] = deque()
        self._behind = ""
        self._news = asyncio.Event()

    def begin(self, missed: bytes | None, reason: str) -> None:
        """Start with what was missed; None: with a snapshot, for this reason."""
        if missed is None:
            self._behind = reason
        elif missed:
            self._waiting.append(missed)
        self._news.set()

    def offer(self, frame: bytes) -> bool:
        """Queue an event; a desk that is too far behind loses its queue and is told all anew (False)."""
        if self._behind:
            return True
        if len(self._waiting) >= self._limit:
            self._waiting.clear()
            self._behind = "slow"
            return False
        self._waiting.append(frame)
        self._news.set()
        return True

    def wake(self) -> None:
        """Let the stream look again."""
        self._news.set()

    async def frames(self) -> AsyncIterator[bytes]:
        """Yield what comes, joined, until the hub closes."""
        while not self._hub.closed:
            await self._news.wait()
            self._news.clear()
            if chunk := self._take():
                yield chunk

    def _take(self) -> bytes:
        if self._behind:
            reason, self._behind = self._behind, ""
            return self._hub.fresh(reason)
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        return chunk
