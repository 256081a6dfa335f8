"""A ticket's minutes → what each sensor showed and how well each leading candidate explains it, computed anew."""

from dataclasses import dataclass

import numpy as np

from domain import passes as ways
from domain.attribution import zone_wind
from domain.channels import MINUTE_MS, POLLUTANTS
from domain.field import ChannelState, Flag, JudgedField
from domain.readings import FloatArray, IntArray
from domain.regional_level import zone_level
from domain.roadside import TRACERS
from domain.search import Finding, first_loud_bin, search
from domain.ticket import Ticket, TicketKind
from domain.times import to_ms
from domain.trail import Trail, blow, no_trail
from domain.window import Window, look, no_window, scatter_ugm3
from domain.zone import Zone
from simulators.explaining.run_input import RunPart

LEADERS = 3
"""So many candidates are compared sensor by sensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSeen:
    """A sensor's loudest channel at the moment; concentrations in µg/m³, `scatters` = excess over its scatter."""

    sensor_id: str
    pollutant: str
    value: float
    background: float
    scatters: float
    gains: tuple[float, ...]
    member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A leading candidate: what the evidence and the prior say of it (natural logarithms), its probability now."""

    enterprise_id: str
    name: str
    industry: str
    prior: float
    permit: float
    evidence: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A channel that was raised in the ticket's time, but is no part of it; minutes hot and in breach."""

    sensor_id: str
    pollutant: str
    hot_min: int
    breach_min: int
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the search says at one moment, over the window before it.

    Attributes:
        time_ms: The minute looked at. [ms]
        wind: Speed [m/s] and direction it blows from [degrees].
        odds: Logarithm of the odds of "some source", NaN = no place could be the source.
        unknown: Probability of a place that nobody registered.
        candidates: The leading ones.
        sensors: Those that were asked, loudest first.
        agreeing: How many agree with the best source.
    """

    time_ms: int
    wind: tuple[float, float]
    odds: float
    unknown: float
    candidates: tuple[Weighed, ...]
    sensors: tuple[SensorSeen, ...]
    agreeing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How the zone's level of a pollutant stood. [µg/m³]"""

    time_ms: int
    pollutant: str
    level: float
    background: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that is told of a ticket; a regional one has `levels` and no `moments`."""

    ticket: Ticket
    site: str
    timezone: str
    open_odds: float
    agree_gain: float
    moments: tuple[Moment, ...]
    levels: tuple[Level, ...]
    flagged: tuple[tuple[str, str, int], ...]
    held: tuple[Held, ...]


def explain(part: RunPart) -> Explanation:
    """Compute anew what the run concluded about a ticket."""
    zone, ticket = part.zoned.zone, part.ticket
    regional = ticket.kind is TicketKind.REGIONAL
    return Explanation(
        ticket=ticket,
        site=zone.site.site_id,
        timezone=zone.site.timezone,
        open_odds=zone.rules.open_odds,
        agree_gain=zone.rules.agree_gain,
        moments=() if regional else _moments(part, zone),
        levels=_levels(part, zone) if regional else (),
        flagged=_flagged(part, zone),
        held=_held(part, zone),
    )


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


def _moments(part: RunPart, zone: Zone) -> tuple[Moment, ...]:
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
    alone = {at: search((window, trail), members, free, first, zone, np.array([at])) for at in leading}
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


def _levels(part: RunPart, zone: Zone) -> tuple[Level, ...]:
    opened = to_ms(part.ticket.opened_at)
    by_minute = [(judged, zone_level(judged, zone.is_vehicle).level) for judged in part.minutes]
    at_opening = [pair for pair in by_minute if pair[0].clock_ms <= opened] or by_minute[:1]
    first = POLLUTANTS.index(part.ticket.pollutants[0]) if part.ticket.pollutants else 0
    known = [pair for pair in by_minute if not np.isnan(pair[1][first])] or by_minute
    highest = max(known, key=lambda pair: float(np.nan_to_num(pair[1][first])))
    picked = {pair[0].minute_ms: pair for pair in (by_minute[0], at_opening[-1], highest, by_minute[-1])}
    return tuple(
        Level(time_ms=time_ms, pollutant=name, level=float(level[channel]), background=_middle(judged, channel))
        for name in part.ticket.pollutants
        for channel in [POLLUTANTS.index(name)]
        for time_ms, (judged, level) in sorted(picked.items())
    )


def _middle(judged: JudgedField, channel: int) -> float:
    known: FloatArray = judged.background[:, channel]
    known = known[~np.isnan(known)]
    return float(np.median(known)) if len(known) else np.nan


def _flagged(part: RunPart, zone: Zone) -> tuple[tuple[str, str, int], ...]:
    """Return sensor, flag and minutes for what was not trusted from the event's start on, most minutes first."""
    start = to_ms(part.ticket.event_start)
    counts: dict[tuple[str, str], int] = {}
    for judged in part.minutes:
        if judged.minute_ms < start:
            continue
        bits = np.bitwise_or.reduce(judged.flags, axis=1)
        for row in np.flatnonzero(bits):
            for flag in Flag(int(bits[row])):
                key = (zone.site.sensor_ids[judged.sensor[row]], str(flag.name).lower())
                counts[key] = counts.get(key, 0) + 1
    return tuple((*key, count) for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _held(part: RunPart, zone: Zone) -> tuple[Held, ...]:
    start = to_ms(part.ticket.event_start)
    shape = (len(zone.is_vehicle), TRACERS)
    hot, breach = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for judged in part.minutes:
        if judged.minute_ms >= start:
            hot[judged.sensor] += judged.state[:, :TRACERS] == ChannelState.HOT
            breach[judged.sensor] += judged.state[:, :TRACERS] == ChannelState.BREACH
    elsewhere = {name: other.id for other in part.others for name in other.sensors if other.kind is TicketKind.LOCAL}
    held = [
        Held(
            sensor_id=zone.site.sensor_ids[sensor],
            pollutant=POLLUTANTS[channel],
            hot_min=int(hot[sensor, channel]),
            breach_min=int(breach[sensor, channel]),
            ticket=elsewhere.get(zone.site.sensor_ids[sensor], ""),
        )
        for sensor, channel in zip(*np.nonzero(hot + breach), strict=True)
        if zone.site.sensor_ids[sensor] not in part.ticket.sensors
    ]
    return tuple(sorted(held, key=lambda one: (-one.breach_min, -one.hot_min, one.sensor_id, one.pollutant)))
