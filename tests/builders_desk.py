"""The whole desk on a real store behind a real server, for a real browser."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI
from sqlalchemy import Engine

from alerts.evidence.store import Evidence
from alerts.store import Snapshots, Tickets
from app.desk import build_app
from app.wiring import Store
from domain.series import Series
from domain.site import Site
from domain.ticket import Ticket
from domain.times import to_datetime
from maps.ports import PaneHistory
from maps.settings import MapsSettings
from tests.builders_alerts import make_ticket
from tests.builders_maps import Desk, FakeHistory, now_ms, quiet_rows
from tests.ticket_stores import fresh_store


def an_hour(until_ms: int) -> Series:
    """Return a quiet hour that rises steeply in its last ten minutes."""
    time_ms = until_ms - 60_000 * np.arange(59, -1, -1, dtype=np.int64)
    background = 40.0 + 2.0 * np.sin(np.arange(60) / 9.0)
    value = background + np.where(np.arange(60) >= 50, (np.arange(60) - 49) * 14.0, 1.5 * np.sin(np.arange(60)))
    return Series(time_ms, value, background, background + 9.0)


class WholeDesk(Desk):
    """The application that `wugan desk` serves, without accounts; tickets go through its store."""

    def __init__(self, site: Site, engine: Engine, port: int = 0, **more: Any) -> None:
        self.engine = engine
        self.more = more
        super().__init__(site, port, Tickets(engine))  # type: ignore[arg-type]  # the real store in the stand-in's place

    def make_app(self) -> FastAPI:
        store = Store(self.tickets, Snapshots(self.engine, "test"), self.engine, Evidence(self.engine))  # type: ignore[arg-type]
        app = build_app(self.site, store, self.make_history(), self.feed, MapsSettings(), **self.more)

        @contextlib.asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            task = asyncio.create_task(self.feed.run())
            yield
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        app.router.lifespan_context = lifespan
        return app

    def make_history(self) -> PaneHistory:
        return FakeHistory(an_hour(now_ms()))

    def open(self, *tickets: Ticket) -> None:
        self.tickets.upsert(list(tickets))  # type: ignore[attr-defined]

    def state(self, ticket_id: str) -> str:
        return str(self.tickets.get(ticket_id).state)  # type: ignore[attr-defined]


@contextlib.contextmanager
def a_quiet_desk(folder: Path, site: Site, kind: type[WholeDesk] = WholeDesk) -> Iterator[WholeDesk]:
    """Serve a desk on a store of its own, all of whose sensors have just spoken and nothing is raised."""
    with fresh_store("sqlite", folder) as engine:
        desk = kind(site, engine)
        desk.start()
        at = now_ms() - 3000
        desk.judged(at - 100_000)
        desk.readings(quiet_rows(site), at)
        try:
            yield desk
        finally:
            desk.stop()


def a_ticket(site: Site, ticket_id: str, *, age_s: int = 5, priority: int = 1) -> Ticket:
    """Return a ticket that opened some seconds ago."""
    opened = to_datetime(now_ms() - 1000 * age_s) - timedelta(0)
    return make_ticket(ticket_id, site=site.site_id, opened_at=opened, priority=priority)
