"""What is due on tickets, done each second in a thread of the desk; storm mode as the desk tells of it."""

import asyncio
import time
from collections.abc import Callable

import structlog

from alerts.store import Tickets
from alerts.store.storm import Storm
from alerts.timers import due

EVERY_S = 1.0
PRUNE_EVERY_MS = 60_000
"""How often what nobody needs any more is deleted. [ms]"""

log = structlog.get_logger()


class TicketClock:
    """Makes the moves that are due, and remembers how storm mode stands.

    Args:
        tickets: The store.
        now_ms: The wall clock. [ms]
    """

    def __init__(self, tickets: Tickets, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._tickets = tickets
        self._now_ms = now_ms
        self._storm = Storm(active=False, gathered=0, notices=0)
        self.reopened = self.pruned = 0
        self._prune_ms = 0

    async def run(self) -> None:
        """Tick until cancelled; a store that is away is asked again a second later."""
        while True:
            try:
                await asyncio.to_thread(self.tick)
            except ConnectionError as error:
                log.warning("ticket_clock_waits", error=str(error))
            await asyncio.sleep(EVERY_S)

    def tick(self) -> None:
        """Do what is due now.

        Raises:
            ConnectionError: The store is away.
        """
        now_ms = self._now_ms()
        self.reopened += due(self._tickets, now_ms)
        self._storm = self._tickets.storm(now_ms)
        if now_ms >= self._prune_ms:
            self.pruned += self._tickets.prune(now_ms)
            self._prune_ms = now_ms + PRUNE_EVERY_MS

    def missing(self) -> tuple[str, ...]:
        """Return `storm` while tickets are told of together: `/readyz` shows it."""
        return ("storm",) if self._storm.active else ()

    def counts(self) -> dict[str, int]:
        """Return what was counted."""
        return {
            "tickets_reopened": self.reopened,
            "rows_pruned": self.pruned,
            "storm_gathered": self._storm.gathered,
            "storm_notices": self._storm.notices,
        }
