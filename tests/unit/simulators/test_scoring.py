from dataclasses import replace

import numpy as np
import pytest

from domain.ticket import TicketKind, TicketState
from domain.times import to_ms
from simulators.scoring import RunScore, Verdict, measures, reliability, score_run
from simulators.scoring.bars import Bar, against_bars
from simulators.scoring.summary import by_seed
from tests.builders_scoring import a_ticket, after, an_event, seen


def value(runs: RunScore | list[RunScore], name: str) -> float:
    given = runs if isinstance(runs, list) else [runs]
    return next(item.value for item in measures(given, 20) if item.name == name)


def verdicts(run: RunScore) -> list[Verdict]:
    return [ticket.verdict for ticket in run.tickets]


def test_a_ticket_that_fits_finds_its_event():
    run = score_run(seen(a_ticket(opened_min=12)), [an_event()])

    assert verdicts(run) == [Verdict.FOUND]
    assert run.events[0].delay_min == 12
    assert run.events[0].delay_visible_min == 7
    assert value(run, "recall") == value(run, "precision") == value(run, "top1_end") == 1.0
    assert value(run, "false_per_day") == 0.0


@pytest.mark.parametrize(("opened_min", "found"), [(-1, False), (0, True), (80, True), (81, False)])
def test_a_ticket_fits_from_the_start_until_forty_minutes_after_the_end(opened_min, found):
    run = score_run(seen(a_ticket(opened_min=opened_min)), [an_event(minutes=(0, 40))])

    assert run.events[0].found is found


@pytest.mark.parametrize(
    ("ticket", "found"),
    [
        pytest.param({"at": (1900, 0), "sensors": ()}, True, id="its place is near"),
        pytest.param({"at": (2100, 0), "sensors": ()}, False, id="its place is far"),
        pytest.param({"at": (9000, 0), "sensors": ("east-2.5km",)}, True, id="a station downwind"),
        pytest.param({"at": (9000, 0), "sensors": ("west-2.5km",)}, False, id="a station upwind"),
        pytest.param({"at": (9000, 0), "sensors": ("west-2.5km",), "from_deg": None}, True, id="upwind in calm"),
        pytest.param({"at": (9000, 0), "sensors": ("at",), "from_deg": 90}, True, id="beside it, upwind"),
        pytest.param({"at": (9000, 0), "sensors": ("pv-1",)}, False, id="a sensor without a place"),
        pytest.param({"at": (9000, 0), "sensors": (), "led": ("e-2", "e-1")}, True, id="it was named once"),
    ],
)
def test_a_ticket_fits_by_place_by_a_station_downwind_or_by_name(ticket, found):
    given = {"candidates": (("e-2", 0.6),), **ticket}
    run = score_run(seen(a_ticket(**given)), [an_event()])

    assert run.events[0].found is found
    assert verdicts(run) == [Verdict.FOUND if found else Verdict.FALSE]


def test_the_first_ticket_finds_and_the_rest_are_duplicates():
    run = score_run(seen(a_ticket("late", 30), a_ticket("first", 10), a_ticket("later", 50)), [an_event()])

    assert verdicts(run) == [Verdict.FOUND, Verdict.DUPLICATE, Verdict.DUPLICATE]
    assert run.events[0].ticket_id == "first"
    assert value(run, "duplicates") == pytest.approx(2 / 3)
    assert value(run, "precision") == 1.0


def test_a_ticket_tells_of_the_event_it_names_and_else_of_the_nearest():
    near, far = an_event("near", enterprise_id="e-9"), an_event("far", at=(1500.0, 0.0))
    naming, silent = a_ticket("naming", 10), a_ticket("silent", 11, (("e-5", 0.4),))

    run = score_run(seen(naming, silent), [near, far])

    assert {ticket.ticket_id: ticket.event_id for ticket in run.tickets} == {"naming": "far", "silent": "near"}
    assert value(run, "recall") == 1.0


def test_a_run_without_tickets_misses_everything_and_says_nothing_false():
    run = score_run(seen(hours=24), [an_event()])

    assert value(run, "recall") == 0.0
    assert value(run, "false_per_day") == 0.0
    assert value(run, "precision") != value(run, "precision")  # nothing to divide
    assert value(run, "delay_start_median_min") != value(run, "delay_start_median_min")


def test_a_quiet_run_with_a_dispatch_is_the_worst_kind_of_false():
    run = score_run(seen(a_ticket(sends=True), hours=6), [])

    assert verdicts(run) == [Verdict.FALSE]
    assert value(run, "false_per_day") == pytest.approx(4.0)
    assert value(run, "wrong_dispatches_per_day") == pytest.approx(4.0)
    assert value(run, "idle_dispatches_per_day") == pytest.approx(4.0)
    assert value(run, "recall") != value(run, "recall")


def test_a_dispatch_on_a_day_with_a_source_is_not_idle():
    run = score_run(seen(a_ticket(opened_min=-60, sends=True), hours=6), [an_event()])

    assert value(run, "wrong_dispatches_per_day") == pytest.approx(4.0)
    assert run.idle_days == 0.0


def test_days_are_those_of_the_site():
    run = score_run(seen(hours=24), [an_event()])  # 10:00 to 10:00 in Beijing

    assert run.idle_days == pytest.approx(10 / 24)


def test_regional_and_sensor_tickets_are_never_false():
    tickets = [a_ticket("r", kind=TicketKind.REGIONAL), a_ticket("s", kind=TicketKind.SENSOR)]
    run = score_run(seen(*tickets), [])

    assert verdicts(run) == [Verdict.REGIONAL, Verdict.SENSOR]
    assert value(run, "false_per_day") == 0.0
    assert value(run, "regional_per_day") == value(run, "sensor_per_day") == 2.0


def test_a_merged_ticket_neither_finds_nor_repeats():
    run = score_run(seen(a_ticket("gone", 10, state=TicketState.MERGED), a_ticket("stays", 11)), [an_event()])

    assert verdicts(run) == [Verdict.MERGED, Verdict.FOUND]
    assert value(run, "merged_per_day") == 2.0


@pytest.mark.parametrize(("sends", "verdict"), [(False, Verdict.NOT_DUE), (True, Verdict.WRONG_DISPATCH)])
@pytest.mark.parametrize("kind", ["works", "outside", "moving"])
def test_a_source_for_which_none_is_due_may_be_told_of_but_nobody_sent(kind, sends, verdict):
    run = score_run(seen(a_ticket(sends=sends)), [an_event(due=False, kind=kind, enterprise_id="")])

    assert verdicts(run) == [verdict]
    assert value(run, "false_per_day") == 0.0
    assert value(run, "wrong_dispatches_per_day") == (2.0 if sends else 0.0)
    assert (value(run, "precision") == 0.0) is sends


@pytest.mark.parametrize(("at", "near"), [((1050.0, 0.0), ("burst",)), ((1300.0, 0.0), ())])
def test_a_nuisance_beside_a_ticket_s_station_excuses_nothing_but_is_named(at, near):
    burst = an_event(due=False, kind="burst", enterprise_id="", minutes=(0, 20), at=at)
    run = score_run(seen(a_ticket()), [burst])

    assert verdicts(run) == [Verdict.FALSE]
    assert run.tickets[0].near == near
    assert run.events == ()


def test_a_false_ticket_that_lives_into_an_event_says_so():
    run = score_run(seen(a_ticket(opened_min=-5)), [an_event()])

    assert verdicts(run) == [Verdict.FALSE]
    assert run.tickets[0].near == ("later enterprise",)


def test_who_leads_is_told_at_opening_at_best_and_at_the_end():
    ticket = a_ticket(candidates=(("e-2", 0.5), ("e-1", 0.3), ("e-3", 0.1)), led=(None, "e-1", "e-2"))
    run = score_run(seen(ticket), [an_event()])

    assert (value(run, "top1_opening"), value(run, "top1_best"), value(run, "top1_end")) == (0.0, 1.0, 0.0)
    assert (value(run, "first_listed_end"), value(run, "top3_end")) == (0.0, 1.0)


def test_unknown_leads_where_it_has_more_than_the_first_candidate():
    ticket = a_ticket(candidates=(("e-1", 0.4),))
    registered, unregistered = (
        score_run(seen(ticket), [an_event(enterprise_id=place, kind="enterprise")]) for place in ("e-1", "")
    )

    assert (value(registered, "top1_end"), value(registered, "first_listed_end")) == (0.0, 1.0)
    assert value(unregistered, "unknown_led") == 1.0
    assert value(unregistered, "top1_end") != value(unregistered, "top1_end")  # only of registered ones


def test_a_source_nobody_could_see_counts_only_in_the_stricter_recall():
    run = score_run(seen(a_ticket()), [an_event(), an_event("ev-2", (300, 340), first_visible_ms=None)])

    assert (value(run, "recall"), value(run, "recall_visible")) == (0.5, 1.0)


def test_claims_are_true_where_they_name_the_source_and_unknown_where_there_is_none():
    right, false = a_ticket("right"), a_ticket("false", 300, (("e-2", 0.7), ("e-1", 0.2)))
    run = score_run(seen(right, false), [an_event()])
    band = next(item for item in reliability([run]) if item.low == 0.6)

    assert (band.claims, band.said, band.true) == (2, pytest.approx(0.7), 0.5)
    assert value(run, "sure_true") == 0.5
    assert value(run, "brier") == pytest.approx(((0.3**2 + 0.1**2 + 0.2**2) + (0.7**2 + 0.2**2 + 0.9**2)) / 2)
    assert next(item for item in reliability([run], only_sources=True) if item.low == 0.6).true == 1.0


def test_a_source_that_is_not_listed_costs_a_whole_square():
    run = score_run(seen(a_ticket(candidates=(("e-2", 1.0),))), [an_event()])

    assert value(run, "brier") == pytest.approx(2.0)


def test_runs_are_pooled_by_sums():
    good = score_run(seen(a_ticket(), hours=24), [an_event()])
    bad = score_run(seen(a_ticket("f", 300), hours=12), [an_event(), an_event("ev-2")])

    assert value([good, bad], "recall") == pytest.approx(1 / 3)
    assert value([good, bad], "false_per_day") == pytest.approx(1 / 1.5)


def test_intervals_hold_the_value_and_are_the_same_each_time():
    runs = [
        score_run(seen(*([a_ticket()] if found else []), hours=12), [an_event()], f"run-{number}")
        for number, found in enumerate([True, True, False, True, False, True])
    ]
    recall = next(item for item in measures(runs, 200) if item.name == "recall")

    assert recall.by_event[0] < recall.value < recall.by_event[1]
    assert recall.by_world[0] < recall.value < recall.by_world[1]
    assert measures(runs, 50)[0] == measures(runs, 50)[0]


def test_a_single_run_has_no_interval_by_world():
    recall = measures([score_run(seen(a_ticket()), [an_event()])], 20)[0]

    assert recall.by_event == (1.0, 1.0)
    assert recall.by_world[0] != recall.by_world[0]


@pytest.mark.parametrize(
    ("kind", "enterprise_id", "name"),
    [
        pytest.param("outside", "", "outside_sent", id="outside the zone"),
        pytest.param("moving", "", "moving_sent", id="on wheels"),
        pytest.param("enterprise", "e-1", "works_sent", id="registered works"),
    ],
)
@pytest.mark.parametrize("sends", [False, True])
def test_whom_nobody_is_due_to_see_is_counted_apart(kind, enterprise_id, name, sends):
    run = score_run(seen(a_ticket(sends=sends)), [an_event(due=False, kind=kind, enterprise_id=enterprise_id)])

    assert value(run, name) == float(sends)
    assert run.events[0].sent is sends


def test_a_ticket_that_was_taken_back_sent_nobody_to_an_event():
    run = score_run(seen(a_ticket(sends=True, state=TicketState.MERGED)), [an_event(due=False, kind="outside")])

    assert value(run, "outside_sent") == 0.0


def test_a_change_of_mind_is_counted():
    run = score_run(seen(a_ticket(led=(None, "e-2", "e-1"))), [an_event()])

    assert value(run, "changes") == 2.0


def test_bars_say_what_is_reached_missed_and_not_measured():
    run = score_run(seen(a_ticket(), a_ticket("again", 20), hours=24), [an_event()])
    reached = {bar.name: done for bar, (_, done) in against_bars(measures([run], 10)).items()}

    assert reached["recall"] is True
    assert reached["duplicates"] is False
    assert reached["outside_sent"] is None
    assert Bar("sure_true", 0.6, 0.8).says == "0.6 … 0.8"


def test_runs_are_gathered_by_the_seed_in_their_names():
    runs = [score_run(seen(), [], name) for name in ("strong-1", "two_at_once-2", "weak-1")]

    assert {seed: [run.name for run in some] for seed, some in by_seed(runs).items()} == {
        "1": ["strong-1", "weak-1"],
        "2": ["two_at_once-2"],
    }


def test_the_wind_of_an_event_is_its_mean_while_it_lasted():
    winds = np.array(
        [[to_ms(after(minute)), east, 1.0] for minute, east in ((-1, 9.0), (0, 2.0), (39, 4.0), (40, 9.0))]
    )
    run = score_run(replace(seen(), winds=winds), [an_event(minutes=(0, 40)), an_event("later", (300, 340))])

    assert [event.wind for event in run.events] == [(3.0, 1.0), None]
