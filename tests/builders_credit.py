"""The real desk with accounts, a person of each role, and CSVs of credit facts."""

from datetime import date, timedelta
from typing import Any

import httpx

from alerts.people.person import Role
from tests.builders_people import SITE, DeskWithAccounts

HEAD = "fact_id,enterprise_id,kind,on,note\n"
PLACE = SITE.enterprises[0].enterprise_id
OTHER = SITE.enterprises[1].enterprise_id


def a_desk(engine: Any) -> DeskWithAccounts:
    desk = DeskWithAccounts(engine)
    for role in (Role.CHIEF, Role.DUTY, Role.ANALYST, Role.INSPECTOR):
        desk.add(f"the-{role}", role)
    return desk


def bearer(desk: DeskWithAccounts, role: Role = Role.CHIEF) -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.token(f'the-{role}')}"}


def days_ago(days: int) -> str:
    """Return a day that is past in every zone."""
    return (date.today() - timedelta(days=days + 1)).isoformat()  # noqa: DTZ011 - the desk's clock is the real one


def facts(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows)).encode()


async def import_facts(client: httpx.AsyncClient, body: bytes, **asked: Any) -> httpx.Response:
    return await client.post("/api/v1/credit-facts", content=body, params=asked, headers={"Content-Type": "text/csv"})
