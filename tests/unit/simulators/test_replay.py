"""A replay is the live system on a virtual clock: paced or not, the same comes of it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.channels import MINUTE_MS
from domain.pipeline import make_ready
from domain.qualify_state import Counts
from domain.readings import Arrivals, tick
from domain.site import Site
from domain.wire import encode_outcome, encode_ticket
from simulators.recording import Recording, read_recording
from simulators.replay import Progress, RunResult, collect, replay
from simulators.replay.judging import judged_ahead
from simulators.replay.summary import run_hash, tickets_jsonl
from tests.builders import START_MS, a_site, run, whole
from tests.builders_recording import an_hour, put, weather_table, wide

SITE = a_site()
ZONED = make_ready(SITE)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    readings, weather = an_hour(SITE)
    return read_recording(put(tmp_path_factory.mktemp("r"), wide(readings, SITE), weather_table(weather)), SITE)


@pytest.fixture(scope="module")
def result(recording: Recording) -> RunResult:
    return replay(recording, ZONED)


class Hands:
    """A wall clock that moves only when it is slept on."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def test_a_ticket_comes_of_the_plume_and_names_the_works_beside_it(result: RunResult) -> None:
    assert [ticket.candidates[0].enterprise_id for ticket in result.tickets] == ["e-1"]
    assert result.decisions["opened"] == 1
    assert result.tickets[0].event_end is not None


def test_it_is_what_the_steps_make_of_the_same_arrivals(recording: Recording, result: RunResult) -> None:
    live = run(SITE, whole(recording.readings, recording.weather, after_min=SITE.rules.close_after_min))

    assert {ticket.id: encode_ticket(ticket) for ticket in result.tickets} == {
        name: encode_ticket(ticket) for name, ticket in live.last.items()
    }
    assert sum(result.decisions.values()) == len(live.names)


def test_the_clock_runs_on_for_close_after_and_no_further(recording: Recording, result: RunResult) -> None:
    seen: list[Progress] = []
    replay(recording, ZONED, on_progress=seen.append)

    assert seen[-1].clock_ms == recording.last_ms + SITE.rules.close_after_min * MINUTE_MS
    assert seen[-1].readings == seen[-1].of_readings == len(recording.readings)
    assert seen[-1].minutes == result.minutes


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_a_paced_replay_takes_the_recordings_time_and_says_the_same(
    recording: Recording, result: RunResult, rate: float
) -> None:
    wall = Hands()

    paced = replay(recording, ZONED, rate=rate, wall=wall)

    span_s = (recording.last_ms - recording.first_ms) / 1000.0
    assert sum(wall.slept) == pytest.approx(span_s / rate, abs=1e-6)
    assert max(wall.slept) <= SITE.rules.tick_s / rate + 1e-6
    assert run_hash(paced) == run_hash(result)
    assert paced.decisions == result.decisions


def test_minutes_judged_ahead_by_another_process_say_the_same(recording: Recording, result: RunResult) -> None:
    ahead = replay(recording, ZONED, ahead=True)

    assert run_hash(ahead) == run_hash(result)
    assert ahead.decisions == result.decisions
    assert (ahead.readings, ahead.minutes) == (result.readings, result.minutes)


def test_what_goes_wrong_ahead_is_raised_here() -> None:
    def broken() -> Iterator[Arrivals]:
        yield tick(START_MS)
        raise ValueError("no more")

    parts = judged_ahead(broken(), ZONED)
    assert next(parts).clock_ms == START_MS
    with pytest.raises(ValueError, match="no more"):
        next(parts)


def test_a_process_that_is_killed_ahead_is_told_of() -> None:
    def killed() -> Iterator[Arrivals]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield tick(START_MS)

    with pytest.raises(ChildProcessError, match="replay again"):
        next(judged_ahead(killed(), ZONED))


def test_readings_are_accounted_for(tmp_path: Path) -> None:
    readings, weather = an_hour(SITE, 5)
    twice = readings.take(sorted([*range(len(readings)), *range(10)]))
    found = read_recording(put(tmp_path, wide(twice, SITE), weather_table(weather)), SITE)

    counted = replay(found, ZONED)

    assert (counted.readings, counted.duplicates, counted.late, counted.too_late) == (len(twice), 10, 0, 0)


def test_what_a_live_system_kept_makes_the_same_run(recording: Recording, result: RunResult) -> None:
    live = run(SITE, whole(recording.readings, recording.weather, after_min=SITE.rules.close_after_min))
    sent = [encode_outcome(one) for one in (*live.tickets, *live.decisions)]
    counts = Counts(readings=result.readings)

    collected = collect(
        SITE,
        tickets=[encode_ticket(ticket) for ticket in live.last.values()],
        judged=[*live.judged[:20], *live.judged],  # a worker that started again sends some once more
        outcomes=[*sent, *sent[-3:]],
        counts=counts,
    )

    assert collected.tickets == result.tickets
    assert tickets_jsonl(collected) == tickets_jsonl(result)
    assert collected.breaches.equals(result.breaches)
    assert collected.decisions == result.decisions
    assert collected.minutes == result.minutes


def test_breaches_hold_every_raised_minute_with_its_excess(result: RunResult) -> None:
    rows = result.breaches.to_pylist()

    assert {row["sensor_id"] for row in rows} >= {"s-1-1", "s-2-2"}
    assert {row["state"] for row in rows} == {"hot", "breach"}
    assert all(row["excess"] == row["value"] - row["background"] for row in rows if row["value"] is not None)
    assert all(row["since"] <= row["minute"] for row in rows)
    moments = [(row["minute"], row["sensor_id"]) for row in rows]
    assert moments == sorted(moments)
    assert rows[0]["minute"].timestamp() * 1000 >= START_MS + 20 * MINUTE_MS


def test_quiet_air_makes_an_empty_run(tmp_path: Path) -> None:
    site: Site = a_site(side=2)
    readings, _ = an_hour(a_site(side=2), 3)

    nothing = replay(read_recording(put(tmp_path, wide(readings, site)), site), make_ready(site))

    assert nothing.tickets == ()
    assert nothing.breaches.num_rows == 0
    assert tickets_jsonl(nothing) == b""
