"""`login = auto`: this machine's people are duty; nobody else is anybody."""

from collections.abc import Iterator

import pytest

from app.accounts import say_first_password
from app.settings import Settings, SettingsRefused, load_settings
from tests.builders_people import DeskWithAccounts
from tests.ticket_stores import fresh_store

HERE = "http://127.0.0.1:8000"


@pytest.fixture
def desk(tmp_path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield DeskWithAccounts(engine, settings={"login": "auto"})


@pytest.mark.parametrize("address", [HERE, "http://localhost:8000", "http://[::1]:8000"])
async def test_this_machine_is_duty(desk, address):
    async with desk.browser(address, "127.0.0.1") as browser:
        decided = await browser.post("/api/v1/tickets/a1/decision", json={"action": "watch"})
        who = (await browser.get("/api/v1/session")).json()

    assert decided.status_code == 200
    assert who == {"name": "duty", "role": "duty", "may_decide": True, "signed_in": False}


@pytest.mark.parametrize(
    ("address", "peer", "headers"),
    [
        (HERE, "203.0.113.9", {}),
        ("http://rebound.example:8000", "127.0.0.1", {}),
        ("http://127.0.0.1.evil.example", "127.0.0.1", {}),
        (HERE, "127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
        (HERE, "127.0.0.1", {"Forwarded": "for=203.0.113.9"}),
    ],
    ids=["another peer", "rebound name", "lookalike name", "proxy", "new proxy"],
)
async def test_nobody_else_is(desk, address, peer, headers):
    async with desk.browser(address, peer) as browser:
        answer = await browser.get("/api/v1/tickets", headers=headers)

    assert answer.status_code == 401


async def test_another_sites_page_in_this_machines_browser_changes_nothing(desk):
    async with desk.browser(HERE, "127.0.0.1") as browser:
        path, headers = "/api/v1/tickets/a1/decision", {"Origin": "https://evil.example"}
        answer = await browser.post(path, json={"action": "watch"}, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:wugan:problem:foreign_origin")


async def test_duty_here_does_not_administer(desk):
    async with desk.browser(HERE, "127.0.0.1") as browser:
        users, token = await browser.get("/api/v1/users"), await browser.post("/api/v1/tokens", json={"label": "x"})

    assert (users.status_code, token.status_code) == (403, 403)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "desk.example"])  # noqa: S104 - what is refused
def test_auto_and_an_address_that_others_reach_do_not_start(host, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsRefused, match=r"^WUGAN_LOGIN: .*127\.0\.0\.1"):
        load_settings(login="auto", desk_host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_auto_on_loopback_starts(host, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert load_settings(login="auto", desk_host=host).login == "auto"


def test_sign_in_is_the_default(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WUGAN_LOGIN", raising=False)

    assert load_settings().login == "required"


@pytest.mark.parametrize(("login", "lines"), [("required", 1), ("auto", 0)])
def test_the_first_start_prints_a_password_that_opens_the_desk_once(login, lines, tmp_path, capsys):
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        for _ in range(2):
            say_first_password(Settings(login=login), desk.accounts)
        said = capsys.readouterr().out.splitlines()

        assert len(said) == lines
        for line in said:
            password = line.split("one-time password ")[1].split()[0]
            assert desk.accounts.sign_in.enter("admin", password, "127.0.0.1")[1]
            assert password not in desk.everything_written()
