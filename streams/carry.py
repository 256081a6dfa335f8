"""How every agent carries: in order, and acknowledged only when a snapshot covers it.

Delivery is at least once. A state knows the offset it covers, so an event that was taken before is passed over, and a
worker that was killed goes on from the snapshot: it emits the same events again, which the next step knows by their
minute. Nothing is lost, nothing counts twice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from faust.types import EventT, StreamT, TopicT

from domain.packing import Packer
from streams.meter import Meter
from streams.ports import SnapshotStore
from streams.rejects import Rejects
from streams.sending import send_all
from streams.snapshot import Held, Snapshots

log = structlog.get_logger()

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
        mark: What a snapshot must bear to be ours, 8 bytes; see `snapshot.mark_of`.
    """

    name: str
    decode: Callable[[bytes], ValueT]
    advance: Callable[[StateT, ValueT], tuple[StateT, list[tuple[bytes, bytes]]]]
    is_news: Callable[[StateT, ValueT], bool]
    start: Callable[[], StateT]
    packer: Packer[StateT]
    mark: bytes
    output: TopicT[bytes]
    rejects: TopicT[bytes]


class Carrier(Generic[StateT, ValueT]):
    """Carries the events of one step; one state a partition (a zone)."""

    def __init__(self, step: Step[StateT, ValueT], store: SnapshotStore, meter: Meter) -> None:
        self._step = step
        self._snapshots = Snapshots(store, step.name, step.packer, step.start, step.mark)
        self._rejects = Rejects(step.rejects, step.name, meter)
        self._meter = meter
        self._held: dict[int, Held[StateT]] = {}
        self._unacknowledged: dict[int, list[EventT[bytes]]] = {}
        self._assignment = 0

    async def run(self, stream: StreamT[bytes]) -> None:
        """Carry until the stream ends."""
        async for event in stream.noack().events():
            partition, offset = event.message.partition, event.message.offset
            assignment = self._assignment
            held = await self._take(event)
            if assignment != self._assignment:
                continue  # it came before a rebalance, and comes again to whoever has the partition now
            self._held[partition] = held
            self._unacknowledged.setdefault(partition, []).append(event)
            self._meter.moved(self._step.name, partition, offset)
            self._meter.lasted(self._step.name, time.time() - event.message.timestamp)

    async def save(self) -> None:
        """Save a snapshot of every state, and acknowledge what it covers."""
        for partition in list(self._unacknowledged):
            covered = self._unacknowledged.pop(partition, [])
            held = self._held.get(partition)
            if held is not None:
                await self._snapshots.save(partition, held)
                # Also after a rebalance: the store now has a state that covers these events, ours or a newer one.
                for event in covered:
                    event.ack()

    async def forget(self, *_: object, **__: object) -> None:
        """Drop what is in memory when partitions come or go: another worker may have carried on meanwhile."""
        self._assignment += 1
        self._held.clear()
        self._unacknowledged.clear()

    async def _take(self, event: EventT[bytes]) -> Held[StateT]:
        """Return the state after an event, its results sent on."""
        offset = event.message.offset
        held = await self._before(event.message.partition, offset)
        repeated = offset <= held.offset
        try:
            value = self._step.decode(event.value)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a message, the stream goes on
            if repeated:
                return held
            await self._rejects.refuse(event, "undecodable", error)
            return held.after(offset, held.state)
        if repeated:
            if not self._step.is_news(held.state, value):
                self._meter.count(f"{self._step.name}.repeated")
                return held
            log.warning("log_began_anew", step=self._step.name, covered=held.offset, offset=offset)
            held = held.log_began_anew()
        try:
            state, results = self._step.advance(held.state, value)
        except Exception as error:  # noqa: BLE001 - one bad message must not stop the zone; it is kept and counted
            await self._rejects.refuse(event, "step_failed", error)
            return held.after(offset, held.state)
        await send_all(self._step.output, results)
        self._meter.count(self._step.name)
        return held.after(offset, state)

    async def _before(self, partition: int, offset: int) -> Held[StateT]:
        """Return the state that precedes an offset: the one at hand, or the snapshot where events were missed."""
        held = self._held.get(partition)
        if held is not None and offset <= held.offset + 1:
            return held
        kept = await self._snapshots.load(partition)
        if held is None or kept.base + kept.offset > held.base + held.offset:
            held = kept
        if offset > held.offset + 1 and held.offset >= 0:
            # The log was cut (retention) before this worker had read it.
            log.warning("offsets_missing", step=self._step.name, after=held.offset, before=offset)
            self._meter.count(f"{self._step.name}.missing", offset - held.offset - 1)
        return held
