"""The advice as a sum: every input shown, the points in the table, what a live system adds and what it never does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import advice
from domain.advice import POINTS, EnterpriseHistory, action_of, score_of, with_history
from domain.ticket import Action, Recommendation, Ticket, TicketKind
from tests.builders_alerts import make_ticket

FULL = ("two_sensors_agree", "upwind_probability_high")
BONUS = ("excess_strong", "excess_long", "limit_crossed", "high_value")


def a_ticket(*reasons: str, action: Action = Action.WATCH, minutes: int = 3) -> Ticket:
    ticket = make_ticket()
    return replace(
        ticket,
        recommendation=Recommendation(action=action, reasons=reasons),
        event_start=ticket.updated_at - timedelta(minutes=minutes),
    )


def test_every_reason_with_points_stands_in_the_documented_table():
    documented = advice.__doc__ or ""
    patterns = {"two_sensors_agree": "*_sensors_agree", "registered_works": "registered_*"}
    patterns |= {
        reason: f"{reason.split('_')[0]}_*" for reason in POINTS if reason.startswith(("clue_", "corroborated_"))
    }
    for reason in set(POINTS) - {"three_sensors_agree", "many_sensors_agree", "registered_drill"}:
        assert f"`{patterns.get(reason, reason)}`" in documented


@pytest.mark.parametrize("left_out", [*FULL, "evidence"])
def test_strength_never_makes_up_for_agreement_certainty_or_evidence(left_out):
    reasons = tuple(reason for reason in (*FULL, *BONUS) if reason != left_out)
    reasons += ("evidence_thin",) if left_out == "evidence" else ()

    assert action_of(score_of(reasons), reasons) is Action.WATCH
    assert action_of(score_of(FULL), FULL) is Action.DISPATCH


def test_the_score_is_the_sum_of_the_inputs_shown():
    told = with_history(a_ticket(*FULL, *BONUS, "calm_no_direction"), EnterpriseHistory(found=2, open_nearby=("x",)))

    assert told.score == pytest.approx(score_of(told.reasons)) == pytest.approx(sum(one.points for one in told.inputs))
    assert [one.name for one in told.inputs] == [
        "evidence",
        "strength",
        "duration",
        "sensors",
        "top_probability",
        "unknown_probability",
        "calm",
        "sensors_excluded",
        "limits",
        "registered",
        "outcomes_before",
        "open_dispatches_nearby",
        "visits_of_cap",
        "white_list",
    ]


@pytest.mark.parametrize(
    ("reasons", "history", "action", "named"),
    [
        ((*FULL,), EnterpriseHistory(open_nearby=("x",)), Action.WATCH, "dispatch_open_nearby"),
        ((*FULL, "evidence_thin"), EnterpriseHistory(found=1, nothing=3), Action.DISPATCH, "problems_found_before"),
        ((*FULL,), EnterpriseHistory(nothing=2), Action.WATCH, "nothing_found_before"),
        (("single_sensor", "evidence_thin"), EnterpriseHistory(nothing=2), Action.DISMISS, "nothing_found_before"),
        (
            ("single_sensor", "evidence_thin"),
            EnterpriseHistory(open_nearby=("x",)),
            Action.DISMISS,
            "dispatch_open_nearby",
        ),
        (("registered_works",), EnterpriseHistory(nothing=5), Action.WATCH, "nothing_found_before"),
    ],
)
def test_what_was_found_before_and_who_is_out_change_the_advice(reasons, history, action, named):
    told = with_history(a_ticket(*reasons), history)

    assert (told.action, named in told.reasons) == (action, True)


@pytest.mark.parametrize(
    ("history", "named"),
    [
        (EnterpriseHistory(whitelisted=True), "whitelisted_no_routine"),
        (EnterpriseHistory(visits=4, cap=4), "cap_reached"),
        (EnterpriseHistory(visits=3, cap=4), "quota_unused"),
    ],
)
def test_white_list_and_cap_are_named_and_change_nothing(history, named):
    told = with_history(a_ticket(*FULL, action=Action.DISPATCH), history)

    assert (told.action, told.reasons[-1]) == (Action.DISPATCH, named)


def test_without_any_history_the_systems_advice_stands():
    for action in Action:
        assert with_history(a_ticket("single_sensor", action=action), EnterpriseHistory()).action is action


@pytest.mark.parametrize("kind", [TicketKind.REGIONAL, TicketKind.SENSOR])
def test_regional_and_sensor_tickets_are_never_sent_to_an_enterprise(kind):
    ticket = replace(a_ticket(*FULL), kind=kind)

    assert with_history(ticket, EnterpriseHistory(found=9)).action is Action.WATCH


def test_an_excess_that_lasts_an_hour_is_long():
    assert "excess_long" in with_history(a_ticket("single_sensor", minutes=60), EnterpriseHistory()).reasons
    assert "excess_long" not in with_history(a_ticket("single_sensor", minutes=59), EnterpriseHistory()).reasons
