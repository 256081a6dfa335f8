"""Tickets as they change in; the ones a person must see out, most urgent first."""

import msgspec

from domain.ticket import TicketState

DONE = frozenset({TicketState.CLOSED, TicketState.DISMISSED, TicketState.MERGED})
"""States in which nothing is asked of the duty desk any more."""


class TicketHead(msgspec.Struct, frozen=True):
    """What the board must know of a ticket; the rest is passed on as it came."""

    id: str
    state: TicketState
    priority: int
    opened_at: str


_head = msgspec.json.Decoder(TicketHead)


class TicketBoard:
    """The open tickets as JSON text."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: dict[str, tuple[TicketHead, str]] = {}

    def take(self, text: str) -> bool:
        """Take a ticket as it stands now; say whether desks must hear of it.

        Raises:
            msgspec.ValidationError: Not a ticket.
        """
        head = _head.decode(text)
        if head.state in DONE:
            return self._open.pop(head.id, None) is not None
        before = self._open.get(head.id)
        self._open[head.id] = (head, text)
        return before is None or before[1] != text

    def texts(self) -> list[str]:
        """Return the open tickets, by priority and then by age, at most `limit`."""
        ordered = sorted(self._open.values(), key=lambda item: (item[0].priority, item[0].opened_at, item[0].id))
        return [text for _, text in ordered[: self._limit]]
