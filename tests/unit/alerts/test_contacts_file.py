from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.escalation.contacts_file import ContactsRefused, read_contacts
from alerts.escalation.schedule import Contact, OnHolidays

ZONE = ZoneInfo("Asia/Shanghai")
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "contacts.toml"
ENDPOINTS = {"duty-dingtalk", "chief-mail"}
LEAST = """
order = ["a"]
chief = "a"
[people.a]
endpoint = "duty-dingtalk"
[[shift]]
people = ["a"]
from = "08:00"
to = "20:00"
"""


def read(tmp_path: Path, text: str):
    path = tmp_path / "contacts.toml"
    path.write_text(text, encoding="utf-8")
    return read_contacts(path, ZONE, ENDPOINTS)


def test_the_example_of_the_documentation_is_read():
    schedule = read_contacts(EXAMPLE, ZONE, ENDPOINTS)

    assert schedule.contacts["zhang"] == Contact(
        key="zhang", name="张伟", endpoint="duty-dingtalk", mention="13800000001"
    )
    assert (schedule.order, schedule.chief) == (("zhang", "li", "wang"), "zhao")
    assert (schedule.wait_ms, schedule.repeat_ms, schedule.urgent_priority) == (600_000, 1_800_000, 1)
    assert date(2026, 10, 1) in schedule.holidays
    assert date(2026, 10, 10) in schedule.workdays
    assert [shift.hours.holidays for shift in schedule.shifts] == [OnHolidays.OFF, OnHolidays.ON, OnHolidays.ONLY]


def test_the_least_that_must_be_said(tmp_path):
    schedule = read(tmp_path, LEAST)

    assert schedule.shifts[0].hours.days == frozenset(range(5))
    assert (schedule.duty_hours.since, schedule.duty_hours.until) == (time(8), time(18))


def test_every_fault_is_listed_at_once_and_says_how_to_mend_it(tmp_path):
    text = """
order = ["a", "a", "x"]
chief = "nobody"
wait_min = 0
repeat_min = "soon"
urgent_priority = 9
holidays = ["2026-13-01"]
workdays = [2026-10-01]
color = 1
[duty_hours]
from = "8"
days = ["monday"]
[people.a]
endpoint = "fax"
mention = "<at id=all>"
name = "a name that is much too long for a phone"
[people."Ä"]
endpoint = "chief-mail"
phone = 1
[[shift]]
people = ["a", "y"]
from = "25:00"
to = "08:00"
holidays = "maybe"
[[shift]]
people = []
"""
    with pytest.raises(ContactsRefused) as refused:
        read(tmp_path, text)
    told = str(refused.value).splitlines()

    wanted = ["order: 'a'", "order: 'x'", "chief 'nobody'", "wait_min", "repeat_min", "urgent_priority", "2026-13-01"]
    wanted += ["color: unknown", "duty_hours: from", "duty_hours: days", "people.a.endpoint 'fax'", "people.a.mention"]
    wanted += ["people.a.name", "people.Ä: the key", "people.Ä.phone: unknown", "shift 1: people: 'y'", "shift 1: from"]
    wanted += ["shift 1: holidays", "shift 2: people", "shift 2: from", "shift 2: to"]
    assert all(any(want in line for line in told) for want in wanted), told
    assert len(told) == len(wanted)
    assert all(line.startswith(str(tmp_path / "contacts.toml")) for line in told)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "people: nobody"),
        ("a = ", "is not TOML"),
        (LEAST.replace('["a"]', '["a"]', 1) + 'x = "y"\n', "shift 1: x: unknown"),
        (LEAST.replace('order = ["a"]', "order = []"), "order: give a list"),
        ('holidays = ["2026-10-01"]\nworkdays = ["2026-10-01"]\n' + LEAST, "is a holiday and a workday"),
        (
            LEAST + '[people.b]\nendpoint = "chief-mail"\n[[shift]]\npeople = ["b"]\nfrom = "20:00"\nto = "08:00"\n',
            "'b' has a shift",
        ),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(tmp_path, text, words):
    with pytest.raises(ContactsRefused, match=words.replace("[", r"\[")):
        read(tmp_path, text)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ContactsRefused, match="can't be read"):
        read_contacts(tmp_path / "none.toml", ZONE, ENDPOINTS)
