"""From readings to tickets and decisions, in small zones: what opens, what is held back, what stands on a ticket."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.pipeline import make_ready
from domain.readings import Readings
from domain.rules import CorrelateRules
from domain.site import Permit, PermitKind, Sensor, Site
from domain.ticket import Action, Ticket, TicketState
from domain.times import to_datetime
from domain.wire import encode_ticket
from tests.builders import (
    QUICK,
    START_MS,
    Ran,
    a_site,
    air,
    an_enterprise,
    at,
    joined,
    messages,
    raise_readings,
    run,
    some_readings,
    whole,
    wind,
)
from tests.builders_plume import GAS, emit

SITE = a_site(4)
PLUME = ("s-1-1", "s-1-2", "s-2-2")
MINUTES = 60
KEYS = """
    id site kind source state opened_at updated_at event_start event_end pollutants peak lon lat sensors excluded wind
    candidates unknown_probability recommendation priority rule_version evidence_hash history
"""


def ran(
    rows: Readings | None = None,
    *,
    site: Site = SITE,
    from_deg: float = 225.0,
    speed_ms: float = 2.5,
    added: dict[str, float] | None = None,
    sensors: tuple[str, ...] = PLUME,
    minutes: tuple[float, float] = (20, 40),
) -> Ran:
    """Run a zone over an event; by default one that three sensors downwind of e-1 see."""
    quiet = air(site, MINUTES) if rows is None else rows
    raised = raise_readings(quiet, site, sensors, minutes, {"pm25": 60.0, "pm10": 100.0} if added is None else added)
    return run(site, whole(joined(raised), wind(MINUTES, from_deg, speed_ms)))


def only(found: Ran) -> Ticket:
    (ticket,) = found.last.values()
    return ticket


def minute(number: int) -> datetime:
    return to_datetime(START_MS + number * MINUTE_MS)


def test_a_plume_over_three_sensors_is_one_ticket_that_names_the_source() -> None:
    ticket = only(ran())
    assert ticket.candidates[0].enterprise_id == "e-1"
    assert set(ticket.sensors) == set(PLUME)
    assert ticket.pollutants == ("pm25", "pm10")
    assert ticket.recommendation.action is Action.DISPATCH
    assert (ticket.event_start, ticket.event_end) == (minute(20), minute(39))
    assert ticket.opened_at - minute(20) <= timedelta(minutes=5)


def test_a_quiet_zone_has_no_ticket() -> None:
    found = ran(added={})
    assert found.tickets == []
    assert set(found.names) <= {"below_duration"}


def test_keys_stand_in_the_contracts_order() -> None:
    assert list(json.loads(encode_ticket(only(ran())))) == KEYS.split()


def test_the_id_hashes_site_kind_first_sensor_its_first_pollutant_and_the_start() -> None:
    ticket = only(ran())
    opener, first = ticket.sensors[0], ticket.pollutants[0]
    words = f"test|local|{opener}|{first}|{minute(20).strftime('%Y-%m-%dT%H:%M:%S.000Z')}"
    assert ticket.id == hashlib.sha256(words.encode()).hexdigest()[:20]


def test_numbers_are_rounded_as_promised() -> None:
    ticket = json.loads(encode_ticket(only(ran())))
    peak = ticket["peak"]
    assert all(round(peak[key], 1) == peak[key] for key in ("value", "background", "excess"))
    assert (round(ticket["lon"], 6), round(ticket["lat"], 6)) == (ticket["lon"], ticket["lat"])
    shown = [candidate["probability"] for candidate in ticket["candidates"]] + [ticket["unknown_probability"]]
    assert round(sum(shown), 9) == 1.0
    assert all(probability >= 0.001 for probability in shown[:-1])


def test_moves_of_the_system_are_dated_on_ticks_and_the_first_entry_stays() -> None:
    found = ran()
    opened = found.tickets[0].history[0]
    for ticket in found.tickets:
        assert ticket.history[0] == opened
        assert ticket.opened_at == opened.at
        assert ticket.updated_at == ticket.history[-1].at
        assert all(entry.at.second % 10 == 0 and entry.at.microsecond == 0 for entry in ticket.history)
        assert ticket.id == found.tickets[0].id
    assert (opened.what, opened.who, opened.state) == ("opened", "system", TicketState.NEW)


def test_a_platform_that_hands_on_three_minutes_later_delays_a_ticket_by_as_much_and_takes_none() -> None:
    late = air(SITE, MINUTES + 10)
    late = replace(late, received_ms=late.received_ms + 3 * MINUTE_MS)
    ticket, punctual = only(ran(late)), only(ran())
    assert timedelta(minutes=2) <= ticket.opened_at - punctual.opened_at <= timedelta(minutes=3)
    assert (ticket.sensors, ticket.event_start) == (punctual.sensors, punctual.event_start)
    assert ticket.candidates[0].enterprise_id == punctual.candidates[0].enterprise_id


def test_a_decision_is_named_once_for_each_change() -> None:
    found = ran()
    told = [(entry.what, entry.at) for entry in only(found).history]
    made = [(m.name.value, to_datetime(m.at_ms)) for m in found.decisions if m.key == only(found).id]
    assert made == told
    assert found.names.count("opened") == found.names.count("ended") == 1


def test_a_lone_sensor_sends_nobody() -> None:
    found = ran(air(SITE, 150), sensors=("s-1-1",), added={"nox": 180.0}, minutes=(20, 140))
    assert {ticket.recommendation.action for ticket in found.tickets} <= {Action.WATCH}
    assert found.names.count("single_sensor_short") == 1


def test_a_sensor_that_none_can_confirm_is_worth_a_look_after_two_hours() -> None:
    lon, lat = at(9000, 0)
    alone = Sensor(sensor_id="far", lon=lon, lat=lat)
    site = replace(SITE, sensors=(*SITE.sensors, alone))
    assert ran(air(site, 60), site=site, sensors=("far",), added={"nox": 180.0}, minutes=(20, 60)).tickets == []
    found = ran(air(site, 170), site=site, sensors=("far",), added={"nox": 180.0}, minutes=(20, 170))
    assert only(found).opened_at >= minute(140)
    assert only(found).recommendation.action is Action.WATCH


def test_a_short_rise_is_below_duration() -> None:
    found = ran(sensors=("s-1-1",), added={"nox": 110.0}, minutes=(20, 22))
    assert found.tickets == []
    assert "below_duration" in found.names


def test_a_whole_network_that_rises_brings_no_ticket() -> None:
    found = ran(sensors=SITE.sensor_ids, added={"pm10": 400.0, "pm25": 200.0})
    assert found.tickets == []


def test_a_front_that_crosses_the_zone_brings_no_flood() -> None:
    rows = air(SITE, MINUTES)
    for column in range(4):
        sensors = [f"s-{row}-{column}" for row in range(4)]
        rows = raise_readings(rows, SITE, sensors, (20 + 5 * column, MINUTES), {"pm10": 300.0, "pm25": 40.0})
    found = ran(rows, added={})
    assert len(found.last) <= 1
    assert all(ticket.recommendation.action is not Action.DISPATCH for ticket in found.tickets)


def test_what_raises_a_third_of_the_network_is_held_back_as_regional() -> None:
    site = a_site(5)
    sensors = [f"s-{row}-{column}" for row in range(5) for column in (0, 3)]
    found = ran(site=site, sensors=tuple(sensors), added={"pm10": 300.0, "pm25": 40.0})
    assert found.tickets == []
    assert "regional" in found.names


def test_calm_air_gives_no_direction() -> None:
    found = ran(speed_ms=0.2)
    assert only(found).wind.calm
    assert "calm_no_direction" in only(found).recommendation.reasons
    assert found.names.count("calm") == 1


def test_without_weather_the_wind_is_unknown_and_calm() -> None:
    rows = raise_readings(air(SITE, MINUTES), SITE, PLUME, (20, 40), {"nox": 110.0})
    ticket = only(run(SITE, whole(joined(rows))))
    assert json.loads(encode_ticket(ticket))["wind"] == {"speed_ms": None, "from_deg": None, "calm": True}


def test_a_source_that_nobody_registered_is_unknown() -> None:
    ticket = only(ran(site=a_site(4, enterprises=(an_enterprise("far", 9000, 9000),))))
    assert (ticket.candidates, ticket.unknown_probability) == ((), 1.0)
    assert ticket.history[0].first is None
    assert ticket.recommendation.action is Action.WATCH


def test_registered_works_are_watched() -> None:
    permit = Permit(
        place_id="e-1",
        start=datetime(2026, 2, 28, tzinfo=UTC),
        end=datetime(2026, 3, 2, tzinfo=UTC),
        kind=PermitKind.WORKS,
    )
    found = ran(site=a_site(4, permits=(permit,)))
    assert only(found).recommendation.action is Action.WATCH
    assert "registered_works" in only(found).recommendation.reasons
    assert "registered_works" in found.names


def test_a_stuck_sensor_near_is_named_and_not_asked() -> None:
    rows = air(SITE, 100)
    stuck = rows.sensor == SITE.sensor_ids.index("s-1-0")
    rows = replace(rows, values=np.where(stuck[:, np.newaxis], 400.0, rows.values))
    found = ran(rows, minutes=(75, 95))
    ticket = list(found.last.values())[-1]
    assert ("s-1-0", "stuck") in [(out.sensor_id, out.reason) for out in ticket.excluded]
    assert "s-1-0" not in ticket.sensors


def test_two_plumes_at_once_from_two_enterprises_are_two_tickets() -> None:
    site = a_site(8, enterprises=(an_enterprise("south", 250, 500), an_enterprise("north", 250, 3000)))
    rows = emit(air(site, MINUTES), site, (250, 500), (20, 40), 80.0, from_deg=270.0)
    rows = emit(rows, site, (250, 3000), (22, 42), 120.0, from_deg=270.0, brings=GAS)
    found = ran(rows, site=site, from_deg=270.0, added={})
    assert sorted(ticket.candidates[0].enterprise_id for ticket in found.last.values()) == ["north", "south"]


def test_incidents_that_believe_in_the_same_place_become_one() -> None:
    rows = raise_readings(air(SITE, MINUTES), SITE, PLUME, (20, 50), {"pm25": 60.0, "pm10": 100.0})
    before, after = messages(joined(rows), wind(MINUTES), [START_MS + 35 * MINUTE_MS])
    found = run(SITE, [before])
    (lives,) = found.state.correlate.incidents
    assert lives.ticket is not None
    twin = replace(lives, claimed=(), members=lives.members[-1:], ticket=replace(lives.ticket, id="twin"))
    correlate = replace(found.state.correlate, incidents=(lives, twin))
    found.state = replace(found.state, correlate=correlate)
    found.take([after], make_ready(SITE))
    survivor, merged = found.last[lives.ticket.id], found.last["twin"]
    assert (merged.state, survivor.state) == (TicketState.MERGED, TicketState.NEW)
    assert (merged.history[-1].what, merged.history[-1].why) == ("merged", (survivor.id,))
    assert ("twin",) in [entry.why for entry in survivor.history if entry.what == "merged"]
    assert found.names.count("merged") == 2
    assert len(found.state.correlate.incidents) == 1


def test_a_new_normal_is_learnt_and_the_ticket_ends() -> None:
    rules = replace(QUICK, detect=replace(QUICK.detect, relearn_hours=1))
    site = a_site(4, rules=rules)
    rows = raise_readings(air(site, 240), site, ("s-1-1", "s-1-2"), (20, 240), {"pm25": 60.0})
    found = run(site, whole(joined(rows), wind(240)))
    assert [ticket.history[-1].what for ticket in found.last.values()] == ["ended"]
    assert found.state.correlate.incidents == ()


def test_exhaust_seconds_at_a_vehicle_open_nothing() -> None:
    site = a_site(4, vehicles=1)
    rng = np.random.default_rng(5)
    pm25 = [40.0 + (600.0 if second % 60 < 12 else rng.normal()) for second in range(MINUTES * 60)]
    drive = some_readings(
        site, (("v-0", s, s + 1, {"lon": 116.5 + s * 2e-6, "lat": 39.805, "pm25": said}) for s, said in enumerate(pm25))
    )
    found = run(site, whole(joined(air(site, MINUTES), drive), wind(MINUTES)))
    assert found.tickets == []


def test_hourly_readings_of_many_hours_make_one_ticket() -> None:
    site = a_site(4)
    rows = raise_readings(air(site, 60 * 48, every_s=3600), site, PLUME, (60 * 30, 60 * 34), {"nox": 110.0})
    ticket = only(run(site, whole(joined(rows), wind(60 * 48), after_min=180)))
    assert (ticket.event_start, ticket.event_end) == (minute(60 * 30), minute(60 * 33))


def test_the_evidence_tells_other_readings_apart() -> None:
    assert only(ran()).evidence_hash == only(ran()).evidence_hash
    assert only(ran()).evidence_hash != only(ran(added={"pm25": 60.1, "pm10": 100.0})).evidence_hash


def test_the_rule_version_tells_other_rules_apart() -> None:
    other = a_site(4, rules=replace(QUICK, correlate=CorrelateRules(reach_m=2900.0)))
    assert make_ready(SITE).zone.rule_version != make_ready(other).zone.rule_version


@pytest.mark.parametrize("side", [1, 2])
def test_a_network_of_one_or_four_stations_does_not_fail(side: int) -> None:
    site = a_site(side)
    found = run(site, whole(joined(air(site, 40)), wind(40)))
    assert found.tickets == []
    assert len(found.judged) > 40
