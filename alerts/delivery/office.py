"""The delivering process's heart: takes the lead, spreads events, wakes couriers, gives up what is over."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence

import structlog

from alerts.delivery.attempt import Way
from alerts.delivery.courier import Courier
from alerts.delivery.leader import Lead
from alerts.delivery.ledger import Ledger

POLL_S = 0.05
"""How often the outbox is looked at; a part of the time from a decision to the inspector's phone. Design value. [s]"""
STAND_BY_S = 0.5
"""How often one that stands by tries to take over. Design value. [s]"""
LEAD_LOOKS_S = 1.0
"""How often the lead is checked: so long another may have it too, which doubles attempts, never events. [s]"""
EXPIRE_S = 60.0
"""How often what is over is given up. [s]"""
PATIENCE_S = 5.0
"""At the end, answers that are under way are waited for so long. [s]"""

log = structlog.get_logger()


class Office:
    """Delivers from one store to all endpoints.

    Args:
        ways: The endpoints.
        ledger: The store.
        lead: Whoever has it delivers.
        now_ms: The time that everything is judged by. [ms]
        edition: Number of the endpoints' edition; another one, and they are asked for anew.
    """

    def __init__(
        self,
        ways: Callable[[], Sequence[Way]],
        ledger: Ledger,
        lead: Lead,
        now_ms: Callable[[], int],
        edition: Callable[[], int] = lambda: 0,
    ) -> None:
        self._ways = ways
        self._ledger = ledger
        self._lead = lead
        self._now_ms = now_ms
        self._edition = edition
        self.counts: Counter[str] = Counter()
        self.is_active = False
        self.store_ok = True

    async def run(self) -> None:
        """Deliver, or stand by, until cancelled; a database that is away is waited for."""
        told = False
        while True:
            if await self._take_lead():
                told = False
                await self._deliver()
            elif not told:
                told = True
                log.info("delivery_stands_by", why="another process delivers from this store")
            await asyncio.sleep(STAND_BY_S)

    async def _take_lead(self) -> bool:
        try:
            got = await asyncio.to_thread(self._lead.take)
        except ConnectionError as error:
            self._store_away(error)
            return False
        self.store_ok = True
        return got

    def _store_away(self, error: ConnectionError) -> None:
        if self.store_ok:
            log.warning("delivery_store_away", error=str(error))
        self.store_ok = False

    async def _deliver(self) -> None:
        try:
            async with self._couriers() as couriers:
                self.is_active = True
                log.info("delivery_active", endpoints=sorted(couriers))
                await self._lead_on(couriers)
        finally:
            self.is_active = False
            self._lead.give_up()

    @contextlib.asynccontextmanager
    async def _couriers(self) -> AsyncIterator[dict[str, Courier]]:
        self._begun_with = self._edition()
        ways = self._ways()
        couriers = {way.endpoint.name: Courier(way, self._ledger, self._now_ms, self.counts) for way in ways}
        self._endpoints = [way.endpoint for way in ways]
        tasks = [asyncio.create_task(_kept_alive(name, courier)) for name, courier in couriers.items()]
        try:
            yield couriers
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(courier.close(PATIENCE_S) for courier in couriers.values()))

    async def _lead_on(self, couriers: dict[str, Courier]) -> None:
        """Spread and wake until the lead is lost, or there is another edition of the endpoints."""
        loop = asyncio.get_running_loop()
        registered = False
        look_s = expire_s = loop.time()
        while self._edition() == self._begun_with:
            try:
                if not registered:
                    await asyncio.to_thread(self._ledger.register, self._endpoints)
                    registered = True
                for name in await asyncio.to_thread(self._ledger.spread, self._endpoints, self._now_ms()):
                    couriers[name].wake()
                if loop.time() >= expire_s:
                    await self._expire(couriers)
                    expire_s = loop.time() + EXPIRE_S
                self.store_ok = True
            except ConnectionError as error:
                self._store_away(error)
            if loop.time() >= look_s:
                if not await asyncio.to_thread(self._lead.is_held):
                    log.warning("delivery_lead_lost")
                    return
                look_s = loop.time() + LEAD_LOOKS_S
            await asyncio.sleep(POLL_S)
        log.info("delivery_begins_anew", why="the endpoints changed")

    async def _expire(self, couriers: dict[str, Courier]) -> None:
        busy = {event_id for courier in couriers.values() for event_id in courier.busy}
        dead = await asyncio.to_thread(self._ledger.expire, self._now_ms(), busy)
        if dead:
            self.counts["expired"] += dead
            log.warning("delivery_given_up", deliveries=dead)


async def _kept_alive(name: str, courier: Courier) -> None:
    """Run a courier; one that fails by a fault of ours begins anew, the others don't notice."""
    while True:
        try:
            await courier.run()
        except Exception:
            log.exception("delivery_courier_failed", endpoint=name)
            await asyncio.sleep(1.0)
