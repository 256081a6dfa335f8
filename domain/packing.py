"""Dataclasses that hold numpy arrays, to MessagePack and back; for snapshots and minutes on the wire."""

from typing import Any, Generic, TypeVar

import msgspec
import numpy as np

T = TypeVar("T")


class Packer(Generic[T]):
    """Encodes and decodes one dataclass type; arrays keep their dtype, shape and bits.

    Decoded arrays are read-only views into the message.

    >>> from domain.readings import Readings, no_readings
    >>> len(Packer(Readings).decode(Packer(Readings).encode(no_readings())))
    0
    """

    def __init__(self, kind: type[T]) -> None:
        self._encoder = msgspec.msgpack.Encoder(enc_hook=_pack)
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(kind, dec_hook=_unpack)

    def encode(self, value: T) -> bytes:
        """Return the bytes of `value`."""
        return self._encoder.encode(value)

    def decode(self, raw: bytes) -> T:
        """Return the value.

        Raises:
            msgspec.DecodeError: Not what `encode` made, or of another version.
        """
        return self._decoder.decode(raw)


def _pack(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, np.ascontiguousarray(value).tobytes())
    raise TypeError(f"cannot carry {type(value)}")


def _unpack(_kind: object, packed: Any) -> np.ndarray:  # noqa: ANN401 - msgspec hands over whatever stood there
    dtype, shape, raw = packed
    return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape)
