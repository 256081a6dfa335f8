"""What must hold between the keys of a scenario: places and sensors exist, and everything lies within its time."""

from collections.abc import Iterator

from domain.channels import CHANNELS
from simulators.scenario_tables import ScenarioFault
from simulators.scenario_types import Scenario


def numbered(prefix: str, count: int, digits: int) -> tuple[str, ...]:
    """Return ids such as `ms-001`; as many digits as the greatest needs, so that they sort as they count."""
    width = max(digits, len(str(count)))
    return tuple(f"{prefix}-{number:0{width}d}" for number in range(1, count + 1))


def station_ids(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of the fixed stations."""
    return numbered("ms", scenario.counts.stations, 3)


def vehicle_ids(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of the patrol vehicles."""
    return numbered("pv", scenario.counts.vehicles, 1)


def enterprise_ids(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of the enterprises."""
    return numbered("e", scenario.counts.enterprises, 3)


def construction_ids(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of the construction sites."""
    return numbered("c", scenario.counts.construction_sites, 2)


def road_ids(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of the roads."""
    return numbered("r", scenario.counts.roads, 2)


def weather_ids(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of the weather stations."""
    return numbered("wx", scenario.counts.weather_stations, 1)


def cross_check(scenario: Scenario) -> list[ScenarioFault]:
    """Return what does not fit together."""
    checks = (_site, _events, _permits, _faults, _weather_faults, _spans)
    return [fault for check in checks for fault in check(scenario)]


def _site(scenario: Scenario) -> Iterator[ScenarioFault]:
    name = scenario.site.id
    if not name or any(sign in name for sign in '/+# "\\'):
        yield ScenarioFault("site.id", f'{name!r} is empty or holds / + # " \\ or a space', "use letters, digits, -")
    if not scenario.site.name or any(sign in scenario.site.name for sign in '"\\\n'):
        yield ScenarioFault("site.name", f"{scenario.site.name!r} is empty or holds a quote", "write a plain name")
    if scenario.counts.unit_stations > scenario.counts.stations:
        yield ScenarioFault("counts.unit_stations", "are more than stations", f"up to {scenario.counts.stations}")


def _events(scenario: Scenario) -> Iterator[ScenarioFault]:
    known = {"enterprise": enterprise_ids(scenario), "construction": construction_ids(scenario)}
    for number, event in enumerate(scenario.events, start=1):
        key = f"events[{number}]"
        places = known.get(event.kind, ())
        if event.place and event.place not in places:
            mend = f"use {places[0]} … {places[-1]}" if places else f"leave it out for kind {event.kind!r}"
            yield ScenarioFault(f"{key}.place", f"{event.place!r} is unknown", mend)
        if event.kind == "construction" and not places:
            yield ScenarioFault(f"{key}.kind", "there is no construction site", "raise counts.construction_sites")
        if event.permit and event.kind not in known:
            yield ScenarioFault(f"{key}.permit", f"a {event.kind} source has no place to register", "leave it out")
        if event.start_min >= scenario.duration_min:
            yield ScenarioFault(f"{key}.start_min", "is after the end", f"begin before {scenario.duration_min:g}")


def _permits(scenario: Scenario) -> Iterator[ScenarioFault]:
    places = {*enterprise_ids(scenario), *construction_ids(scenario), *road_ids(scenario)}
    for number, permit in enumerate(scenario.permits, start=1):
        if permit.place not in places:
            yield ScenarioFault(f"permits[{number}].place", f"{permit.place!r} is unknown", "use such as e-001 or r-01")


def _faults(scenario: Scenario) -> Iterator[ScenarioFault]:
    vehicles = set(vehicle_ids(scenario))
    sensors = vehicles | set(station_ids(scenario))
    for number, fault in enumerate(scenario.faults, start=1):
        key = f"faults[{number}]"
        if not fault.sensors:
            yield ScenarioFault(f"{key}.sensors", "names no sensor", 'write sensors = ["ms-001"]')
        for name in fault.sensors:
            if name not in sensors:
                yield ScenarioFault(f"{key}.sensors", f"{name!r} is unknown", "use such as ms-001 or pv-1")
            elif fault.kind == "gps_glitch" and name not in vehicles:
                yield ScenarioFault(f"{key}.sensors", f"{name!r} is no vehicle", "a GPS glitch needs such as pv-1")
        for channel in fault.channels:
            if channel not in CHANNELS:
                yield ScenarioFault(f"{key}.channels", f"{channel!r} is unknown", f"use {', '.join(CHANNELS)}")


def _weather_faults(scenario: Scenario) -> Iterator[ScenarioFault]:
    known = weather_ids(scenario)
    for number, fault in enumerate(scenario.weather_faults, start=1):
        for name in set(fault.stations) - set(known):
            mend = f"use {known[0]} … {known[-1]}, or leave it out for all"
            yield ScenarioFault(f"weather_faults[{number}].stations", f"{name!r} is unknown", mend)


def _spans(scenario: Scenario) -> Iterator[ScenarioFault]:
    for number, series in enumerate(scenario.recurring, start=1):
        if series.until_min <= series.start_min:
            yield ScenarioFault(f"recurring[{number}].until_min", "is not after start_min", "exchange or mend them")
        if series.kind == "construction" and not scenario.counts.construction_sites:
            mend = "raise counts.construction_sites"
            yield ScenarioFault(f"recurring[{number}].kind", "there is no construction site", mend)
