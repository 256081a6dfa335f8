"""What is counted, and how a store that is away is waited for."""

import asyncio
import threading

import pytest
import structlog

from streams import retry
from streams.meter import Meter
from streams.retry import until_done


def test_counts_add_up() -> None:
    meter = Meter()

    meter.count("readings", 500)
    meter.count("readings")

    assert meter.counts["readings"] == 501
    assert meter.counts["never"] == 0


def test_a_step_that_moves_is_seen_to_move() -> None:
    meter = Meter()

    meter.moved("qualify", 0, 7)
    first_s = meter.moved_at_s["qualify"]
    meter.moved("qualify", 0, 8)

    assert meter.offsets == {("qualify", 0): 8}
    assert meter.moved_at_s["qualify"] >= first_s


def test_durations_fall_into_their_buckets() -> None:
    meter = Meter()

    for seconds in (0.001, 0.005, 0.3, 1000.0):
        meter.lasted("qualify", seconds)

    histogram = meter.histograms["qualify"]
    edges = histogram.EDGES_S
    assert histogram.amounts[0] == 2
    assert histogram.amounts[edges.index(0.5)] == 1
    assert histogram.amounts[-1] == 1
    assert histogram.sum_s == pytest.approx(1000.306)


async def test_a_call_that_works_is_made_once() -> None:
    calls: list[int] = []

    assert await until_done(lambda: calls.append(1) or "done", "store") == "done"
    assert calls == [1]


async def test_a_store_that_is_away_is_told_once_and_when_it_is_back() -> None:
    answers = iter([ConnectionError("no"), ConnectionError("no"), ConnectionError("no"), None])

    def call() -> None:
        answer = next(answers)
        if answer is not None:
            raise answer

    with structlog.testing.capture_logs() as logs:
        await until_done(call, "store")

    assert [line["event"] for line in logs] == ["store_away", "store_back"]


async def test_other_failures_are_the_callers() -> None:
    def call() -> None:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        await until_done(call, "store")


async def test_a_call_that_hangs_is_told_and_still_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "SLOW_S", 0.01)
    release = threading.Event()

    with structlog.testing.capture_logs() as logs:
        waiting = asyncio.create_task(until_done(lambda: release.wait(20), "store"))
        await asyncio.wait({waiting}, timeout=0.05)
        release.set()
        done = await waiting

    assert done is True
    assert {line["event"] for line in logs} == {"store_slow"}
