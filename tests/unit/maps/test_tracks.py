"""Where vehicles drove in the last hour: believed fixes only, broken at gaps, red where raised, within bounds."""

from collections.abc import Sequence

import numpy as np
import pytest

from domain.channels import N_CHANNELS, N_POLLUTANTS, POSITION_KEYS
from domain.readings import Readings
from maps import tracks as module
from maps.feed import LiveFeed
from maps.kept import Kept
from maps.track_lines import track_lines
from maps.tracks import HOUR_MS, SLOT_MS, Piece, Track, Tracks, pieces
from tests.builders_maps import (
    CLOCK_MS,
    TOPICS,
    Client,
    FakeTail,
    FakeTickets,
    a_feed,
    a_zone,
    an_app,
    judged_message,
    readings_message,
)

SITE = a_zone(4, 2, 2)
VAN, OTHER = (SITE.sensor_ids.index(name) for name in ("pv-0", "pv-1"))
LON, LAT = 116.5, 39.79
STEP_DEG = 0.0008  # eastwards in 10 s: 68 m


def drive(*times_s: float, sensor: int = VAN, accuracy_m: float = 5.0) -> Readings:
    """Return fixes of a vehicle that drives east; times after `CLOCK_MS`."""
    rows = len(times_s)
    time_ms = CLOCK_MS + (1000 * np.array(times_s)).astype(np.int64)
    position = np.full((rows, len(POSITION_KEYS)), np.nan)
    position[:, 0] = LON + STEP_DEG * np.array(times_s) / 10
    position[:, 1], position[:, 2] = LAT, accuracy_m
    return Readings(np.full(rows, sensor, np.int32), time_ms, time_ms, position, np.full((rows, N_CHANNELS), 30.0))


def hot_of(rows: Readings, hot: Sequence[int] = (), pollutant: int = 0) -> np.ndarray:
    which = np.zeros((len(rows), N_POLLUTANTS), np.bool_)
    which[list(hot), pollutant] = True
    return which


def taken(rows: Readings, hot: Sequence[int] = (), into: Tracks | None = None) -> Tracks:
    kept = into or Tracks(SITE)
    kept.take(rows, hot_of(rows, hot), int(rows.time_ms.max()))
    return kept


def now_of(rows: Readings) -> int:
    return int(rows.time_ms.max())


def test_of_each_ten_seconds_one_fix_is_kept_the_newest():
    rows = drive(*range(60))
    (track,) = taken(rows).last_hour(now_of(rows))

    assert (len(track.time_ms), np.diff(track.time_ms).tolist()) == (6, [SLOT_MS] * 5)
    assert (track.time_ms % SLOT_MS == SLOT_MS - 1000).all()


def test_an_hour_is_remembered_and_no_more():
    early, late = drive(*range(0, 7200, 10)), drive(7200)
    kept = taken(late, into=taken(early))
    (track,) = kept.last_hour(now_of(late))

    assert track.time_ms.min() > now_of(late) - HOUR_MS
    assert len(track.time_ms) == HOUR_MS // SLOT_MS
    assert kept.last_hour(now_of(late) + HOUR_MS) == []


def test_messages_in_any_cut_leave_the_same_track():
    rows, hot = drive(*range(0, 600, 3)), (7, 31, 32)
    at_once, in_parts = taken(rows, hot), Tracks(SITE)
    for begin in range(0, len(rows), 7):
        part = slice(begin, begin + 7)
        in_parts.take(rows.take(part), hot_of(rows, hot)[part], now_of(rows))
    ((one,), (other,)) = (kept.last_hour(now_of(rows)) for kept in (at_once, in_parts))

    assert (one.time_ms.tolist(), one.place.tolist()) == (other.time_ms.tolist(), other.place.tolist())
    assert one.raised.tolist() == other.raised.tolist()


def test_a_late_row_finds_its_place_and_moves_no_newer_fix():
    kept = taken(drive(0, 10, 29), into=Tracks(SITE))
    late = drive(21, 15)
    kept.take(late, hot_of(late), CLOCK_MS + 29_000)
    (track,) = kept.last_hour(CLOCK_MS + 29_000)

    assert ((track.time_ms - CLOCK_MS) // 1000).tolist() == [0, 15, 29]


@pytest.mark.parametrize("glitch", [(0.0, 0.0), (116.9, 40.1), (np.nan, np.nan)])
def test_a_fix_that_is_not_believed_is_on_no_track(glitch: tuple[float, float]):
    rows = drive(0, 10, 20, 30)
    rows.position[2, :2] = glitch
    (track,) = taken(rows).last_hour(now_of(rows))

    assert ((track.time_ms - CLOCK_MS) // 1000).tolist() == [0, 10, 30]


def test_a_fix_that_owns_to_a_great_error_is_on_no_track():
    rows = drive(0, 10, 20)
    rows.position[1, 2] = 500.0

    assert len(taken(rows).last_hour(now_of(rows))[0].time_ms) == 2


def test_a_measurement_far_ahead_of_the_clock_is_on_no_track():
    rows = drive(0, 10, 400)
    kept = Tracks(SITE)
    kept.take(rows, hot_of(rows), CLOCK_MS + 10_000)

    assert len(kept.last_hour(CLOCK_MS + 10_000)[0].time_ms) == 2


def test_stations_have_no_track():
    assert taken(drive(0, 10, sensor=0)).last_hour(CLOCK_MS + 10_000) == []


def test_a_track_breaks_at_a_gap():
    (track,) = taken(drive(0, 10, 20, 200, 210)).last_hour(CLOCK_MS + 210_000)

    assert list(pieces(track)) == [Piece(0, 2, 0), Piece(3, 4, 0)]


def test_a_vehicle_that_speaks_rarely_has_a_whole_track():
    (track,) = taken(drive(0, 60, 120, 240, 300)).last_hour(CLOCK_MS + 300_000)

    assert list(pieces(track)) == [Piece(0, 4, 0)]


def test_a_fix_alone_draws_nothing():
    for times in ((0,), (0, 400, 800)):
        rows = drive(*times)
        (track,) = taken(rows).last_hour(now_of(rows))
        assert list(pieces(track)) == []


def test_the_way_to_a_raised_fix_is_raised_and_pieces_join():
    (track,) = taken(drive(0, 10, 20, 30, 40), hot=(2,)).last_hour(CLOCK_MS + 40_000)

    assert list(pieces(track)) == [Piece(0, 1, 0), Piece(1, 2, 1), Piece(2, 4, 0)]


def test_a_rise_at_the_first_fix_is_not_lost():
    (track,) = taken(drive(0, 10, 20, 200, 210), hot=(0, 3)).last_hour(CLOCK_MS + 210_000)

    assert list(pieces(track)) == [Piece(0, 1, 1), Piece(1, 2, 0), Piece(3, 4, 1)]


def test_one_raised_reading_makes_its_ten_seconds_raised():
    rows = drive(*range(30))
    (track,) = taken(rows, hot=(13,)).last_hour(now_of(rows))

    assert track.raised.tolist() == [0, 1, 0]


def test_what_is_told_at_once_is_bounded_and_loses_no_rise(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_FIXES", 100)
    rows = drive(*range(0, 3600, 10))
    (track,) = taken(rows, hot=(123,)).last_hour(now_of(rows))

    assert len(track.time_ms) <= 51
    assert track.raised.any()


def test_pieces_cover_each_way_between_near_fixes_once():
    rng = np.random.default_rng(4)
    for _ in range(50):
        count = int(rng.integers(1, 40))
        time_ms = np.cumsum(rng.choice([10_000, 20_000, 400_000], count))
        raised = rng.integers(0, 4, count).astype(np.uint8)
        track = Track(VAN, time_ms, np.zeros((count, 2)), raised)
        ways = [way for piece in pieces(track) for way in range(piece.begin, piece.end)]

        assert ways == np.flatnonzero(np.diff(time_ms) <= module.GAP_MS).tolist()


def client_of(feed: LiveFeed) -> Client:
    return Client(an_app(SITE, feed, run=False))


def test_tracks_are_lines_with_times_red_where_a_reading_was_above_the_band():
    feed = a_feed(SITE, FakeTail(), FakeTickets())
    feed.take_message(TOPICS.breaches, judged_message(SITE, CLOCK_MS - 80_000))
    for second in range(0, 60, 10):
        row = {"sensor_id": "pv-1", "lon": LON + STEP_DEG * second / 10, "lat": LAT, "pm25": 30.0}
        row |= {"pm10": 150.0 if second == 30 else 50.0}
        feed.take_message(TOPICS.readings, readings_message([row], CLOCK_MS + 1000 * second))
    answer = client_of(feed).get("/api/v1/tracks")
    lines = answer.json()["features"]
    (hot,) = [one for one in lines if one["properties"]["state"] == "hot"]

    assert answer.headers["content-type"] == "application/geo+json"
    assert [one["properties"]["state"] for one in lines] == ["normal", "hot", "normal"]
    assert (hot["properties"]["sensor_id"], hot["properties"]["raised"]) == ("pv-1", ["pm10"])
    assert hot["properties"]["after_s"] == [0, 10]
    for one in lines:
        assert one["geometry"]["type"] == "LineString"
        assert len(one["geometry"]["coordinates"]) == len(one["properties"]["after_s"]) >= 2
    assert lines[0]["geometry"]["coordinates"][-1] == hot["geometry"]["coordinates"][0]


def test_a_zone_that_never_spoke_has_no_track():
    assert client_of(a_feed(SITE, FakeTail(), FakeTickets())).get("/api/v1/tracks").json()["features"] == []
    assert track_lines(a_zone(4, 0, 2), Tracks(a_zone(4, 0, 2)), 0)["features"] == []


def test_many_desks_that_ask_together_are_answered_by_one_work():
    made, now_s = [], [0.0]
    kept = Kept(lambda: bytes(made.append(1) or len(made)), 2.0, lambda: now_s[0])

    assert [len(kept.get()) for _ in range(50)] == [1] * 50
    now_s[0] = 2.0
    assert len(kept.get()) == 2
