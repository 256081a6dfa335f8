"""Nobody acknowledges: who is told when, on a clock of the test, with the store's real databases."""

import contextlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from alerts.delivery.attempt import Way
from alerts.delivery.courier import Courier
from alerts.delivery.endpoint import FormName
from alerts.delivery.forms import forms
from alerts.delivery.forms.letter import Desk, write_letter
from alerts.delivery.ledger import Ledger
from alerts.delivery.transports import transports
from alerts.escalation.due import AT_ONCE, SINGLY, Plan, escalate_due
from alerts.escalation.schedule import Contact, Hours, OnHolidays, Schedule, Shift
from alerts.lifecycle import Move, MoveKind
from alerts.settings import TicketRules
from alerts.store import Tickets, open_store
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow, DeliveryRow, EndpointRow, OutboxRow
from domain.ticket import DismissalReason
from domain.times import to_datetime, to_ms
from tests.builders_alerts import make_ticket
from tests.builders_letters import make_endpoint, no_page
from tests.robots import dingtalk, feishu
from tests.ticket_stores import BACKENDS, fresh_store

BEIJING, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MINUTE_MS = 60_000
ALL = frozenset(range(7))
RULES = TicketRules(answer_min=(10, 30, 120), storm_per_min=1000)
PEOPLE = {"a": "day-robot", "b": "day-robot", "c": "night-mail", "z": "chief-mail"}


def shift(people: str, since: int, until: int, holidays: OnHolidays = OnHolidays.ON) -> Shift:
    hours = Hours(days=ALL, since=time(since), until=time(until), holidays=holidays)
    return Shift(people=tuple(people), hours=hours)


def schedule(zone: ZoneInfo = BEIJING, **said) -> Schedule:
    """a and b by day, c by night, z is the chief."""
    return Schedule(
        zone=zone,
        contacts={
            key: Contact(key=key, name=f"{key}君", endpoint=name, mention=f"m-{key}") for key, name in PEOPLE.items()
        },
        order=("a", "b", "c"),
        chief="z",
        duty_hours=Hours(days=frozenset(range(5)), since=time(8), until=time(18)),
        **{"shifts": (shift("ab", 8, 20), shift("c", 20, 8))} | said,
    )


@dataclass
class Site:
    """A store, a schedule and a clock that only tests move."""

    engine: Engine
    plan: Plan
    now: datetime

    @property
    def now_ms(self) -> int:
        return to_ms(self.now)

    def open(self, *names: str, priority: int = 1) -> None:
        Tickets(self.engine, rules=RULES).upsert(
            [replace(make_ticket(name, opened_at=self.now), priority=priority) for name in names or ("t1",)]
        )

    def move(self, kind: MoveKind, ticket_id: str = "t1", **said) -> None:
        Tickets(self.engine, rules=RULES).decide(ticket_id, Move(kind=kind, who="duty", at=self.now, **said))

    def wait(self, minutes: int, *, restart: bool = False) -> None:
        """Let time pass; each minute a step is taken, by a new process if told so."""
        for _ in range(minutes):
            self.now += timedelta(minutes=1)
            if restart:
                self.engine.dispose()
                self.engine = open_store(self.engine.url.render_as_string(hide_password=False))
            escalate_due(self.engine, self.plan, self.now_ms)

    def told(self, since: datetime | None = None) -> list[tuple[int, str]]:
        """Minutes after `since` and contact, of every message that went to one person alone."""
        since = since or to_datetime(to_ms(make_start(self)))
        return [((at_ms - to_ms(since)) // MINUTE_MS, body["contact"][0]) for at_ms, _, body in messages(self.engine)]


def make_start(site: Site) -> datetime:
    return Tickets(site.engine).get("t1").opened_at


def messages(engine: Engine) -> list[tuple[int, str, dict[str, Any]]]:
    asked = (
        select(OutboxRow.at_ms, DeliveryRow.endpoint, OutboxRow.body)
        .join(DeliveryRow, DeliveryRow.outbox_id == OutboxRow.id)
        .order_by(OutboxRow.seq)
    )
    with reading(engine) as session:
        return [(row.at_ms, row.endpoint, json.loads(row.body)) for row in session.execute(asked)]


def history(engine: Engine, ticket_id: str = "t1") -> list[tuple[str, str, tuple[str, ...]]]:
    entries = Tickets(engine).get(ticket_id).history
    return [(entry.what, entry.who, entry.why) for entry in entries if entry.what in ("escalated", "reminded")]


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory) -> Path:
    """A database with its tables, made once."""
    folder = tmp_path_factory.mktemp("empty")
    with fresh_store("sqlite", folder):
        return folder / "tickets.db"


@pytest.fixture
def engine(tmp_path, empty_file) -> Iterator[Engine]:
    """A store of its own, on SQLite."""
    engine = open_store(f"sqlite:///{shutil.copy(empty_file, tmp_path)}")
    yield engine
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def any_engine(request, tmp_path) -> Iterator[Engine]:
    """A store of its own, on each database."""
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


def site_of(engine: Engine, now: datetime, plan: Schedule | None = None) -> Site:
    return Site(engine, Plan(site="etown", schedule=plan or schedule(now.tzinfo), rules=RULES), now)


def morning(day: int = 14, hour: int = 9, minute: int = 0, zone: ZoneInfo = BEIJING, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=zone)


def test_the_next_contact_is_told_then_the_chief_then_reminders_on_the_interval_only(any_engine):
    site = site_of(any_engine, morning())
    site.open()
    site.wait(120)

    # a was on duty at the opening and has it from the ordinary message
    assert site.told() == [(10, "b"), (20, "z"), (50, "z"), (80, "z"), (110, "z")]
    assert history(any_engine) == [
        ("escalated", "system", ("contact:b",)),
        ("escalated", "system", ("contact:z",)),
        *[("reminded", "system", ("contact:z",))] * 3,
    ]


def test_priority_one_is_passed_on_after_three_minutes_unless_the_settings_say_otherwise(engine):
    rules = TicketRules(storm_per_min=1000)
    site = Site(engine, Plan(site="etown", schedule=schedule(), rules=rules), morning())
    Tickets(engine, rules=rules).upsert([replace(make_ticket("t1", opened_at=site.now), priority=1)])
    site.wait(5)

    assert site.told() == [(3, "b")]


def test_restarts_between_the_steps_neither_skip_nor_repeat_one(any_engine):
    site = site_of(any_engine, morning())
    site.open()
    site.wait(60, restart=True)

    assert site.told() == [(10, "b"), (20, "z"), (50, "z")]
    site.engine.dispose()


def test_a_process_that_was_away_tells_one_contact_when_it_is_back(engine):
    site = site_of(engine, morning())
    site.open()
    site.now += timedelta(minutes=300)
    site.wait(15)

    assert site.told() == [(301, "b"), (311, "z")]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (MoveKind.ACKNOWLEDGE, {}),
        (MoveKind.WATCH, {"minutes": 240}),
        (MoveKind.SHELVE, {"minutes": 240}),
        (MoveKind.DISMISS, {"reason_code": DismissalReason.HUMIDITY}),
    ],
)
def test_whoever_answers_ends_it(engine, kind, said):
    site = site_of(engine, morning())
    site.open()
    site.wait(12)
    site.move(kind, **said)
    site.wait(200)

    assert site.told() == [(10, "b")]


def test_a_dispatch_that_no_inspector_takes_on_is_told_from_its_arrival_deadline_on(any_engine):
    site = site_of(any_engine, morning())
    site.open()
    site.wait(12)
    site.move(MoveKind.DISPATCH)
    site.wait(100)

    # whoever decided does not know that nobody goes, so the first on duty is asked first
    assert site.told() == [(10, "b"), (57, "a"), (67, "b"), (77, "z"), (107, "z")]
    assert history(any_engine)[1:] == [
        *[("escalated", "system", (f"contact:{key}", "not_arrived")) for key in "abz"],
        ("reminded", "system", ("contact:z", "not_arrived")),
    ]
    letter = write_letter(json.dumps(messages(any_engine)[1][2]), Desk(BEIJING, no_page), site.now_ms)
    assert dict(letter.lines)["时限"] == "10-14 09:57 前到场（已超时）"


@pytest.mark.parametrize("kind", [MoveKind.ACCEPT, MoveKind.ARRIVE])
@pytest.mark.parametrize("late", [False, True])
def test_an_inspector_who_accepts_or_arrives_ends_it(engine, kind, late):
    site = site_of(engine, morning())
    site.open()
    site.move(MoveKind.DISPATCH)
    site.wait(46 if late else 5)
    site.move(kind)
    site.wait(300)

    assert site.told() == ([(45, "a")] if late else [])


def test_a_dispatch_undone_waits_for_an_answer_again_and_for_no_arrival(engine):
    site = site_of(engine, morning())
    site.open()
    site.wait(5)
    site.move(MoveKind.DISPATCH)
    site.move(MoveKind.UNDO)
    site.wait(16)

    assert site.told() == [(10, "b"), (20, "z")]
    assert all("not_arrived" not in why for _, _, why in history(engine))


def test_a_ticket_that_comes_back_begins_anew(engine):
    site = site_of(engine, morning())
    site.open()
    site.wait(12)
    site.move(MoveKind.WATCH, minutes=30)
    site.now += timedelta(minutes=30)
    site.move(MoveKind.REOPEN)
    site.wait(25)

    assert site.told() == [(10, "b"), (52, "b"), (62, "z")]


def test_the_message_goes_to_the_contacts_endpoint_alone_and_says_so(engine):
    site = site_of(engine, morning())
    site.open()
    site.wait(20)
    told = messages(engine)

    assert [(endpoint, body["mention"], body["round"]) for _, endpoint, body in told] == [
        ("day-robot", "m-b", 1),
        ("chief-mail", "m-z", 2),
    ]
    letter = write_letter(json.dumps(told[0][2]), Desk(BEIJING, no_page), site.now_ms)
    assert letter.title == "【第 1 次催办】#1 疑似PM2.5、PM10局地抬升"
    assert dict(letter.lines)["请响应"] == "b君"
    assert dict(letter.lines)["时限"] == "10-14 09:10 前响应（已超时）"
    assert told[0][2]["data"]["history"][-1]["what"] == "escalated"
    with reading(engine) as session:
        ordinary = session.scalars(select(OutboxRow.type).where(OutboxRow.spread.is_(False))).all()
    assert list(ordinary) == ["wugan.ticket.opened.v1"]


def test_each_step_is_audited(engine):
    site = site_of(engine, morning())
    site.open()
    site.wait(60)
    with reading(engine) as session:
        acts = session.scalars(select(AuditRow.what).where(AuditRow.what.like("ticket.%")).order_by(AuditRow.seq)).all()

    assert list(acts) == ["ticket.opened", "ticket.escalate", "ticket.escalate", "ticket.remind"]


def test_at_night_the_night_shift_is_told_and_by_a_change_of_shift_those_who_came(engine):
    site = site_of(engine, morning(hour=19, minute=45))
    site.open()
    site.wait(40)

    assert site.told() == [(10, "b"), (20, "c"), (30, "z")]


def test_over_midnight_it_is_still_the_night_shifts(engine):
    night = schedule(shifts=(shift("ab", 20, 8), shift("c", 8, 20)))
    site = site_of(engine, morning(hour=23, minute=45), night)
    site.open()
    site.wait(30)

    assert site.told() == [(10, "b"), (20, "z")]


def test_on_a_holiday_the_holidays_shift_is_told(engine):
    feast = schedule(
        shifts=(shift("ab", 0, 0, OnHolidays.OFF), shift("c", 0, 0, OnHolidays.ONLY)),
        holidays=frozenset({date(2026, 10, 1)}),
    )
    site = site_of(engine, morning(day=1, hour=0, minute=-0), feast)
    site.now = morning(day=1, hour=0) - timedelta(minutes=5)
    site.open()
    site.wait(30)

    assert site.told() == [(10, "c"), (20, "z")]


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_when_the_clock_changes_waits_are_as_long_as_ever(engine, month, day):
    nights = schedule(BERLIN, shifts=(shift("abc", 20, 8),))
    site = site_of(engine, datetime(2026, month, day, 1, 45, tzinfo=BERLIN).astimezone(ZoneInfo("UTC")), nights)
    site.open()
    site.wait(70)

    assert site.told() == [(10, "b"), (20, "c"), (30, "z"), (60, "z")]


def test_what_is_not_urgent_waits_for_duty_hours_unless_it_becomes_so(engine):
    site = site_of(engine, morning(day=16, hour=20))  # a Friday
    site.open("t1", "t2", priority=3)
    site.wait(300)
    assert messages(engine) == []

    urgent = replace(make_ticket("t2", opened_at=morning(day=16, hour=20)), priority=1, updated_at=site.now)
    Tickets(engine, rules=RULES).upsert([urgent])
    site.wait(10)
    assert [(body["subject"], body["contact"]) for _, _, body in messages(engine)] == [("t2", "z君")]

    site.now = morning(day=19, hour=7, minute=50)  # Monday
    site.move(MoveKind.ACKNOWLEDGE, "t2")
    site.wait(12)
    assert [(to_datetime(at).astimezone(BEIJING).hour, body["subject"]) for at, _, body in messages(engine)[1:]] == [
        (8, "t1")
    ]


def test_a_contact_whose_endpoint_is_disabled_is_passed_over(engine):
    site = site_of(engine, morning())
    site.open()
    with writing(engine) as session:
        told = {"form": "dingtalk", "address": "https://robot.example", "listed": True}
        session.add(EndpointRow(name="day-robot", failures=0, open_until_ms=0, disabled="gone", **told))
    site.wait(15)

    assert site.told() == [(10, "z")]


def test_many_at_once_come_in_one_message_that_lists_them(engine):
    site = site_of(engine, morning())
    site.open(*(f"t{number}" for number in range(1, SINGLY + 2)))
    site.wait(10)
    told = messages(engine)

    assert [(endpoint, body["type"], body["data"]["count"]) for _, endpoint, body in told] == [
        ("day-robot", "wugan.storm.v1", SINGLY + 1)
    ]
    letter = write_letter(json.dumps(told[0][2]), Desk(BEIJING, no_page), site.now_ms)
    assert letter.title == f"【第 1 次催办】{SINGLY + 1} 条疑似线索"
    assert all(history(engine, f"t{number}") for number in range(1, SINGLY + 2))


def test_more_late_tickets_than_one_step_takes_are_all_told_of_in_few_messages(engine):
    site = site_of(engine, morning())
    many = 2 * AT_ONCE + 3
    site.open("t1", *(f"u{number}" for number in range(1, many)))
    site.wait(13)
    counts = [body["data"].get("count", 1) for _, _, body in messages(engine)]

    assert sum(counts) == many
    assert len(counts) <= 2 + SINGLY


def test_processes_that_look_at_the_same_time_tell_once(any_engine):
    site = site_of(any_engine, morning())
    site.open("t1", "t2", "t3")
    site.now += timedelta(minutes=11)
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(lambda _: escalate_due(any_engine, site.plan, site.now_ms), range(12)))

    assert sum(counts) == 3
    assert len(messages(any_engine)) == 3


def test_two_processes_each_with_its_own_connection_take_each_step_once(any_engine):
    site = site_of(any_engine, morning())
    names = [f"t{number}" for number in range(1, 2 * AT_ONCE)]
    site.open(*names)
    with contextlib.ExitStack() as opened:
        engines = [open_store(any_engine.url.render_as_string(hide_password=False)) for _ in range(2)]
        for engine in engines:
            opened.callback(engine.dispose)
        together = Barrier(2)

        def look(engine: Engine) -> int:
            together.wait(10)
            return sum(escalate_due(engine, site.plan, site.now_ms) for _ in range(3))

        with ThreadPoolExecutor(2) as pool:
            for minutes in (10, 10):
                site.now += timedelta(minutes=minutes)
                assert sum(pool.map(look, engines)) == len(names)

    for name in names:
        assert history(any_engine, name) == [("escalated", "system", (f"contact:{key}",)) for key in "bz"]


def test_another_sites_tickets_are_left_alone(engine):
    site = site_of(engine, morning())
    Tickets(engine).upsert([make_ticket("x", site="elsewhere", opened_at=site.now)])
    site.wait(30)

    assert messages(engine) == []


async def test_the_message_arrives_signed_at_the_contacts_robot_and_the_chiefs_when_nobody_answers(engine):
    site = site_of(engine, morning())
    with dingtalk("SECa", site.now_ms) as robot, feishu("key", site.now_ms) as chief:
        endpoints = [
            make_endpoint(FormName.DINGTALK, robot.url, "SECa", name="day-robot"),
            make_endpoint(FormName.FEISHU, chief.url, "key", name="chief-mail"),
        ]
        ledger = Ledger(engine, Random(7))
        ledger.register(endpoints)
        spoken, make = forms(no_page, BEIJING), transports(internal_allowed=True)
        couriers = [
            Courier(Way(one, spoken[one.form], make(one)), ledger, lambda: site.now_ms, Counter()) for one in endpoints
        ]
        site.open()
        for _ in range(21):
            site.wait(1)
            ledger.spread([], site.now_ms)
            for courier in couriers:
                await courier.round()
                await courier.settle()
        for courier in couriers:
            await courier.close(1.0)

    assert [message["at"]["atMobiles"] for message in robot.taken] == [["m-b"]]
    assert "第 1 次催办" in robot.taken[0]["markdown"]["title"]
    assert "第 2 次催办" in chief.taken[0]["card"]["header"]["title"]["content"]
    assert len(chief.taken) == 1
