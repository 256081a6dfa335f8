"""What crosses a limit, whose it is, and how often it is told."""

from dataclasses import replace

import numpy as np
import pytest

from domain import correlate
from domain.channels import POLLUTANTS
from domain.decisions import Decision
from domain.limits import crossing
from domain.limits.crossing import Crossing, LimitState, Rule
from domain.limits.episodes import Scope
from domain.packing import Packer
from domain.pipeline import make_ready
from domain.site import Sensor, Site
from domain.telling import Outcome
from tests.builders import a_site
from tests.builders_limits import QUIET, Watching, air, judged

HIGH = {("s-1-1", "nox"): 300.0}
EVERYWHERE = (40.0, 80.0, 300.0, 70.0)


def test_above_a_limit_on_a_clean_background_is_local() -> None:
    zone = Watching()
    (found,) = zone.hour(HIGH)
    assert zone.site.sensor_ids[found.sensor] == "s-1-1"
    assert POLLUTANTS[found.channel] == "nox"
    assert (found.scope, found.averaging, found.decision) == (Scope.LOCAL, "1h", Decision.LIMIT_CROSSED)
    assert (found.limit_ugm3, found.mean_ugm3, found.background_ugm3) == (250.0, 300.0, 60.0)
    assert (found.law.edition, found.law.limits_class) == ("GB 3095-2026", 2)
    assert found.law.clause == "table 2; 4.4, transition"
    assert (found.completeness, found.label) == (1.0, "2026-07-01 09:00")
    assert found.neighbours_above == 0
    assert zone.told == [("limit_crossed", "s-1-1/nox/1h/2026-07-01T01:00:00.000Z")]


def test_above_a_limit_with_all_neighbours_is_the_regions_and_told_once() -> None:
    zone = Watching()
    found = zone.hour(base=EVERYWHERE, background=None)
    assert {one.scope for one in found} == {Scope.REGIONAL}
    assert len(found) == len(zone.site.sensors)
    zone.hour(base=EVERYWHERE, background=None)
    assert zone.told == [("limit_crossed_regional", "test/nox/1h/2026-07-01T01:00:00.000Z")]


def test_a_background_above_the_limit_is_the_regions_whatever_the_neighbours_say() -> None:
    (found,) = Watching().hour(HIGH, background=EVERYWHERE)
    assert found.scope is Scope.REGIONAL


def test_the_first_sensor_of_a_region_that_rises_is_no_clue() -> None:
    near = (40.0, 80.0, 240.0, 70.0)
    zone = Watching()
    zone.hour({("s-1-1", "nox"): 262.0}, base=near, background=near)
    zone.hour({("s-2-2", "nox"): 262.0}, base=near, background=None)
    assert {one.scope for one in zone.crossings} == {Scope.REGIONAL}
    assert zone.names() == ["limit_crossed_regional"]


def test_a_plume_on_high_air_is_local() -> None:
    near = (40.0, 80.0, 230.0, 70.0)
    (found,) = Watching().hour(HIGH, base=near, background=near)
    assert found.scope is Scope.LOCAL


def test_without_a_background_the_neighbours_are_compared_with() -> None:
    (found,) = Watching().hour(HIGH, background=None)
    assert (found.scope, found.neighbours, found.neighbours_above) == (Scope.LOCAL, 8, 0)


def test_two_sensors_of_one_plume_are_local_both() -> None:
    found = Watching().hour({**HIGH, ("s-1-2", "nox"): 280.0})
    assert [one.scope for one in found] == [Scope.LOCAL, Scope.LOCAL]


def test_a_sensor_with_nothing_to_compare_it_with_claims_nothing() -> None:
    lone = replace(a_site(1), sensors=(Sensor(sensor_id="only", lon=116.5, lat=39.8),))
    zone = Watching(lone)
    (found,) = zone.hour({("only", "nox"): 300.0}, background=None)
    assert (found.scope, found.neighbours) == (Scope.UNCOMPARED, 0)
    assert zone.names() == ["limit_crossed"]


@pytest.mark.parametrize(("mean", "crosses"), [(250.0, 0), (250.5, 0), (250.6, 1), (251.0, 1)])
def test_a_mean_may_reach_the_limit_and_is_rounded_first(mean: float, crosses: int) -> None:
    assert len(Watching().hour({("s-1-1", "nox"): mean})) == crosses


@pytest.mark.parametrize(("minutes", "crosses"), [(44, 0), (45, 1)])
def test_an_incomplete_hour_crosses_nothing(minutes: int, crosses: int) -> None:
    found = Watching().hour(HIGH, minutes=minutes)
    assert len(found) == crosses


def test_it_is_told_with_the_last_minute_of_the_hour_and_not_before() -> None:
    zone = Watching()
    assert zone.hour(HIGH, minutes=59, total=59) == []
    assert len(zone.take(judged(zone.minute, air(zone.site, HIGH)))) == 1


def test_a_particulate_hour_is_never_above_a_limit() -> None:
    zone = Watching()
    zone.hour({("s-1-1", "pm25"): 900.0, ("s-1-1", "pm10"): 1500.0})
    assert zone.crossings == []


def test_a_particulate_hour_above_the_sites_own_level_is_a_high_value() -> None:
    zone = Watching(warning_ugm3={"pm10": 250.0})
    (found,) = zone.hour({("s-1-1", "pm25"): 900.0, ("s-1-1", "pm10"): 400.0})
    assert (found.rule, found.limit_ugm3, found.law) == (Rule.HOUR_WARNING, 250.0, None)
    assert zone.names() == ["high_value"]


def test_a_gas_may_cross_both_its_limit_and_a_lower_level() -> None:
    zone = Watching(warning_ugm3={"nox": 150.0})
    zone.hour(HIGH)
    assert zone.names() == ["limit_crossed", "high_value"]


def test_class_one_has_its_own_ozone_limit() -> None:
    level = {("s-1-1", "o3"): 180.0}
    assert Watching().hour(level) == []
    (found,) = Watching(limits_class=1).hour(level)
    assert (found.limit_ugm3, found.law.limits_class) == (160.0, 1)


def test_the_edition_goes_by_the_local_day() -> None:
    (before,) = Watching(begin="2026-02-28 23:00").hour(HIGH)
    (after,) = Watching(begin="2026-03-01 00:00").hour(HIGH)
    assert (before.law.edition, after.law.edition) == ("GB 3095-2012", "GB 3095-2026")


def test_an_episode_is_told_once_until_it_has_cleared() -> None:
    zone = Watching()
    for level in (300.0, 240.0, 260.0, 226.0, 270.0):
        zone.hour({("s-1-1", "nox"): level})
    assert zone.names() == ["limit_crossed"]
    zone.hour({("s-1-1", "nox"): 225.0})
    zone.hour(HIGH)
    assert zone.names() == ["limit_crossed", "limit_crossed"]


def test_an_incomplete_hour_does_not_end_an_episode_but_a_long_silence_does() -> None:
    zone = Watching()
    zone.hour(HIGH)
    zone.hour(HIGH, minutes=20)
    zone.hour(HIGH)
    assert zone.names() == ["limit_crossed"]
    for _ in range(3):
        zone.hour(minutes=0)
    zone.hour(HIGH)
    assert zone.names() == ["limit_crossed", "limit_crossed"]


def test_who_stays_above_when_the_region_clears_is_told_as_local() -> None:
    zone = Watching()
    zone.hour(base=EVERYWHERE, background=EVERYWHERE)
    zone.hour(HIGH)
    zone.hour(HIGH)
    assert zone.names() == ["limit_crossed_regional", "limit_crossed"]


def test_a_vehicle_crosses_no_limit() -> None:
    zone = Watching(vehicles=1)
    assert zone.hour({("v-0", "nox"): 900.0}) == []


def test_a_day_of_dust_is_told_once_at_its_end() -> None:
    zone = Watching(begin="2026-07-01 00:00")
    dust = (70.0, 300.0, 60.0, 70.0)
    for _ in range(24):
        zone.hour(base=dust, background=None)
    assert zone.told == [
        ("limit_crossed_regional", "test/pm25/24h/2026-07-01T16:00:00.000Z"),
        ("limit_crossed_regional", "test/pm10/24h/2026-07-01T16:00:00.000Z"),
    ]
    assert {(one.limit_ugm3, one.completeness) for one in zone.crossings} == {(60.0, 1.0), (120.0, 1.0)}


def test_an_ozone_afternoon_is_told_by_eight_hours() -> None:
    zone = Watching(begin="2026-07-01 10:00")
    for _ in range(8):
        zone.hour(base=(40.0, 80.0, 60.0, 180.0), background=None)
    assert [key.split("/")[:3] for _, key in zone.told] == [["test", "o3", "8h_max"]]
    assert zone.crossings[0].completeness == 6 / 8


def test_what_lasts_at_a_tickets_sensors_is_found_with_its_name() -> None:
    zone = Watching(warning_ugm3={"pm25": 150.0})
    assert crossing.crossings_of(zone.state, (5, 6)) == ()
    zone.hour({**HIGH, ("s-1-2", "pm25"): 200.0})
    assert crossing.crossings_of(zone.state, (5, 6, 7)) == ((5, 2, "limit_crossed"), (6, 0, "high_value"))
    zone.hour()
    assert crossing.crossings_of(zone.state, (5, 6, 7)) == ()


def test_what_the_region_shares_is_no_reason_on_a_ticket() -> None:
    zone = Watching()
    zone.hour(base=EVERYWHERE, background=None)
    assert crossing.crossings_of(zone.state, range(16)) == ()


def test_a_snapshot_in_the_middle_changes_nothing() -> None:
    packer = Packer(LimitState)
    whole, cut = Watching(), Watching()
    for level in (300.0, 200.0, 400.0):
        for zone in (whole, cut):
            zone.hour({("s-1-1", "nox"): level}, total=40, minutes=40)
            zone.state = packer.decode(packer.encode(zone.state)) if zone is cut else zone.state
            zone.hour({("s-1-1", "nox"): level}, total=20, minutes=20)
    assert plain(whole.crossings) == plain(cut.crossings)
    assert packer.encode(whole.state) == packer.encode(cut.state)


def plain(crossings: list[Crossing]) -> list[str]:
    return [repr(one) for one in crossings]


def test_correlate_tells_of_crossings_even_where_no_incident_lives() -> None:
    site: Site = a_site(4)
    zone = make_ready(site).zone
    state, told = correlate.CorrelateState(), []
    begin = Watching(site).minute
    for minute in range(begin, begin + 60):
        background = np.tile(np.array(QUIET), (len(site.sensors), 1))
        state, outcome = correlate.advance(state, judged(minute, air(site, HIGH), background), zone)
        told += outcome.decisions
    assert [(made.name, made.key.split("/")[0]) for made in told] == [(Decision.LIMIT_CROSSED, "s-1-1")]
    again, outcome = correlate.advance(state, judged(minute, air(site, HIGH)), zone)
    assert outcome == Outcome()
    assert again is state
