"""What a shift hands over, and since when a setting is in force, on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from alerts.lifecycle import Move, MoveKind
from alerts.sensors.tickets import care_tickets
from alerts.settings import TicketRules
from alerts.store import Tickets
from alerts.store.engine import reading, writing
from alerts.store.handover import handover
from alerts.store.in_force import in_force, note_in_force
from alerts.store.taking_over import SAME_MS, TakenOver, take_over, taken_over
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


def test_a_signature_is_of_the_hours_it_names_and_of_those_it_was_given_in(engine: Engine) -> None:
    hour = 3_600_000
    first = TakenOver(at_ms=25 * hour, who="li", since_ms=12 * hour, until_ms=24 * hour, note="", counts={"waiting": 2})
    again, other = replace(first, at_ms=first.at_ms + SAME_MS), replace(first, who="wang", at_ms=first.at_ms + 1)
    later = replace(first, at_ms=first.at_ms + SAME_MS + 1)
    with writing(engine) as session:
        kept = [take_over(session, "etown", one) for one in (first, again, other, later)]
        take_over(session, "wuhu", first)
    with reading(engine) as session:
        told = {
            hours: [one.who for one in taken_over(session, "etown", hours[0] * hour, hours[1] * hour)]
            for hours in ((12, 24), (0, 12), (24, 36), (23, 40), (40, 50))
        }

    assert kept == [first, first, other, later]
    three = ["li", "wang", "li"]
    assert told == {(12, 24): three, (0, 12): [], (24, 36): three, (23, 40): three, (40, 50): []}
