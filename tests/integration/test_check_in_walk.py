"""The commands of docs/check-in.md, run as they stand there against a real desk on a free port."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn

from alerts.evidence.store import Evidence
from alerts.people.person import Role
from alerts.store import Snapshots, Tickets
from app.desk import build_app
from app.wiring import Store
from maps.settings import MapsSettings
from tests.builders_maps import FakeHistory, FakeTail, a_feed, a_zone
from tests.builders_people import DeskWithAccounts
from tests.ticket_stores import fresh_store

DOC = Path(__file__).parents[2] / "docs/check-in.md"
STEP = re.compile(r"```sh\n(.*?)```\n(?:\n```json\n(.*?)```\n)?", re.DOTALL)
PASSING = re.compile(r'"(scanned_at|received_at)": ?"[^"]*"')
YEARLY = {"used", "left", "told"}
"""What differs where an hour ago was last year."""

pytestmark = [
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
    pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Serve a desk with accounts; give what the commands find in their environment."""
    with fresh_store("sqlite", tmp_path) as engine:
        people = DeskWithAccounts(engine)
        for name, role in (("duty", Role.DUTY), ("li", Role.INSPECTOR), ("wang", Role.CHIEF)):
            people.add(name, role)
        tickets, zone = Tickets(engine), a_zone(20, 2, 12)
        places = [replace(one, annual_check_cap=1) if one.enterprise_id == "e-002" else one for one in zone.enterprises]
        site = replace(zone, enterprises=tuple(places))
        store = Store(tickets, Snapshots(engine, "test"), engine, Evidence(engine))
        feed = a_feed(site, FakeTail(), tickets)
        app = build_app(site, store, FakeHistory(), feed, MapsSettings(), accounts=people.accounts)
        tokens = {name.upper(): people.token(name) for name in ("duty", "li", "wang")}
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            until = time.monotonic() + 20
            while not server.started and time.monotonic() < until:
                time.sleep(0.02)
            assert server.started
            yield {"DESK": f"http://127.0.0.1:{listening.getsockname()[1]}", **tokens}
            server.should_exit = True
            thread.join(10)


def steps() -> list[tuple[str, str]]:
    return STEP.findall(DOC.read_text(encoding="utf-8"))


def run(command: str, known: dict[str, str]) -> Any:
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],  # noqa: S607
        env={"PATH": os.environ["PATH"], "TZ": "Asia/Shanghai", **known},
        capture_output=True,
        timeout=60,
        check=True,
    )
    return json.loads(told.stdout)


def comparable(told: dict[str, Any], *, yearly: bool) -> dict[str, Any]:
    return {name: value for name, value in told.items() if not name.endswith("_at") and (yearly or name not in YEARLY)}


def test_every_command_of_the_documentation_answers_as_it_says(desk):
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    in_one_year = (now - timedelta(hours=2)).year == (now + timedelta(minutes=2)).year
    seen = []
    for command, written in steps():
        told = run(command, desk)
        assert written, f"the documentation does not tell what this answers: {json.dumps(told, ensure_ascii=False)}"
        stated = json.loads(written)
        now_told = {name: value for name, value in told.items() if name in stated}  # answers change only by adding
        assert comparable(now_told, yearly=in_one_year) == comparable(stated, yearly=in_one_year)
        seen.append(told.get("result"))

    assert {"blocked", "over_frequency", "no_plan", "allowed"} <= set(seen)
    assert seen[:3] == ["no_plan", None, "allowed"]
