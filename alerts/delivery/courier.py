"""One endpoint's deliveries: several tickets side by side, one ticket's events one after another."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable

import structlog

from alerts.delivery.attempt import Attempt, Way, try_once
from alerts.delivery.circuit import Circuit, CircuitState
from alerts.delivery.forms.base import Event, Verdict
from alerts.delivery.ledger import Due, Ledger

SIDE_BY_SIDE = 4
"""Attempts to one endpoint at the same time, of different tickets. Design value."""
LOOK_S = 1.0
"""How often an endpoint looks for work that nobody told it of, as a person's re-send. Design value. [s]"""
AWAY_S = 1.0
"""Pause while the database is away. Design value. [s]"""
MINUTE_MS = 60_000

log = structlog.get_logger()


class Courier:
    """Carries one endpoint's events.

    Args:
        way: To whom, and how.
        ledger: Its blocking calls run in threads.
        now_ms: The time that everything is judged by. [ms]
        counts: Counts attempts by result.
    """

    def __init__(self, way: Way, ledger: Ledger, now_ms: Callable[[], int], counts: Counter[str]) -> None:
        self._way = way
        self._name = way.endpoint.name
        self._ledger = ledger
        self._now_ms = now_ms
        self._counts = counts
        self._wake = asyncio.Event()
        self._under_way: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._circuit: Circuit | None = None
        self._sent_ms: deque[int] = deque()

    @property
    def busy(self) -> set[str]:
        """Ids of the events that are being sent."""
        return {event_id for event_id, _ in self._under_way.values()}

    def wake(self) -> None:
        """Say that there may be work."""
        self._wake.set()

    async def run(self) -> None:
        """Carry until cancelled; a database that is away is waited for."""
        while True:
            try:
                pause_s = await self.round()
            except ConnectionError as error:
                log.warning("delivery_store_away", endpoint=self._name, error=str(error))
                pause_s = AWAY_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def round(self) -> float:
        """Start what may be sent now; return how long there is nothing to do. [s]"""
        self._wake.clear()
        now_ms = self._now_ms()
        # Read each time: a person may have enabled the endpoint meanwhile.
        self._circuit = await asyncio.to_thread(self._ledger.circuit, self._name)
        room = self._room(self._circuit, now_ms)
        if room <= 0:
            return LOOK_S
        # What ends while the store is read looks there as if it still waited.
        busy = frozenset(self._under_way)
        found = await asyncio.to_thread(self._ledger.due, self._name, room + len(busy))
        free = [due for due in found if due.event.ticket_id not in busy]
        for due in free[:room]:
            if due.next_ms <= now_ms:
                self._start(due)
        later = [due.next_ms - now_ms for due in free if due.next_ms > now_ms]
        return min([LOOK_S, *(wait / 1000 for wait in later)])

    def _room(self, circuit: Circuit, now_ms: int) -> int:
        """Return how many attempts may begin."""
        state = circuit.state(now_ms)
        if state is CircuitState.CLOSED:
            return min(SIDE_BY_SIDE - len(self._under_way), self._left_this_minute(now_ms))
        if state is CircuitState.HALF_OPEN:
            return min(1 - len(self._under_way), self._left_this_minute(now_ms))
        return 0

    def _left_this_minute(self, now_ms: int) -> int:
        limit = self._way.endpoint.per_minute
        if limit is None:
            return SIDE_BY_SIDE
        while self._sent_ms and self._sent_ms[0] <= now_ms - MINUTE_MS:
            self._sent_ms.popleft()
        return limit - len(self._sent_ms)

    def _start(self, due: Due) -> None:
        event = due.event
        self._sent_ms.append(self._now_ms())
        if self._way.endpoint.per_minute is None:
            self._sent_ms.clear()
        task = asyncio.create_task(self._deliver(event))
        self._under_way[event.ticket_id] = (event.id, task)
        task.add_done_callback(lambda _: self._finished(event))

    def _finished(self, event: Event) -> None:
        self._under_way.pop(event.ticket_id, None)
        self._wake.set()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait([task for _, task in self._under_way.values()])
            await asyncio.sleep(0)

    async def close(self, patience_s: float) -> None:
        """End: what is under way may still be answered and written down; then connections are closed."""
        tasks = [task for _, task in self._under_way.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._way.transport.aclose()

    async def _deliver(self, event: Event) -> None:
        attempt = await try_once(self._way, event, self._now_ms)
        self._tell(attempt)
        while True:  # it has happened: it must be written down, else it happens again
            try:
                await asyncio.to_thread(self._ledger.record, attempt, self._now_ms())
            except ConnectionError as error:
                log.warning("delivery_store_away", endpoint=self._name, event_id=event.id, error=str(error))
            except Exception:
                log.exception("delivery_not_recorded", endpoint=self._name, event_id=event.id)
            else:
                return
            await asyncio.sleep(AWAY_S)

    def _tell(self, attempt: Attempt) -> None:
        self._counts[attempt.verdict.value] += 1
        if attempt.verdict is not Verdict.OK:
            log.warning(
                "delivery_failed",
                endpoint=self._name,
                event_id=attempt.event.id,
                ticket=attempt.event.ticket_id,
                verdict=attempt.verdict.value,
                error=attempt.error,
            )
