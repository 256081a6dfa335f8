"""Incidents over time: one source stays one, two stay two, and a backlog opens nothing twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from domain.channels import MINUTE_MS, WEATHER_KEYS
from domain.following import CLAIMS_SETTLE_MIN, GONE_MIN, SHARPENS_MIN
from domain.incident import Incident, claimed_by
from domain.joining import absorb, overlap
from domain.readings import Readings, Weather
from domain.site import Site
from domain.times import to_ms
from tests.builders import START_MS, Ran, a_site, air, an_enterprise, joined, messages, run, whole, wind
from tests.builders_plume import DUST, GAS, emit

SOUTH, NORTH = (250.0, 500.0), (250.0, 3000.0)
SQUARE = a_site(8, enterprises=(an_enterprise("south", *SOUTH), an_enterprise("north", *NORTH)))
SITE = replace(SQUARE, sensors=tuple(sensor for sensor in SQUARE.sensors if sensor.sensor_id[-1] in "01234"))
"""A zone of 2 km × 3.5 km."""
MINUTES = 60


def turning(from_deg: Sequence[float]) -> Weather:
    """Return wind that comes from another side each minute."""
    weather = wind(len(from_deg))
    values = weather.values.copy()
    values[:, WEATHER_KEYS.index("wind_from_deg")] = from_deg
    return replace(weather, values=values)


def one_plume(site: Site = SITE) -> Readings:
    return emit(air(site, MINUTES), site, SOUTH, (20, 45), 80.0, from_deg=270.0)


def ended(found: Ran) -> list[str]:
    return [ticket.history[-1].what for ticket in found.last.values()]


def leaders(found: Ran) -> list[str]:
    return sorted(ticket.candidates[0].enterprise_id for ticket in found.last.values())


def test_a_plume_that_swings_with_the_wind_stays_one_incident() -> None:
    from_deg = np.concatenate([np.full(28, 270.0), np.linspace(270.0, 220.0, 22), np.full(10, 220.0)])
    rows = air(SITE, MINUTES)
    for begun in range(20, 55):
        rows = emit(rows, SITE, SOUTH, (begun, begun + 1), 80.0, from_deg=float(from_deg[begun]), seed=begun)
    found = run(SITE, whole(joined(rows), turning(from_deg.tolist())))
    (ticket,) = found.last.values()
    assert ticket.candidates[0].enterprise_id == "south"
    assert {"s-1-1", "s-2-2"} <= set(ticket.sensors)
    assert ended(found) == ["ended"]


def test_a_source_keeps_the_sensors_that_it_goes_on_to_explain() -> None:
    rows = joined(emit(air(SITE, 100), SITE, SOUTH, (20, 95), 80.0, from_deg=270.0))
    weather = wind(100, 270.0)
    before, *_ = messages(rows, weather, [START_MS + 90 * MINUTE_MS])
    (incident,) = run(SITE, [before]).state.correlate.incidents
    assert set(incident.sensors) == set(incident.claimed)
    (ticket,) = run(SITE, whole(rows, weather)).last.values()
    assert ticket.candidates[0].enterprise_id == "south"


def one_after_another(next_m: tuple[float, float], next_from_deg: float) -> Ran:
    """Return what a source brings forth, and another one after it that the same sensors see in another wind."""
    enterprises = (an_enterprise("first", 250.0, 1500.0), an_enterprise("next", *next_m))
    site = replace(SITE, enterprises=enterprises)
    rows = emit(air(site, 130), site, (250.0, 1500.0), (20, 45), 80.0, from_deg=270.0)
    rows = emit(rows, site, next_m, (50, 100), 80.0, from_deg=next_from_deg, seed=3)
    from_deg = np.where(np.arange(130) < 48, 270.0, next_from_deg)
    return run(site, whole(joined(rows), turning(from_deg.tolist())))


AFTER = [((1000.0, 1000.0), 180.0), ((1000.0, 2000.0), 0.0), ((750.0, 1250.0), 225.0), ((250.0, 1000.0), 210.0)]


@pytest.mark.parametrize(("next_m", "next_from_deg"), AFTER)
def test_a_source_that_has_ended_lets_go_of_sensors_that_another_begins_to_raise(
    next_m: tuple[float, float], next_from_deg: float
) -> None:
    found = one_after_another(next_m, next_from_deg)
    assert leaders(found) == ["first", "next"]


def test_a_sensor_raised_by_one_source_and_then_another_gives_two_tickets_two_starts() -> None:
    first, second = sorted(one_after_another(*AFTER[-1]).last.values(), key=lambda ticket: ticket.opened_at)
    (shared,) = set(first.sensors) & set(second.sensors)
    assert shared == "s-3-1"
    assert first.id != second.id
    assert first.event_start < second.event_start <= second.opened_at


def test_a_source_that_pauses_for_a_quarter_of_an_hour_stays_one_incident() -> None:
    rows = emit(air(SITE, 100), SITE, SOUTH, (20, 40), 80.0, from_deg=270.0)
    rows = emit(rows, SITE, SOUTH, (55, 75), 80.0, from_deg=270.0)
    found = run(SITE, whole(joined(rows), wind(100, 270.0)))
    assert ended(found) == ["ended"]


@pytest.mark.parametrize("down_min", [20, 45, 75])
def test_a_network_that_is_down_ends_no_source_that_goes_on(down_min: int) -> None:
    rows = emit(air(SITE, 140), SITE, SOUTH, (20, 135), 80.0, from_deg=270.0)
    minute = (rows.time_ms - START_MS) // MINUTE_MS
    heard = rows.take((minute < 45) | (minute >= 45 + down_min))
    (ticket,) = run(SITE, whole(joined(heard), wind(140, 270.0))).last.values()
    assert to_ms(ticket.event_start) < START_MS + 40 * MINUTE_MS
    assert ticket.event_end is not None
    assert to_ms(ticket.event_end) >= START_MS + 130 * MINUTE_MS
    assert ("ended" in [entry.what for entry in ticket.history[:-1]]) is (down_min > GONE_MIN)


def test_a_source_that_comes_back_after_an_hour_and_more_is_another_incident() -> None:
    rows = emit(air(SITE, 165), SITE, SOUTH, (20, 45), 80.0, from_deg=270.0)
    rows = emit(rows, SITE, SOUTH, (125, 150), 80.0, from_deg=270.0)
    found = run(SITE, whole(joined(rows), wind(165, 270.0)))
    assert ended(found) == ["ended", "ended"]


@pytest.mark.parametrize(("minutes", "brings"), [((22, 42), GAS), ((27, 47), DUST)])
def test_two_plumes_from_two_enterprises_are_two_incidents(
    minutes: tuple[int, int], brings: Mapping[str, float]
) -> None:
    rows = emit(one_plume(), SITE, NORTH, minutes, 120.0, from_deg=270.0, brings=brings, seed=3)
    found = run(SITE, whole(joined(rows), wind(MINUTES, 270.0)))
    assert leaders(found) == ["north", "south"]
    assert not set.intersection(*(set(ticket.sensors) for ticket in found.last.values()))


def test_two_plumes_of_the_same_dust_that_begin_together_are_two_incidents() -> None:
    rows = emit(one_plume(), SITE, NORTH, (22, 42), 120.0, from_deg=270.0, seed=3)
    assert leaders(run(SITE, whole(joined(rows), wind(MINUTES, 270.0)))) == ["north", "south"]


def test_a_backlog_that_arrives_at_once_opens_the_same_ticket_and_no_second() -> None:
    rows, weather = joined(one_plume()), wind(MINUTES, 270.0)
    by_minute = run(SITE, [*messages(rows, weather, range(START_MS, START_MS + MINUTES * MINUTE_MS, MINUTE_MS))])
    at_once = run(SITE, [*messages(rows, weather, ())])
    assert len(at_once.last) == 1
    assert at_once.written == by_minute.written


def test_a_sensor_of_an_incident_is_claimed_by_it_alone() -> None:
    rows = emit(one_plume(), SITE, NORTH, (22, 45), 120.0, from_deg=270.0, brings=GAS, seed=3)
    before, *_ = messages(joined(rows), wind(MINUTES, 270.0), [START_MS + 44 * MINUTE_MS])
    incidents = run(SITE, [before]).state.correlate.incidents
    assert len(incidents) == 2
    claims = [sensor for incident in incidents for sensor in incident.claimed]
    assert len(claims) == len(set(claims)) == int(claimed_by(incidents, len(SITE.sensors)).sum())


def an_incident(rows: Readings | None = None, at_min: int = 40) -> Incident:
    """Return the incident of one plume, sure of its source, as it stands after some minutes."""
    rows = one_plume() if rows is None else rows
    before, *_ = messages(joined(rows), wind(MINUTES, 270.0), [START_MS + at_min * MINUTE_MS])
    (incident,) = run(SITE, [before]).state.correlate.incidents
    return incident


def test_a_ticket_sharpens_what_it_says_for_longer_than_what_it_claims_sensors_by() -> None:
    grows = emit(one_plume(), SITE, SOUTH, (33, 58), 400.0, from_deg=270.0, seed=4)
    (opened,) = run(SITE, whole(joined(grows), wind(MINUTES, 270.0))).last.values()
    opened_min = (to_ms(opened.opened_at) - START_MS) // MINUTE_MS
    looks = (4, CLAIMS_SETTLE_MIN + 3, SHARPENS_MIN + 3, SHARPENS_MIN + 9)
    early, settled, late, over = (an_incident(grows, opened_min + after) for after in looks)
    assert early.belief is early.early_belief
    assert late.early_belief.evidence == settled.early_belief.evidence
    assert over.belief.evidence == late.belief.evidence > settled.belief.evidence > early.belief.evidence


def test_what_is_found_joins_by_what_a_ticket_says_as_by_what_it_believed_early() -> None:
    incident = an_incident()
    belief = incident.belief
    nowhere = replace(belief, share=np.zeros_like(belief.share))
    says, believed = replace(incident, early_belief=nowhere), replace(incident, belief=nowhere)
    assert overlap(says, belief) == overlap(believed, belief) == pytest.approx(1.0)
    assert overlap(replace(says, belief=nowhere), belief) == 0.0


def test_incidents_sure_of_the_same_place_are_one_and_of_others_are_not() -> None:
    incident = an_incident()
    other = replace(incident, belief=replace(incident.belief, probability=incident.belief.probability[::-1]))
    unsure = replace(incident, belief=replace(incident.belief, probability=np.full(2, 0.4)))
    later = replace(incident, claimed=(39,), early_belief=other.belief)
    kept, gone = absorb((incident, other, unsure, later))
    assert len(kept) == 3
    assert set(kept[0].claimed) == {*incident.claimed, 39}
    assert [(loser.claimed, winner.claimed) for loser, winner in gone] == [((39,), kept[0].claimed)]
