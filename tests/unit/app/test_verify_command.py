"""`wugan verify`: a package from the desk's own route, whole; changed; compared with the database."""

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from alerts.api.access import NoAccounts
from alerts.api.evidence import build_router
from alerts.api.problems import install_problem_handlers
from alerts.evidence.archive import zipped
from alerts.evidence.check import read_files
from alerts.evidence.freezer import Freezer
from alerts.evidence.store import Evidence
from alerts.people.person import Person, Role
from alerts.store import Tickets
from app.cli.commands import app
from domain.times import to_ms
from tests.builders_alerts import NOON
from tests.builders_evidence import history, site, ticket
from tests.ticket_stores import fresh_store


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WUGAN_DATA_DIR", str(tmp_path))
    records = history(tmp_path, site())
    with fresh_store("sqlite", tmp_path) as engine:
        Tickets(engine).upsert([ticket()])
        Freezer(Evidence(engine), site(), records, settle_ms=0).freeze_due(to_ms(NOON))
        yield engine
    records.close()


async def asked(engine: Engine, ticket_id: str = "a1") -> httpx.Response:
    served = FastAPI()
    install_problem_handlers(served)
    served.include_router(build_router(Evidence(engine), NoAccounts(Person(name="i", role=Role.INSPECTOR))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://desk") as client:
        return await client.get(f"/tickets/{ticket_id}/evidence")


async def downloaded(engine: Engine, folder: Path) -> Path:
    path = folder / "evidence.zip"
    path.write_bytes((await asked(engine)).content)
    return path


def verify(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


async def test_the_route_gives_a_zip_with_a_name(engine):
    answer = await asked(engine)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="evidence-1-a1.zip"'
    assert "opened/readings.parquet" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


async def test_twice_the_same_bytes(engine):
    assert (await asked(engine)).content == (await asked(engine)).content


async def test_a_ticket_that_is_not_known_is_404(engine):
    answer = await asked(engine, "absent")

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:wugan:problem:unknown_ticket")


async def test_a_whole_package_is_told_with_its_hashes(engine, tmp_path):
    told = verify(await downloaded(engine, tmp_path))

    assert told.exit_code == 0
    assert told.stdout.startswith("evidence.zip: ticket a1, ")
    assert Evidence(engine).hashes("a1")["opened"] in told.stdout


async def test_a_changed_file_is_named(engine, tmp_path):
    path = await downloaded(engine, tmp_path)
    files = read_files(path)
    path.write_bytes(zipped({**files, "opened/weather.csv": files["opened/weather.csv"] + b"\n"}))

    told = verify(path)

    assert told.exit_code == 1
    assert told.stderr == "wugan: opened/weather.csv is changed: its SHA-256 is not the manifest's\n"


async def test_json_for_machines(engine, tmp_path):
    told = json.loads(verify(await downloaded(engine, tmp_path), "--store", "--json").stdout)

    assert (told["ticket"], told["whole"], told["compared_with_store"]) == ("a1", True, True)
    assert told["hashes"] == Evidence(engine).hashes("a1")


async def test_the_database_is_asked_too(engine, tmp_path):
    path = await downloaded(engine, tmp_path)
    assert verify(path, "--store").exit_code == 0
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_refuses_update"))
        connection.execute(text("UPDATE audit SET detail = replace(detail, 'opened', 'closed')"))

    told = verify(path, "--store")

    assert told.exit_code == 1
    assert told.stderr.startswith("wugan: the audit of the database is not whole: row ")


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    told = verify(tmp_path / "none.zip")

    assert told.exit_code == 1
    assert len(told.stderr.splitlines()) == 1
