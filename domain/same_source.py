"""Whether a new group of loud sensors tells of a source that has its ticket already: its plume went another way."""

import numpy as np

from domain.incident import Incident, believed_in, claimed_by
from domain.readings import IntArray
from domain.search import Among, Finding, search
from domain.trail import Trail
from domain.window import Window
from domain.witnesses import distance_m
from domain.zone import Zone


def same_source(
    incidents: list[Incident], found: Finding, group: IntArray, air: tuple[Window, Trail], zone: Zone
) -> int | None:
    """Return which incident's source explains a group at least as well as any new source would; None: none does.

    With e(s) the likelihood of what the group and all about it saw over "no source", a second source would have the
    odds of the sum over s of prior(s) e(s), and the known one the sum over s of share(s) e(s): its places are weighed
    by what is believed of them (the ratio is the Bayes factor of "the same" over "another", as R. E. Kass &
    A. E. Raftery have it, "Bayes Factors", J. Am. Stat. Assoc. 90, 773-795, 1995). A second source so has to explain
    more than the first, where that may be anywhere in a large part of the zone.

    Args:
        incidents: That live; those without a ticket, and those none of whose sensors lies within `reach_m` of the
            group, are not asked: far apart stations show too little of a plume to tell one from two.
        found: What the group tells of a new source.
        group: Its sensors, ascending, shape (m,).
        air: What all saw, and the wind.
        zone: Places and sensors.
    """
    free = ~claimed_by(tuple(incidents), len(zone.xy_m))
    free[group] = True
    best, odds = None, found.belief.odds
    for at, incident in enumerate(incidents):
        if incident.ticket is None or not _is_within_reach(incident, group, zone):
            continue
        places = believed_in(incident)
        among = Among(places, log_share=np.log(incident.belief.share[places]), begun_bin=incident.first_bin)
        result = search(air, group, free, found.first_bin, zone, among)
        if result is not None and result.belief.odds >= odds:
            best, odds = at, result.belief.odds
    return best


def _is_within_reach(incident: Incident, group: IntArray, zone: Zone) -> bool:
    away_m = distance_m(zone.xy_m[list(incident.claimed)], zone.xy_m[group])
    return bool((away_m <= zone.rules.reach_m).any())
