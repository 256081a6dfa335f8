"""The simulated zone with a night's tickets, and a year of supervision, for the pictures of the documents."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import atan2, cos, degrees, hypot, radians
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from alerts.store.engine import writing
from domain.site import Enterprise, Sensor, SensorKind, Site
from domain.site_files import parse_site
from domain.ticket import Action, Candidate, Excluded, Peak, Recommendation, Ticket
from simulators.scenario import load_scenario
from simulators.world.world import World
from tests.builders_desk import WholeDesk, a_ticket
from tests.builders_maps import now_ms, quiet_rows
from tests.builders_office import visit_row
from tests.builders_statistics import fact_row, plan_row

DEGREE_M, UPWIND_DEG, REACH_M = 111_320.0, 315.0, 1200.0
SHARES = (0.54, 0.22, 0.09)
DEPARTMENTS = ("生态环境", "应急管理", "市场监管", "消防")


def a_demo_zone() -> Site:
    """Return the zone of the demo; none of it exists."""
    site, _ = parse_site(World(load_scenario("demo"), 7).site_texts())
    return site


def upwind(site: Site, sensor: Sensor) -> list[tuple[float, Enterprise]]:
    """Return who stands in the wedge upwind of a sensor in the wind of the tickets, nearest first. [m]"""
    found: list[tuple[float, Enterprise]] = []
    for one in site.enterprises:
        east = (one.lon - sensor.lon) * DEGREE_M * cos(radians(sensor.lat))
        north = (one.lat - sensor.lat) * DEGREE_M
        off = abs((degrees(atan2(east, north)) - UPWIND_DEG + 180) % 360 - 180)
        if off < 18 and 150 < hypot(east, north) < REACH_M:
            found.append((hypot(east, north), one))
    return sorted(found, key=lambda pair: pair[0])


def loudest(site: Site) -> Sensor:
    """Return the station nearest to the middle that has three enterprises upwind."""
    stations = [one for one in site.sensors if one.kind is SensorKind.STATION and len(upwind(site, one)) >= len(SHARES)]
    lon = sum(one.lon for one in site.enterprises) / len(site.enterprises)
    lat = sum(one.lat for one in site.enterprises) / len(site.enterprises)
    return min(stations, key=lambda one: hypot(one.lon - lon, one.lat - lat))


def near(site: Site, sensor: Sensor) -> list[Sensor]:
    stations = [one for one in site.sensors if one.kind is SensorKind.STATION]
    return sorted(stations, key=lambda one: hypot(one.lon - sensor.lon, one.lat - sensor.lat))


def a_night(site: Site) -> tuple[Ticket, Ticket, Ticket]:
    """Return three tickets: a strong clue, a doubtful one, one for later."""
    loud = loudest(site)
    around = near(site, loud)
    blamed = upwind(site, loud)[: len(SHARES)]
    candidates = tuple(
        Candidate(enterprise_id=one.enterprise_id, name=one.name, probability=share, distance_m=round(away))
        for share, (away, one) in zip(SHARES, blamed, strict=True)
    )
    first = a_ticket(site, "a1", age_s=102)
    clear = Recommendation(
        action=Action.DISPATCH, reasons=("three_sensors_agree", "upwind_probability_high", "excess_strong")
    )
    first = replace(
        first,
        lon=blamed[0][1].lon,
        lat=blamed[0][1].lat,
        sensors=tuple(one.sensor_id for one in around[:3]),
        excluded=(Excluded(sensor_id=around[30].sensor_id, reason="stuck"),),
        peak=replace(first.peak, sensor_id=loud.sensor_id) if first.peak else None,
        candidates=candidates,
        unknown_probability=0.15,
        recommendation=clear,
    )
    doubtful = Recommendation(action=Action.WATCH, reasons=("single_sensor", "source_uncertain"))
    second = _elsewhere(site, "b2", around[70], 370, 2, "nox", 154.0, 64.0)
    third = _elsewhere(site, "c3", around[95], 865, 3, "pm10", 171.0, 88.0)
    return first, *(replace(one, recommendation=doubtful, unknown_probability=0.46) for one in (second, third))


def _elsewhere(
    site: Site, name: str, sensor: Sensor, age_s: int, priority: int, pollutant: str, value: float, background: float
) -> Ticket:
    plain = a_ticket(site, name, age_s=age_s, priority=priority)
    close = min(site.enterprises, key=lambda one: hypot(one.lon - sensor.lon, one.lat - sensor.lat))
    peak = Peak(
        pollutant=pollutant,
        sensor_id=sensor.sensor_id,
        time=plain.opened_at,
        value=value,
        background=background,
        excess=value - background,
    )
    lead = Candidate(enterprise_id=close.enterprise_id, name=close.name, probability=0.54, distance_m=180)
    place = {"lon": sensor.lon, "lat": sensor.lat, "sensors": (sensor.sensor_id,), "excluded": ()}
    return replace(plain, peak=peak, pollutants=(pollutant,), candidates=(lead,), **place)


def begin(desk: WholeDesk, tickets: Sequence[Ticket]) -> None:
    """Let the zone speak, the loud sensors be in breach, and the tickets open."""
    site, at = desk.site, now_ms()
    loud = tickets[0].sensors
    desk.judged(at - 70_000, breach=loud[:2], excluded=[tickets[0].excluded[0].sensor_id])
    rows = quiet_rows(site)
    for number, row in enumerate(rows):
        fix = site.roads[number % len(site.roads)].geometry.interpolate(0.37, normalized=True)
        row.update({"lon": fix.x, "lat": fix.y} if "lon" in row else {})
    rows += [{"sensor_id": name, "pm25": 186.0 - 20 * number} for number, name in enumerate(loud)]
    desk.readings(rows, at)
    desk.open(*tickets)


def _visits(today: datetime) -> Iterator[tuple[datetime, bool]]:
    """Yield last year's visits, many and seldom with a problem, then this year's: (when, a problem was found)."""
    day = today.replace(year=today.year - 1, month=1, day=4, hour=10, minute=0, second=0, microsecond=0)
    number = 0
    while day < today:
        is_now = day.year == today.year
        yield day, number % (3 if is_now else 6) == 0
        day += timedelta(days=5 if is_now else 3)
        number += 1


def fill_a_year(engine: Engine, site: Site) -> None:
    """Write plans that were merged, visits with what they found, and facts, of last year and this until now."""
    today = datetime.now(ZoneInfo(site.timezone))
    places = [one.enterprise_id for one in site.enterprises]
    with writing(engine) as session:
        for number, (at, found) in enumerate(_visits(today)):
            place, day = places[number * 7 % len(places)], str(at.date())
            for part in range(number % 3 + 1):
                told = {"enterprise_id": place, "department": DEPARTMENTS[(number + part) % len(DEPARTMENTS)]}
                session.add(plan_row(f"p{number}-{part}", day=day, earliest=day, latest=day, **told))
            cover = {"cover_kind": "ticket"} if number % 4 == 3 else {}
            told = {"enterprise_id": place, "problem_found": found} | cover
            session.add(visit_row(f"s{number}", at, number + 1, **told))
            if found:
                session.add(fact_row(f"f{number}", "penalty", day, place))
