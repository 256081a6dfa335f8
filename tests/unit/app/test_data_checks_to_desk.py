"""`wugan data-checks run --to-desk` and its route: from a folder of tables to clue tickets, and mended again."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from alerts.people.person import Role
from alerts.store import Tickets, Wanted, open_store
from app.cli.commands import app
from tests.builders_people import SITE, DeskWithAccounts
from tests.ticket_stores import fresh_store

LABORATORIES = Path(__file__).parents[3] / "examples/laboratories"
SITE_TOML = 'id = "labs"\nname = "实验室园区"\ntimezone = "Asia/Shanghai"\n'
STEP = 0.001


def wugan(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def square(number: int) -> dict[str, Any]:
    west, south = 116.5 + number % 20 * STEP, 39.7 + number // 20 * STEP
    ring = [[west, south], [west + STEP / 2, south], [west + STEP / 2, south + STEP / 2], [west, south]]
    return {
        "type": "Feature",
        "properties": {
            "enterprise_id": f"ent-{number:03}",
            "name": f"企业 {number}",
            "industry": "实验室",
            "pollutants": [],
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A site of the 319 enterprises of the example, and its empty store."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SITE_TOML)
    (site / "sensors.csv").write_text("sensor_id,kind,lon,lat\nms-1,station,116.5,39.7\n")
    features = {"type": "FeatureCollection", "features": [square(number) for number in range(1, 320)]}
    (site / "enterprises.geojson").write_text(json.dumps(features))
    url = f"sqlite:///{tmp_path / 'tickets.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WUGAN_SITE", str(site))
    monkeypatch.setenv("WUGAN_DATABASE", url)
    assert wugan("db", "upgrade").exit_code == 0
    return url


def test_the_laboratories_become_fifty_tickets_and_close_themselves(url: str, tmp_path: Path) -> None:
    dry = wugan("data-checks", "run", LABORATORIES, "--to-desk", "--dry-run")
    assert (dry.exit_code, dry.output.startswith("would be filed: 50 new, 0 still open")) == (0, True), dry.output

    done = wugan("data-checks", "run", LABORATORIES, "--to-desk", "--json")
    assert json.loads(done.output)["new"] == 50

    folder = tmp_path / "laboratories"
    shutil.copytree(LABORATORIES, folder)
    lines = (folder / "certificates.csv").read_text().splitlines()
    mended = [line.rsplit(",", 1)[0] + ",2099-01-01" for line in lines[1:]]
    (folder / "certificates.csv").write_text("\n".join([lines[0], *mended]) + "\n")
    again = json.loads(wugan("data-checks", "run", folder, "--to-desk", "--json").output)

    assert again["mended"] > 0
    assert (again["new"], again["mended"] + again["still_open"]) == (0, 50)
    engine = open_store(url)
    tickets = Tickets(engine).page(Wanted(limit=500)).tickets
    engine.dispose()
    assert [one.source for one in tickets] == ["data_check"] * 50
    assert sum(one.state == "dismissed" for one in tickets) == again["mended"]


def test_findings_of_strangers_are_refused_in_one_line_each(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "laboratories"
    shutil.copytree(LABORATORIES, folder)
    text = (folder / "laboratories.csv").read_text()
    (folder / "laboratories.csv").write_text(text.replace(",ent-", ",gone-"))

    done = wugan("data-checks", "run", folder, "--to-desk", "--dry-run")

    assert done.exit_code == 1
    assert "is not registered; mend the table, or add it to enterprises.geojson" in done.stderr
    assert "Traceback" not in done.output
    named = wugan("data-checks", "run", folder, "--to-desk", "--checks", "Größe")
    assert "call the set of checks by a-z" in named.stderr


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        for role in Role:
            desk.add(role.value, role)
        yield desk


async def test_a_run_is_filed_by_route_and_read_with_its_rows(desk: DeskWithAccounts) -> None:
    found = {
        "rule_id": "expired",
        "enterprise_id": SITE.enterprises[0].enterprise_id,
        "subject": "lab-1",
        "message": "证书过期",
        "proof": {"certificates": [{"certificate_id": "c1"}]},
        "state": "open",
    }
    body = {"rules": ["expired"], "as_of": "2026-01-02", "findings": [found]}
    async with desk.browser() as client:
        client.headers["authorization"] = f"Bearer {desk.token('duty')}"
        assert (await client.post("/api/v1/data-checks/labs/findings", json=body)).status_code == 403
        client.headers["authorization"] = f"Bearer {desk.token('analyst')}"
        dry = await client.post("/api/v1/data-checks/labs/findings?dry_run=true", json=body)
        assert (dry.status_code, dry.json()["new"], dry.json()["dry_run"]) == (200, 1, True)
        filed = await client.post("/api/v1/data-checks/labs/findings", json=body)
        listed = (await client.get("/api/v1/data-checks/findings?open=true")).json()["findings"]
        one = (await client.get(f"/api/v1/data-checks/findings/{listed[0]['finding_id']}")).json()
        nobody = await client.get("/api/v1/data-checks/findings/none")
        wrong = await client.post("/api/v1/data-checks/labs/findings", json=body | {"rules": []})

    assert filed.json()["tickets"] == [one["ticket_id"]]
    assert one["proof"] == {"certificates": [{"certificate_id": "c1"}]}
    assert listed == [one]
    assert (nobody.status_code, wrong.status_code) == (404, 422)
