"""What only the SQLite history promises: expiry, sharing, and a file that is something else."""

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from domain.channels import POLLUTANTS
from domain.frames import FrameSpan
from streams.history.settings import HistorySettings
from streams.history.sqlite import SqliteHistory
from tests.builders_history import NOW_MS, judged, readings, site, weather

DAY_MS = 86_400_000


def history_in(folder: Path, raw_days: int = 30, minute_days: int = 400) -> SqliteHistory:
    return SqliteHistory(
        folder / "history.sqlite", HistorySettings(site="etown", raw_days=raw_days, minute_days=minute_days)
    )


def count(history: SqliteHistory, sensor_id: str = "ms-001") -> tuple[int, int]:
    span = (0, NOW_MS + 1000 * DAY_MS)
    return len(history.readings_of(sensor_id, *span)), len(history.judged_of(sensor_id, *span))


def test_raw_readings_go_before_minutes(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    history.write_readings(readings({"pm25": 1.0}, {"time_ms": NOW_MS + 20 * DAY_MS, "pm25": 2.0}), site())
    history.write_judged([judged(value_pm25=1.0)], site())

    history.write_judged([judged(minute_ms=NOW_MS + 31 * DAY_MS, value_pm25=1.0)], site())
    after_a_month = count(history)
    history.write_judged([judged(minute_ms=NOW_MS + 401 * DAY_MS, value_pm25=1.0)], site())
    after_a_year = count(history)
    history.close()

    assert after_a_month == (1, 2)
    assert after_a_year == (0, 2)


def test_zero_days_keep_for_ever(tmp_path: Path) -> None:
    history = history_in(tmp_path, raw_days=0, minute_days=0)
    history.write_readings(readings({"pm25": 1.0}), site())
    history.write_weather(weather("w"))
    history.write_judged([judged(minute_ms=NOW_MS + 4000 * DAY_MS, value_pm25=1.0)], site())

    kept = count(history)
    history.close()

    assert kept == (1, 0)


def test_another_process_that_writes_is_waited_for(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    history.prepare()
    other = sqlite3.connect(tmp_path / "history.sqlite", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=history.write_readings, args=(readings({"pm25": 1.0}), site()))

    writer.start()
    held = other.execute("SELECT count(*) FROM reading").fetchone()[0]
    other.execute("COMMIT")
    writer.join(timeout=10)
    other.close()
    kept = count(history)
    history.close()

    assert (held, kept) == (0, (1, 0))


def test_threads_take_turns(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    threads = [
        threading.Thread(
            target=history.write_readings, args=(readings({"time_ms": NOW_MS + step, "pm25": 1.0}), site())
        )
        for step in range(20)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    kept = count(history)
    history.close()

    assert kept == (20, 0)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"these are no tables, not at all; " * 40)
    history = history_in(tmp_path)

    with pytest.raises(ValueError, match=r"history.sqlite is no SQLite file"):
        history.prepare()
    history.close()


def test_a_write_that_failed_leaves_no_half(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    history.prepare()
    blocker = sqlite3.connect(tmp_path / "history.sqlite")
    blocker.execute(
        "CREATE TRIGGER full BEFORE INSERT ON reading WHEN new.pm25 > 8 BEGIN SELECT raise(ABORT, 'no'); END"
    )
    blocker.commit()

    with pytest.raises(ValueError, match="refuses: no"):
        history.write_readings(readings({"pm25": 1.0}, {"time_ms": NOW_MS + 1, "pm25": 9.0}), site())
    blocker.execute("DROP TRIGGER full")
    blocker.commit()
    blocker.close()
    before = count(history)
    history.write_readings(readings({"pm25": 1.0}), site())
    after = count(history)
    history.close()

    assert (before, after) == ((0, 0), (1, 0))


def test_no_other_question_waits_for_a_look_at_the_past(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    history.write_judged([judged(value_pm25=5.0)], site())
    begins_ms = NOW_MS // 300_000 * 300_000
    values: list[float] = []

    def look() -> None:
        frames = history.frames(("ms-001",), "pm25", FrameSpan(begins_ms, begins_ms + 300_000, 300_000))
        values.append(float(frames.value[0, 0]))

    with history._lock:
        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        thread.join(10)
    history.close()

    assert values == [5.0]


def test_a_file_of_an_earlier_version_gets_the_new_columns_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    old = history_in(tmp_path)
    old.write_judged([judged(value_pm25=5.0)], site())
    old.close()
    with sqlite3.connect(path) as connection:
        for pollutant in POLLUTANTS:
            connection.execute(f"ALTER TABLE minute DROP COLUMN sigma_{pollutant}")
    connection.close()

    new = history_in(tmp_path)
    new.write_judged([judged(minute_ms=NOW_MS + 60_000, value_pm25=6.0, sigma_pm25=0.5, state_pm25=2)], site())
    rows = new.judged_of("ms-001", NOW_MS, NOW_MS + 60_001)
    new.close()

    assert rows.value[:, 0].tolist() == [5.0, 6.0]
    assert np.isnan(rows.sigma[0, 0])
    assert (rows.sigma[1, 0], rows.state[1, 0]) == (0.5, 2)
