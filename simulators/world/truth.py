"""What truly happened, as the contract's labels: sources, bursts, episodes, faults, and whether a ticket is due."""

from collections.abc import Iterator

import pyarrow as pa

from simulators.scenario_types import Episode, FaultTable, Scenario
from simulators.world.running import Air
from simulators.world.sources import EMITTED, Source
from simulators.world.visible import Sight
from simulators.world.zone import Zone

_TIME = pa.timestamp("ms", tz="UTC")
TRUTH_SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("enterprise_id", pa.string()),
        ("start", _TIME),
        ("end", _TIME),
        ("pollutants", pa.list_(pa.string())),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("expect", pa.string()),
        ("kind", pa.string()),
        ("first_visible", _TIME),
    ]
)
"""The contract's labels; `first_visible` is when a healthy sensor could first see a source, null for never."""
POLLUTANTS_OF = {"haze": ["pm25", "pm10"], "dust": ["pm10", "pm25"], "ozone": ["o3"]}
_NO_TICKET = "no_ticket"

Label = dict[str, object]


def truth_table(scenario: Scenario, seed: int, zone: Zone, air: Air, start_ms: int) -> pa.Table:
    """Return the labels, sources first, then nuisances, each by time."""
    seen_min = Sight(scenario, seed, zone, air.weather, air.sources).first_visible_min(air.background, air.bursts)
    labels = [
        *(
            _source(source, zone, start_ms) | {"first_visible": None if at is None else start_ms + 60_000 * at}
            for source, at in zip(air.sources, seen_min, strict=True)
        ),
        *(_episode(number, episode, zone, start_ms) for number, episode in enumerate(air.background.episodes, start=1)),
        *_bursts(zone, air, start_ms),
        *(
            label
            for number, fault in enumerate(scenario.faults, start=1)
            for label in _fault(number, fault, scenario, zone, start_ms)
        ),
    ]
    return pa.Table.from_pylist(labels, schema=TRUTH_SCHEMA)


def _label(event_id: str, kind: str, span_ms: tuple[float, float], place: tuple[float | None, float | None]) -> Label:
    return {
        "event_id": event_id,
        "enterprise_id": "",
        "start": round(span_ms[0]),
        "end": round(span_ms[1]),
        "pollutants": [],
        "lon": place[0],
        "lat": place[1],
        "expect": _NO_TICKET,
        "kind": kind,
        "first_visible": None,
    }


def _source(source: Source, zone: Zone, start_ms: int) -> Label:
    lon, lat = zone.plane.to_degrees(source.path_m[:1])[0].tolist()
    span_ms = (start_ms + 1000 * source.start_s, start_ms + 1000 * source.end_s)
    label = _label(source.event_id, source.kind, span_ms, (lon, lat))
    label["enterprise_id"] = source.place_id
    label["pollutants"] = [name for name, rate in zip(EMITTED, source.rate_g_s, strict=True) if rate > 0]
    label["expect"] = "ticket" if source.expects_ticket else _NO_TICKET
    return label


def _episode(number: int, episode: Episode, zone: Zone, start_ms: int) -> Label:
    begin_ms = start_ms + 60_000 * episode.start_min
    span_ms = (begin_ms, begin_ms + 60_000 * episode.duration_min)
    place = (zone.plane.lon, zone.plane.lat)
    return _label(f"episode-{number}", episode.kind, span_ms, place) | {"pollutants": POLLUTANTS_OF[episode.kind]}


def _bursts(zone: Zone, air: Air, start_ms: int) -> Iterator[Label]:
    bursts = air.bursts
    degrees = zone.plane.to_degrees(zone.devices.station_xy)
    for row in range(len(bursts.sensor)):
        begin_ms = start_ms + 60_000 * float(bursts.start_min[row])
        span_ms = (begin_ms, begin_ms + 60_000 * float(bursts.lasts_min[row]))
        lon, lat = degrees[bursts.sensor[row]].tolist()
        strongest = [name for name, height in zip(EMITTED, bursts.height_ugm3[row], strict=False) if height > 5.0]
        if strongest:
            yield _label(f"burst-{row + 1:04d}", "burst", span_ms, (lon, lat)) | {"pollutants": strongest}


def _fault(number: int, fault: FaultTable, scenario: Scenario, zone: Zone, start_ms: int) -> Iterator[Label]:
    degrees = zone.plane.to_degrees(zone.devices.station_xy)
    end_min = min(fault.start_min + fault.duration_min, scenario.duration_min)
    span_ms = (start_ms + 60_000 * fault.start_min, start_ms + 60_000 * end_min)
    for name in fault.sensors:
        index = zone.devices.sensor_id.index(name)
        lon, lat = degrees[index].tolist() if index < zone.devices.stations else (None, None)
        pollutants = list(fault.channels or (*EMITTED, "o3"))
        yield _label(f"fault-{number}-{name}", fault.kind, span_ms, (lon, lat)) | {"pollutants": pollutants}
