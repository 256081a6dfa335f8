"""How a zone stands for the eye, on a clock that the test moves."""

import numpy as np
import pytest

from domain.field import ChannelState
from domain.site import Sensor, SensorKind, Site
from maps.delta import DeltaFeed
from maps.live import LiveZone
from maps.standing import STATES, learn_interval
from tests.builders_maps import CLOCK_MS, TOPICS, a_judged, readings_message, tick_message

SITE = Site(
    site_id="zone",
    name="Zone",
    timezone="Asia/Shanghai",
    sensors=(
        Sensor(sensor_id="a", lon=116.5, lat=39.8),
        Sensor(sensor_id="b", lon=116.51, lat=39.8),
        Sensor(sensor_id="v", kind=SensorKind.VEHICLE),
    ),
)


class Zone:
    """A live zone and the seconds that have passed."""

    def __init__(self) -> None:
        self.live = LiveZone(SITE, hot_hold_s=30)
        self.feed = DeltaFeed(SITE.sensor_ids, SITE.is_vehicle)

    def say(self, at_s: float, sensor_id: str, *, measured_s: float | None = None, **values: float) -> None:
        now_ms = CLOCK_MS + int(at_s * 1000)
        row = {"sensor_id": sensor_id, **values}
        if measured_s is not None:
            row["time_ms"] = CLOCK_MS + int(measured_s * 1000)
        self.live.take_message(TOPICS.readings, readings_message([row], now_ms))

    def tick(self, at_s: float) -> None:
        self.live.take_message(TOPICS.readings, tick_message(CLOCK_MS + int(at_s * 1000)))

    def judge(self, minute: int = 0, **more: object) -> None:
        self.live.take_judged(a_judged(SITE, CLOCK_MS + minute * 60_000 - 80_000, **more))

    def state(self, sensor_id: str = "a") -> str:
        return STATES[self.live.picture().code[SITE.sensor_ids.index(sensor_id)]].value

    def told(self) -> list[list[object]]:
        return self.feed.changed(self.live.picture())


def test_who_never_spoke_is_offline():
    zone = Zone()
    zone.tick(0)

    assert [zone.state(name) for name in "abv"] == ["offline"] * 3


def test_a_reading_above_the_band_is_hot_at_once():
    zone = Zone()
    zone.judge()
    zone.say(0, "a", pm25=60.0)
    before = zone.state()
    zone.say(1, "a", pm25=101.0)

    assert (before, zone.state()) == ("normal", "hot")


def test_before_any_minute_was_judged_nothing_is_hot():
    zone = Zone()
    zone.say(0, "a", pm25=900.0)

    assert zone.state() == "normal"


def test_a_hot_mark_outlives_one_quiet_reading_and_ends_after_the_hold():
    zone = Zone()
    zone.judge()
    zone.say(0, "a", pm25=130.0)
    zone.say(1, "a", pm25=50.0)
    held = zone.state()
    for second in range(2, 33):
        zone.say(second, "a", pm25=50.0)

    assert (held, zone.state()) == ("hot", "normal")


def test_a_late_reading_changes_nothing_that_is_shown():
    zone = Zone()
    zone.judge()
    zone.say(0, "a", pm25=50.0)
    zone.say(1, "a", measured_s=-300, pm25=400.0)

    assert zone.state() == "normal"
    assert zone.live.picture().value[0] == 50.0


def test_a_judged_breach_is_breach_until_it_is_judged_otherwise():
    zone = Zone()
    zone.say(0, "a", pm25=180.0)
    zone.judge(breach=["a"])
    during = zone.state()
    zone.judge(1)

    assert (during, zone.state()) == ("breach", "normal")


def test_an_older_judged_minute_does_not_undo_a_newer():
    zone = Zone()
    zone.say(0, "a", pm25=180.0)
    zone.judge(5, breach=["a"])
    zone.judge(4)
    zone.say(300, "a", pm25=180.0)

    assert zone.state() == "breach"


def test_a_sensor_whose_channels_are_all_flagged_is_excluded():
    zone = Zone()
    zone.say(0, "a", pm25=50.0)
    zone.judge(excluded=["a"])

    assert zone.state() == "excluded"


def test_one_flagged_channel_does_not_exclude_a_sensor():
    zone = Zone()
    zone.say(0, "a", pm25=50.0)
    judged = a_judged(SITE, CLOCK_MS - 80_000)
    judged.flags[0, 3] = 4
    judged.state[0, 3] = ChannelState.EXCLUDED
    zone.live.take_judged(judged)

    assert zone.state() == "normal"


@pytest.mark.parametrize(
    ("silent_s", "state"), [(179, "normal"), (181, "stale"), (15 * 60 - 1, "stale"), (15 * 60 + 1, "offline")]
)
def test_three_missed_intervals_are_stale_and_a_quarter_of_an_hour_is_offline(silent_s: float, state: str):
    zone = Zone()
    for minute in range(10):
        zone.say(minute * 60, "a", pm25=50.0)
    zone.tick(540 + silent_s)

    assert zone.state() == state


def test_a_sensor_that_speaks_hourly_is_not_offline_between_two_words():
    zone = Zone()
    for hour in range(3):
        zone.say(hour * 3600, "a", pm25=50.0)
    zone.tick(2 * 3600 + 3000)

    assert zone.state() == "normal"


def test_silence_outranks_a_breach():
    zone = Zone()
    for second in range(0, 60, 10):
        zone.say(second, "a", pm25=180.0)
    zone.judge(breach=["a"])
    zone.tick(200)

    assert zone.state() == "stale"


def test_a_burst_after_an_outage_does_not_make_an_interval_tiny():
    interval = np.array([60_000.0])
    for _ in range(10):
        interval = learn_interval(interval, np.array([100.0]))

    assert interval[0] > 20_000


def test_only_what_changed_is_told():
    zone = Zone()
    zone.say(0, "a", pm25=50.0)
    first = zone.told()
    again = zone.told()
    zone.say(1, "a", pm25=51.0)

    assert (len(first), again, zone.told()) == (3, [], [["a", 51.0, "normal"]])


def test_a_vehicle_is_told_with_its_place_and_a_station_with_its_raised_pollutant():
    zone = Zone()
    zone.judge()
    zone.told()
    zone.say(0, "v", pm25=44.0, lon=116.5, lat=39.8)
    zone.say(0, "a", pm25=50.0, o3=160.0)

    assert zone.told() == [["a", 160.0, "hot", None, None, "o3"], ["v", 44.0, "normal", 116.5, 39.8]]


def test_the_pollutant_highest_above_its_background_is_shown():
    zone = Zone()
    zone.judge()
    zone.say(0, "a", pm25=120.0, nox=300.0, pm10=50.0)

    assert zone.live.picture().value[0] == 300.0


def test_all_rows_are_what_was_told_last():
    zone = Zone()
    zone.say(0, "a", pm25=50.0)
    zone.told()
    zone.say(1, "a", pm25=99.0)

    assert ["a", 50.0, "normal"] in zone.feed.all_rows()
