"""A desk whose register, clues, plans, facts and notes are hostile text, filled through its own routes."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from alerts.evidence.store import Evidence
from alerts.people.person import Role
from alerts.store import Snapshots, Tickets
from app.desk import build_app
from app.wiring import Store
from maps.settings import MapsSettings
from tests.builders_maps import HOSTILE, FakeHistory, FakeTail, a_feed, a_zone
from tests.builders_people import DeskWithAccounts

_PLAIN = a_zone(20, 2, 12, hostile=True)
IDS = ('<b onclick="window.__hit=1">e\'1&', "e 2/二?x=1#y%41", "e-002", "=1+1", *(f"e-{n:03d}" for n in range(4, 12)))
"""Ids as a site folder may hold them: markup, what a path or a query takes for its own, a formula."""
SITE = replace(
    _PLAIN,
    enterprises=tuple(
        replace(one, enterprise_id=name, industry=HOSTILE, code=None, risk_class="I" if i % 3 else "II")
        for i, (name, one) in enumerate(zip(IDS, _PLAIN.enterprises, strict=True))
    ),
)
SHORT = "<i onmouseover=window.__hit=1>\"'&"
ZONE = ZoneInfo("Asia/Shanghai")
DATA = ("data-checks/labs/findings", "solvent")


class HostileDesk(DeskWithAccounts):
    """The real application over `SITE`."""

    @cached_property
    def app(self) -> FastAPI:
        tickets = Tickets(self.engine, IDS)
        store = Store(tickets, Snapshots(self.engine, "test"), self.engine, Evidence(self.engine))
        self.feed = a_feed(SITE, FakeTail(), tickets)
        return build_app(SITE, store, FakeHistory(), self.feed, MapsSettings(), accounts=self.accounts)

    def bearer(self) -> dict[str, str]:
        """Return the headers of a chief."""
        self.add("the-chief", Role.CHIEF)
        return {"Authorization": f"Bearer {self.token('the-chief')}"}


def _ago(minutes: int) -> str:
    return (datetime.now(ZONE) - timedelta(minutes=minutes)).isoformat()


async def fill(client: httpx.AsyncClient) -> dict[str, httpx.Response]:
    """File something hostile of every kind; return the answers by name."""
    said: dict[str, httpx.Response] = {}
    today = datetime.now(ZONE).date()

    async def post(name: str, path: str, body: Any, **asked: Any) -> httpx.Response:
        told: dict[str, Any] = {"json": body} if not isinstance(body, str) else {"content": body}
        kind = {} if "json" in told else {"headers": {"Content-Type": "text/csv"}}
        said[name] = await client.post(f"/api/v1/{path}", params=asked, **told, **kind)
        return said[name]

    clue = {"source": "complaint", "external_id": SHORT, "time": _ago(30), "text": HOSTILE}
    await post("clue", "clues", clue | {"enterprise_id": IDS[0]})
    await post("clue2", "clues", clue | {"source": "other", "external_id": "a/b?c#d", "enterprise_id": IDS[1]})
    quoted = HOSTILE.replace('"', '""')
    facts = "".join(f'"f{i}{quoted}",{_cell(one)},penalty,{today},"{quoted}"\n' for i, one in enumerate(IDS))
    await post("facts", "credit-facts", f"fact_id,enterprise_id,kind,on,note\n{facts}")
    await post("listing", "white-list", {"enterprise_id": IDS[3], "reason": HOSTILE})
    row = f'"{quoted}","{quoted}",{{place}},{today},{today},30'
    plans = "".join(f"p{i}{SHORT.replace(chr(34), '')},{row.format(place=_cell(IDS[i]))}\n" for i in (0, 1, 2))
    head = "plan_id,department,field,enterprise_id,earliest,latest,duration_min\n"
    await post("plans", "plans", head + plans)
    await post("publish", "plans/publish", {})
    for i in (0, 1):
        scan = {"scan_id": f"s{i}{SHORT}", "inspector_id": f"{SHORT}", "enterprise_code": IDS[i]}
        await post(f"scan{i}", "check-ins", scan | {"ticket_id": SHORT})
    found = {"problem_found": True, "measure": "rectification", "note": HOSTILE}
    await post("outcome", f"check-ins/{quote('s0' + SHORT, safe='')}/outcome", found)
    matter = {"matter": HOSTILE, "severity": "ordinary", "clause": HOSTILE, "how": HOSTILE}
    matter |= {"source": f"visit:s0{SHORT}", "measure": "rectification"}
    await post("matter", "compliance/matters", matter)
    await post("order", "compliance/rectifications", {"enterprise_id": IDS[1], "text": HOSTILE})
    await post(
        "check", "compliance/self-checks", {"enterprise_id": IDS[0], "answers": {HOSTILE: HOSTILE}, "note": HOSTILE}
    )
    finding = {"rule_id": DATA[1], "enterprise_id": IDS[0], "subject": HOSTILE, "message": HOSTILE}
    finding |= {"proof": {"purchases": [{HOSTILE: HOSTILE, "=cmd": "=1+1"}]}}
    await post("finding", DATA[0], {"rules": [DATA[1]], "as_of": str(today), "findings": [finding]})
    return said


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
