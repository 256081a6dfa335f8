import pytest

from alerts.lifecycle import TABLE, MoveKind, allowed_moves, check_enterprise, check_reason, check_seen, next_state
from domain.problem import Problem
from domain.ticket import DismissalReason, TicketState
from tests.builders_alerts import make_move, make_ticket

ALL_REASONS = ["sensor_fault", "humidity", "regional", "registered_works", "duplicate", "other"]


def test_every_state_has_its_line_in_the_table():
    assert set(TABLE) == set(TicketState)


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("new", ["acknowledge", "dispatch", "watch", "dismiss"]),
        ("acknowledged", ["dispatch", "watch", "dismiss"]),
        ("watching", ["dispatch", "dismiss"]),
        ("dispatched", []),
        ("on_site", []),
        ("closed", []),
        ("dismissed", []),
        ("merged", []),
    ],
)
def test_each_state_allows_these_moves_and_names_them_in_a_refusal(state, allowed):
    state = TicketState(state)

    assert list(allowed_moves(state)) == allowed
    for kind in set(MoveKind) - set(allowed):
        with pytest.raises(Problem, match=f"allowed now: {', '.join(allowed) or 'nothing'}") as refused:
            next_state("a1", state, kind)
        assert refused.value.status == 409
        assert refused.value.extra == {"state": state, "allowed": allowed}


@pytest.mark.parametrize(
    ("kind", "after"),
    [("acknowledge", "acknowledged"), ("dispatch", "dispatched"), ("watch", "watching"), ("dismiss", "dismissed")],
)
def test_each_move_leads_to_one_state(kind, after):
    reached = {to for moves in TABLE.values() for move, to in moves.items() if move == kind}
    assert reached == {after}


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
    assert refused.value.extra == {"state": "watching", "version": 1, "allowed": ["dispatch", "dismiss"]}


def test_an_unknown_enterprise_is_refused_with_the_candidates():
    ticket = make_ticket()
    for named in (None, "e-112", "e-7"):
        assert check_enterprise(ticket, make_move(enterprise_id=named), {"e-7"}) is None

    with pytest.raises(Problem, match="'e-8' is not known") as refused:
        check_enterprise(ticket, make_move(enterprise_id="e-8"), {"e-7"})
    assert refused.value.extra == {"candidates": ["e-112"]}
