"""`wugan tickets` against a real store."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner, Result

from alerts.store import Tickets, open_store, upgrade
from app.cli.commands import app
from domain.wire import decode_ticket, encode_ticket
from tests.builders_alerts import make_ticket


@pytest.fixture
def tickets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'tickets.db'}"
    monkeypatch.setenv("WUGAN_DATABASE", url)
    upgrade(url)
    engine = open_store(url)
    store = Tickets(engine)
    store.upsert([make_ticket("a1"), make_ticket("a2"), make_ticket("b3")])
    yield store
    engine.dispose()


def wugan(*words: str) -> Result:
    return CliRunner().invoke(app, ["tickets", *words])


def test_list_tells_each_in_a_line_and_may_be_narrowed(tickets):
    assert wugan("decide", "b3", "watch").exit_code == 0

    listed = wugan("list")
    watching = wugan("list", "--state", "watching", "--json")

    assert (listed.exit_code, len(listed.stdout.splitlines())) == (0, 3)
    assert "#3 b3 2026-03-02T04:00:00.000Z P1 local watching pm25+pm10 e-112 0.54 → dispatch" in listed.stdout
    assert [one["id"] for one in json.loads(watching.stdout)] == ["b3"]
    assert len(wugan("list", "--limit", "2").stdout.splitlines()) == 2


@pytest.mark.parametrize("name", ["b3", "b", "3", "#3"])
def test_show_finds_a_ticket_by_id_beginning_or_number(tickets, name):
    shown = wugan("show", name)

    assert shown.exit_code == 0
    assert "sensors: ms-052, ms-061" in shown.stdout
    assert "strength: 145.0 µg/m³ over 41.0" in shown.stdout
    assert wugan("show", name, "--json").stdout.encode() == encode_ticket(tickets.get("b3")) + b"\n"


def test_a_decision_is_made_in_a_persons_name(tickets):
    done = wugan("decide", "a1", "dismiss", "--reason", "humidity", "--note", "雾", "--as", "li", "--json")

    ticket = tickets.get("a1")
    assert done.exit_code == 0
    assert decode_ticket(done.stdout.encode()).state == "dismissed"
    assert (ticket.history[-1].who, ticket.history[-1].why, ticket.history[-1].note) == ("li", ("humidity",), "雾")


def test_the_same_key_twice_is_one_decision(tickets):
    assert [wugan("decide", "a1", "watch", "--key", "k", "--as", "li").exit_code for _ in range(2)] == [0, 0]
    assert tickets.get("a1").version == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("show", "zz"), "ticket 'zz': there is none"),
        (("show", "a"), "2 begin so (a1, a2"),
        (("show", "9999999999999999999999"), "there is none"),
        (("list", "--state", "gone"), "give one of new, acknowledged"),
        (("decide", "a1", "dismiss"), "reason_code is missing"),
        (("decide", "a1", "dismiss", "--reason", "boredom"), "give one of sensor_fault"),
        (("decide", "a1", "undo"), "allowed now: acknowledge, dispatch"),
        (("decide", "a1", "shelve", "--minutes", "999"), "give 1 to 240"),
        (("decide", "a1", "merge", "--into", "zz"), "there is none"),
        (("decide", "a1", "dispatch", "--version", "7"), "read it again first"),
        (("export", "--out", "no/such/folder/x"), "No such file"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(tickets, words, complaint):
    refused = wugan(*words)

    assert refused.exit_code == 1
    assert complaint in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert tickets.get("a1").version == 0


def test_wrong_usage_is_exit_code_2(tickets):
    assert wugan("decide", "a1", "explode").exit_code == 2


def test_without_a_database_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    refused = wugan("list")

    assert refused.exit_code == 1
    assert "wugan db upgrade" in refused.stderr


def test_export_writes_every_ticket_by_id(tickets, tmp_path):
    tickets.upsert([make_ticket(f"c{n:03}") for n in range(250)])

    lines = wugan("export").stdout.splitlines()
    assert wugan("export", "--format", "csv", "--out", str(tmp_path / "t.csv")).exit_code == 0

    assert [json.loads(line)["id"] for line in lines] == ["a1", "a2", "b3", *(f"c{n:03}" for n in range(250))]
    assert lines[0].encode() == encode_ticket(tickets.get("a1"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig"))))
    assert (len(rows), rows[0]["id"], rows[0]["peak_excess"], rows[0]["action"]) == (253, "a1", "145.0", "dispatch")


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(tickets):
    tickets.upsert([make_ticket("=cmd", site="+x")])

    rows = list(csv.DictReader(io.StringIO(wugan("export", "--format", "csv").stdout.removeprefix("\ufeff"))))

    assert ("'=cmd", "'+x") in [(row["id"], row["site"]) for row in rows]
