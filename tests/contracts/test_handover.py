"""What a shift hands over, and since when a setting is in force, on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from alerts.lifecycle import Move, MoveKind
from alerts.sensors.tickets import care_tickets
from alerts.settings import TicketRules
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.handover import handover
from alerts.store.in_force import in_force, note_in_force
from domain.ticket import TicketKind
from domain.times import to_ms
from tests.builders_alerts import NOON, make_ticket


def test_a_shift_hands_over_what_is_open_and_what_it_decided(engine: Engine) -> None:
    tickets = Tickets(engine)
    tickets.upsert([make_ticket(name, priority=3 - place) for place, name in enumerate(("a1", "b2", "c3"))])
    tickets.upsert([replace(make_ticket("s1"), kind=TicketKind.SENSOR, sensors=("ms-1",))])
    tickets.decide("a1", Move(kind=MoveKind.WATCH, who="wang", at=NOON + timedelta(minutes=5), minutes=30))
    tickets.decide("b2", Move(kind=MoveKind.SHELVE, who="li", at=NOON + timedelta(hours=9), minutes=60, note="施工"))
    since_ms, until_ms = to_ms(NOON), to_ms(NOON + timedelta(hours=8))
    with reading(engine) as session:
        told = handover(session, "etown", since_ms, until_ms, TicketRules())
        care = care_tickets(session, "etown")
        elsewhere = handover(session, "wuhu", since_ms, until_ms, TicketRules())

    parts = (told.waiting, told.watching, told.shelved, told.care)
    assert [[one.id for one in part] for part in parts] == [["c3"], ["a1"], ["b2"], ["s1"]]
    assert [(one.ticket_id, one.move, one.minutes, one.who) for one in told.decided] == [("a1", "watch", 30, "wang")]
    assert told.opened == 4
    assert [one.ticket_id for one in care["ms-1"]] == ["s1"]
    assert (elsewhere.opened, list(elsewhere.decided)) == (0, [])


def test_a_setting_is_in_force_since_its_last_change(engine: Engine) -> None:
    changed = [
        note_in_force(engine, "etown", values, at_ms)
        for at_ms, values in ((1, {"a": "1", "b": "2"}), (2, {"a": "1", "b": "2"}), (3, {"a": "甲", "c": ""}))
    ]
    with reading(engine) as session:
        kept = {name: (one.value, one.at_ms) for name, one in in_force(session, "etown").items()}

    assert changed == [2, 0, 3]
    assert kept == {"a": ("甲", 3), "c": ("", 3)}
