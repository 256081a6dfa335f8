"""A link opens what it was made for, for its time, and for nobody who made it up."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from alerts.inspector.link import Visit, link, read_link
from alerts.inspector.secret import secret_of
from alerts.signed import LinkRefused

SIGNED_WITH = "a-secret-of-the-tests"
NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


def token_of(ticket_id: str = "a1", who: str = "", key: str = SIGNED_WITH) -> str:
    return link(ticket_id, key, NOW_MS, "https://desk.example.org/", who).rpartition("/t/")[2]


def test_a_link_opens_its_ticket_for_whom_it_was_made():
    address = link("a1", SIGNED_WITH, NOW_MS, "https://desk.example.org/", "王五")

    assert address.startswith("https://desk.example.org/t/")
    visit = read_link(address.rpartition("/t/")[2], SIGNED_WITH, NOW_MS, HOUR_MS)
    assert visit == Visit(ticket_id="a1", who="王五")


def test_a_link_ends_with_its_time():
    token = token_of()

    assert read_link(token, SIGNED_WITH, NOW_MS + HOUR_MS, HOUR_MS).ticket_id == "a1"
    with pytest.raises(LinkRefused):
        read_link(token, SIGNED_WITH, NOW_MS + HOUR_MS + 1000, HOUR_MS)


def test_a_link_from_tomorrow_is_refused():
    with pytest.raises(LinkRefused):
        read_link(token_of(), SIGNED_WITH, NOW_MS - HOUR_MS, HOUR_MS)


@pytest.mark.parametrize("at", range(0, 60, 7))
def test_a_link_with_one_changed_character_is_refused(at):
    token = token_of()
    forged = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]

    with pytest.raises(LinkRefused):
        read_link(forged, SIGNED_WITH, NOW_MS, HOUR_MS)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 20, "." * 100, "A" * 100_000, token_of(key="another-one")])
def test_what_was_made_up_is_refused_in_the_same_words(token):
    with pytest.raises(LinkRefused, match=r"^link refused$"):
        read_link(token, SIGNED_WITH, NOW_MS, HOUR_MS)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        seen = set(threads.map(lambda _: secret_of(tmp_path / "data"), range(32)))

    files = list((tmp_path / "data").iterdir())
    assert len(seen) == 1
    assert [(file.name, stat.S_IMODE(file.stat().st_mode)) for file in files] == [("link_secret", 0o600)]


def test_a_given_secret_wins_and_must_be_long(tmp_path):
    assert secret_of(tmp_path, SIGNED_WITH) == SIGNED_WITH
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="at least 16"):
        secret_of(tmp_path, "short")
