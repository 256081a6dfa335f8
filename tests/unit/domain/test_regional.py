"""The whole zone raised is one notice a local day; nobody is sent, and a plume raises no notice."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain import regional
from domain.channels import CHANNEL_INDEX, MINUTE_MS, N_POLLUTANTS, POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.field import ChannelState, Flag, JudgedField, WeatherMinute, nan_block, no_weather_minute
from domain.packing import Packer
from domain.pipeline import make_ready
from domain.regional_channels import regional_channels
from domain.ticket import Ticket
from domain.times import to_datetime
from domain.zone import Zone
from tests.builders import LAT, LON, START_MS, a_site

CLEAN = (20.0, 60.0, 40.0, 60.0)
DUST = (80.0, 420.0, 40.0, 60.0)
HOUR = 60
DAY = 24 * HOUR
MIDNIGHT_MIN = 16 * HOUR
"""The first local midnight in Shanghai after `START_MS`. [min]"""

Air = Callable[[int], Sequence[float]]


@pytest.fixture(scope="module")
def zone() -> Zone:
    return make_ready(a_site(6)).zone


def a_minute(zone: Zone, minute: int, levels: Sequence[float], *, stations: int | None = None) -> JudgedField:
    """Return a judged minute in which all stations stand near some levels, each a little off in its own way."""
    rows = len(zone.site.sensors) if stations is None else stations
    shape = (rows, N_POLLUTANTS)
    near = 1.0 + 0.05 * np.linspace(-1.0, 1.0, rows)[:, np.newaxis]
    return JudgedField(
        minute_ms=START_MS + minute * MINUTE_MS,
        clock_ms=START_MS + (minute + 1) * MINUTE_MS + 10_000,
        sensor=np.arange(rows, dtype=np.int32),
        lon=np.array([sensor.lon for sensor in zone.site.sensors[:rows]]),
        lat=np.array([sensor.lat for sensor in zone.site.sensors[:rows]]),
        value=np.asarray(levels) * near,
        completeness=np.ones(shape),
        flags=np.zeros(shape, np.uint16),
        background=np.asarray(levels) * np.ones(shape),
        upper=nan_block(rows),
        sigma=nan_block(rows),
        state=np.zeros(shape, np.uint8),
        since_ms=np.zeros(shape, np.int64),
        fresh=np.ones(rows, np.bool_),
        weather=no_weather_minute(),
    )


class Story:
    """A zone under some air, minute by minute."""

    def __init__(self, zone: Zone) -> None:
        self.zone, self.state = zone, regional.RegionalState()
        self.tickets: list[Ticket] = []
        self.decisions: list[DecisionMade] = []

    def take(self, judged: JudgedField) -> None:
        self.state, tickets, decisions = regional.advance(self.state, judged, self.zone)
        self.tickets += tickets
        self.decisions += decisions

    def tell(self, air: Air, until: int, *, first: int = 0, every: int = 5) -> "Story":
        for minute in range(first, until, every):
            self.take(a_minute(self.zone, minute, air(minute)))
        return self

    @property
    def last(self) -> dict[str, Ticket]:
        return {ticket.id: ticket for ticket in self.tickets}

    @property
    def days(self) -> list[str]:
        opened = [ticket.opened_at for ticket in self.last.values()]
        return [moment.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat() for moment in opened]


def between(first: int, last: int, levels: Sequence[float] = DUST) -> Air:
    """Return air that is raised between two minutes."""
    return lambda minute: levels if first <= minute < last else CLEAN


def moment(minute: int) -> datetime:
    return to_datetime(START_MS + minute * MINUTE_MS)


@pytest.mark.parametrize("every", [1, 5, 60])
def test_a_dust_day_is_one_notice_that_opens_and_ends(zone: Zone, every: int) -> None:
    story = Story(zone).tell(between(300, 600), 900, every=every)

    (notice,) = story.last.values()
    assert (notice.kind, notice.recommendation.action, notice.priority) == ("regional", "watch", 3)
    assert (notice.candidates, notice.unknown_probability) == ((), 1.0)
    assert notice.pollutants == ("pm25", "pm10")
    assert notice.event_start == moment(300)
    assert notice.opened_at <= moment(300 + 2 * HOUR)
    assert notice.event_end is not None
    assert moment(540) <= notice.event_end < moment(600)
    assert [entry.what for entry in notice.history][:: len(notice.history) - 1] == ["opened", "ended"]
    assert [(made.name, made.key) for made in story.decisions] == [(Decision.REGIONAL, notice.id)]


def test_the_peak_is_the_zones_level_over_what_was_usual(zone: Zone) -> None:
    (notice,) = Story(zone).tell(between(300, 600), 900).last.values()

    assert notice.peak is not None
    assert notice.peak.pollutant == "pm10"
    assert notice.peak.value == pytest.approx(420.0, rel=0.05)
    assert notice.peak.background == pytest.approx(60.0, rel=0.05)


def test_an_hour_of_dust_that_does_not_last_is_no_notice(zone: Zone) -> None:
    assert Story(zone).tell(between(300, 350), 600).tickets == []


def test_an_ozone_afternoon_above_the_hourly_limit_is_a_notice(zone: Zone) -> None:
    def afternoon(minute: int) -> Sequence[float]:
        return (20.0, 60.0, 20.0, 60.0 + 160.0 * np.sin(np.pi * minute / 600.0))

    (notice,) = Story(zone).tell(afternoon, 600).last.values()

    assert notice.pollutants == ("o3",)


def test_clean_and_rising_below_every_limit_is_no_notice(zone: Zone) -> None:
    assert Story(zone).tell(between(300, 600, (50.0, 100.0, 200.0, 190.0)), 900).tickets == []


def test_a_zone_that_is_always_polluted_is_no_news(zone: Zone) -> None:
    assert Story(zone).tell(lambda _: (90.0, 180.0, 60.0, 60.0), 7 * DAY, every=30).tickets == []


def test_a_new_rise_in_a_zone_that_is_always_polluted_is_news(zone: Zone) -> None:
    usual = (90.0, 180.0, 60.0, 60.0)
    story = Story(zone).tell(lambda m: (90.0, 400.0, 60.0, 60.0) if 2 * DAY <= m < 2 * DAY + 300 else usual, 3 * DAY)

    (notice,) = story.last.values()
    assert notice.pollutants == ("pm10",)
    assert notice.event_end is not None


def test_a_recording_that_starts_within_an_episode_has_its_notice(zone: Zone) -> None:
    (notice,) = Story(zone).tell(lambda _: DUST, 600).last.values()

    assert notice.opened_at <= moment(70)


def test_an_episode_over_midnight_is_the_notice_of_its_first_day(zone: Zone) -> None:
    story = Story(zone).tell(between(MIDNIGHT_MIN - 180, MIDNIGHT_MIN + 3 * DAY), MIDNIGHT_MIN + 4 * DAY)

    assert story.days == ["2026-03-01"]


def test_a_second_episode_of_a_day_takes_its_notice_up_again(zone: Zone) -> None:
    def twice(minute: int) -> Sequence[float]:
        return DUST if 300 <= minute < 420 or 600 <= minute < 720 else CLEAN

    (notice,) = Story(zone).tell(twice, 900).last.values()

    told = [entry.what for entry in notice.history]
    assert [word for word in told if word != "amended"] == ["opened", "ended", "reopened", "ended"]


@pytest.mark.parametrize("length", [90, 300, 700, 1500])
@pytest.mark.parametrize("pause", [90, 200, 900])
def test_no_local_day_opens_two(zone: Zone, length: int, pause: int) -> None:
    story = Story(zone).tell(lambda minute: DUST if minute % (length + pause) >= pause else CLEAN, 4 * DAY, every=15)

    assert len(story.days) >= 1
    assert len(set(story.days)) == len(story.days)
    assert all(ticket.recommendation.action == "watch" for ticket in story.tickets)


def test_a_plume_over_half_the_stations_is_no_notice(zone: Zone) -> None:
    story = Story(zone)
    for minute in range(0, 600, 5):
        judged = a_minute(zone, minute, CLEAN)
        if minute >= 300:
            judged.value[:18] += 500.0
        story.take(judged)

    assert story.tickets == []


def test_two_stations_are_no_zone(zone: Zone) -> None:
    story = Story(zone)
    for minute in range(0, 600, 5):
        story.take(a_minute(zone, minute, between(300, 600)(minute), stations=2))

    assert story.tickets == []


def test_flagged_stations_are_not_asked(zone: Zone) -> None:
    story = Story(zone)
    for minute in range(0, 600, 5):
        judged = a_minute(zone, minute, CLEAN)
        if minute >= 300:
            judged.value[:34, CHANNEL_INDEX["pm10"]] = 900.0
            judged.flags[:34, CHANNEL_INDEX["pm10"]] = Flag.UNIT
        story.take(judged)

    assert story.tickets == []


def test_a_notice_ends_in_silence(zone: Zone) -> None:
    story = Story(zone).tell(between(300, 600), 500)
    for minute in range(500, 800):
        story.take(a_minute(zone, minute, CLEAN, stations=0))

    (notice,) = story.last.values()
    assert notice.event_end == moment(490)


def test_a_snapshot_changes_nothing(zone: Zone) -> None:
    packer = Packer(regional.RegionalState)
    whole, parted = Story(zone).tell(between(300, 600), 900), Story(zone)
    for first in range(0, 900, 50):
        parted.tell(between(300, 600), first + 50, first=first)
        parted.state = packer.decode(packer.encode(parted.state))

    assert parted.tickets == whole.tickets
    assert parted.decisions == whole.decisions


def raised(zone: Zone, where: Callable[[float, float], bool], *, from_deg: float | None = None) -> list[str]:
    """Return which pollutants are regional when stations at (column, row) of the grid are in breach of PM10."""
    judged = a_minute(zone, 0, CLEAN)
    for row, sensor in enumerate(zone.site.sensors):
        _, north, east = sensor.sensor_id.split("-")
        if where(int(east), int(north)):
            judged.state[row, CHANNEL_INDEX["pm10"]] = ChannelState.BREACH
    if from_deg is not None:
        values = np.array([[3.0, from_deg, np.nan, np.nan, np.nan]])
        weather = WeatherMinute(("w",), np.array([LON]), np.array([LAT]), values, np.zeros(1))
        object.__setattr__(judged, "weather", weather)
    return [POLLUTANTS[channel] for channel in np.flatnonzero(regional_channels(judged, zone))]


def test_stations_raised_all_over_the_zone_are_regional(zone: Zone) -> None:
    assert raised(zone, lambda east, north: (east + north) % 2 == 0) == ["pm10"]


def test_a_front_on_its_whole_length_is_regional(zone: Zone) -> None:
    assert raised(zone, lambda _, north: north == 5, from_deg=0.0) == ["pm10"]


def test_a_corner_is_not_regional(zone: Zone) -> None:
    assert raised(zone, lambda east, north: east < 3 and north < 3, from_deg=225.0) == []


def test_a_plume_down_the_whole_zone_is_not_regional(zone: Zone) -> None:
    assert raised(zone, lambda east, _: east in (2, 3), from_deg=0.0) == []


def test_few_stations_are_not_regional(zone: Zone) -> None:
    assert raised(zone, lambda east, north: east == north and east != 3, from_deg=135.0) == []
