"""How every agent carries: once wrapped, in order, and acknowledged only when a snapshot covers it.

Delivery is at least once. A state knows the offset it covers, so an event that was taken before is passed over, and a
worker that was killed goes on from the snapshot: it emits the same events again, which the next step knows by their
minute. Nothing is lost, nothing counts twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import pyarrow as pa
import structlog
from faust.types import EventT, StreamT, TopicT

from domain.packing import Packer
from domain.wire import Reject
from streams.meter import Meter
from streams.ports import SnapshotStore
from streams.retry import until_done

log = structlog.get_logger()

_CODEC = pa.Codec("zstd")

StateT = TypeVar("StateT")
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[StateT, ValueT]):
    """One step of the flow: pure functions, and where its results go.

    Attributes:
        decode: Bytes of the input topic to a value.
        advance: The domain's step; returns the new state and what to send on.
        is_news: Whether a value lies ahead of a state; tells a log that was reset from a re-read one.
        start: A state that knows nothing.
        packer: State to bytes and back.
    """

    name: str
    decode: Callable[[bytes], ValueT]
    advance: Callable[[StateT, ValueT], tuple[StateT, list[tuple[bytes, bytes]]]]
    is_news: Callable[[StateT, ValueT], bool]
    start: Callable[[], StateT]
    packer: Packer[StateT]
    output: TopicT[bytes]
    rejects: TopicT[bytes]


class Carrier(Generic[StateT, ValueT]):
    """Carries the events of one step; one state a partition (a zone)."""

    def __init__(self, step: Step[StateT, ValueT], snapshots: SnapshotStore, meter: Meter) -> None:
        self._step = step
        self._snapshots = snapshots
        self._meter = meter
        self._states: dict[int, tuple[int, StateT]] = {}
        self._unacknowledged: dict[int, list[EventT[bytes]]] = {}

    async def run(self, stream: StreamT[bytes]) -> None:
        """Carry until the stream ends."""
        async for event in stream.noack().events():
            await self._take(event)
            self._unacknowledged.setdefault(event.message.partition, []).append(event)
            self._meter.moved(self._step.name, event.message.partition, event.message.offset)

    async def save(self) -> None:
        """Save a snapshot of every state, and acknowledge what it covers."""
        for partition in list(self._unacknowledged):
            covered = self._unacknowledged.pop(partition)
            offset, state = self._states.get(partition, (-1, None))
            if state is not None:
                await self._save(partition, offset, state)
            for event in covered:
                event.ack()

    async def _save(self, partition: int, offset: int, state: StateT) -> None:
        framed = _frame(self._step.packer.encode(state))
        await until_done(lambda: self._snapshots.save(self._step.name, str(partition), offset, framed), "snapshot_save")

    async def _take(self, event: EventT[bytes]) -> None:
        partition, offset = event.message.partition, event.message.offset
        try:
            value = self._step.decode(event.value)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a message, the stream goes on
            await self._refuse(event, "undecodable", error)
            return
        covered, state = await self._state(partition, offset)
        if offset <= covered and not self._step.is_news(state, value):
            self._meter.count(f"{self._step.name}.repeated")
            return
        try:
            state, results = self._step.advance(state, value)
        except Exception as error:  # noqa: BLE001 - one bad message must not stop the zone; it is kept and counted
            await self._refuse(event, "step_failed", error)
            return
        await self._emit(results)
        self._states[partition] = (offset, state)
        self._meter.count(self._step.name)

    async def _state(self, partition: int, offset: int) -> tuple[int, StateT]:
        """Return the state that precedes an offset: the one at hand, or the snapshot where events were missed."""
        held = self._states.get(partition)
        if held is not None and offset <= held[0] + 1:
            return held
        kept = await until_done(lambda: self._snapshots.load(self._step.name, str(partition)), "snapshot_load")
        if kept is not None and (held is None or kept[0] > held[0]):
            held = (kept[0], self._step.packer.decode(_unframe(kept[1])))
            log.info("snapshot_loaded", step=self._step.name, partition=partition, offset=kept[0])
        elif held is None:
            held = (-1, self._step.start())
        else:
            log.warning("offsets_missing", step=self._step.name, after=held[0], before=offset)
        self._states[partition] = held
        return held

    async def _emit(self, results: list[tuple[bytes, bytes]]) -> None:
        sent: list[Awaitable[object]] = [await self._step.output.send(key=key, value=value) for key, value in results]
        if sent:
            await asyncio.gather(*sent)

    async def _refuse(self, event: EventT[bytes], reason: str, error: Exception) -> None:
        log.error("event_refused", step=self._step.name, reason=reason, error=repr(error), exc_info=error)
        self._meter.count(f"rejects.{reason}")
        reject = Reject(
            reason=reason,
            detail=f"{self._step.name}: {error!r}",
            topic=event.message.topic,
            received_ms=int(event.message.timestamp * 1000),
            payload=event.value,
        )
        await send_reject(self._step.rejects, reject)


def _frame(raw: bytes) -> bytes:
    return len(raw).to_bytes(8, "big") + _CODEC.compress(raw, asbytes=True)


def _unframe(framed: bytes) -> bytes:
    return _CODEC.decompress(framed[8:], int.from_bytes(framed[:8], "big"), asbytes=True)


async def send_reject(topic: TopicT[bytes], reject: Reject) -> None:
    """Send a dead letter and wait until Kafka has it."""
    await (await topic.send(key=reject.reason.encode(), value=reject.encode()))
