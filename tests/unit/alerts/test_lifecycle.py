"""The table of states, walked whole; and what a move must say."""

import pytest

from alerts.checks import check_enterprise, check_move, check_reason
from alerts.lifecycle import (
    BY_THE_CLOCK,
    TABLE,
    MoveKind,
    Outcome,
    allowed_moves,
    check_seen,
    next_state,
)
from domain.problem import Problem
from domain.supervision.compliance import Measure
from domain.ticket import DismissalReason, TicketState
from tests.builders_alerts import make_move, make_ticket

ALL_REASONS = ["sensor_fault", "humidity", "regional", "registered_works", "duplicate", "other"]


def test_every_state_has_its_line_in_the_table():
    assert set(TABLE) == set(TicketState)


ALLOWED = {
    "new": ["acknowledge", "dispatch", "watch", "dismiss", "shelve", "merge"],
    "acknowledged": ["dispatch", "watch", "dismiss", "shelve", "merge"],
    "watching": ["dispatch", "dismiss", "merge"],
    "dispatched": ["undo", "accept", "arrive", "outcome"],
    "on_site": ["outcome"],
    "closed": [],
    "dismissed": [],
    "merged": [],
}
CLOCKS = {
    "new": {"remind", "escalate", "reopen"},
    "acknowledged": {"remind", "escalate", "reopen"},
    "watching": {"reopen"},
    "dispatched": {"remind", "escalate"},
    "on_site": {"remind", "escalate"},
    "closed": {"reopen"},
    "dismissed": {"reopen"},
    "merged": set(),
}


@pytest.mark.parametrize(("state", "allowed"), ALLOWED.items())
def test_each_state_allows_these_moves_and_names_them_in_every_refusal(state, allowed):
    state = TicketState(state)

    assert list(allowed_moves(state)) == allowed
    assert {kind for kind in TABLE[state] if kind in BY_THE_CLOCK} == CLOCKS[state]
    for kind in set(MoveKind) - set(TABLE[state]):
        with pytest.raises(Problem, match=f"allowed now: {', '.join(allowed) or 'nothing'}") as refused:
            next_state("a1", state, kind)
        assert refused.value.status == 409
        assert refused.value.extra == {"state": state, "allowed": allowed}


STAYS = ["shelve", "accept", "remind", "escalate"]


@pytest.mark.parametrize("kind", [kind for kind in MoveKind if kind not in STAYS])
def test_each_move_leads_to_one_state(kind):
    after = {
        "acknowledge": "acknowledged",
        "dispatch": "dispatched",
        "watch": "watching",
        "dismiss": "dismissed",
        "undo": None,
        "merge": "merged",
        "arrive": "on_site",
        "outcome": "closed",
        "reopen": "new",
    }[kind]
    reached = {to for moves in TABLE.values() for move, to in moves.items() if move == kind}
    assert reached == {after}


@pytest.mark.parametrize("kind", STAYS)
def test_some_moves_leave_a_ticket_where_it_is(kind):
    assert all(moves.get(kind, state) == state for state, moves in TABLE.items())


def test_every_state_but_merged_can_be_left_and_every_state_can_be_reached():
    reached = {to for moves in TABLE.values() for to in moves.values()}

    assert reached - {None} == set(TicketState)
    assert [state for state, moves in TABLE.items() if not set(moves.values()) - {state}] == [TicketState.MERGED]


def test_a_dismissal_without_a_reason_names_the_reasons():
    with pytest.raises(Problem) as refused:
        check_reason(make_move(MoveKind.DISMISS))
    assert refused.value.status == 422
    assert refused.value.extra["allowed"] == ALL_REASONS


@pytest.mark.parametrize("note", [None, "", "  \n"])
def test_other_needs_a_note(note):
    with pytest.raises(Problem, match="note is missing") as refused:
        check_reason(make_move(MoveKind.DISMISS, reason_code=DismissalReason.OTHER, note=note))
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "move",
    [
        make_move(MoveKind.DISPATCH),
        make_move(MoveKind.DISMISS, reason_code=DismissalReason.HUMIDITY),
        make_move(MoveKind.DISMISS, reason_code=DismissalReason.OTHER, note="现场已核实"),
    ],
    ids=["dispatch needs none", "a code is enough", "other with a note"],
)
def test_a_reason_that_is_enough(move):
    assert check_reason(move) is None


def test_a_move_decided_on_another_version_is_refused_with_what_is_so_now():
    with pytest.raises(Problem) as refused:
        check_seen("a1", make_move(seen=0), 1, TicketState.WATCHING)
    assert refused.value.status == 409
    assert refused.value.extra == {"state": "watching", "version": 1, "allowed": ["dispatch", "dismiss", "merge"]}


def test_an_unknown_enterprise_is_refused_with_the_candidates():
    ticket = make_ticket()
    for named in (None, "e-112", "e-7"):
        assert check_enterprise(ticket, make_move(enterprise_id=named), {"e-7"}) is None

    with pytest.raises(Problem, match="'e-8' is not known") as refused:
        check_enterprise(ticket, make_move(enterprise_id="e-8"), {"e-7"})
    assert refused.value.extra == {"candidates": ["e-112"]}


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"kind": MoveKind.SHELVE}, "give 1 to 240"),
        ({"kind": MoveKind.SHELVE, "minutes": 241}, "give 1 to 240"),
        ({"kind": MoveKind.SHELVE, "minutes": 0}, "give 1 to 240"),
        ({"kind": MoveKind.WATCH, "minutes": 1441}, "give 1 to 1440"),
        ({"kind": MoveKind.MERGE}, "into is missing"),
        ({"kind": MoveKind.OUTCOME}, "say problem_found and measure"),
        (
            {"kind": MoveKind.OUTCOME, "outcome": Outcome(problem_found=False, measure=Measure.PENALTY)},
            "problem_found is false",
        ),
    ],
)
def test_a_move_that_does_not_say_what_it_must_is_told_how_to_mend_it(said, complaint):
    with pytest.raises(Problem, match=complaint) as refused:
        check_move(make_move(**said))
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "said",
    [
        {"kind": MoveKind.WATCH},
        {"kind": MoveKind.SHELVE, "minutes": 240},
        {"kind": MoveKind.OUTCOME, "outcome": Outcome(problem_found=True, measure=Measure.PENALTY)},
        {"kind": MoveKind.OUTCOME, "outcome": Outcome(problem_found=False, measure=Measure.GUIDANCE)},
    ],
)
def test_a_move_that_says_enough(said):
    assert check_move(make_move(**said)) is None
