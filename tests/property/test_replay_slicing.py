"""How a recording is cut, ordered or laid out changes no byte of what comes of it."""

import functools
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.pipeline import Zoned, make_ready
from domain.readings import concat_readings
from simulators.recording import Recording, read_recording
from simulators.replay import RunResult, replay
from simulators.replay.slices import Slicing, slices
from simulators.replay.summary import run_hash
from tests.builders import a_site, by_receipt
from tests.builders_recording import an_hour, long, put, shuffled, weather_table, wide

QUICKLY = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@functools.cache
def zoned() -> Zoned:
    return make_ready(a_site(side=3))


@functools.cache
def tables() -> tuple[object, object]:
    """A plume in air with repeats, late rows, and rows received in the very same millisecond."""
    readings, weather = an_hour(zoned().site, 40)
    rng = np.random.default_rng(5)
    some = readings.take(np.sort(rng.choice(len(readings), 60, replace=False)))
    late = replace(some, received_ms=some.received_ms + rng.integers(0, 40 * 60_000, 60))
    blurred = replace(readings, received_ms=readings.received_ms // 2000 * 2000)
    return wide(by_receipt(concat_readings([blurred, late])), zoned().site), weather_table(weather)


def recorded(readings: object, weather: object) -> Recording:
    with tempfile.TemporaryDirectory() as folder:
        return read_recording(put(Path(folder), readings, weather), zoned().site)


@functools.cache
def recording() -> Recording:
    return recorded(*tables())


@functools.cache
def expected() -> tuple[str, dict[str, int], int, int]:
    result = replay(recording(), zoned())
    assert result.tickets
    assert result.duplicates
    assert result.late + result.too_late
    return said(result)


def said(result: RunResult) -> tuple[str, dict[str, int], int, int]:
    return run_hash(result), dict(result.decisions), result.duplicates, result.late + result.too_late


@QUICKLY
@given(rows=st.integers(1, 500), span_ms=st.integers(10_000, 7_200_000))
def test_the_cuts_change_nothing(rows: int, span_ms: int) -> None:
    assert said(replay(recording(), zoned(), slicing=Slicing(rows, span_ms))) == expected()


@QUICKLY
@given(rows=st.integers(1, 500), span_ms=st.integers(10_000, 7_200_000))
def test_slices_are_the_whole_recording_in_order(rows: int, span_ms: int) -> None:
    parts = list(slices(recording(), Slicing(rows, span_ms)))

    received_ms = np.concatenate([part.readings.received_ms for part in parts])
    weather_ms = np.concatenate([part.weather.received_ms for part in parts])
    clocks = [part.clock_ms for part in parts]
    assert np.array_equal(received_ms, recording().readings.received_ms)
    assert np.array_equal(weather_ms, recording().weather.received_ms)
    assert clocks == sorted(set(clocks))
    assert clocks[-1] == recording().last_ms
    assert all(part.readings.received_ms.max(initial=0) <= part.clock_ms for part in parts)


@QUICKLY
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_in_the_files_changes_nothing(seed: int) -> None:
    readings, weather = tables()

    other = recorded(shuffled(readings, seed), shuffled(weather, seed))

    assert other.input_hash == recording().input_hash
    assert said(replay(other, zoned())) == expected()


@settings(QUICKLY, max_examples=4)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_long_form_makes_the_same_run(seed: int) -> None:
    readings, weather = tables()

    other = recorded(shuffled(long(readings), seed), weather)

    assert other.input_hash == recording().input_hash
    assert said(replay(other, zoned())) == expected()
