"""Whether what would open a ticket tells of a source that has one: its plume went another way, or is an hour old.

Two questions, as a search looks at puffs of half an hour only: does the living ticket's source explain the group as
well as any new one would; and would its plume of an hour ago (`old_air`).
"""

import numpy as np

from domain.finding import Finding
from domain.incident import Incident, believed_in, claiming
from domain.old_air import old_air_odds
from domain.readings import IntArray
from domain.search import Among, search
from domain.trail import Trail
from domain.window import Window
from domain.witnesses import distance_m
from domain.zone import Zone

LEADS = 0.25
"""A new source must explain sensors better than old air by so much (in log odds). Design value."""


def is_known(
    incidents: list[Incident], found: Finding, sensors: tuple[int, ...], air: tuple[Window, Trail], zone: Zone
) -> bool:
    """Say whether a source that has its ticket explains what was found; its incident then claims the sensors.

    Args:
        incidents: That live; one of them may be replaced.
        found: What a group tells of a new source.
        sensors: Those that the new source would claim.
        air: What all saw, and the wind.
        zone: Places and sensors.
    """
    at = same_source(incidents, found, air, zone)
    if at is None:
        return _is_old_air(incidents, found, sensors, air, zone)
    incidents[at] = claiming(incidents[at], found.members.tolist())
    return True


def same_source(incidents: list[Incident], found: Finding, air: tuple[Window, Trail], zone: Zone) -> int | None:
    """Return which incident's source explains a finding at least as well as any new source would.

    With e(s) the likelihood over "no source" of what all that were asked saw, a new source has the odds of the sum over
    s of prior(s) e(s), and the known one the sum over s of share(s) e(s), share being what is believed of it. Their
    ratio is the Bayes factor of "the same" over "another" (R. E. Kass & A. E. Raftery, "Bayes Factors", J. Am. Stat.
    Assoc. 90, 773-795, 1995).

    Args:
        incidents: That live; those without a ticket, and those none of whose sensors lies within `reach_m` of the
            finding's loud ones, are not asked: stations far apart show too little of a plume to tell one from two.
        found: What a group tells of a new source; the same sensors are asked.
        air: What all saw, and the wind.
        zone: Places and sensors.

    Returns:
        Its place in `incidents`; None where none does.
    """
    asked = np.zeros(len(zone.xy_m), np.bool_)
    asked[found.sensor] = True
    best, odds = None, found.belief.odds
    for at, incident in enumerate(incidents):
        if incident.ticket is None or not _is_within_reach(incident, found.members, zone):
            continue
        places = believed_in(incident)
        among = Among(places, log_share=np.log(incident.early_belief.share[places]), begun_bin=incident.first_bin)
        result = search(air, found.members, asked, found.first_bin, zone, among)
        if result is not None and result.belief.odds >= odds:
            best, odds = at, result.belief.odds
    return best


def _is_within_reach(incident: Incident, members: IntArray, zone: Zone) -> bool:
    away_m = distance_m(zone.xy_m[list(incident.claimed)], zone.xy_m[members])
    return bool((away_m <= zone.rules.reach_m).any())


def _is_old_air(
    incidents: list[Incident], found: Finding, sensors: tuple[int, ...], air: tuple[Window, Trail], zone: Zone
) -> bool:
    """Say whether the plume of a ticket's source, carried on, explains sensors nearly as well as a new source would.

    Where it does so better they are given to that incident; where neither leads they wait. What bursts explain as well
    is not old air.
    """
    told = [at for at, incident in enumerate(incidents) if incident.ticket]
    odds = [old_air_odds(incidents[at], np.array(sensors), air, zone) for at in told]
    best = max(odds, default=0.0)
    lead = found.belief.odds - best
    if best <= 0.0 or lead >= LEADS:
        return False
    if lead < 0.0:
        at = told[int(np.argmax(odds))]
        incidents[at] = claiming(incidents[at], sensors)
    return True
