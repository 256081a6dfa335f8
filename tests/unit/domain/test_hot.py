"""What may wear a red ring at once."""

import numpy as np
import pytest

from domain.channels import N_CHANNELS, POSITION_KEYS
from domain.field import ChannelState, Flag
from domain.hot import healthy_channels, hot_channels
from domain.readings import Readings

UPPER = np.array([[100.0, 200.0, np.nan, 150.0], [50.0, 60.0, 70.0, 80.0]])


def rows_of(sensor: list[int], pollutants: list[list[float]]) -> Readings:
    values = np.full((len(sensor), N_CHANNELS), np.nan)
    values[:, :4] = pollutants
    time_ms = np.zeros(len(sensor), np.int64)
    return Readings(
        np.array(sensor, np.int32), time_ms, time_ms, np.full((len(sensor), len(POSITION_KEYS)), np.nan), values
    )


def hot_of(sensor: list[int], pollutants: list[list[float]]) -> list[list[bool]]:
    return hot_channels(rows_of(sensor, pollutants), UPPER, np.ones((2, 4), np.bool_)).tolist()


def test_only_above_the_sensors_own_band_is_hot():
    hot = hot_of([0, 1], [[90.0, 90.0, 90.0, 90.0], [90.0, 90.0, 90.0, 70.0]])

    assert hot == [[False] * 4, [True, True, True, False]]


def test_the_upper_edge_itself_is_not_hot():
    assert hot_of([0], [[100.0, 200.1, 0.0, 0.0]]) == [[False, True, False, False]]


def test_without_a_value_or_a_band_nothing_is_hot():
    assert hot_of([0], [[np.nan, np.nan, 1000.0, np.nan]]) == [[False] * 4]


def test_an_impossible_value_is_never_hot():
    assert hot_of([0], [[99_999.0, 99_999.0, 99_999.0, 99_999.0]]) == [[False] * 4]


@pytest.mark.parametrize(
    ("flag", "state", "speaks"),
    [
        (Flag.NONE, ChannelState.NORMAL, True),
        (Flag.NONE, ChannelState.BREACH, True),
        (Flag.STUCK, ChannelState.NORMAL, False),
        (Flag.NONE, ChannelState.EXCLUDED, False),
        (Flag.NONE, ChannelState.UNJUDGED, False),
    ],
)
def test_only_a_trusted_and_judged_channel_speaks(flag: Flag, state: ChannelState, *, speaks: bool):
    healthy = healthy_channels(np.full((2, 4), flag, np.uint16), np.full((2, 4), state, np.uint8))
    hot = hot_channels(rows_of([0], [[101.0, 0.0, 0.0, 0.0]]), UPPER, healthy)

    assert bool(hot[0, 0]) is speaks
