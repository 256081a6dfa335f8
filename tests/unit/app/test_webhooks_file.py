"""webhooks.toml is read again while deliveries run; what is wrong in it changes nothing and is told."""

import asyncio
import os
import signal
from pathlib import Path
from random import Random

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from structlog.testing import capture_logs

from alerts.delivery.attempt import Way
from alerts.delivery.forms.webhook import WebhookForm
from alerts.delivery.http import HttpTransport
from alerts.delivery.leader import lead_of
from alerts.delivery.ledger import Ledger
from alerts.delivery.office import Office
from app.deliver import endpoints_of, now_ms
from app.operations import routes
from app.settings import load_settings
from app.webhooks_file import WebhooksFile
from tests.builders_delivery import SECRET, endpoint_to, put_event, receiving
from tests.ticket_stores import fresh_store

ENDPOINT = '[[endpoint]]\nname = "{}"\nurl = "https://a.example/x"\nsecrets = ["' + SECRET + '"]\n'


class Written:
    """A file whose every change has a new time, however coarse the file system's clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.changes = 0

    def write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")
        self.changes += 1
        os.utime(self.path, (self.changes, self.changes))


@pytest.fixture
def written(tmp_path: Path) -> Written:
    written = Written(tmp_path / "webhooks.toml")
    written.write(ENDPOINT.format("city"))
    return written


def file_of(written: Written, *needed: str) -> WebhooksFile:
    settings = load_settings(webhooks=written.path, data_dir=written.path.parent)
    return WebhooksFile(written.path, lambda: endpoints_of(settings), frozenset(needed))


def names(file: WebhooksFile) -> list[str]:
    return [endpoint.name for endpoint in file.endpoints]


def test_a_change_is_taken_and_no_change_is_none(written: Written) -> None:
    file = file_of(written)
    file.look()
    assert (names(file), file.edition) == (["city"], 0)

    written.write(ENDPOINT.format("city") + ENDPOINT.format("county"))
    file.look()
    file.look()
    assert (names(file), file.edition) == (["city", "county"], 1)

    written.write("# only words\n" + ENDPOINT.format("city") + ENDPOINT.format("county"))
    file.look()
    assert file.edition == 1


@pytest.mark.parametrize("broken", ["[[endpoint", ENDPOINT.format("Not A Name"), '[[endpoint]]\nname = "a"\n', None])
def test_faults_keep_what_was_read_and_are_told_until_they_are_mended(written: Written, broken: str | None) -> None:
    file = file_of(written)
    with capture_logs() as logs:
        if broken is None:
            written.path.unlink()
        else:
            written.write(broken)
        file.look()
        file.look()

    assert (names(file), file.edition, file.missing()) == (["city"], 0, ("webhooks",))
    assert [line["event"] for line in logs] == ["webhooks_kept"]
    assert str(written.path) in logs[0]["why"]
    written.write(ENDPOINT.format("county"))
    file.look()
    assert (names(file), file.edition, file.missing()) == (["county"], 1, ())


def test_an_endpoint_that_contacts_are_told_through_stays(written: Written) -> None:
    file = file_of(written, "city")
    written.write(ENDPOINT.format("county"))
    file.look()

    assert names(file) == ["city"]
    assert "city is gone" in str(file.fault)


def test_a_certificate_that_is_none_changes_nothing(written: Written) -> None:
    file = file_of(written)
    (written.path.parent / "ca.pem").write_text("nothing")
    written.write(ENDPOINT.format("city") + 'ca_file = "ca.pem"\n')
    file.look()

    assert file.edition == 0
    assert "ca.pem" in str(file.fault)


async def test_readyz_names_it_and_stays_ready(written: Written) -> None:
    file = file_of(written)
    app = Starlette(routes=routes(dict, CollectorRegistry(), file.missing))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as client:
        before = await client.get("/readyz")
        written.write("=")
        file.look()
        after = await client.get("/readyz")

    assert before.json() == {"ready": True, "why": {}, "degraded": []}
    assert (after.status_code, after.json()["degraded"]) == (200, ["webhooks"])


async def test_a_hang_up_reads_it_at_once_changed_or_not(written: Written) -> None:
    file = file_of(written)
    following = asyncio.create_task(file.follow())
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(10):
        while file.edition == 0:  # noqa: ASYNC110 - the file is read in a thread
            await asyncio.sleep(0.01)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)

    assert file.edition == 1


async def test_a_running_office_tells_the_endpoints_of_the_new_edition(tmp_path: Path) -> None:
    with fresh_store("sqlite", tmp_path) as engine, receiving() as old, receiving() as new:
        told, edition = [endpoint_to(old)], [0]

        def ways() -> list[Way]:
            return [Way(one, WebhookForm(), HttpTransport(one, internal_allowed=True)) for one in told]

        office = Office(ways, Ledger(engine, Random(1)), lead_of(engine), now_ms, lambda: edition[0])
        running = asyncio.create_task(office.run())
        first = put_event(engine, "a1", 0, change=1)
        await until(lambda: len(old.took) == 1)
        told[:], edition[0] = [endpoint_to(new, "county")], 1
        second = put_event(engine, "a1", 0, change=2)
        await until(lambda: len(new.took) + len(old.took) == 2)
        third = put_event(engine, "b1", 0, change=3)
        await until(lambda: any(request.id == third for request in (*new.took, *old.took)))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert old.took[0].id == first
    assert third in [request.id for request in new.took]
    assert sorted(request.id for request in (*old.took, *new.took)) == sorted([first, second, third])


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the receivers are threads
            await asyncio.sleep(0.01)
