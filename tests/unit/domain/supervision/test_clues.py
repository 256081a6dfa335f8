"""The decision table of `domain/supervision/clues.py`, row by row."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.supervision.clues import (
    SAME_TIME,
    Clue,
    ClueSource,
    Place,
    Standing,
    clue_ticket_id,
    joined_by,
    joins,
    open_ticket,
)
from domain.ticket import Action, Ticket, TicketKind, TicketState
from tests.builders_alerts import NOON, make_ticket

TICKET = make_ticket()
FAR = 0.02
"""More than `SAME_PLACE_M` in degrees of latitude."""
SECOND = timedelta(seconds=1)


def place(enterprise_id: str = "e-112", *, named: bool = True) -> Place:
    return Place(enterprise_id=enterprise_id, name="示例一厂", lon=TICKET.lon, lat=TICKET.lat, named=named)


def clue(**said) -> Clue:
    told = {"source": ClueSource.COMPLAINT, "external_id": "12345-1", "at": NOON, "text": "夜间异味"}
    return Clue(**{**told, "lon": TICKET.lon, "lat": TICKET.lat, **said})


def does(said: Clue, ticket: Ticket = TICKET, state: TicketState = TicketState.NEW) -> bool:
    return joins(said, Standing(ticket, state))


@pytest.mark.parametrize("state", list(TicketState))
def test_only_an_open_ticket_is_joined(state: TicketState) -> None:
    ended = (TicketState.CLOSED, TicketState.DISMISSED, TicketState.MERGED)
    assert does(clue(), state=state) is (state not in ended)


@pytest.mark.parametrize("kind", list(TicketKind))
def test_only_a_local_ticket_is_joined(kind: TicketKind) -> None:
    assert does(clue(), replace(TICKET, kind=kind)) is (kind is TicketKind.LOCAL)


def test_a_data_check_neither_joins_nor_is_joined() -> None:
    assert not does(clue(source=ClueSource.DATA_CHECK))
    assert not does(clue(), replace(TICKET, source="data_check"))
    assert does(clue(), replace(TICKET, source="complaint"))


@pytest.mark.parametrize(
    ("at", "same"),
    [
        (TICKET.event_start - SAME_TIME, True),
        (TICKET.event_start - SAME_TIME - SECOND, False),
        (TICKET.updated_at + SAME_TIME, True),
        (TICKET.updated_at + SAME_TIME + SECOND, False),
    ],
)
def test_the_same_time_is_an_hour_before_to_an_hour_after(at, same) -> None:
    assert does(clue(at=at)) is same


def test_an_event_that_is_over_counts_by_its_end() -> None:
    over = replace(TICKET, event_end=NOON - timedelta(minutes=1), updated_at=NOON + 10 * SAME_TIME)
    assert does(clue(at=NOON + SAME_TIME - timedelta(minutes=1)), over)
    assert not does(clue(at=NOON + SAME_TIME), over)


@pytest.mark.parametrize(
    ("said", "same"),
    [
        (clue(place=place(), lat=TICKET.lat + FAR), True),  # a candidate is named, wherever the clue was seen
        (clue(place=place(named=False), lat=TICKET.lat + FAR), True),  # it lies on a candidate's land
        (clue(place=place("e-9")), False),  # another is named, however near
        (clue(place=place("e-9", named=False)), True),  # near, on the land of a neighbour
        (clue(), True),
        (clue(lat=TICKET.lat + FAR), False),
    ],
)
def test_the_same_place(said: Clue, same) -> None:
    assert does(said) is same


def test_a_named_enterprise_near_a_ticket_without_candidates_joins_it() -> None:
    unknown = replace(TICKET, candidates=(), unknown_probability=1.0)
    assert does(clue(place=place("e-9")), unknown)


def test_a_hardly_likely_candidate_is_not_the_same_place() -> None:
    ticket = replace(TICKET, candidates=(replace(TICKET.candidates[0], probability=0.09),), unknown_probability=0.91)
    assert not does(clue(place=place()), ticket)


def test_of_several_the_leading_candidates_ticket_then_the_nearest_is_joined_in_whatever_order() -> None:
    near = replace(TICKET, id="near", candidates=(), unknown_probability=1.0)
    lead = replace(TICKET, id="lead", lat=TICKET.lat + 0.001)
    other = replace(TICKET, id="other", lat=TICKET.lat + 0.002, candidates=(), unknown_probability=1.0)
    standing = [Standing(one, TicketState.NEW) for one in (other, lead, near)]

    for order in (standing, standing[::-1]):
        assert joined_by(clue(place=place()), order) == "lead"
        assert joined_by(clue(), order) == "near"
    assert joined_by(clue(), []) is None


def test_the_id_is_a_hash_of_site_source_and_external_id_alone() -> None:
    first = open_ticket(clue(), "etown", NOON)
    later = open_ticket(clue(text="other words", at=NOON - SAME_TIME), "etown", NOON + SAME_TIME)

    assert first.id == later.id == clue_ticket_id("etown", ClueSource.COMPLAINT, "12345-1")
    assert len({first.id, clue_ticket_id("x", ClueSource.COMPLAINT, "12345-1")}) == 2
    assert first.id != clue_ticket_id("etown", ClueSource.OTHER, "12345-1")


@pytest.mark.parametrize(
    ("source", "where", "probability"),
    [
        (ClueSource.DATA_CHECK, place(), 1.0),
        (ClueSource.COMPLAINT, place(), 0.8),
        (ClueSource.SATELLITE, place(named=False), 0.6),
        (ClueSource.OTHER, None, 0.0),
    ],
)
def test_whom_a_ticket_points_at(source, where, probability) -> None:
    ticket = open_ticket(clue(source=source, place=where), "etown", NOON)

    assert sum(one.probability for one in ticket.candidates) == probability
    assert ticket.unknown_probability == round(1 - probability, 3)
    assert ticket.history[0].first == (where.enterprise_id if where else None)
    assert ticket.recommendation.action is Action.WATCH
    assert ticket.kind is TicketKind.LOCAL
    assert ticket.source == source.value


def test_a_clue_from_the_future_within_the_tolerance_begins_now() -> None:
    assert open_ticket(clue(at=NOON + SECOND), "etown", NOON).event_start == NOON
