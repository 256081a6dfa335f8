"""What the couriers need from outside."""

from collections.abc import Callable
from typing import Protocol

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Answer, Outgoing


class SendFailed(Exception):
    """No answer came: no connection, no trust in the certificate, too slow. Trying again later may work."""


class Transport(Protocol):
    """Carries messages to one endpoint."""

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send once and return the answer.

        Raises:
            SendFailed: There was none.
        """
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...


MakeTransport = Callable[[Endpoint], Transport]
