"""Messages → groups by what they carry, with the moment at which each is taken to have arrived."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from domain.readings import IntArray
from ingest.message import Message
from ingest.topic import Carries, Route, parse_topic

MOST_TOPICS = 50_000
"""Topics remembered taken apart; a sender of endless new topics must not fill the memory."""


@dataclass(slots=True)
class Group:
    """Messages that carry the same; `routes` and `received_ms` have one entry a message. [ms]"""

    messages: list[Message] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    received_ms: list[int] = field(default_factory=list)

    @property
    def payloads(self) -> list[bytes]:
        """What came, one a message."""
        return [message.payload for message in self.messages]


class Sorter:
    """Parts messages; knows the topics seen before."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}

    def sort(self, messages: Sequence[Message], received_ms: IntArray) -> dict[Carries, Group]:
        """Return the messages of each kind in order of arrival."""
        groups = {carries: Group() for carries in Carries}
        for message, received in zip(messages, received_ms.tolist(), strict=True):
            route = self._routes.get(message.topic) or self._learn(message.topic)
            group = groups[route.carries]
            group.messages.append(message)
            group.routes.append(route)
            group.received_ms.append(received)
        return groups

    def _learn(self, topic: str) -> Route:
        if len(self._routes) >= MOST_TOPICS:
            self._routes.clear()
        route = self._routes[topic] = parse_topic(topic)
        return route


class ZoneClock:
    """Keeps receive times from running backwards, whatever the wall clock does."""

    def __init__(self) -> None:
        self._latest_ms = 0

    def stamp(self, arrived_ms: IntArray) -> IntArray:
        """Return moments of arrival, none before an earlier one, shape (n,). [ms]"""
        stamped = np.maximum.accumulate(np.maximum(arrived_ms, self._latest_ms))
        if len(stamped):
            self._latest_ms = int(stamped[-1])
        return stamped
