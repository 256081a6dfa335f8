"""A step's state to a snapshot and back, with the offset that it covers."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import pyarrow as pa
import structlog

from domain.packing import Packer
from streams.ports import SnapshotStore
from streams.retry import until_done

log = structlog.get_logger()

StateT = TypeVar("StateT")

_CODEC = pa.Codec("zstd")
_HEAD = 24
"""A snapshot begins with its mark, its base and the length of the state: 8 bytes each."""


@dataclass(frozen=True, slots=True)
class Held(Generic[StateT]):
    """A state and what it covers.

    Attributes:
        base: Added to the offset in the store. A log that began anew counts from 0 again, the store only upwards.
        offset: The last event of the log that is in the state, -1 = none.
        state: The state.
    """

    base: int
    offset: int
    state: StateT

    def after(self, offset: int, state: StateT) -> "Held[StateT]":
        """Return the state that covers a later event."""
        return Held(self.base, offset, state)

    def log_began_anew(self) -> "Held[StateT]":
        """Return the same state before the first event of another log."""
        return Held(self.base + self.offset + 1, -1, self.state)


class Snapshots(Generic[StateT]):
    """Keeps one step's states; a snapshot of another site or version is never taken for one of ours."""

    def __init__(
        self, store: SnapshotStore, step: str, packer: Packer[StateT], start: Callable[[], StateT], mark: bytes
    ) -> None:
        self._store = store
        self._step = step
        self._packer = packer
        self._start = start
        self._mark = mark

    async def load(self, partition: int) -> Held[StateT]:
        """Return the newest state; one that knows nothing where there is none."""
        kept = await until_done(lambda: self._store.load(self._step, str(partition)), "snapshot_load")
        if kept is None:
            return Held(0, -1, self._start())
        covers, blob = kept
        try:
            held = await asyncio.to_thread(self._decode, covers, blob)
        except ValueError as error:
            log.warning("snapshot_set_aside", step=self._step, partition=partition, reason=str(error))
            return Held(covers + 1, -1, self._start())
        log.info("snapshot_loaded", step=self._step, partition=partition, offset=held.offset)
        return held

    async def save(self, partition: int, held: Held[StateT]) -> None:
        """Keep a state, unless a newer one is kept already: then that one covers what this one does."""
        blob = await asyncio.to_thread(self._encode, held)
        covers = held.base + held.offset
        await until_done(lambda: self._store.save(self._step, str(partition), covers, blob), "snapshot_save")

    def _encode(self, held: Held[StateT]) -> bytes:
        raw = self._packer.encode(held.state)
        packed: bytes = _CODEC.compress(raw, asbytes=True)
        return b"".join([self._mark, held.base.to_bytes(8, "big"), len(raw).to_bytes(8, "big"), packed])

    def _decode(self, covers: int, blob: bytes) -> Held[StateT]:
        if blob[:8] != self._mark:
            raise ValueError("it is of other sensors or of another version; the state starts anew")
        base, length = int.from_bytes(blob[8:16], "big"), int.from_bytes(blob[16:_HEAD], "big")
        try:
            state = self._packer.decode(_CODEC.decompress(blob[_HEAD:], length, asbytes=True))
        except (ValueError, TypeError, OSError) as error:  # msgspec's and Arrow's errors are ValueErrors
            raise ValueError(f"it can't be read; the state starts anew: {error}") from error
        return Held(base, covers - base, state)


def mark_of(version: str, sensor_ids: Sequence[str]) -> bytes:
    """Return 8 bytes that differ where a state's rows mean other sensors, or its layout another version."""
    return hashlib.sha256("\0".join([version, *sensor_ids]).encode()).digest()[:8]
