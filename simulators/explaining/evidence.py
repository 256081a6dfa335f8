"""A ticket's minutes → all that is told of it: its moments, the zone's level, what was not trusted, what was held."""

import numpy as np

from domain.channels import POLLUTANTS
from domain.field import ChannelState, Flag, JudgedField
from domain.readings import FloatArray
from domain.regional_level import zone_level
from domain.roadside import TRACERS
from domain.ticket import TicketKind
from domain.times import to_ms
from domain.zone import Zone
from simulators.explaining.explanation import Explanation, Held, Level
from simulators.explaining.moments import moments_of
from simulators.explaining.run_input import RunPart


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
        moments=moments_of(part, zone) if ticket.kind is TicketKind.LOCAL else (),
        levels=_levels(part, zone) if regional else (),
        flagged=_flagged(part, zone),
        held=_held(part, zone),
    )


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
