"""What a ticket's sensors showed at its moments, and how well each leading candidate explains it."""

import numpy as np

from domain.attribution import mean_wind
from domain.channels import N_POLLUTANTS, POLLUTANTS
from domain.field import JudgedField
from domain.finding import Finding
from domain.following import SHARPENS_MIN
from domain.loudness import EVERY_MIN
from domain.opening import needed, telling_odds
from domain.readings import IntArray
from domain.search import Among, search
from domain.ticket import begun_ms
from domain.times import to_ms
from domain.trail import is_blind
from domain.window import Window, scatter_ugm3
from domain.zone import Zone
from simulators.explaining.explanation import Moment, SensorSeen, Weighed
from simulators.explaining.looks import Look, air_at, airs, look_at, surer
from simulators.explaining.run_input import RunPart

LEADERS = 3
"""So many candidates are compared sensor by sensor."""


def moments_of(part: RunPart, zone: Zone) -> tuple[Moment, ...]:
    """Search anew as things stood when a local ticket opened, and at the moment of most evidence since it last did."""
    opened_ms, begun = to_ms(part.ticket.opened_at), begun_ms(part.ticket)
    opening = best = look_at(part, air_at(part, opened_ms, zone), zone)
    if begun > opened_ms:  # what is believed of a source that returned begins anew
        best = look_at(part, air_at(part, begun, zone), zone)
    found_minute, first_bin = best.minute, best.first_bin
    for air in airs(part, zone):
        if air[0].minute > found_minute + SHARPENS_MIN:
            break
        if air[0].minute > found_minute and air[0].minute % EVERY_MIN == 0:
            best = surer(best, look_at(part, air, zone, first_bin), zone)
    looks = [opening] if best is opening else [opening, best]
    return tuple(_moment(part, one, zone) for one in looks)


def _moment(part: RunPart, look: Look, zone: Zone) -> Moment:
    window, trail, now = look.air
    wind = mean_wind(trail.east_ms[-1:], trail.north_ms[-1:])
    told = (np.nan, np.nan) if is_blind(trail) else (wind.speed_ms, wind.from_deg)
    found = look.found
    if found is None:
        return Moment(
            time_ms=now.minute_ms,
            wind=told,
            odds=np.nan,
            needed=np.nan,
            unknown=1.0,
            candidates=(),
            sensors=(),
            agreeing=0,
        )
    places = zone.places.enterprise_id
    leading = [places.index(one.enterprise_id) for one in part.ticket.candidates[:LEADERS]]
    alone = {
        at: search((window, trail), look.members, look.free, look.first_bin, zone, Among(np.array([at])))
        for at in leading
    }
    return Moment(
        time_ms=now.minute_ms,
        wind=told,
        odds=telling_odds(found),
        needed=needed(found, np.zeros(N_POLLUTANTS), zone),
        unknown=found.belief.unknown,
        candidates=tuple(_weighed(at, alone[at], found, now.minute_ms, zone) for at in leading),
        sensors=_sensors(found.sensor, list(alone.values()), now, window, (look.members, zone)),
        agreeing=found.agreeing,
    )


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
