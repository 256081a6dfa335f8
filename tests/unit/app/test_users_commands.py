"""`wugan users`: add, list, disable, password, token, at the database itself."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.people import passwords
from alerts.store import upgrade
from app.cli.commands import app
from tests.builders_people import QUICK


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WUGAN_DATABASE", f"sqlite:///{tmp_path / 'tickets.db'}")
    monkeypatch.setattr(passwords.Passwords.__init__, "__defaults__", (QUICK,))
    upgrade(f"sqlite:///{tmp_path / 'tickets.db'}")


def wugan(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["users", *arguments], input=typed)


def listed() -> dict[str, list[dict[str, object]]]:
    return json.loads(wugan("list", "--json").stdout)


def test_a_person_is_added_with_a_one_time_password():
    said = wugan("add", "li.wei", "--role", "chief")
    (user,) = listed()["users"]

    assert said.exit_code == 0
    assert said.stdout.startswith("li.wei: one-time password ")
    assert (user["name"], user["role"], user["must_change"]) == ("li.wei", "chief", True)


def test_disable_and_undo():
    wugan("add", "li", "--role", "duty")
    out, back = wugan("disable", "li"), wugan("disable", "li", "--undo")

    assert (out.stdout, back.stdout) == ("li: disabled\n", "li: enabled\n")


def test_a_password_is_reset_or_asked_for():
    wugan("add", "li", "--role", "duty")
    reset = wugan("password", "li")
    asked = wugan("password", "li", "--ask", typed="my own sentence\nmy own sentence\n")

    assert "one-time password" in reset.stdout
    assert (asked.exit_code, listed()["users"][0]["must_change"]) == (0, False)
    assert "my own sentence" not in asked.stdout


def test_a_token_is_made_listed_and_revoked():
    wugan("add", "li", "--role", "duty")
    text = wugan("token", "li", "--label", "report").stdout.splitlines()[1]
    (token,) = listed()["tokens"]
    revoked = wugan("token", "li", "--revoke", str(token["id"]))

    assert text.startswith("wgn_")
    assert text not in wugan("list", "--json").stdout
    assert revoked.exit_code == 0
    assert "revoked" in wugan("list").stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("add", "a b", "--role", "duty"), "take 1 to 64"),
        (("disable", "absent"), "nobody has this name"),
        (("password", "absent"), "nobody has this name"),
        (("token", "absent"), "nobody has this name"),
        (("token", "absent", "--revoke", "x"), "no token has this id"),
    ],
)
def test_a_refusal_is_one_line(arguments, complaint):
    refused = wugan(*arguments)

    assert refused.exit_code == 1
    assert complaint in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_database_without_tables_says_how_to_mend_it(tmp_path, monkeypatch):
    monkeypatch.setenv("WUGAN_DATABASE", f"sqlite:///{tmp_path / 'other.db'}")
    refused = wugan("list")

    assert (refused.exit_code, "wugan db upgrade" in refused.stderr) == (1, True)
