"""The pages `/deliveries` and `/deliveries/{id}` over the real application: how endpoints fare, sending again."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from alerts.delivery.attempt import Attempt
from alerts.delivery.circuit import CircuitState
from alerts.delivery.endpoint import FormName
from alerts.delivery.forms.base import Verdict
from alerts.delivery.ledger import Ledger
from alerts.delivery.letters import STATES
from alerts.pages.words.deliveries import DELIVERIES
from alerts.people.person import Role
from alerts.store.outbox import EventType
from tests.builders_delivery import put_event
from tests.builders_duty import DutyDesk
from tests.builders_letters import make_endpoint
from tests.builders_people import DeskWithAccounts
from tests.ticket_stores import fresh_store

NAME = "city-bureau"
SECRET = "whsec_" + "c2VjcmV0" * 5


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DutyDesk]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield DutyDesk(engine)


def dead(desk: DutyDesk | DeskWithAccounts) -> str:
    """Return the id of a delivery that was refused."""
    ledger = Ledger(desk.engine, Random(1))
    city = make_endpoint(FormName.WEBHOOK, "https://hooks.example.org/in?key=hidden-key", SECRET, name=NAME)
    ledger.register([city])
    event_id = put_event(desk.engine, "a1", 1000)
    ledger.spread([city], 1000)
    (due,) = ledger.due(NAME, 1)
    told = Attempt(
        event=due.event, endpoint=NAME, at_ms=1000, code=404, verdict=Verdict.STOP, error="answered 404 <img src=x>"
    )
    ledger.record(told, 1000)
    return f"{event_id}.{NAME}"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("接收端", "死信", "重新发送", "线索单更新")),
        ("en", ("Endpoints", "dead letter", "Send again", "ticket updated")),
    ],
)
async def test_how_endpoints_fare_without_their_secrets(desk: DutyDesk, lang: str, words: tuple[str, ...]):
    dead(desk)
    page = await desk.get("/deliveries", lang=lang)

    assert page.status_code == 200
    assert [word for word in words if word not in page.text] == []
    assert "hooks.example.org" in page.text
    assert "hidden-key" not in page.text
    assert SECRET not in page.text
    assert "<img" not in page.text


async def test_the_pages_form_sends_again_for_a_chief_and_not_for_the_duty(tmp_path: Path):
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        desk.add("li", Role.CHIEF)
        desk.add("wang", Role.DUTY)
        letter = dead(desk)
        async with desk.browser() as client:
            client.headers["Authorization"] = f"Bearer {desk.token('wang')}"
            page = await client.get("/deliveries?state=dead")
            form = page.text.split('data-api="')[-1].split('"')[0]
            refused = await client.post(form, json={})
            client.headers["Authorization"] = f"Bearer {desk.token('li')}"
            answer = await client.post(form, json={})
            after = await client.get("/deliveries?state=dead&lang=en")

        assert form == f"/api/v1/webhooks/deliveries/{quote(letter)}/resend?lang=zh"
        assert (refused.status_code, refused.json()["needs"]) == (403, ["admin", "chief"])
        assert answer.json()["state"] == "waiting"
        assert "/resend" not in after.text


async def test_a_deliverys_log_tells_every_attempt(desk: DutyDesk):
    letter = dead(desk)
    page = await desk.get(f"/deliveries/{quote(letter)}", lang="en")

    assert page.status_code == 200
    assert "answered 404 &lt;img src=x&gt;" in page.text
    assert (await desk.get("/deliveries/none.city")).status_code == 404


async def test_only_what_is_asked_for_is_listed(desk: DutyDesk):
    dead(desk)
    for asked in ({"state": "delivered"}, {"endpoint": "town"}, {"ticket": "b2"}):
        assert "/resend" not in (await desk.get("/deliveries", **asked)).text
    for asked in ({"state": "dead"}, {"endpoint": NAME}, {"ticket": "a1"}, {"state": "no such"}):
        assert "/resend" in (await desk.get("/deliveries", **asked)).text


async def test_without_endpoints_the_page_says_how_there_could_be_some(desk: DutyDesk):
    assert "webhooks.toml" in (await desk.get("/deliveries", lang="en")).text


def test_every_state_form_and_event_has_words():
    named = {f"circuit.{one}" for one in CircuitState} | {f"form.{one}" for one in FormName}
    named |= {f"event.{one}" for one in EventType} | {f"letter.{one}" for one in STATES}

    assert named - DELIVERIES.keys() == set()
