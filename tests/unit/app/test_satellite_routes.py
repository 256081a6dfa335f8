"""Satellite products at the whole desk and on the command line: from the file to the layer."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from alerts.people.person import Role
from app.cli.commands import app
from tests.builders_people import SITE, DeskWithAccounts
from tests.ticket_stores import fresh_store

WEST, SOUTH = (round(edge, 2) for edge in SITE.enterprises[0].geometry.bounds[:2])
ROWS = [
    f"{WEST + column * 0.05:.2f},{SOUTH + row * 0.05:.2f},{row + column}" for row in range(4) for column in range(3)
]
CSV = "\n".join(["lon,lat,value", *ROWS]) + "\n"
SAID = {"product": "TROPOMI <b>", "quantity": "no2", "time": "2026-03-02T13:30:00+08:00", "unit": "µmol/m²"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        for role in Role:
            desk.add(role.value, role)
        yield desk


@pytest.fixture
async def client(desk: DeskWithAccounts) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        client.headers["authorization"] = f"Bearer {desk.token('analyst')}"
        yield client


async def post(client: httpx.AsyncClient, text: str = CSV, **said: str) -> httpx.Response:
    return await client.post("/api/v1/satellite", params=SAID | said, content=text.encode())


async def test_a_product_is_imported_listed_and_given_as_a_layer(client: httpx.AsyncClient) -> None:
    dry = await post(client, dry_run="true")
    first, again = await post(client), await post(client)

    assert (dry.status_code, dry.json()["dry_run"], dry.json()["rows"]) == (200, True, 4)
    assert (first.status_code, again.status_code, again.json()["is_new"]) == (201, 200, False)
    (listed,) = (await client.get("/api/v1/satellite")).json()["grids"]
    assert (listed["grid_id"], listed["time"]) == (first.json()["grid_id"], "2026-03-02T05:30:00.000Z")
    layer = (await client.get(f"/api/v1/satellite/{listed['grid_id']}")).json()
    assert layer["values"] == [[row + column for column in range(3)] for row in (3, 2, 1, 0)]
    assert layer["bounds"] == pytest.approx([WEST - 0.025, SOUTH - 0.025, WEST + 0.125, SOUTH + 0.175])
    assert (await client.get("/api/v1/satellite/none")).status_code == 404


@pytest.mark.parametrize(
    ("text", "said", "status", "told"),
    [
        ("", {}, 422, "body is empty"),
        ("lon,lat,value\nx,1,1\n", {}, 422, "product: row 2: lon is 'x'; write a number"),
        (CSV, {"quantity": "co2"}, 422, "quantity"),
        (CSV, {"time": "2026-03-02"}, 422, "time"),
        (CSV, {"time": "2999-03-02T00:00:00Z"}, 422, "in the future"),
        (CSV, {"product": ""}, 422, "product"),
        (CSV, {"colour": "1"}, 422, "colour"),
        (CSV.replace(f"{WEST:.2f},", "10.00,", 1), {}, 422, "not evenly spaced"),
    ],
)
async def test_a_wrong_product_is_refused_and_leaves_no_trace(client, text, said, status: int, told: str) -> None:
    answer = await post(client, text, **said)

    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert (await client.get("/api/v1/satellite")).json() == {"grids": []}


async def test_duty_looks_and_does_not_import(desk: DeskWithAccounts, client: httpx.AsyncClient) -> None:
    client.headers["authorization"] = f"Bearer {desk.token('duty')}"
    assert (await post(client)).status_code == 403
    assert (await client.get("/api/v1/satellite")).status_code == 200


def test_the_command_line_imports_and_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text('id = "zone"\nname = "园区"\ntimezone = "Asia/Shanghai"\n')
    (site / "sensors.csv").write_text(f"sensor_id,kind,lon,lat\nms-1,station,{WEST},{SOUTH}\n")
    (tmp_path / "grid.csv").write_text(CSV)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WUGAN_SITE", str(site))

    def wugan(*words: str):
        return CliRunner().invoke(app, list(words))

    wugan("db", "upgrade")
    words = ("satellite", "import", "grid.csv", "--product", "TROPOMI", "--quantity", "no2")
    assert "write RFC 3339 with offset" in wugan(*words, "--time", "noon").stderr
    assert "does not say when it was taken" in wugan(*words).stderr
    when = ("--time", "2026-03-02T13:30:00+08:00")
    assert "4 × 3 cells would be kept" in wugan(*words, *when, "--dry-run").output
    assert json.loads(wugan(*words, *when, "--json").output)["is_new"] is True
    assert "known already" in wugan(*words, *when).output
    assert "TROPOMI no2 4 × 3" in wugan("satellite", "list").output
    missing = wugan("satellite", "import", "none.csv", "--product", "x", "--quantity", "no2", *when)
    assert (missing.exit_code, len(missing.stderr.splitlines())) == (1, 1)
