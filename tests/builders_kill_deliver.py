"""`wugan deliver` as a process that is killed again and again while it delivers, and what its receiver got."""

import random
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import Engine

from alerts.delivery.events import EventType, put
from alerts.delivery.letters import Letters
from alerts.store import open_store, upgrade
from alerts.store.engine import writing
from alerts.store.numbering import Numbering
from alerts.view import PersonSide, view
from app.children import clean_environment
from domain.ticket import TicketState
from tests.builders_alerts import make_ticket
from tests.builders_delivery import SECRET, Receiver, receiving

TICKETS = 20
LIMIT_S = 60.0
"""Longest wait for anything to arrive. [s]"""


@dataclass(frozen=True)
class Killed:
    """What came of it.

    Attributes:
        told: Ids that were put, in order, by ticket.
        got: Ids that arrived, in order, by ticket, repetitions of a retry included.
        kills: How many processes were killed.
        dead_or_waiting: Deliveries that did not end as delivered.
    """

    told: dict[str, list[str]]
    got: dict[str, list[str]]
    kills: int
    dead_or_waiting: int

    @property
    def repeated(self) -> int:
        return sum(len(ids) for ids in self.got.values()) - sum(len(ids) for ids in self.told.values())

    @property
    def in_order(self) -> dict[str, list[str]]:
        """What arrived, with immediate repetitions taken as one."""
        return {ticket: [one for one, _ in groupby(ids)] for ticket, ids in self.got.items()}


def put_many(engine: Engine, amount: int, at_ms: int) -> dict[str, list[str]]:
    """Put events of `TICKETS` tickets in turn; return their ids by ticket, in order."""
    told: dict[str, list[str]] = {f"t{number:02d}": [] for number in range(min(TICKETS, amount))}
    seen = {ticket: view(make_ticket(ticket), PersonSide(number=1, state=TicketState.NEW)) for ticket in told}
    names = list(told)
    with writing(engine) as session:
        Numbering(session)
        for number in range(amount):
            ticket = names[number % len(names)]
            told[ticket].append(put(session, EventType.UPDATED, seen[ticket], at_ms, number))
    return told


def deliver_process(folder: Path, url: str, settings: Mapping[str, str] = {}) -> "subprocess.Popen[bytes]":
    """Start `wugan deliver` on the store in a folder, or that of the settings."""
    file = folder / "webhooks.toml"
    file.write_text(f'[[endpoint]]\nname = "city"\nurl = "{url}"\nsecrets = ["{SECRET}"]\n')
    own = {
        "WUGAN_DATA_DIR": str(folder),
        "WUGAN_WEBHOOKS": str(file),
        "WUGAN_WEBHOOK_ALLOW_INTERNAL": "true",
        "WUGAN_LOG_LEVEL": "error",
    }
    with (folder / "deliver.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", "deliver"],
            env=clean_environment() | own | dict(settings),
            stdout=log,
            stderr=log,
        )


def kill_while_delivering(folder: Path, events: int, kills: int, seed: int) -> Killed:
    """Deliver events and kill the process at random moments."""
    url = f"sqlite:///{folder / 'tickets.db'}"
    upgrade(url)
    engine = open_store(url)
    told = put_many(engine, events, time.time_ns() // 1_000_000)
    rng = random.Random(seed)
    with receiving() as receiver:
        receiver.answer = lambda _: (time.sleep(rng.uniform(0, 0.01)), (204, {}))[1]
        for _ in range(kills):
            process = deliver_process(folder, receiver.url)
            _await(receiver, len(receiver.got) + rng.randint(1, max(events // kills, 1)), told)
            time.sleep(rng.uniform(0, 0.02))
            process.kill()
            process.wait()
        process = deliver_process(folder, receiver.url)
        try:
            waiting = _await_all(engine, LIMIT_S + events / 10)
        finally:
            process.terminate()
            process.wait()
    engine.dispose()
    got: dict[str, list[str]] = {ticket: [] for ticket in told}
    for request in receiver.took:
        got.setdefault(request.subject, []).append(request.id)
    return Killed(told, got, kills, waiting)


def _await(receiver: Receiver, amount: int, told: dict[str, list[str]]) -> None:
    most = sum(len(ids) for ids in told.values())
    end_s = time.monotonic() + LIMIT_S
    while len(receiver.got) < min(amount, most):
        if time.monotonic() > end_s:
            raise TimeoutError(f"{len(receiver.got)} of {amount} requests arrived in {LIMIT_S} s")
        time.sleep(0.001)


def _await_all(engine: Engine, limit_s: float) -> int:
    letters, end_s = Letters(engine), time.monotonic() + limit_s
    while True:
        (city,) = letters.endpoints(time.time_ns() // 1_000_000)
        left = city.waiting + city.dead
        if not left or time.monotonic() > end_s:
            return left
        time.sleep(0.05)
