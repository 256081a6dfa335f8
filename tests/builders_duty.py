"""The whole desk without a server: a store, a live zone and a history in the test's hands."""

from dataclasses import dataclass, field
from functools import cached_property

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine

from alerts.evidence.store import Evidence
from alerts.store import Snapshots, Tickets
from app.desk import build_app
from app.wiring import Store
from domain.site import Site
from maps.feed import LiveFeed
from maps.settings import MapsSettings
from tests.builders_maps import TOPICS, FakeHistory, FakeTail, a_feed, a_zone, quiet_rows, readings_message

SITE = a_zone(20, 2, 12)


@dataclass
class DutyDesk:
    """The application that `wugan desk` serves, without accounts."""

    engine: Engine
    site: Site = SITE
    history: FakeHistory = field(default_factory=FakeHistory)

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self.engine, [place.enterprise_id for place in self.site.enterprises])

    @cached_property
    def feed(self) -> LiveFeed:
        return a_feed(self.site, FakeTail(), self.tickets)

    @cached_property
    def app(self) -> FastAPI:
        store = Store(self.tickets, Snapshots(self.engine, "test"), self.engine, Evidence(self.engine))
        return build_app(self.site, store, self.history, self.feed, MapsSettings())

    def hear(self, received_ms: int, *silent: str) -> None:
        """Let every device speak once but those that are named."""
        rows = [row for row in quiet_rows(self.site) if row["sensor_id"] not in silent]
        self.feed.take_message(TOPICS.readings, readings_message(rows, received_ms))

    async def get(self, path: str, **asked: str) -> httpx.Response:
        return await self._ask("GET", path, params=asked or None)

    async def post(self, path: str, body: object = None) -> httpx.Response:
        return await self._ask("POST", path, json=body)

    async def _ask(self, method: str, path: str, **more: object) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]
