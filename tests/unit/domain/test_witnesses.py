"""What witnesses and silence say about the source."""

import numpy as np
import pytest

from domain.rules import CorrelateRules
from domain.witnesses import Witnesses, hear, no_witnesses, posterior, together, weakest_claim

RULES = CorrelateRules(unknown_weight=0.15)


def said(*minutes: tuple[int, list[float]], unseen: list[float] | None = None) -> Witnesses:
    witnesses = no_witnesses(3)
    for sensor, claims in minutes:
        witnesses = hear(witnesses, (sensor,), np.array([claims]), np.array(unseen or [0.0, 0.0, 0.0]))
    return witnesses


def test_probabilities_sum_to_one() -> None:
    probability, unknown = posterior(said((0, [0.8, 0.2, 0.0]), (1, [0.4, 0.5, 0.0])), RULES)
    assert probability.sum() + unknown == pytest.approx(1.0)


def test_nobody_says_nothing() -> None:
    probability, unknown = posterior(no_witnesses(3), RULES)
    assert (probability.tolist(), unknown) == ([0.0, 0.0, 0.0], 1.0)


def test_a_place_out_of_reach_is_no_candidate() -> None:
    probability, unknown = posterior(said((0, [0.0, 0.0, 0.0])), RULES)
    assert (probability.tolist(), unknown) == ([0.0, 0.0, 0.0], 1.0)


def test_the_source_that_explains_both_sensors_leads_the_one_that_explains_one() -> None:
    probability, unknown = posterior(said((0, [0.5, 0.9, 0.0]), (1, [0.5, 0.0, 0.9])), RULES)
    assert probability.argmax() == 0
    assert probability[0] > 0.7 > unknown


def test_minutes_of_one_sensor_are_one_witness() -> None:
    once, _ = posterior(said((0, [0.6, 0.2, 0.0])), RULES)
    often, _ = posterior(said(*[(0, [0.6, 0.2, 0.0])] * 50), RULES)
    assert often == pytest.approx(once)


def test_silence_where_the_plume_would_pass_speaks_against_a_source() -> None:
    before, _ = posterior(said((0, [0.5, 0.5, 0.0])), RULES)
    after, _ = posterior(said((0, [0.5, 0.5, 0.0]), unseen=[1.5, 0.1, 0.0]), RULES)
    assert before[0] == before[1]
    assert after[0] < 0.5 * after[1]


def test_what_nobody_explains_is_unknown() -> None:
    _, unknown = posterior(said((0, [0.02, 0.01, 0.0]), (1, [0.01, 0.02, 0.0])), RULES)
    assert unknown > 0.7


def test_merged_testimony_is_as_if_heard_by_one() -> None:
    one, other = [(0, [0.5, 0.1, 0.0]), (1, [0.4, 0.2, 0.0])], [(1, [0.2, 0.2, 0.1]), (2, [0.3, 0.0, 0.0])]
    joint, heard = together(said(*one), said(*other)), said(*one, *other)
    assert joint.sensors == heard.sensors
    assert joint.seen == pytest.approx(heard.seen)
    assert joint.seen_minutes == pytest.approx(heard.seen_minutes)
    assert joint.unseen_minutes == heard.unseen_minutes


def test_the_weakest_witness_counts() -> None:
    assert weakest_claim(said((0, [0.5, 0.9, 0.0]), (1, [0.4, 0.0, 0.9]))).tolist() == [0.4, 0.0, 0.0]
    assert weakest_claim(no_witnesses(3)).tolist() == [1.0, 1.0, 1.0]
