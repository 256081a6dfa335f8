"""What ingest needs from the outside world, in its own words."""

from typing import Protocol


class BusUnavailable(ConnectionError):
    """The message bus does not answer; trying again later may work."""


class Bus(Protocol):
    """Carries messages to the streams."""

    async def send(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        """Return when the broker has acknowledged.

        Raises:
            BusUnavailable: Trying again later may work.
        """
        ...
