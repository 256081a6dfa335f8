"""Every status of every route, over a real store in a file."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from alerts.api import build_router, install_problem_handlers
from alerts.api.access import NoAccounts
from alerts.people.person import Person, Role
from alerts.store import Tickets
from domain.wire import decode_ticket, encode_ticket
from tests.builders_alerts import NOON, amended, make_ticket
from tests.ticket_stores import fresh_store

NOW = NOON + timedelta(minutes=5)


@pytest.fixture
def tickets(tmp_path) -> Iterator[Tickets]:
    with fresh_store("sqlite", tmp_path) as engine:
        tickets = Tickets(engine, enterprise_ids={"e-7"})
        tickets.upsert([make_ticket("a1"), make_ticket("a2"), make_ticket("a3")])
        yield tickets


def app_of(tickets) -> FastAPI:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(
        build_router(tickets, lambda: NOW, NoAccounts(Person(name="duty", role=Role.DUTY))), prefix="/api/v1"
    )
    return app


def client_of(tickets) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app_of(tickets), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://desk/api/v1")


@pytest.fixture
async def desk(tickets) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(tickets) as client:
        yield client


def problem_of(response: httpx.Response) -> dict[str, object]:
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    assert problem["type"].startswith("urn:wugan:problem:")
    assert problem["title"]
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    return problem


async def test_the_list_shows_the_last_opened_first_and_pages(desk):
    first = (await desk.get("/tickets", params={"limit": 2})).json()
    rest = (await desk.get("/tickets", params={"limit": 2, "cursor": first["next_cursor"]})).json()

    assert [one["id"] for one in first["tickets"] + rest["tickets"]] == ["a3", "a2", "a1"]
    assert rest["next_cursor"] is None


async def test_empty_parameters_count_as_not_given(desk):
    response = await desk.get("/tickets?state=&since=&cursor=")

    assert len(response.json()["tickets"]) == 3


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("state=watching", ["a2"]),
        ("state=watching&state=new", ["a3", "a2", "a1"]),
        ("state=watching,new", ["a3", "a2", "a1"]),
        ("since=2026-03-02T04:05:00Z", ["a2"]),
        ("since=2026-03-02T12:05:00%2B08:00", ["a2"]),
        ("since=2026-03-02T12:05:00+08:00", ["a2"]),
        ("since=2026-03-02T04:05:00.001Z", []),
    ],
)
async def test_the_list_may_be_narrowed(desk, query, ids):
    await desk.post("/tickets/a2/decision", json={"action": "watch"})

    listed = (await desk.get(f"/tickets?{query}")).json()["tickets"]

    assert [one["id"] for one in listed] == ids


async def test_one_ticket_is_canonical_json_with_both_sides(desk, tickets):
    response = await desk.get("/tickets/a1")

    assert response.status_code == 200
    assert response.content == encode_ticket(tickets.get("a1"))
    assert response.content.startswith(b'{"id":"a1","site":"etown","kind":"local","source":"air","state":"new",')


async def test_acknowledge_then_dispatch(desk):
    acknowledged = await desk.post("/tickets/a1/acknowledge")
    dispatched = await desk.post(
        "/tickets/a1/decision",
        json={"action": "dispatch", "enterprise_id": "e-112", "note": "查看喷漆房", "version": 1},
    )

    assert (acknowledged.status_code, acknowledged.json()["state"]) == (200, "acknowledged")
    assert (dispatched.status_code, dispatched.json()["state"]) == (200, "dispatched")
    assert [one["what"] for one in dispatched.json()["history"]] == ["opened", "acknowledged", "decided"]
    assert dispatched.json()["history"][-1] == {
        "at": "2026-03-02T04:05:00.000Z",
        "what": "decided",
        "who": "duty",
        "state": "dispatched",
        "first": "e-112",
        "unknown": 0.46,
        "action": "dispatch",
        "why": [],
        "note": "查看喷漆房",
        "enterprise_id": "e-112",
    }
    assert decode_ticket(dispatched.content).updated_at == NOW


async def test_dismiss_with_a_reason(desk):
    response = await desk.post("/tickets/a1/decision", json={"action": "dismiss", "reason_code": "humidity"})

    assert response.json()["state"] == "dismissed"
    assert response.json()["history"][-1]["why"] == ["humidity"]


async def test_an_idempotency_key_repeats_the_first_answer(desk, tickets):
    key = {"Idempotency-Key": "5f0c-1"}
    first = await desk.post("/tickets/a1/decision", json={"action": "dispatch"}, headers=key)
    tickets.upsert([amended(make_ticket("a1"))])
    again = await desk.post("/tickets/a1/decision", json={"action": "dispatch"}, headers=key)
    other = await desk.post("/tickets/a1/decision", json={"action": "watch"}, headers=key)

    assert (again.status_code, again.content) == (200, first.content)
    assert problem_of(other)["type"] == "urn:wugan:problem:key_reused"
    assert other.status_code == 422


async def test_an_illegal_move_names_what_is_allowed(desk):
    await desk.post("/tickets/a1/decision", json={"action": "watch"})

    refused = await desk.post("/tickets/a1/acknowledge")

    problem = problem_of(refused)
    assert refused.status_code == 409
    assert problem["allowed"] == ["dispatch", "dismiss", "merge"]
    assert problem["state"] == "watching"
    assert problem["instance"] == "/api/v1/tickets/a1/acknowledge"


@pytest.mark.parametrize(
    ("path", "body"), [("decision", {"action": "dispatch", "version": 0}), ("acknowledge", {"version": 0})]
)
async def test_who_decides_on_an_older_version_is_told(desk, path, body):
    await desk.post("/tickets/a1/decision", json={"action": "watch"})

    refused = await desk.post(f"/tickets/a1/{path}", json=body)

    assert (refused.status_code, problem_of(refused)["version"]) == (409, 1)


async def test_every_move_of_a_person_has_its_route(desk):
    answers = [
        await desk.post("/tickets/a2/shelve", json={"minutes": 30, "note": "检修"}),
        await desk.post("/tickets/a2/merge", json={"into": "a1"}),
        await desk.post("/tickets/a1/decision", json={"action": "dispatch"}),
        await desk.post("/tickets/a1/undo"),
        await desk.post("/tickets/a1/decision", json={"action": "watch", "minutes": 15}),
        await desk.post("/tickets/a1/decision", json={"action": "dispatch", "version": 4}),
        await desk.post("/tickets/a1/accept"),
        await desk.post("/tickets/a1/arrive"),
        await desk.post("/tickets/a1/outcome", json={"problem_found": True, "measure": "penalty", "note": "超标"}),
    ]

    assert [answer.status_code for answer in answers] == [200] * 9
    states = [answer.json()["state"] for answer in answers]
    assert states == ["new", "merged", "dispatched", "new", "watching", *["dispatched"] * 2, "on_site", "closed"]
    assert answers[0].json()["shelved_until"] == "2026-03-02T04:35:00.000Z"
    assert answers[1].json()["merged_into"] == "a1"
    assert answers[4].json()["watch_until"] == "2026-03-02T04:20:00.000Z"
    assert answers[-1].json()["history"][-1]["why"] == ["problem_found", "measure:penalty"]


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        ("shelve", {"minutes": 241}, "less than or equal to 240"),
        ("shelve", {}, "body.minutes"),
        ("merge", {}, "body.into"),
        ("outcome", {"measure": "none"}, "body.problem_found"),
        ("outcome", {"problem_found": True, "measure": "jail"}, "'none', 'guidance', 'rectification' or 'penalty'"),
        ("outcome", {"problem_found": False, "measure": "penalty"}, "problem_found is false"),
        ("decision", {"action": "watch", "minutes": 0}, "body.minutes"),
    ],
)
async def test_a_move_that_cannot_be_taken_says_how_to_mend_it(desk, path, body, complaint):
    refused = await desk.post(f"/tickets/a1/{path}", json=body)

    assert refused.status_code == 422
    assert complaint in problem_of(refused)["detail"]


async def test_storm_mode_is_shown(desk):
    assert (await desk.get("/tickets/storm")).json() == {"active": False, "gathered": 0, "notices": 0}


REASONS = "'sensor_fault', 'humidity', 'regional', 'registered_works', 'duplicate' or 'other'"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param({"action": "dismiss", "reason_code": "boredom"}, REASONS, id="a reason nobody knows"),
        pytest.param({"action": "dispatch", "reason_code": "boredom"}, REASONS, id="also to dispatch"),
        pytest.param({"action": "dismiss"}, "reason_code is missing; give one of sensor_fault, ", id="no reason"),
        pytest.param({"action": "dismiss", "reason_code": "other"}, "note is missing", id="other without a note"),
        pytest.param({"action": "shelve"}, "'dispatch', 'watch' or 'dismiss'", id="an action nobody knows"),
        pytest.param({}, "body.action: Field required", id="no action"),
        pytest.param({"action": "watch", "reason": "x"}, "body.reason: Extra inputs", id="a key nobody knows"),
        pytest.param({"action": "watch", "note": "a\x00b"}, "body.note", id="a NUL"),
        pytest.param({"action": "watch", "note": "x" * 2001}, "at most 2000", id="a note without end"),
        pytest.param({"action": "dispatch", "enterprise_id": "e-9"}, "candidate of the ticket: e-112", id="enterprise"),
        pytest.param({"action": "watch", "version": -1}, "body.version", id="a version that cannot be"),
        pytest.param(["action", "watch"], "one JSON object", id="a list"),
    ],
)
async def test_a_decision_that_cannot_be_taken_says_how_to_mend_it(desk, tickets, body, complaint):
    refused = await desk.post("/tickets/a1/decision", json=body)

    assert refused.status_code == 422
    assert complaint in problem_of(refused)["detail"]
    assert len(refused.content) < 2000
    assert tickets.get("a1").version == 0


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("state=gone", "'new', 'acknowledged'"),
        ("since=2026-03-02T04:05:00", "timezone"),
        ("since=yesterday", "query.since"),
        ("limit=0", "query.limit"),
        ("limit=501", "500"),
        ("cursor=abc", "next_cursor"),
    ],
)
async def test_a_list_that_cannot_be_given_says_why(desk, query, complaint):
    refused = await desk.get(f"/tickets?{query}")

    assert refused.status_code == 422
    assert complaint in problem_of(refused)["detail"]


async def test_a_bad_idempotency_key_is_refused(desk):
    refused = await desk.post("/tickets/a1/acknowledge", headers={"Idempotency-Key": "two words"})

    assert refused.status_code == 422
    assert "Idempotency-Key" in problem_of(refused)["detail"]


async def test_a_body_that_is_not_json_is_refused(desk):
    refused = await desk.post(
        "/tickets/a1/decision", content=b'{"action":', headers={"Content-Type": "application/json"}
    )

    assert (refused.status_code, problem_of(refused)["title"]) == (400, "Not JSON")


async def test_half_a_character_in_a_body_is_refused_and_not_sent_back(desk):
    raw = b'{"action":"watch","note":"\\ud800"}'

    refused = await desk.post("/tickets/a1/decision", content=raw, headers={"Content-Type": "application/json"})

    assert refused.status_code == 422
    assert msgspec.json.decode(refused.content)["status"] == 422


@pytest.mark.parametrize("ticket_id", ["zz", "%00", "%F0%9F%A6%86", "a1%20"])
async def test_an_unknown_ticket_is_not_found(desk, ticket_id):
    answers = [
        await desk.get(f"/tickets/{ticket_id}"),
        await desk.post(f"/tickets/{ticket_id}/acknowledge"),
        await desk.post(f"/tickets/{ticket_id}/decision", json={"action": "watch"}),
    ]

    assert [problem_of(answer)["type"] for answer in answers] == ["urn:wugan:problem:unknown_ticket"] * 3
    assert {answer.status_code for answer in answers} == {404}


async def test_a_path_that_nobody_serves_is_a_problem_too(desk):
    refused = await desk.get("/nothing")

    assert (refused.status_code, problem_of(refused)["instance"]) == (404, "/api/v1/nothing")


async def test_a_wrong_method_names_the_right_one(desk):
    refused = await desk.put("/tickets/a1")

    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET"
    assert problem_of(refused)["detail"].endswith("use GET")


class Broken:
    """A store where every call fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get(self, ticket_id: str) -> object:
        raise self._error


async def test_a_store_that_is_away_is_503_and_says_when_to_ask_again():
    async with client_of(Broken(ConnectionError("the ticket store is away: …"))) as desk:
        refused = await desk.get("/tickets/a1")

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "5"
    assert problem_of(refused)["type"] == "urn:wugan:problem:store_away"


async def test_an_unexpected_error_tells_nothing_of_the_inside():
    async with client_of(Broken(RuntimeError("secret: /etc/x"))) as desk:
        refused = await desk.get("/tickets/a1")

    assert refused.status_code == 500
    assert "secret" not in refused.text
    assert problem_of(refused)["type"] == "urn:wugan:problem:internal"


def test_openapi_describes_tickets_requests_and_problems(tickets):
    api = app_of(tickets).openapi()

    decision = api["paths"]["/api/v1/tickets/{ticket_id}/decision"]["post"]
    assert set(decision["responses"]) == {"200", "400", "401", "403", "404", "409", "422", "503", "default"}
    assert "application/problem+json" in decision["responses"]["409"]["content"]
    assert {"Idempotency-Key"} <= {one["name"] for one in decision["parameters"]}
    assert {
        "TicketView",
        "TicketPage",
        "DecisionRequest",
        "AcknowledgeRequest",
        "OutcomeRequest",
        "MergeRequest",
    } <= set(api["components"]["schemas"])
    operations = [operation for path in api["paths"].values() for operation in path.values()]
    assert all(one["summary"] and one["description"] for one in operations)
