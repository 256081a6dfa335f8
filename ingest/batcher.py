"""Messages as they come → micro-batches of at most so many readings or so long a wait; bounded."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence

from ingest.message import Message
from ingest.settings import IngestSettings


class Inbox:
    """Holds messages from arrival until Kafka has their readings; used within one event loop."""

    def __init__(self, settings: IngestSettings) -> None:
        self._batch_weight = settings.batch_rows
        self._batch_wait_s = settings.batch_wait_ms / 1000.0
        self._most_messages = settings.queue_messages
        self._most_bytes = settings.queue_bytes
        self._queue: deque[Message] = deque()
        self._weight = 0
        self._oldest_at_s = 0.0
        self._held = 0
        self._held_bytes = 0
        self._arrived = asyncio.Event()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def held(self) -> int:
        """Messages that arrived and are not released."""
        return self._held

    @property
    def is_full(self) -> bool:
        """Whether no more should be taken from the broker; it stays so until a quarter is free."""
        return not self._room.is_set()

    async def wait_for_room(self) -> None:
        """Return when the inbox is not full."""
        await self._room.wait()

    def put(self, message: Message) -> None:
        """Add a message that has just arrived; taken even when full, for it can't be given back."""
        if not self._queue:
            self._oldest_at_s = asyncio.get_running_loop().time()
            self._arrived.set()
        self._queue.append(message)
        self._weight += message.weight
        self._held += 1
        self._held_bytes += len(message.payload)
        if self._weight >= self._batch_weight:
            self._filled.set()
        if self._held >= self._most_messages or self._held_bytes >= self._most_bytes:
            self._room.clear()

    async def take(self, idle_s: float | None) -> list[Message]:
        """Return the next micro-batch, or nothing where nothing arrived within `idle_s`. [s]"""
        if not await happens(self._arrived, idle_s):
            return []
        waited_s = asyncio.get_running_loop().time() - self._oldest_at_s
        await happens(self._filled, max(0.0, self._batch_wait_s - waited_s))
        return self._cut()

    def _cut(self) -> list[Message]:
        batch: list[Message] = []
        weight = 0
        while self._queue and (not batch or weight + self._queue[0].weight <= self._batch_weight):
            batch.append(self._queue.popleft())
            weight += batch[-1].weight
        self._weight -= weight
        if not self._queue:
            self._arrived.clear()
        if self._weight < self._batch_weight:
            self._filled.clear()
        return batch

    def release(self, messages: Sequence[Message]) -> None:
        """Forget messages whose readings Kafka has."""
        self._held -= len(messages)
        self._held_bytes -= sum(len(message.payload) for message in messages)
        if 4 * self._held <= 3 * self._most_messages and 4 * self._held_bytes <= 3 * self._most_bytes:
            self._room.set()


async def happens(event: asyncio.Event, within_s: float | None) -> bool:
    """Wait for an event for at most so long; say whether it has happened. [s]"""
    if event.is_set():
        return True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()
    return event.is_set()
