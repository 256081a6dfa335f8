"""What travels between the stages: each topic carries one type; columns as Arrow IPC, the rest as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.decisions import DecisionMade
from domain.field import JudgedField, MinuteField
from domain.packing import Packer
from domain.readings import Arrivals, FloatArray, Readings, Weather, no_readings, no_weather
from domain.ticket import Ticket
from domain.times import rfc3339

KIND_READING, KIND_WEATHER, KIND_TICK = 0, 1, 2

_FIXED = (
    ("kind", pa.uint8()),
    ("sensor_id", pa.string()),
    ("time_ms", pa.int64()),
    ("received_ms", pa.int64()),
)
_FIXED_TYPES = dict(_FIXED)
_IPC = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_IPC_READ = pa.ipc.IpcReadOptions(use_threads=False)
"""A few hundred rows are decoded at once: waking a pool of threads costs several times the work itself."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The Kafka topics of one running system; tests and replays take a prefix of their own."""

    prefix: str = "wugan"

    @property
    def readings(self) -> str:
        """Micro-batches of readings, weather and ticks (Arrow IPC), keyed by zone."""
        return f"{self.prefix}.readings"

    @property
    def rejects(self) -> str:
        """Dead letters (`Reject` as JSON), keyed by reason."""
        return f"{self.prefix}.rejects"

    @property
    def minutes(self) -> str:
        """Settled minutes (`MinuteField`), keyed by zone."""
        return f"{self.prefix}.minutes"

    @property
    def breaches(self) -> str:
        """Judged minutes (`JudgedField`), keyed by zone."""
        return f"{self.prefix}.breaches"

    @property
    def incidents(self) -> str:
        """Tickets, the system's side only, and decisions (`encode_outcome`), keyed by ticket id or incident."""
        return f"{self.prefix}.incidents"

    def all(self) -> tuple[str, ...]:
        """Every topic, in the order of the flow."""
        return (self.readings, self.rejects, self.minutes, self.breaches, self.incidents)


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or one element of an array, that was refused at the door; `readings` says how many it holds."""

    reason: str
    detail: str
    topic: str
    received_ms: int
    payload: bytes
    readings: int = 1

    def encode(self) -> bytes:
        """Return JSON; the payload as base64."""
        return msgspec.json.encode(self)


def encode_rows(columns: Mapping[str, Sequence[object] | np.ndarray | pa.Array]) -> bytes:
    """Encode rows for the `readings` topic as one Arrow IPC stream.

    `columns` needs `kind`, `sensor_id`, `time_ms`, `received_ms`; any of the contract's
    value keys may follow as float64 (None or NaN = missing). A key that is absent is missing for all rows.
    """
    arrays = [
        values if isinstance(values, pa.Array) else pa.array(values, type=_FIXED_TYPES.get(name, pa.float64()))
        for name, values in columns.items()
    ]
    return _encode_batch(pa.RecordBatch.from_arrays(arrays, names=list(columns)))


def decode_rows(raw: bytes, sensor_ids: pa.Array) -> Arrivals:
    """Decode one message of the `readings` topic.

    Args:
        raw: What `encode_rows` made.
        sensor_ids: `site.sensor_ids` as an Arrow array; rows of other sensors are left out.

    Raises:
        pyarrow.ArrowInvalid: Not an Arrow IPC stream.
    """
    return split_rows(_decode_batch(raw), sensor_ids)


def split_rows(batch: pa.RecordBatch, sensor_ids: pa.Array) -> Arrivals:
    """Part one batch into readings, weather and the clock."""
    kind = batch.column("kind").to_numpy()
    received_ms = batch.column("received_ms").to_numpy()
    clock_ms = int(received_ms.max()) if len(received_ms) else 0
    if not kind.any():
        return Arrivals(_readings_of(batch, sensor_ids), no_weather(), clock_ms)
    rows = batch.filter(pa.array(kind == KIND_READING))
    weather = batch.filter(pa.array(kind == KIND_WEATHER))
    return Arrivals(
        _readings_of(rows, sensor_ids) if rows.num_rows else no_readings(),
        _weather_of(weather) if weather.num_rows else no_weather(),
        clock_ms,
    )


def _readings_of(batch: pa.RecordBatch, sensor_ids: pa.Array) -> Readings:
    known = pc.index_in(batch.column("sensor_id"), value_set=sensor_ids)
    if known.null_count:
        mask = pc.is_valid(known)
        batch, known = batch.filter(mask), known.filter(mask)
    return Readings(
        known.to_numpy().astype(np.int32, copy=False),
        batch.column("time_ms").to_numpy(),
        batch.column("received_ms").to_numpy(),
        _matrix(batch, POSITION_KEYS),
        _matrix(batch, CHANNELS),
    )


def _weather_of(batch: pa.RecordBatch) -> Weather:
    place = _matrix(batch, ("lon", "lat"))
    return Weather(
        tuple(batch.column("sensor_id").to_pylist()),
        batch.column("time_ms").to_numpy(),
        batch.column("received_ms").to_numpy(),
        place[:, 0],
        place[:, 1],
        _matrix(batch, WEATHER_KEYS),
    )


def _matrix(batch: pa.RecordBatch, names: Sequence[str]) -> FloatArray:
    present = set(batch.schema.names)
    matrix = np.full((batch.num_rows, len(names)), np.nan)
    for position, name in enumerate(names):
        if name in present:
            matrix[:, position] = batch.column(name).to_numpy(zero_copy_only=False)
    return matrix


def _encode_batch(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_IPC) as writer:
        writer.write_batch(batch)
    raw: bytes = sink.getvalue().to_pybytes()
    return raw


def _decode_batch(raw: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(raw, options=_IPC_READ) as reader:
        return reader.read_next_batch()


_minute = Packer(MinuteField)
_judged = Packer(JudgedField)


def encode_minute(field: MinuteField) -> bytes:
    """Encode a settled minute for the `minutes` topic."""
    return _minute.encode(field)


def decode_minute(raw: bytes) -> MinuteField:
    """Decode one message of the `minutes` topic."""
    return _minute.decode(raw)


def encode_judged(field: JudgedField) -> bytes:
    """Encode a judged minute for the `breaches` topic."""
    return _judged.encode(field)


def decode_judged(raw: bytes) -> JudgedField:
    """Decode one message of the `breaches` topic."""
    return _judged.decode(raw)


_ticket_decoder = msgspec.json.Decoder(Ticket)


def decode_ticket(raw: bytes) -> Ticket:
    """Decode a ticket.

    Raises:
        msgspec.ValidationError: The bytes are not a ticket.
    """
    return _ticket_decoder.decode(raw)


def encode_ticket(ticket: Ticket) -> bytes:
    """Encode a ticket canonically: the contract's key order, UTF-8, times with `Z` and milliseconds."""
    return msgspec.json.encode(ticket_fields(ticket))


class _Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of the `incidents` topic: exactly one of the two is there."""

    ticket: Ticket | None = None
    decision: DecisionMade | None = None


_outcome_decoder = msgspec.json.Decoder(_Outcome)


def encode_outcome(outcome: Ticket | DecisionMade) -> bytes:
    """Encode a ticket or a decision for the `incidents` topic: `{"ticket": …}` or `{"decision": …}`."""
    if isinstance(outcome, DecisionMade):
        return msgspec.json.encode({"decision": outcome})
    return msgspec.json.encode({"ticket": msgspec.Raw(encode_ticket(outcome))})


def decode_outcome(raw: bytes) -> Ticket | DecisionMade:
    """Decode one message of the `incidents` topic.

    Raises:
        msgspec.DecodeError: The bytes are neither a ticket nor a decision.
    """
    found = _outcome_decoder.decode(raw)
    outcome = found.ticket or found.decision
    if outcome is None:
        raise msgspec.ValidationError("neither a ticket nor a decision")
    return outcome


def ticket_fields(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as plain values in the contract's key order."""
    plain = _plain(ticket)
    if not isinstance(plain, dict):
        raise TypeError(f"not a ticket: {type(ticket)}")
    return plain


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}  # type: ignore[arg-type]
    return value
