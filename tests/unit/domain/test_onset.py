"""Onset, hold and clear, minute by minute: `^` over the edge, `-` between, `_` quiet, `x` not trusted."""

from dataclasses import replace

import numpy as np
import pytest

from domain.field import ChannelState
from domain.onset import Look, judge, no_onset
from domain.rules import DetectRules

RULES = DetectRules(onset_min=4, hold_min=3, clear_min=10)
LETTERS = {"NORMAL": "n", "HOT": "h", "BREACH": "B", "EXCLUDED": "x", "UNJUDGED": "u"}


def look(sign: str, minute: int, step_min: float) -> Look:
    full = np.ones((1, 4), np.bool_)
    return Look(
        judged=full & (sign != "x"),
        fresh=full & (sign not in "x."),
        over=full & (sign in "^."),
        quiet=full & (sign == "_"),
        flagged=full & (sign == "x"),
        value_ms=np.full((1, 4), minute * 60_000, np.int64),
        step_min=np.full((1, 1), step_min),
    )


def states(signs: str, step_min: float = 1.0) -> str:
    onset, seen = no_onset(1), ""
    for minute, sign in enumerate(signs):
        onset = judge(onset, look(sign, minute, step_min), RULES)
        seen += LETTERS[ChannelState(onset.state[0, 0]).name]
    return seen


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ("__^^^^^", "nnhhhBB"),
        ("__^___", "nnhhhn"),  # one hot minute cools after three
        ("__^_^_^_^", "nnhhhhhhB"),  # hot minutes count, not the alarm state
        ("^^^^----------------", "hhhBBBBBBBBBBBBBBBBB"),  # between the levels a breach holds
        ("^---", "hhhn"),  # but a hot channel does not
        ("^^^^__________", "hhhBBBBBBBBBBn"),
        ("^^^^_____^_________", "hhhBBBBBBBBBBBBBBBB"),
        ("^^^^xxxxxxxxxx", "hhhBBBBBBBBBBx"),  # a fault keeps no breach alive
        ("xx_", "xxn"),
    ],
)
def test_a_channel_through_its_minutes(signs: str, expected: str) -> None:
    assert states(signs) == expected


def test_one_hourly_reading_alone_is_no_breach() -> None:
    held = "^" + "." * 59
    assert states(held, step_min=60.0) == "h" * 60
    assert states(held + "^", step_min=60.0)[-1] == "B"


def test_the_onset_is_the_first_reading_of_the_excess() -> None:
    onset = no_onset(1)
    for minute, sign in enumerate("__^^^^"):
        onset = judge(onset, look(sign, minute, 1.0), RULES)
    assert onset.since_ms[0, 0] == 2 * 60_000
    assert replace(onset).state[0, 0] == ChannelState.BREACH
