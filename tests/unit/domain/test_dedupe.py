"""First arrival wins, per channel."""

import numpy as np

from domain.channels import CHANNEL_INDEX, MINUTE_MS
from domain.dedupe import first_arrivals
from tests.builders import START_MS, a_site, some_readings

SITE = a_site(2)
OLDEST = START_MS // MINUTE_MS - 30
NAME = SITE.sensor_ids[0]


def test_a_repeat_brings_nothing_new_within_and_across_batches() -> None:
    rows = some_readings(SITE, [(NAME, 1, 1, {"pm25": 40.0}), (NAME, 1, 2, {"pm25": 90.0})])
    seen, kept, nothing_new = first_arrivals((), rows, OLDEST)
    assert nothing_new.tolist() == [False, True]
    assert kept.values[0, 0] == 40.0
    _, _, nothing_new = first_arrivals(seen, rows, OLDEST)
    assert nothing_new.all()


def test_another_channel_of_the_same_reading_is_news() -> None:
    rows = some_readings(SITE, [(NAME, 1, 1, {"pm25": 40.0}), (NAME, 1, 2, {"pm25": 90.0, "nox": 70.0})])
    _, kept, nothing_new = first_arrivals((), rows, OLDEST)
    assert not nothing_new.any()
    assert np.isnan(kept.values[1, CHANNEL_INDEX["pm25"]])
    assert kept.values[1, CHANNEL_INDEX["nox"]] == 70.0


def test_every_one_of_many_repeats_is_known() -> None:
    rows = some_readings(SITE, [(NAME, 1, i, {"pm25": 40.0 + i}) for i in range(9)])
    _, kept, nothing_new = first_arrivals((), rows, OLDEST)
    assert nothing_new.tolist() == [False] + [True] * 8
    assert np.isfinite(kept.values).sum() == 1


def test_three_parts_of_one_reading_each_count_once() -> None:
    parts = [{"pm25": 1.0}, {"pm10": 2.0}, {"pm25": 8.0, "pm10": 8.0, "o3": 3.0}]
    rows = some_readings(SITE, [(NAME, 1, i, part) for i, part in enumerate(parts)])
    _, kept, _ = first_arrivals((), rows, OLDEST)
    assert np.nansum(kept.values, axis=0)[:4].tolist() == [1.0, 2.0, 0.0, 3.0]


def test_old_minutes_are_forgotten() -> None:
    rows = some_readings(SITE, [(NAME, 60 * minute, 60 * minute, {"pm25": 1.0}) for minute in range(40)])
    seen, _, _ = first_arrivals((), rows, OLDEST)
    assert len(seen) == 40
    seen, _, _ = first_arrivals(seen, rows.take(slice(0, 0)), START_MS // MINUTE_MS + 35)
    assert [part.minute for part in seen] == [START_MS // MINUTE_MS + minute for minute in range(35, 40)]
