"""Bars as SVG: sound XML, text escaped, heights that tell the values, room for labels."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from alerts.pages.plots import HEIGHT, TOP, Plot, Series, bars, nice_top

XSS = "<script>alert('&')</script>"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(plot: Plot) -> ET.Element:
    return ET.fromstring(str(bars(plot)))  # noqa: S314 - our own


def heights(svg: ET.Element) -> dict[str, float]:
    return {
        one.findtext(f"{SVG}title", ""): float(one.get("height", "0"))
        for one in svg.iter(f"{SVG}rect")
        if one.find(f"{SVG}title") is not None
    }


def test_text_is_text_wherever_it_stands() -> None:
    svg = drawn(Plot(title=XSS, labels=[XSS], series=[Series(name=XSS, values=[1.0])]))

    assert svg.findtext(f"{SVG}title") == XSS
    assert not list(svg.iter(f"{SVG}script"))


def test_bars_are_as_high_as_their_values_and_stand_on_each_other() -> None:
    series = [Series(name="a", values=[4.0, None]), Series(name="b", values=[6.0, 5.0])]
    told = heights(drawn(Plot(title="t", labels=["x", "y"], series=series, stacked=True)))

    assert set(told) == {"x · a: 4", "x · b: 6", "y · b: 5"}
    assert told["x · a: 4"] + told["x · b: 6"] == pytest.approx(HEIGHT - 26 - TOP, abs=0.2)  # ten is the scale's end
    assert told["y · b: 5"] == pytest.approx((HEIGHT - 26 - TOP) / 2, abs=0.1)


def test_shares_have_their_interval_and_a_scale_up_to_one() -> None:
    series = [Series(name="a", values=[0.25], spans=[(0.1, 0.5)])]
    svg = drawn(Plot(title="t", labels=["x"], series=series, share=True))

    assert list(heights(svg)) == ["x · a: 25%"]
    assert [one.text for one in svg.iter(f"{SVG}text")][1:6] == ["0%", "25%", "50%", "75%", "100%"]


@pytest.mark.parametrize("labels", [0, 1, 12, 400])
def test_labels_do_not_run_into_each_other(labels: int) -> None:
    names = [f"2026-{number:04}" for number in range(labels)]
    svg = drawn(Plot(title="t", labels=names, series=[Series(name="a", values=[0.0] * labels)]))
    places = [float(one.get("x", "0")) for one in svg.iter(f"{SVG}text") if (one.text or "").startswith("2026-")]

    assert bool(places) == bool(labels)
    assert all(after - before > 60 for before, after in pairwise(places))


def test_the_scale_ends_at_a_round_number() -> None:
    assert [nice_top(most) for most in (0, 1, 3, 19, 20, 21, 0.04)] == [1, 1, 5, 20, 20, 50, 0.05]
