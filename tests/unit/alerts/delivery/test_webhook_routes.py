from random import Random

import httpx
import pytest
from fastapi import FastAPI

from alerts.api.access import NoAccounts
from alerts.api.problems import install_problem_handlers
from alerts.api.webhooks import SENDERS, build_router
from alerts.delivery.attempt import Attempt
from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Event, Verdict
from alerts.delivery.ledger import Ledger
from alerts.delivery.letters import Letters
from alerts.people.person import ALL_ROLES, Person, Role
from tests.builders_delivery import SECRET, put_event
from tests.ticket_stores import fresh_store

NOW_MS = 1_790_000_000_000


class AskedAccess(NoAccounts):
    def __init__(self) -> None:
        super().__init__(Person(name="ann", role=Role.CHIEF))
        self.asked: list[frozenset[Role]] = []

    def needs(self, roles):
        self.asked.append(roles)
        return super().needs(roles)


@pytest.fixture
def engine(tmp_path):
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


@pytest.fixture
def ledger(engine):
    ledger = Ledger(engine, Random(1))
    city = Endpoint(name="city", url="https://hooks.example.org/secret?token=abc", secrets=(SECRET,))
    ledger.register([city])
    for number in range(3):
        put_event(engine, f"t{number}", NOW_MS)
    ledger.spread([city], NOW_MS)
    return ledger


@pytest.fixture
def client(engine):
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(build_router(Letters(engine), lambda: NOW_MS + 5000, AskedAccess()), prefix="/api/v1")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


def fail(ledger: Ledger, verdict: Verdict, code: int) -> str:
    due = ledger.due("city", 1)[0]
    said = f"answered {code}"
    attempt = Attempt(event=due.event, endpoint="city", at_ms=NOW_MS, code=code, verdict=verdict, error=said)
    ledger.record(attempt, NOW_MS)
    return due.event.id


async def test_endpoints_are_listed_without_their_secrets(client, ledger):
    answer = await client.get("/api/v1/webhooks")
    (city,) = answer.json()["endpoints"]

    assert (city["name"], city["circuit"], city["waiting"], city["dead"]) == ("city", "closed", 3, 0)
    assert city["oldest"] == "2026-09-21T14:13:20.000Z"
    assert city["address"] == "https://hooks.example.org"
    assert "abc" not in answer.text
    assert SECRET not in answer.text


async def test_dead_letters_are_listed_with_their_log_and_sent_again(client, ledger):
    event_id = fail(ledger, Verdict.STOP, 404)
    (dead,) = (await client.get("/api/v1/webhooks/deliveries", params={"state": "dead"})).json()["deliveries"]
    log = (await client.get(f"/api/v1/webhooks/deliveries/{dead['id']}")).json()
    again = await client.post(f"/api/v1/webhooks/deliveries/{dead['id']}/resend")

    assert (dead["event_id"], dead["last_code"], dead["next_try"]) == (event_id, 404, None)
    assert [(line["attempt"], line["code"], line["error"]) for line in log["attempts"]] == [(1, 404, "answered 404")]
    assert again.status_code == 200
    assert again.json()["state"] == "waiting"


async def test_a_disabled_endpoint_must_be_enabled_first(client, ledger):
    event_id = fail(ledger, Verdict.GONE, 410)
    refused = await client.post(f"/api/v1/webhooks/deliveries/{event_id}.city/resend")
    enabled = await client.post("/api/v1/webhooks/city/enable")

    assert refused.status_code == 409
    assert "wugan webhooks enable city" in refused.json()["detail"]
    assert enabled.status_code == 204
    assert (await client.post(f"/api/v1/webhooks/deliveries/{event_id}.city/resend")).status_code == 200


async def test_pages_follow_one_another(client, ledger):
    first = (await client.get("/api/v1/webhooks/deliveries", params={"limit": 2})).json()
    second = (
        await client.get("/api/v1/webhooks/deliveries", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    tickets = [one["ticket_id"] for one in first["deliveries"] + second["deliveries"]]

    assert tickets == ["t2", "t1", "t0"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/deliveries/evt_none.city", 404),
        ("post", "/deliveries/evt_none.city/resend", 404),
        ("post", "/deliveries/nonsense/resend", 404),
        ("post", "/nobody/enable", 404),
        ("get", "/deliveries?state=lost", 422),
        ("get", "/deliveries?cursor=x", 422),
        ("get", "/deliveries?limit=0", 422),
    ],
)
async def test_wrong_requests_say_what_is_wrong(client, ledger, method, path, status):
    answer = await getattr(client, method)(f"/api/v1/webhooks{path}")

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_all_may_read_and_chief_and_admin_may_act(engine):
    access = AskedAccess()
    build_router(Letters(engine), lambda: NOW_MS, access)

    assert set(access.asked) == {ALL_ROLES, SENDERS}
    assert frozenset({Role.CHIEF, Role.ADMIN}) == SENDERS


def test_an_event_is_decoded_for_filters():
    event = Event(id="e", type="t", ticket_id="a", priority=1, at_ms=0, body='{"data":{"lon":116.5,"lat":39.8}}')

    assert event.place == (116.5, 39.8)
