"""Whether what a group of sensors tells of a source is enough for a ticket."""

import numpy as np

from domain.channels import MINUTE_MS
from domain.field import ChannelState
from domain.finding import Finding
from domain.hearing import Minute
from domain.incident import Incident, claimed_by
from domain.readings import FloatArray
from domain.roadside import TRACERS
from domain.zone import Zone

SEVERAL = 2
"""One sensor alone opens nothing: kitchens, smokers and lorries do the same to it several times a day."""
ALONE_MIN = 120
"""But where no other stands within reach, a breach that lasts so long is worth a look: three hourly readings. [min]"""
UNSURE_COSTS = 1.0
"""A ticket that could name nobody opens only on so much more evidence (in log odds). Design value."""
LONE_COSTS = 2.25
"""And its ticket opens only on so much more evidence (in log odds): bursts at one sensor are common, and a narrow
plume does not tell them from a source. Design value."""
LONE_STATIONS = 8
"""The more stations, the oftener one of them has a burst of its own: beyond so many the evidence grows with them."""
BESIDE_COSTS = 1.0
"""And a ticket beside one that lives on so much more: the rest of a plume that went another way than was expected is
commoner than a second source. Design value."""
WIDER, WIDER_SHARE, WIDER_MOST = 0.5, 0.5, 1.5
"""What follows a plume's turns explains a plume better than a wide one does; two sensors with bursts of their own suit
the wide one. Where that explains more by the first (in log odds) a ticket needs the second share of the rest more, at
most the third. Design values, after 30 false and 217 right tickets of `hidden_like` recordings."""
_PARTICLES = frozenset((0, 1))


def is_usual(found: Finding, costs: FloatArray) -> bool:
    """Say whether nothing of the kind rises over the whole zone, and the wind is known: else a station tells of that.

    Particles are one kind: where PM2.5 rises, a station that shows PM10 alone is the first of a day of dust.
    """
    kind = set(found.channels)
    kind |= _PARTICLES if kind & _PARTICLES else set()
    return not any(costs[channel] > 0.0 for channel in kind)


def telling_odds(found: Finding) -> float:
    """Return the log odds that tell: one sensor alone suits every plume, a narrow one the best, so the wide one's."""
    return found.belief.odds if found.agreeing >= SEVERAL else found.wide_odds


def needed(found: Finding, costs: FloatArray, zone: Zone) -> float:
    """Return which log odds a ticket needs: more where nobody could be named, much more from one sensor.

    The more stations, the oftener one of them has a burst of its own: what one says counts the less.

    Args:
        found: What a group of sensors tells.
        costs: What more each pollutant needs now (in log odds), shape (4,); the cheapest that is explained counts.
        zone: Places and sensors.
    """
    stations = int((~np.isnan(zone.xy_m[:, 0])).sum())
    unsure = UNSURE_COSTS * (1.0 - float(found.belief.share.max()))
    lone = LONE_COSTS + max(float(np.log(stations / LONE_STATIONS)), 0.0)
    dearer = min((float(costs[channel]) for channel in found.channels), default=0.0)
    return zone.rules.open_odds + unsure + dearer + (_costs_wide(found) if found.agreeing >= SEVERAL else lone)


def _costs_wide(found: Finding) -> float:
    """Return what more a ticket needs of several sensors that suit a wide plume better than one that swings."""
    wider = found.wide_odds - found.belief.odds - WIDER
    return min(WIDER_SHARE * max(wider, 0.0), WIDER_MOST)


def costs_beside(sensor: int, incidents: list[Incident], zone: Zone) -> float:
    """Return what more evidence a ticket needs whose loudest sensor is linked with one of a ticket that lives."""
    claimed = np.flatnonzero(claimed_by(tuple(one for one in incidents if one.ticket), len(zone.xy_m)))
    offset = zone.xy_m[claimed] - zone.xy_m[sensor]
    return BESIDE_COSTS if (np.hypot(offset[:, 0], offset[:, 1]) <= zone.rules.link_m).any() else 0.0


def stands_alone(sensor: int, minute: Minute, zone: Zone) -> bool:
    """Say whether a sensor that none other can confirm is in breach for long enough."""
    offset = zone.xy_m - zone.xy_m[sensor]
    row = int(minute.row[sensor])
    if row < 0 or (np.hypot(offset[:, 0], offset[:, 1]) <= zone.rules.reach_m).sum() > 1:
        return False
    judged = minute.judged
    breached = judged.state[row] == ChannelState.BREACH
    lasts_ms = judged.minute_ms - judged.since_ms[row]
    return bool((breached & (lasts_ms >= ALONE_MIN * MINUTE_MS))[:TRACERS].any())
