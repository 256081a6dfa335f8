"""The desk's whole application: the contract's endpoints in OpenAPI, errors as problem details, operations, headers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.evidence.store import Evidence
from alerts.store import Snapshots, Tickets, open_store, upgrade
from app.desk import build_app
from app.wiring import Store
from maps.settings import MapsSettings
from tests.builders_alerts import make_ticket
from tests.builders_maps import FakeHistory, FakeTail, a_feed, a_zone

SITE = a_zone(20, 2, 12)
ENDPOINTS = {
    "/api/v1/sensors": {"get"},
    "/api/v1/enterprises": {"get"},
    "/api/v1/roads": {"get"},
    "/api/v1/sensors/{sensor_id}/history": {"get"},
    "/api/v1/tickets": {"get"},
    "/api/v1/tickets/{ticket_id}": {"get"},
    "/api/v1/tickets/{ticket_id}/decision": {"post"},
    "/api/v1/events": {"get"},
    "/api/v1/audit": {"get"},
    "/api/v1/tickets/{ticket_id}/evidence": {"get"},
}
"""Of the contract, what this version serves."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The real application on a real store; only Kafka and the history are played."""
    url = f"sqlite:///{tmp_path / 'tickets.db'}"
    upgrade(url)
    engine = open_store(url)
    store = Store(Tickets(engine), Snapshots(engine, "test"), engine, Evidence(engine))
    store.tickets.upsert([make_ticket("a1", site=SITE.site_id)])
    app = build_app(SITE, store, FakeHistory(), a_feed(SITE, FakeTail(), store.tickets), MapsSettings())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client
    engine.dispose()


async def test_openapi_lists_the_endpoints_of_the_contract(desk: httpx.AsyncClient) -> None:
    told = (await desk.get("/openapi.json")).json()

    served = {path: operations.keys() & {"get", "post"} for path, operations in told["paths"].items()}
    assert told["info"]["title"] == "Wugan"
    assert {path: methods & served.get(path, set()) for path, methods in ENDPOINTS.items()} == ENDPOINTS


async def test_openapi_tells_how_errors_look(desk: httpx.AsyncClient) -> None:
    told = (await desk.get("/openapi.json")).json()

    answers: dict[str, Any] = told["paths"]["/api/v1/tickets/{ticket_id}"]["get"]["responses"]
    assert "application/problem+json" in answers["404"]["content"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/tickets/absent", 404),
        ("GET", "/api/v1/tickets/absent/evidence", 404),
        ("GET", "/api/v1/tickets/a1/evidence", 404),
        ("GET", "/api/v1/sensors/absent/history", 404),
        ("GET", "/maps/absent.js", 404),
        ("DELETE", "/api/v1/tickets", 405),
        ("POST", "/api/v1/sensors", 405),
        ("POST", "/", 405),
        ("GET", "/api/v1/tickets?limit=many", 422),
        ("GET", "/api/v1/tickets?state=lost", 422),
        ("GET", "/api/v1/sensors/ms-001/history?minutes=0", 422),
        ("GET", "/api/v1/sensors/ms-001/history?pollutant=gold", 422),
        ("POST", "/api/v1/tickets/a1/decision", 422),
    ],
)
async def test_every_error_is_problem_details(desk: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await desk.request(method, path)

    told = answer.json()
    assert answer.status_code == told["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["instance"] == path.partition("?")[0]
    assert told["type"].startswith("urn:wugan:problem:")
    assert told["title"]
    assert len(told["detail"].splitlines()) == 1


async def test_a_method_that_is_not_allowed_names_those_that_are(desk: httpx.AsyncClient) -> None:
    answer = await desk.delete("/api/v1/tickets")

    assert answer.headers["allow"] == "GET"


async def test_a_ticket_is_listed_and_decided(desk: httpx.AsyncClient) -> None:
    (listed,) = (await desk.get("/api/v1/tickets")).json()["tickets"]
    decided = await desk.post("/api/v1/tickets/a1/decision", json={"action": "watch"})

    assert (listed["id"], listed["state"]) == ("a1", "new")
    assert decided.status_code == 200
    assert (await desk.get("/api/v1/tickets/a1")).json()["state"] == "watching"


async def test_the_operators_endpoints(desk: httpx.AsyncClient) -> None:
    health, ready, metrics = [await desk.get(f"/{name}") for name in ("healthz", "readyz", "metrics")]

    assert (health.status_code, health.text) == (200, "ok\n")
    assert ready.json() == {"ready": ready.status_code == 200, "why": ready.json()["why"], "degraded": []}
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "wugan_desk_streams 0.0" in metrics.text


@pytest.mark.parametrize("path", ["/", "/map", "/?lang=en"])
async def test_pages_bear_security_headers(desk: httpx.AsyncClient, path: str) -> None:
    page, again = await desk.get(path), await desk.get(path)

    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "nonce-" in policy
    assert policy != again.headers["content-security-policy"]


async def test_pages_load_nothing_from_another_host(desk: httpx.AsyncClient) -> None:
    page = (await desk.get("/")).text

    loaded = [line for line in page.splitlines() if "<script" in line or "<link" in line]
    assert loaded
    assert not [line for line in loaded if 'src="http' in line or 'href="http' in line]
