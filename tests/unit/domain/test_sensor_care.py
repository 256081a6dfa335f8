"""A device that is not believed for long is one ticket to be watched; never a flood, never the same one twice a day."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from domain import sensor_care
from domain.channels import MINUTE_MS, N_POLLUTANTS, POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.field import Flag, JudgedField, nan_block, no_weather_minute
from domain.packing import Packer
from domain.pipeline import make_ready
from domain.sensor_care import CareState
from domain.ticket import Action, Ticket, TicketKind
from domain.times import to_ms
from domain.zone import Zone
from tests.builders import START_MS, a_site

Faults = dict[tuple[str, str], Flag]
DAY = 24 * 60


@pytest.fixture(scope="module")
def zone() -> Zone:
    return make_ready(a_site(4, vehicles=1)).zone


class Story:
    """A zone whose devices fail, minute by minute."""

    def __init__(self, zone: Zone) -> None:
        self.zone, self.state, self.minute = zone, CareState(), 0
        self.tickets: list[Ticket] = []
        self.decisions: list[DecisionMade] = []

    def tell(self, minutes: int, faults: Faults | None = None, *, fresh_every: int = 1) -> "Story":
        for _ in range(minutes):
            judged = self._judged(faults or {}, fresh=self.minute % fresh_every == 0)
            self.state, (tickets, decisions) = sensor_care.advance(self.state, judged, self.zone)
            self.tickets += tickets
            self.decisions += decisions
            self.minute += 1
        return self

    def skip(self, minutes: int) -> "Story":
        self.minute += minutes
        return self

    def _judged(self, faults: Faults, *, fresh: bool) -> JudgedField:
        names = self.zone.site.sensor_ids
        rows, shape = len(names), (len(names), N_POLLUTANTS)
        flags = np.zeros(shape, np.uint16)
        for (sensor, pollutant), flag in faults.items():
            flags[names.index(sensor), POLLUTANTS.index(pollutant)] |= np.uint16(flag)
        lon, lat = self.zone.site.post_deg.T
        return JudgedField(
            minute_ms=START_MS + self.minute * MINUTE_MS,
            clock_ms=START_MS + (self.minute + 1) * MINUTE_MS + 10_000,
            sensor=np.arange(rows, dtype=np.int32),
            lon=lon,
            lat=lat,
            value=np.where(flags == 0, 40.0, np.nan),
            completeness=np.ones(shape),
            flags=flags,
            background=np.full(shape, 40.0),
            upper=nan_block(rows),
            sigma=nan_block(rows),
            state=np.zeros(shape, np.uint8),
            since_ms=np.zeros(shape, np.int64),
            fresh=np.full(rows, fresh),
            weather=no_weather_minute(),
        )

    @property
    def last(self) -> list[Ticket]:
        return list({ticket.id: ticket for ticket in self.tickets}.values())

    @property
    def counted(self) -> Counter[Decision]:
        return Counter(made.name for made in self.decisions)


def all_of(sensor: str, flag: Flag) -> Faults:
    return {(sensor, pollutant): flag for pollutant in POLLUTANTS}


STUCK: Faults = {("s-1-1", "o3"): Flag.STUCK}


def test_a_stuck_channel_is_one_ticket_to_be_watched(zone: Zone) -> None:
    story = Story(zone).tell(300, STUCK)

    (ticket,) = story.tickets
    assert (ticket.kind, ticket.recommendation.action) == (TicketKind.SENSOR, Action.WATCH)
    assert (ticket.sensors, ticket.pollutants) == (("s-1-1",), ("o3",))
    assert ticket.recommendation.reasons == ("sensor_stuck",)
    assert [(one.sensor_id, one.reason) for one in ticket.excluded] == [("s-1-1", "stuck")]
    assert (ticket.candidates, ticket.unknown_probability, ticket.event_end) == ((), 1.0, None)
    assert story.counted == {Decision.SENSOR_CARE: 1}


@pytest.mark.parametrize("flag", [Flag.STUCK, Flag.UNIT, Flag.RANGE, Flag.CLOCK, Flag.POSITION, Flag.OFFLINE])
def test_what_heals_within_the_hour_is_no_ticket(zone: Zone, flag: Flag) -> None:
    faults: Faults = {("s-0-1", "pm25"): flag}
    assert Story(zone).tell(60, faults).tell(60).tickets == []
    assert len(Story(zone).tell(61, faults).tickets) == 1


def test_drift_takes_six_hours(zone: Zone) -> None:
    faults: Faults = {("s-0-1", "pm25"): Flag.DRIFT}
    assert Story(zone).tell(360, faults).tickets == []
    assert len(Story(zone).tell(361, faults).tickets) == 1


@pytest.mark.parametrize("flag", [Flag.HUMIDITY, Flag.SPIKE, Flag.RATE, Flag.INVERSION])
def test_weather_and_jumps_need_no_care(zone: Zone, flag: Flag) -> None:
    assert Story(zone).tell(600, all_of("s-0-1", flag)).tickets == []


@pytest.mark.parametrize(("every_min", "lasts_min"), [(1, 60), (5, 60), (10, 110), (60, 660)])
def test_a_slow_device_must_have_said_it_twelve_times(zone: Zone, every_min: int, lasts_min: int) -> None:
    assert Story(zone).tell(lasts_min, STUCK, fresh_every=every_min).tickets == []
    assert len(Story(zone).tell(lasts_min + 1, STUCK, fresh_every=every_min).tickets) == 1


def test_a_slow_device_is_silent_for_twelve_of_its_words(zone: Zone) -> None:
    silent = all_of("s-2-2", Flag.OFFLINE)
    hourly = Story(zone).tell(3 * DAY, fresh_every=60)

    assert hourly.tell(11 * 60, silent, fresh_every=60).tickets == []
    assert len(hourly.tell(2 * 60, silent, fresh_every=60).last) == 1


def test_silence_counts_where_only_some_minutes_are_judged(zone: Zone) -> None:
    hourly = Story(zone)
    for _ in range(100):
        hourly.tell(1).skip(59)
    silent = all_of("s-2-2", Flag.OFFLINE)
    for _ in range(11):
        hourly.tell(1, silent).skip(59)
    assert hourly.tickets == []
    assert len(hourly.tell(1, silent).skip(59).tell(1, silent).last) == 1


def test_a_pause_of_all_is_no_silence_of_one(zone: Zone) -> None:
    silent = all_of("s-2-2", Flag.OFFLINE)

    assert Story(zone).tell(30, silent).skip(DAY).tell(20, silent).tickets == []


def test_channels_of_one_device_and_reason_are_one_ticket(zone: Zone) -> None:
    story = Story(zone).tell(100, STUCK).tell(100, STUCK | {("s-1-1", "pm25"): Flag.STUCK})

    (ticket,) = story.last
    assert ticket.pollutants == ("pm25", "o3")
    assert [entry.what for entry in ticket.history] == ["opened", "amended"]


def test_a_channel_has_one_ticket_at_a_time(zone: Zone) -> None:
    both = {("s-1-1", "o3"): Flag.STUCK | Flag.UNIT}

    assert len(Story(zone).tell(500, both).last) == 1


def test_it_ends_when_it_has_been_healthy_for_long_enough(zone: Zone) -> None:
    story = Story(zone).tell(100, STUCK).tell(30)
    assert story.last[0].event_end is None

    story.tell(1)
    (ticket,) = story.last
    assert ticket.event_end is not None
    assert ticket.history[-1].what == "ended"
    assert story.state.cases == ()


def test_what_flaps_opens_once_a_day_and_is_counted(zone: Zone) -> None:
    story = Story(zone)
    for _ in range(5):
        story.tell(100, STUCK).tell(60)

    assert len(story.last) == 1
    assert story.counted == {Decision.SENSOR_CARE: 1, Decision.SENSOR_SUSPECT: 4}
    assert len(story.tell(DAY).tell(100, STUCK).last) == 2


def test_a_device_that_fell_silent_is_a_ticket(zone: Zone) -> None:
    (ticket,) = Story(zone).tell(100, all_of("s-2-2", Flag.OFFLINE)).last

    assert (ticket.sensors, ticket.pollutants) == (("s-2-2",), POLLUTANTS)
    assert ticket.recommendation.reasons == ("sensor_offline",)


def test_a_network_that_fell_silent_is_no_flood(zone: Zone) -> None:
    silent: Faults = {}
    for column in range(4):
        silent |= all_of(f"s-0-{column}", Flag.OFFLINE) | all_of(f"s-1-{column}", Flag.OFFLINE)
    story = Story(zone).tell(200, silent)

    assert story.tickets == []
    assert story.counted == {Decision.SENSOR_SUSPECT: 8}
    assert story.tell(59, all_of("s-0-0", Flag.OFFLINE)).tickets == []
    (ticket,) = story.tell(1, all_of("s-0-0", Flag.OFFLINE)).last
    assert ticket.sensors == ("s-0-0",), "the one that stays away is its own fault"
    assert to_ms(ticket.event_start) == START_MS


def test_a_fault_of_the_whole_network_is_counted_and_opens_nothing(zone: Zone) -> None:
    stuck: Faults = {(name, "o3"): Flag.STUCK for name in zone.site.sensor_ids[:8]}
    story = Story(zone).tell(200, stuck)

    assert story.tickets == []
    assert story.counted == {Decision.SENSOR_SUSPECT: 8}
    assert len(story.tell(61, STUCK).last) == 1


def test_what_lasts_a_day_is_told_whoever_else_has_it(zone: Zone) -> None:
    stuck: Faults = {(name, "o3"): Flag.STUCK for name in zone.site.sensor_ids[:8]}

    assert Story(zone).tell(DAY, stuck).tickets == []
    assert len(Story(zone).tell(DAY + 1, stuck).last) == 8


def test_a_vehicle_that_is_silent_has_parked(zone: Zone) -> None:
    assert Story(zone).tell(600, all_of("v-0", Flag.OFFLINE)).tickets == []


def test_a_storm_opens_so_many_a_day_and_loses_none(zone: Zone) -> None:
    names = zone.site.sensor_ids[:14]
    kinds = (Flag.STUCK, Flag.UNIT, Flag.RANGE, Flag.CLOCK)
    storm: Faults = {(name, "pm25"): kinds[number % len(kinds)] for number, name in enumerate(names)}
    story = Story(zone).tell(200, storm)
    most = sensor_care.most_a_day(len(zone.site.sensors))

    assert len(story.last) == most < len(names)
    assert story.counted == {Decision.SENSOR_CARE: most, Decision.SENSOR_SUSPECT: len(names) - most}
    assert len(story.tell(DAY, storm).last) == len(names)


def test_silence_heals_nothing(zone: Zone) -> None:
    story = Story(zone).tell(100, STUCK).tell(200, {("s-1-1", "o3"): Flag.STUCK | Flag.OFFLINE})

    (ticket,) = story.last
    assert ticket.event_end is None


def test_care_goes_on_from_a_snapshot(zone: Zone) -> None:
    packer = Packer(CareState)
    unbroken, broken = Story(zone), Story(zone)
    for minutes, faults in ((50, STUCK), (50, STUCK), (20, {}), (40, {}), (100, STUCK)):
        unbroken.tell(minutes, faults)
        broken.state = packer.decode(packer.encode(broken.state))
        broken.tell(minutes, faults)

    assert broken.tickets == unbroken.tickets
    assert broken.decisions == unbroken.decisions


def test_the_id_is_of_site_kind_sensor_channel_and_start(zone: Zone) -> None:
    first, again = (Story(zone).tell(100, STUCK).last[0] for _ in range(2))
    other = Story(zone).tell(10).tell(100, STUCK).last[0]

    assert first == again
    assert first.id != other.id
    assert replace(first, id=other.id) != other
