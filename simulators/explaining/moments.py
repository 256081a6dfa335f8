"""A ticket's minutes → what each sensor showed at its moments, and how well each leading candidate explains it."""

import numpy as np

from domain import passes as ways
from domain.attribution import zone_wind
from domain.channels import MINUTE_MS, POLLUTANTS
from domain.field import JudgedField
from domain.readings import IntArray
from domain.search import Among, Finding, first_loud_bin, search
from domain.ticket import TicketKind
from domain.times import to_ms
from domain.trail import Trail, blow, no_trail
from domain.window import Window, look, no_window, scatter_ugm3
from domain.zone import Zone
from simulators.explaining.explanation import Moment, SensorSeen, Weighed
from simulators.explaining.run_input import RunPart

LEADERS = 3
"""So many candidates are compared sensor by sensor."""


def air_at(minutes: tuple[JudgedField, ...], until_ms: int, zone: Zone) -> tuple[Window, Trail, JudgedField]:
    """Return the window, the winds and the minute as they stood at the last minute settled by a time."""
    window, trail, before, now = no_window(), no_trail(), -1, minutes[0]
    nobody = np.zeros(len(zone.is_vehicle), np.bool_)
    driven = ways.no_passes()
    for judged in minutes:
        if judged.clock_ms > until_ms and before >= 0:
            break
        minute = judged.minute_ms // MINUTE_MS
        trail = blow(trail, zone_wind(judged.weather), minute - before if before >= 0 else 1)
        driven, parts = ways.advance(driven, judged, zone.cells, zone.site.rules.detect.floor_ugm3)
        window = look(window, judged, parts, nobody)
        before, now = minute, judged
    return window, trail, now


def moments_of(part: RunPart, zone: Zone) -> tuple[Moment, ...]:
    """Search anew as things stood when a local ticket opened, and when it last changed its mind."""
    opened = to_ms(part.ticket.opened_at)
    changes = [to_ms(entry.at) for entry in part.ticket.history if entry.what in ("candidates", "recommendation")]
    times = [opened, max(changes)] if changes and max(changes) > opened else [opened]
    began: int | None = None  # an incident keeps the bin in which it began
    moments: list[Moment] = []
    for time_ms in times:
        moment, began = _moment(part, time_ms, zone, began)
        moments.append(moment)
    return tuple(moments)


def _moment(part: RunPart, time_ms: int, zone: Zone, began: int | None) -> tuple[Moment, int | None]:
    window, trail, now = air_at(part.minutes, time_ms, zone)
    where = {name: at for at, name in enumerate(zone.site.sensor_ids)}
    stands = [where[name] for name in part.ticket.sensors if not np.isnan(zone.xy_m[where[name], 0])]
    loudness = window.score.max(axis=(0, 2))
    members = np.array(sorted(at for at in stands if loudness[at] >= 0.8 * zone.rules.loud_sigma) or stands, np.int64)
    wind = zone_wind(now.weather)
    told = (float(wind.speed_ms), float(wind.from_deg))
    nothing = Moment(time_ms=now.minute_ms, wind=told, odds=np.nan, unknown=1.0, candidates=(), sensors=(), agreeing=0)
    if not len(members):
        return nothing, began
    free = ~np.isin(np.arange(len(where)), [where[name] for name in claimed_elsewhere(part, time_ms)])
    first = first_loud_bin(window, members) if began is None else began
    found = search((window, trail), members, free, first, zone)
    if found is None:
        return nothing, began
    places = zone.places.enterprise_id
    leading = [places.index(one.enterprise_id) for one in part.ticket.candidates[:LEADERS]]
    alone = {at: search((window, trail), members, free, first, zone, Among(np.array([at]))) for at in leading}
    moment = Moment(
        time_ms=now.minute_ms,
        wind=told,
        odds=found.belief.odds,
        unknown=found.belief.unknown,
        candidates=tuple(_weighed(at, alone[at], found, now.minute_ms, zone) for at in leading),
        sensors=_sensors(found.sensor, list(alone.values()), now, window, (members, zone)),
        agreeing=found.agreeing,
    )
    return moment, first


def claimed_elsewhere(part: RunPart, time_ms: int) -> set[str]:
    """Return sensors that another local ticket, open at that time, explains."""
    mine = set(part.ticket.sensors)
    running = (
        other
        for other in part.others
        if other.kind is TicketKind.LOCAL
        and to_ms(other.opened_at) <= time_ms
        and (other.event_end is None or time_ms <= to_ms(other.event_end))
    )
    return {name for other in running for name in other.sensors} - mine


def _weighed(at: int, alone: Finding | None, found: Finding, time_ms: int, zone: Zone) -> Weighed:
    place = zone.site.enterprises[at]
    return Weighed(
        enterprise_id=place.enterprise_id,
        name=place.name,
        industry=str(place.industry or ""),
        prior=float(zone.sources.log_prior[at]),
        permit=float(zone.sources.prior_at(time_ms)[at] - zone.sources.log_prior[at]),
        evidence=alone.belief.evidence if alone is not None else 0.0,
        probability=float(found.belief.probability[at]),
    )


def _sensors(
    asked: IntArray, alone: list[Finding | None], now: JudgedField, window: Window, of: tuple[IntArray, Zone]
) -> tuple[SensorSeen, ...]:
    members, zone = of
    scatter = scatter_ugm3(now)
    rows = {sensor: row for row, sensor in enumerate(now.sensor.tolist())}
    seen = []
    for sensor in asked.tolist():
        channel = int(window.score[:, sensor].max(axis=0).argmax())
        row = rows.get(sensor)
        value, background, sigma = (
            (float(block[row, channel]) for block in (now.value, now.background, scatter))
            if row is not None
            else (np.nan, np.nan, np.nan)
        )
        seen.append(
            SensorSeen(
                sensor_id=zone.site.sensor_ids[sensor],
                pollutant=POLLUTANTS[channel],
                value=value,
                background=background,
                scatters=(value - background) / sigma,
                gains=tuple(_gain(one, sensor) for one in alone),
                member=sensor in members,
            )
        )
    return tuple(sorted(seen, key=lambda one: (not one.member, -max(map(abs, one.gains), default=0.0), one.sensor_id)))


def _gain(found: Finding | None, sensor: int) -> float:
    if found is None:
        return 0.0
    at = np.flatnonzero(found.sensor == sensor)
    return float(found.gain[at[0]]) if len(at) else 0.0
