"""In a light wind a plume passes far sensors when its source has long stopped: that is no new source."""

from dataclasses import replace

import numpy as np
import pytest

from domain.attribution import ZoneWind
from domain.channels import MINUTE_MS, WEATHER_KEYS
from domain.finding import Belief
from domain.incident import Incident, Member, PeakExcess
from domain.old_air import old_air_odds
from domain.pipeline import make_ready
from domain.readings import Readings
from domain.roadside import nobody_passed
from domain.site import Site
from domain.trail import blow, no_trail
from domain.window import BIN_MIN, BINS, LOUD_SHARE, Window, nothing_held
from tests.builders import START_MS, Ran, a_site, air, an_enterprise, joined, run, whole, wind
from tests.builders_plume import DUST, GAS, emit, places_m

WEST, EAST = (100.0, 1000.0), (3300.0, 1100.0)
SPEED_MS = 0.8
MINUTES = 150
WIDE = a_site(12, enterprises=(an_enterprise("west", *WEST), an_enterprise("east", *EAST)))
NORTH_M = places_m(WIDE)[:, 1]
SITE = replace(
    WIDE, sensors=tuple(sensor for sensor, north in zip(WIDE.sensors, NORTH_M, strict=True) if north < 2100.0)
)
"""A zone of 5.5 km along the wind and 2 km across."""
ZONE = make_ready(SITE).zone
LIGHT_WIND = blow(no_trail(), ZoneWind(SPEED_MS, 270.0), 160)
FAR, UPWIND = (
    np.array([SITE.sensor_ids.index(name) for name in names]) for names in (("s-2-6", "s-2-7"), ("s-0-0", "s-4-0"))
)
NOW = START_MS // MINUTE_MS + 600 + BIN_MIN - 1
BEGAN_BIN = NOW // BIN_MIN - 18
PEAK_UGM3, FAR_UGM3 = 3000.0, 40.0


def an_incident() -> Incident:
    """Return an incident that began 90 minutes ago at the western place, whose peak of dust was an hour ago."""
    share = np.zeros(len(ZONE.sources.xy_m))
    share[0] = 1.0
    peak_xy_m = ZONE.sources.xy_m[0] + (500.0, 0.0)
    peak = PeakExcess(
        sensor=0,
        channel=1,
        time_ms=(NOW - 60) * MINUTE_MS,
        value_ugm3=PEAK_UGM3 + 40.0,
        background_ugm3=40.0,
        x_m=peak_xy_m[0],
        y_m=peak_xy_m[1],
    )
    members = tuple(
        Member(sensor=0, channel=channel, since_ms=0, heard_ms=peak.time_ms, x_m=peak.x_m, y_m=peak.y_m)
        for channel in (0, 1)
    )
    belief = Belief(8.0, 12.0, share, share[:2], 0.0, *ZONE.sources.xy_m[0].tolist())
    return Incident(
        members=members,
        peak=peak,
        found_minute=NOW - 90,
        belief=belief,
        early_belief=belief,
        first_bin=BEGAN_BIN,
        claimed=(0,),
    )


def a_window(times: float) -> Window:
    """Return an hour in whose last four bins some sensors are loud by dust, `times` as loud as old air makes them."""
    excess = np.zeros((BINS, len(SITE.sensors), 3), np.float32)
    for sensors in (FAR, UPWIND):
        excess[-4:, sensors, :2] = np.array([0.55, 1.0], np.float32) * FAR_UGM3 * times
    said = np.full_like(excess, BIN_MIN)
    scale = said * np.array([3.0, 5.0, 6.0], np.float32)
    loud, held = np.full(len(SITE.sensors), LOUD_SHARE, np.float32), nothing_held(len(SITE.sensors))
    return Window(NOW, loud, excess * said, scale, said, held, nobody_passed())


def old_plume(site: Site = SITE) -> Readings:
    rows = air(site, MINUTES)
    return emit(rows, site, WEST, (25, 50), 500.0, from_deg=270.0, speed_ms=SPEED_MS, brings=DUST)


def opened(rows: Readings, site: Site = SITE) -> list[str]:
    """Return who was named by each ticket, in the order of opening."""
    blowing = wind(MINUTES, 270.0, SPEED_MS)
    blowing.values[::2, WEATHER_KEYS.index("wind_from_deg")] += 1.0  # else its vane is stuck
    found: Ran = run(site, whole(joined(rows), blowing))
    tickets = sorted(found.last.values(), key=lambda ticket: ticket.opened_at)
    return [ticket.history[0].first for ticket in tickets]


def test_a_plume_that_drifts_on_after_its_source_has_stopped_stays_one_ticket() -> None:
    alone = replace(SITE, enterprises=SITE.enterprises[:1])
    assert opened(old_plume(alone), alone) == ["west"]


def test_a_source_that_begins_in_old_air_gets_its_own_ticket() -> None:
    rows = emit(old_plume(), SITE, EAST, (95, 130), 400.0, from_deg=270.0, speed_ms=SPEED_MS, seed=3)
    assert opened(rows) == ["west", "east"]


def test_old_dust_does_not_explain_new_gas() -> None:
    rows = emit(old_plume(), SITE, EAST, (95, 130), 400.0, from_deg=270.0, speed_ms=SPEED_MS, brings=GAS, seed=3)
    assert opened(rows) == ["west", "east"]


@pytest.mark.parametrize("times", [1.0, 300.0])
def test_old_air_explains_no_more_than_its_source_sent(times: float) -> None:
    """An excess that is so much greater than the plume of the peak would bring is another source's."""
    incident, window = an_incident(), a_window(times)
    odds = old_air_odds(incident, FAR, (window, LIGHT_WIND), ZONE)
    assert (odds > 1.0) == (times == 1.0)


def test_what_lies_upwind_is_not_old_air() -> None:
    assert old_air_odds(an_incident(), UPWIND, (a_window(1.0), LIGHT_WIND), ZONE) < 0.0
