from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.view import PersonEntry, PersonSide, view
from domain.ticket import Action, Ticket, TicketState
from domain.wire import ticket_fields
from tests.builders_alerts import NOON, amended, entry, make_ticket


def decided(minutes: float, state: TicketState = TicketState.WATCHING) -> PersonEntry:
    return PersonEntry(
        at=NOON + timedelta(minutes=minutes),
        what="decided",
        who="duty",
        state=state,
        first="e-112",
        unknown=0.46,
        action=Action.DISPATCH,
        why=("other",),
        note="n",
        enterprise_id="e-112",
    )


def test_the_contracts_keys_come_first_and_in_order_then_the_persons():
    keys = list(ticket_fields(view(make_ticket(), PersonSide(number=17, state=TicketState.NEW))))

    contract = [item.name for item in fields(Ticket)]
    added = ["number", "deadline", "confidence", "merged_into", "amended", "version"]
    assert keys == [*contract, *added, "watch_until", "undo_until", "shelved_until", "clues"]


def test_without_a_person_it_is_the_systems_ticket():
    ticket = amended(make_ticket())

    seen = ticket_fields(view(ticket, PersonSide(number=3, state=TicketState.NEW)))

    system = ticket_fields(ticket)
    advice = seen["recommendation"]
    seen["recommendation"] = {"action": advice["action"], "reasons": advice["reasons"]}
    assert {key: seen[key] for key in system} == system
    assert advice["score"] == sum(one["points"] for one in advice["inputs"])
    assert (seen["number"], seen["version"], seen["amended"]) == (3, 0, system["updated_at"])


def test_a_persons_entry_carries_note_and_enterprise_and_the_systems_does_not():
    person = PersonSide(number=1, state=TicketState.WATCHING, entries=(decided(2),))

    history = ticket_fields(view(make_ticket(), person))["history"]

    assert set(history[1]) - set(history[0]) == {"note", "enterprise_id"}
    assert (history[1]["who"], history[1]["state"], history[1]["why"]) == ("duty", "watching", ["other"])


def test_state_and_last_change_are_the_persons_when_a_person_was_last():
    person = PersonSide(number=1, state=TicketState.WATCHING, entries=(decided(2),))

    assert view(make_ticket(), person).state is TicketState.WATCHING
    assert view(make_ticket(), person).updated_at == NOON + timedelta(minutes=2)
    assert view(amended(make_ticket(), 9), person).updated_at == NOON + timedelta(minutes=9)


minutes = st.lists(st.integers(-5, 30), max_size=6).map(sorted)


@given(minutes, minutes)
def test_the_history_holds_every_entry_with_the_opening_first_and_the_rest_in_time(system, person):
    opening = make_ticket()
    later = [entry("amended", NOON + timedelta(minutes=max(n, 0))) for n in system]
    ticket = replace(opening, history=(*opening.history, *later))
    entries = tuple(decided(n) for n in person)

    seen = view(ticket, PersonSide(number=1, state=TicketState.NEW, entries=entries)).history

    assert seen[0].what == "opened"
    assert [one.at for one in seen[1:]] == sorted(one.at for one in seen[1:])
    assert [one for one in seen if one.who == "system"] == list(ticket.history)
    assert [one for one in seen if one.who == "duty"] == list(entries)
