"""`wugan webhooks`: try out, list, send again, enable."""

import json
from datetime import UTC, datetime
from random import Random

import pytest
from standardwebhooks import Webhook
from typer.testing import CliRunner

from alerts.delivery.attempt import Attempt
from alerts.delivery.forms.base import Verdict
from alerts.delivery.ledger import Ledger
from alerts.store import open_store, upgrade
from app.cli.commands import app
from tests.builders_delivery import SECRET, endpoint_to, put_event, receiving


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def folder(tmp_path, monkeypatch, receiver):
    file = tmp_path / "webhooks.toml"
    file.write_text(f'[[endpoint]]\nname = "city"\nurl = "{receiver.url}"\nsecrets = ["{SECRET}"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WUGAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WUGAN_WEBHOOKS", str(file))
    monkeypatch.setenv("WUGAN_WEBHOOK_ALLOW_INTERNAL", "true")
    upgrade(f"sqlite:///{tmp_path / 'tickets.db'}")
    return tmp_path


@pytest.fixture
def dead(folder, receiver):
    """Id of a delivery that its receiver refused."""
    engine = open_store(f"sqlite:///{folder / 'tickets.db'}")
    ledger, city = Ledger(engine, Random(1)), endpoint_to(receiver)
    ledger.register([city])
    event_id = put_event(engine, "a1", 1000)
    ledger.spread([city], 1000)
    (due,) = ledger.due("city", 1)
    refused = Attempt(
        event=due.event, endpoint="city", at_ms=1000, code=404, verdict=Verdict.STOP, error="answered 404"
    )
    ledger.record(refused, 1000)
    engine.dispose()
    return f"{event_id}.city"


def run(*arguments: str):
    return CliRunner().invoke(app, ["webhooks", *arguments])


def test_a_test_message_is_signed_and_its_answer_told(folder, receiver):
    result = run("test", "city", "--json")
    (got,) = receiver.got

    assert result.exit_code == 0
    assert json.loads(result.stdout)["code"] == 204
    assert Webhook(SECRET).verify(got.body, got.headers)["type"] == "wugan.test.v1"


def test_a_test_message_that_is_not_taken_is_exit_code_1(folder, receiver):
    receiver.always(500)
    result = run("test", "city")

    assert result.exit_code == 1
    assert "answered 500" in result.stdout


def test_an_endpoint_that_is_not_there_is_one_line(folder):
    result = run("test", "town")

    assert result.exit_code == 1
    assert "no endpoint 'town'" in result.stderr


def test_endpoints_and_dead_letters_are_listed(folder, dead):
    endpoints, letters = run("list"), run("list", "--state", "dead", "--json")

    assert endpoints.stdout.splitlines()[1].split()[:5] == ["city", "webhook", "closed", "0", "1"]
    assert json.loads(letters.stdout)["id"] == dead
    assert run("list", "--state", "lost").exit_code == 1


def test_dead_letters_are_sent_again(folder, dead):
    assert run("resend", dead).exit_code == 0
    assert json.loads(run("list", "--state", "waiting", "--json").stdout)["id"] == dead
    assert run("resend", "--dead-of", "city").stdout.startswith("city: 0 dead letters")
    assert run("resend", "evt_none.city").exit_code == 1
    assert run("resend").exit_code == 2


def test_an_endpoint_is_enabled(folder, dead):
    assert run("enable", "city").exit_code == 0
    assert run("enable", "town").exit_code == 1


def test_a_secret_is_one_that_is_taken(folder):
    secret = run("secret").stdout.strip()

    assert secret.startswith("whsec_")
    assert Webhook(secret).sign("a", datetime(2026, 1, 1, tzinfo=UTC), "b").startswith("v1,")


def test_all_faults_of_the_file_are_told(folder):
    (folder / "webhooks.toml").write_text('[[endpoint]]\nname = "a"\n[[endpoint]]\nname = "b"\n')
    result = run("test", "a")

    assert result.exit_code == 1
    assert "endpoint 1 (a): url: is missing" in result.stderr
    assert "endpoint 2 (b): url: is missing" in result.stderr
