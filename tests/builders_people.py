"""A desk with accounts on a real store, with quick hashes and a clock in the test's hands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from argon2 import Parameters
from argon2.low_level import Type
from fastapi import FastAPI
from sqlalchemy import Engine, select, update

from alerts.evidence.store import Evidence
from alerts.inspector.settings import InspectorSettings
from alerts.people.passwords import Passwords
from alerts.people.person import Role
from alerts.people.tokens import Wish
from alerts.store import Snapshots, Tickets
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow, UserRow
from app.accounts import Accounts, accounts_of
from app.desk import build_app
from app.settings import Settings
from app.wiring import Store
from maps.feed import LiveFeed
from maps.settings import MapsSettings
from tests.builders_alerts import make_ticket
from tests.builders_maps import FakeHistory, FakeTail, a_feed, a_zone

SITE = a_zone(20, 2, 12)
QUICK = Parameters(type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "蓝天保卫战 and three words"  # noqa: S105 - of people who do not exist
ADDRESS = "https://desk"
LINK_SECRET = "signs-links-in-tests"  # noqa: S105 - of tests


@dataclass
class Clock:
    """A clock in the test's hands. [ms]"""

    now_ms: int = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)


@dataclass
class DeskWithAccounts:
    """The real application, its accounts and what stands in its store."""

    engine: Engine
    clock: Clock = field(default_factory=Clock)
    settings: dict[str, Any] = field(default_factory=dict)
    accounts: Accounts = field(init=False)
    feed: LiveFeed = field(init=False)

    def __post_init__(self) -> None:
        told = Settings(data_dir=Path("unused"), **self.settings)
        self.accounts = accounts_of(told, self.engine, self.clock, Passwords(QUICK))

    @cached_property
    def app(self) -> FastAPI:
        tickets = Tickets(self.engine)
        store = Store(tickets, Snapshots(self.engine, "test"), self.engine, Evidence(self.engine))
        tickets.upsert([make_ticket("a1", site=SITE.site_id)])
        self.feed = a_feed(SITE, FakeTail(), tickets)
        inspector = InspectorSettings(secret=LINK_SECRET)
        return build_app(
            SITE, store, FakeHistory(), self.feed, MapsSettings(), accounts=self.accounts, inspector=inspector
        )

    def add(self, name: str, role: Role = Role.DUTY, password: str = PASSWORD) -> None:
        """Add a person who has chosen their password already."""
        self.accounts.users.add(name, role, "test")
        self.accounts.users.set_password(name, password, "test")

    def token(self, name: str, **wish: Any) -> str:
        return self.accounts.tokens.make(name, Wish(label="test", **wish), "test")[1]

    def without_password(self, name: str) -> None:
        """Make a person one of the identity provider's."""
        with writing(self.engine) as session:
            session.execute(update(UserRow).where(UserRow.name == name).values(password_hash=None))

    def audit(self) -> list[tuple[str, str, str]]:
        """Return (who, what, to whom) of every act."""
        with reading(self.engine) as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
            return [(row.who, row.what, row.subject) for row in rows]

    def everything_written(self) -> str:
        """Return all text of the audit."""
        with reading(self.engine) as session:
            rows = session.scalars(select(AuditRow)).all()
            return "\n".join(f"{row.who} {row.what} {row.subject} {row.detail}" for row in rows)

    @asynccontextmanager
    async def browser(self, address: str = ADDRESS, peer: str = "203.0.113.9") -> AsyncIterator[httpx.AsyncClient]:
        """Give a client that keeps cookies, as a browser at `peer` that has `address` open."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(peer, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=address) as client:
            yield client


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Open the page, fill in the form, send it."""
    page = await client.get("/login")
    return await client.post("/login", data={"name": name, "password": password, "token": hidden(page), **more})


def hidden(page: httpx.Response, name: str = "token") -> str:
    """Return what a page's form carries."""
    return page.text.split(f'name="{name}" value="')[1].split('"')[0]
