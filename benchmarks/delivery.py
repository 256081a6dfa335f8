"""From a person's decision to the webhook at its receiver; and what a receiver gets from a process that is killed.

decide → arrival: 100 tickets a minute open, and a person dispatches each a second later over HTTP. Measured from the
call of POST /decision to the arrival of its `dispatched` event at a receiver on this machine, both in one process, by
one clock; `wugan deliver` is a process of its own. The store is a SQLite file (or the empty PostgreSQL database at
WUGAN_BENCH_DATABASE). The window in which a dispatch can be undone is 0 s here: it would be added to every figure.

kills: 1,000 deliveries of 20 tickets, `wugan deliver` killed (SIGKILL) at 50 random moments.
"""

import argparse
import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
from fastapi import FastAPI

from alerts.api import build_router, install_problem_handlers
from alerts.api.access import NoAccounts
from alerts.people.person import Person, Role
from alerts.settings import TicketRules
from alerts.store import Tickets, open_store, upgrade
from app.child_process import free_port
from app.operations import serving
from benchmarks.common import say
from tests.builders_alerts import make_ticket
from tests.builders_delivery import Receiver, Request, receiving
from tests.builders_kill_deliver import deliver_process, kill_while_delivering

ARRIVAL_P99_BAR_MS = 500.0
PER_MINUTE = 100
KILLS, DELIVERIES = 50, 1000
LAST_S = 30.0


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--only", choices=["decide", "kills"])
    options = parser.parse_args()
    if options.only != "kills":
        measure_decisions(options.minutes)
    if options.only != "decide":
        measure_kills(options.kills)


def measure_decisions(minutes: float) -> None:
    """Print the times from decision to arrival."""
    with tempfile.TemporaryDirectory() as folder, receiving() as receiver:
        url = os.environ.get("WUGAN_BENCH_DATABASE") or f"sqlite:///{folder}/tickets.db"
        upgrade(url)
        arrived: dict[str, float] = {}
        receiver.answer = lambda request: _note(request, arrived)
        Tickets(open_store(url)).upsert([make_ticket("warm-up")])
        with _deliver(Path(folder), receiver), _desk(url) as desk:
            while not receiver.took:  # the process is up once it has told of something
                time.sleep(0.05)
            decided = _decide(desk, url, round(minutes * PER_MINUTE))
            end_s = time.monotonic() + LAST_S
            while len(arrived) < len(decided) and time.monotonic() < end_s:
                time.sleep(0.05)
    ms = np.array([(arrived[ticket] - at) * 1000 for ticket, at in decided.items() if ticket in arrived])
    say("dispatches decided, without undo window", len(decided), "")
    say("dispatches that arrived", len(ms), "", least=len(decided))
    say("decision -> arrival p50", float(np.percentile(ms, 50)), "ms")
    say("decision -> arrival p99", float(np.percentile(ms, 99)), "ms", most=ARRIVAL_P99_BAR_MS)
    say("decision -> arrival most", float(ms.max()), "ms")


def _note(request: Request, arrived: dict[str, float]) -> tuple[int, dict[str, str]]:
    if b'"wugan.ticket.dispatched.v1"' in request.body:
        arrived.setdefault(request.subject, time.monotonic())
    return 204, {}


def _decide(desk: str, url: str, amount: int) -> dict[str, float]:
    """Open and dispatch tickets at an even pace; return when each was decided."""
    tickets = Tickets(open_store(url))
    decided: dict[str, float] = {}
    begin_s = time.monotonic()
    with httpx.Client(base_url=desk) as client:
        for number in range(amount):
            ticket_id = f"bench-{number:05d}"
            tickets.upsert([make_ticket(ticket_id, opened_at=datetime.now(UTC))])
            time.sleep(max(begin_s + (number + 0.5) * 60 / PER_MINUTE - time.monotonic(), 0))
            decided[ticket_id] = time.monotonic()
            client.post(f"/tickets/{ticket_id}/decision", json={"action": "dispatch"}).raise_for_status()
            time.sleep(max(begin_s + (number + 1) * 60 / PER_MINUTE - time.monotonic(), 0))
    return decided


@contextmanager
def _deliver(folder: Path, receiver: Receiver) -> Iterator[None]:
    database = os.environ.get("WUGAN_BENCH_DATABASE")
    process = deliver_process(folder, receiver.url, {"WUGAN_DATABASE": database} if database else {})
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _desk(url: str) -> Iterator[str]:
    """Serve the tickets' routes, as the desk does, in a thread."""
    app = FastAPI()
    install_problem_handlers(app)
    tickets = Tickets(open_store(url), rules=TicketRules(undo_s=0, storm_per_min=PER_MINUTE * 10))
    access = NoAccounts(Person(name="duty", role=Role.DUTY))
    app.include_router(build_router(tickets, lambda: datetime.now(UTC), access))
    started, stop = threading.Event(), threading.Event()
    port = free_port()

    async def serve() -> None:
        async with serving(app, "127.0.0.1", port):
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    started.wait()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stop.set()
        thread.join()


def measure_kills(kills: int) -> None:
    """Print what arrived from a process that was killed again and again."""
    with tempfile.TemporaryDirectory() as folder:
        result = kill_while_delivering(Path(folder), DELIVERIES, kills, seed=11)
    told = {one for ids in result.told.values() for one in ids}
    got = {one for ids in result.got.values() for one in ids}
    say("kills (SIGKILL) during 1,000 deliveries", result.kills, "")
    say("ids that arrived", len(got & told), "", least=len(told))
    say("ids that arrived and were never put", len(got - told), "")
    say("repetitions (same id, as a retry)", result.repeated, "")
    in_order = sum(result.in_order[ticket] == ids for ticket, ids in result.told.items())
    say("tickets whose events arrived in order", in_order, "", least=len(result.told))


if __name__ == "__main__":
    main()
