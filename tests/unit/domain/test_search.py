"""Which place best explains what a group of loud sensors and all sensors about them saw."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attribution import ZoneWind
from domain.channels import MINUTE_MS
from domain.finding import Finding
from domain.pipeline import make_ready
from domain.plume import AGE_MIN, Winds, at_once
from domain.roadside import nobody_passed
from domain.search import first_loud_bin, looks, search
from domain.site import Permit, PermitKind, Site
from domain.times import to_datetime
from domain.trail import TRAIL_MIN, blow, no_trail
from domain.weighing import ONE_LOOK
from domain.window import BIN_MIN, BINS, LOUD_SHARE, Window, nothing_held
from tests.builders import START_MS, a_site, an_enterprise
from tests.builders_plume import places_m, straight_plume

NOW = START_MS // MINUTE_MS + 600 + BIN_MIN - 1
WORKS = {"e-1": (250.0, 250.0), "e-2": (1200.0, 300.0), "e-3": (300.0, 1700.0)}
SCATTER_UGM3 = np.array([3.0, 5.0, 6.0], np.float32)


def a_zone_of(names: tuple[str, ...] = tuple(WORKS), **more: object) -> Site:
    return a_site(5, enterprises=tuple(an_enterprise(name, *WORKS[name], **more) for name in names))


def window_of(
    site: Site, source_m: tuple[float, float], size: float, *, loud_bins: int = 4, from_deg: float = 225.0
) -> Window:
    """Return an hour at whose end a straight plume of dust stands; `size` scatters 500 m from its source."""
    share, _ = straight_plume(places_m(site) - source_m, from_deg)
    score = np.zeros((BINS, len(share), 3), np.float32)
    score[..., :2] = np.random.default_rng(3).normal(0.0, 0.6, (*score.shape[:2], 2))
    score[-loud_bins:, :, :2] += size * np.minimum(share, 3.0)[:, np.newaxis].astype(np.float32)
    said = np.full_like(score, BIN_MIN)
    said[..., 2] = 0.0
    scale = said * SCATTER_UGM3
    loud = np.full(len(share), LOUD_SHARE, np.float32)
    return Window(NOW, loud, score * scale, scale, said, nothing_held(score.shape[1]), nobody_passed())


def found(
    site: Site,
    window: Window,
    *,
    from_deg: float = 225.0,
    speed_ms: float = 2.5,
    sensors: tuple[int, ...] | None = None,
) -> Finding:
    """Search for the source of all loud sensors, or of some."""
    zone = make_ready(site).zone
    trail = blow(no_trail(), ZoneWind(speed_ms, from_deg), 90)
    loud = np.flatnonzero(window.score[-2:].max(axis=(0, 2)) >= 2.5) if sensors is None else np.array(sensors)
    free = np.ones(len(site.sensors), np.bool_)
    result = search((window, trail), loud, free, first_loud_bin(window, loud), zone)
    assert result is not None
    return result


def probability(site: Site, result: Finding, name: str) -> float:
    names = [place.enterprise_id for place in site.enterprises]
    return float(result.belief.probability[names.index(name)])


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("from_deg", [225.0, 250.0])
def test_one_clean_source_among_three_is_found_at_the_top(name: str, from_deg: float) -> None:
    site = a_zone_of()
    window = window_of(site, WORKS[name], 15.0, from_deg=from_deg)
    result = found(site, window, from_deg=from_deg)
    assert probability(site, result, name) == max(result.belief.probability)
    assert probability(site, result, name) > 0.5


def test_probabilities_and_the_unknown_are_one() -> None:
    site = a_zone_of()
    belief = found(site, window_of(site, WORKS["e-1"], 15.0)).belief
    assert belief.probability.sum() + belief.unknown == pytest.approx(1.0)
    assert belief.share.sum() == pytest.approx(1.0)


def test_a_clean_plume_is_odds_on_and_quiet_air_is_not() -> None:
    site = a_zone_of()
    limit = make_ready(site).zone.rules.open_odds
    assert found(site, window_of(site, WORKS["e-1"], 15.0)).belief.odds > limit + 2.0
    assert found(site, window_of(site, WORKS["e-1"], 0.0), sensors=(6, 12)).belief.odds < limit


def test_a_place_that_nobody_registered_leaves_the_unknown_ahead() -> None:
    site = a_zone_of(("e-2", "e-3"))
    belief = found(site, window_of(site, WORKS["e-1"], 15.0)).belief
    assert belief.unknown > 0.9
    assert np.hypot(belief.x_m - x_of(site, "e-1")[0], belief.y_m - x_of(site, "e-1")[1]) < 600.0


def x_of(site: Site, name: str) -> tuple[float, float]:
    """Return a place's metres on the product's own map."""
    place = an_enterprise(name, *WORKS[name])
    east, north = make_ready(site).network.projection.to_metres(np.array([place.lon]), np.array([place.lat]))[0]
    return float(east), float(north)


def test_wind_from_the_wrong_side_takes_the_blame_away() -> None:
    site = a_zone_of(("e-1",))
    window = window_of(site, WORKS["e-1"], 15.0)
    right, wrong = (found(site, window, from_deg=from_deg) for from_deg in (225.0, 45.0))
    assert probability(site, right, "e-1") > 0.9
    assert probability(site, wrong, "e-1") < 0.05


def swinging_window(site: Site, source_m: tuple[float, float], swing_deg: float) -> Window:
    """Return an hour in whose last 40 minutes a plume swings once to both sides of the zone's wind."""
    window, bins = window_of(site, source_m, 0.0), 8
    for number in range(bins):
        from_deg = 225.0 + swing_deg * np.sin(2.0 * np.pi * number / bins)
        share, _ = straight_plume(places_m(site) - source_m, from_deg)
        at = BINS - bins + number
        window.excess[at, :, :2] += 15.0 * np.minimum(share, 3.0)[:, np.newaxis] * window.scale[at, :, :2]
    return window


@pytest.mark.parametrize("beside_m", [(150.0, -150.0), (-150.0, 150.0), (200.0, 200.0)])
def test_a_plume_that_swings_tells_its_source_the_surer_from_one_beside_it(beside_m: tuple[float, float]) -> None:
    """All of it turns at once: what it touches one after another crosses at its source."""
    source_m = WORKS["e-1"]
    beside = an_enterprise("e-4", source_m[0] + beside_m[0], source_m[1] + beside_m[1])
    site = a_site(5, enterprises=(an_enterprise("e-1", *source_m), beside))
    stands, swings = (
        probability(site, found(site, swinging_window(site, source_m, swing_deg)), "e-1") for swing_deg in (0.0, 18.0)
    )
    assert swings > max(stands, 0.9)


@pytest.mark.parametrize("size", [15.0, 40.0])
def test_bursts_on_both_sides_of_a_silent_sensor_are_no_plume_however_large(size: float) -> None:
    """One plume can't be at both at once and not between, though the wind may stray to either."""

    def odds(*sensors: int) -> float:
        window = window_of(site, WORKS["e-1"], 0.0)
        window.excess[-4:, sensors, :2] += size * window.scale[-4:, sensors, :2]
        return found(site, window, sensors=sensors).belief.odds

    site = a_zone_of()
    assert odds(7, 11) < 0.0
    assert odds(6, 12) > 3.0


def test_where_no_plume_can_be_followed_a_source_needs_more() -> None:
    """In still air a narrow plume tells bursts from a source no better than a wide one does."""

    def behind(speed_ms: float) -> float:
        result = found(site, window, speed_ms=speed_ms, sensors=(6, 7))
        assert result.agreeing == 2
        return result.wide_odds - result.belief.odds

    site = a_zone_of()
    window = window_of(site, WORKS["e-1"], 0.0)
    window.excess[-4:, (6, 7), :2] += 15.0 * window.scale[-4:, (6, 7), :2]
    assert behind(0.2) > 2.0
    assert behind(2.5) < 1.5


def test_one_loud_sensor_is_not_several_that_agree() -> None:
    site = a_zone_of()
    window = window_of(site, WORKS["e-1"], 0.0)
    window.excess[-4:, 6, :2] += 30.0 * window.scale[-4:, 6, :2]
    result = found(site, window, sensors=(6,))
    assert result.agreeing == 1
    assert found(site, window_of(site, WORKS["e-1"], 15.0)).agreeing >= 2


def test_one_loud_sensor_says_no_more_than_how_rare_bursts_are() -> None:
    site = a_zone_of()

    def evidence(size: float) -> float:
        window = window_of(site, WORKS["e-1"], 0.0)
        window.excess[-4:, 6, :2] += size * window.scale[-4:, 6, :2]
        return found(site, window, sensors=(6,)).belief.evidence

    assert evidence(1000.0) < 15.0
    assert evidence(20.0) < 7.0


def test_registered_works_raise_a_place_and_a_shutdown_lowers_it() -> None:
    site = a_zone_of()
    window = window_of(site, (725.0, 275.0), 12.0)
    now = to_datetime(NOW * MINUTE_MS)

    def with_permit(kind: PermitKind, begins_h: float = -1.0) -> float:
        begin = now + timedelta(hours=begins_h)
        permit = Permit(place_id="e-1", start=begin, end=begin + timedelta(hours=2), kind=kind)
        permitted = replace(site, permits=(permit,))
        return probability(permitted, found(permitted, window), "e-1")

    plain = probability(site, found(site, window), "e-1")
    assert 0.0 < plain < 1.0
    assert with_permit(PermitKind.SHUTDOWN) < plain < with_permit(PermitKind.WORKS)
    assert with_permit(PermitKind.WORKS, begins_h=1.0) == plain


def test_a_place_that_is_not_known_to_emit_it_is_believed_less() -> None:
    site = a_zone_of()
    gas = replace(site, enterprises=(replace(site.enterprises[0], pollutants=("nox",)), *site.enterprises[1:]))
    window = window_of(site, (725.0, 275.0), 12.0)
    assert probability(gas, found(gas, window), "e-1") < probability(site, found(site, window), "e-1")


def test_the_beginning_is_the_first_loud_bin_of_the_loudest() -> None:
    site = a_zone_of()
    window = window_of(site, WORKS["e-1"], 15.0, loud_bins=5)
    assert found(site, window).first_bin == window.first_bin + BINS - 5


def test_nobody_is_asked_where_no_wind_could_have_brought_it() -> None:
    site = a_zone_of(("e-1",))
    zone = make_ready(site).zone
    window = window_of(site, WORKS["e-1"], 15.0)
    nobody = np.zeros(len(site.sensors), np.bool_)
    trail = blow(no_trail(), ZoneWind(2.5, 225.0), 90)
    assert search((window, trail), np.array([6]), nobody, window.first_bin, zone) is None


def a_wind(speed_ms: float, scale: float = 1.0) -> Winds:
    """Return one bin whose air came at a speed."""
    ages_min = scale * AGE_MIN
    return at_once(np.zeros((len(ages_min), 2)), 60.0 * speed_ms * ages_min, 30.0)


@given(st.floats(0.0, 15.0), st.floats(0.0, 15.0), st.floats(0.05, 1.0))
def test_the_stiller_the_air_the_fewer_looks_are_of_their_own(one_ms: float, other_ms: float, scale: float) -> None:
    low, high = (looks(a_wind(speed_ms, scale), scale) for speed_ms in sorted((one_ms, other_ms)))
    assert ONE_LOOK <= low <= high <= 1.0


@given(st.floats(0.05, 1.0), st.floats(1.0, 15.0))
def test_from_a_light_wind_on_all_looks_count(scale: float, speed_ms: float) -> None:
    assert looks(a_wind(scale * speed_ms + 1e-6, scale), scale) == 1.0


def test_the_less_is_known_of_the_wind_the_less_surely_a_place_is_named() -> None:
    site = a_zone_of()
    zone, window = make_ready(site).zone, window_of(site, np.array(WORKS["e-1"]), 12.0)
    loud = np.flatnonzero(window.score[-2:].max(axis=(0, 2)) >= 2.5)
    free, first_bin = np.ones(len(site.sensors), np.bool_), first_loud_bin(window, loud)
    new = ZoneWind(2.5, 225.0)
    told, odds = [], []
    for winds in (new, replace(new, age_min=150.0), replace(new, is_stuck=True), ZoneWind(float("nan"), float("nan"))):
        result = search((window, blow(no_trail(), winds, TRAIL_MIN)), loud, free, first_bin, zone)
        assert result is not None
        told.append(probability(site, result, "e-1"))
        odds.append(result.belief.odds)
    assert told == sorted(told, reverse=True)
    assert odds == sorted(odds, reverse=True)
    assert told[0] > 0.95
    assert told[-1] < 0.6
