"""Where on its ground a place emits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import scale

from domain.grounds import LARGE_M, on_grounds, whole
from domain.pipeline import make_ready
from domain.site import Enterprise
from domain.sources import Sources
from tests.builders import a_site, an_enterprise
from tests.unit.domain.test_search import found, probability, window_of

HALVES_M = st.lists(st.floats(5.0, 400.0), min_size=1, max_size=4)


def on_a_square(name: str, east_m: float, north_m: float, half_m: float) -> Enterprise:
    """Return an enterprise on a square of twice `half_m`."""
    place = an_enterprise(name, east_m, north_m)
    return replace(place, geometry=scale(place.geometry, half_m / 50.0, half_m / 50.0))


def sources_of(halves_m: list[float]) -> Sources:
    """Return the hypotheses of a site with square grounds."""
    places = tuple(on_a_square(f"e-{at}", 600.0 * at, 300.0, half_m) for at, half_m in enumerate(halves_m))
    return make_ready(a_site(5, enterprises=places)).zone.sources


@settings(deadline=None, max_examples=25)
@given(HALVES_M)
def test_the_shares_of_a_ground_and_its_points_are_one(halves_m: list[float]) -> None:
    sources = sources_of(halves_m)
    places = np.arange(len(sources.xy_m))
    spots = on_grounds(sources, places)
    assert np.bincount(spots.place, np.exp(spots.log_share)) == pytest.approx(np.ones(len(places)))


@settings(deadline=None, max_examples=25)
@given(HALVES_M)
def test_every_point_lies_on_its_ground(halves_m: list[float]) -> None:
    sources = sources_of(halves_m)
    spots = on_grounds(sources, np.arange(len(sources.xy_m)))
    off_m = np.abs(spots.xy_m - sources.xy_m[spots.place]).max(axis=1)
    half_m = sources.radius_m[spots.place]
    assert (off_m <= half_m + 1e-6).all()
    assert (spots.radius_m <= half_m + 1e-6).all()


def test_what_is_small_or_unregistered_is_taken_as_a_whole() -> None:
    sources = sources_of([0.9 * LARGE_M])
    places = np.arange(len(sources.xy_m))
    spots, plain = on_grounds(sources, places), whole(sources, places)
    assert (spots.place == plain.place).all()
    assert (spots.log_share == 0.0).all()


@pytest.mark.parametrize("stack_m", [(250.0, 250.0), (120.0, 380.0)], ids=["middle", "quarter"])
def test_a_stack_on_a_large_ground_does_not_lose_to_a_small_place_beside_it(stack_m: tuple[float, float]) -> None:
    large = on_a_square("large", 250.0, 250.0, 260.0)
    beside = on_a_square("beside", stack_m[0] + 150.0, stack_m[1] - 150.0, 40.0)
    site = a_site(5, enterprises=(large, beside))
    result = found(site, window_of(site, stack_m, 40.0))
    assert probability(site, result, "large") > 0.6
