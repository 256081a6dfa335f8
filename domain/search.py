"""The search for sources: which one place best explains what a group of loud sensors and all sensors about them saw."""

from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS
from domain.finding import Finding, conclude
from domain.grounds import on_grounds, whole
from domain.plume import AGE_MIN, Winds, footprint
from domain.readings import BoolArray, FloatArray, IntArray
from domain.sources import Sources
from domain.trail import BLIND_DEG, USUAL_DEG, Trail, carried_at, stray_deg
from domain.weighing import CIRCLE_DEG, ONE_LOOK, TURN_DEG, TURN_MOST_DEG, Asked, stacked, weigh, weigh_swinging
from domain.window import BIN_MIN, EARLIER_SIGMA, Window, moments_min
from domain.witnesses import distance_m, seen_by
from domain.zone import Zone

REGISTERED_MOST = 32
"""So many registered places are weighed, those whose plume would reach the loud sensors best."""
UNREGISTERED_MOST = 48
"""The same of places that nobody registered."""
LEAST_REACH = 1e-8
"""A place whose plume reaches no loud sensor better than this explains nothing. [µg/m³ per µg/s]"""
FAR_ODDS, LAGGING_ODDS = 2.0, 6.0
"""Turns, and points of large grounds, are tried where a ticket is not farther than the first, on places that are not
farther behind than the second."""
LEAD_MIN = 7.5
"""A source may have begun so long before the first loud bin. [min]"""
STILL_MS = 1.0
"""In slower air what a place shows stays for longer, and the wind of all looks is amiss by the same: there are fewer
looks of their own, in proportion. Where stations stand closer less wind does. Design value. [m/s]"""
LULL_BINS = 3
"""An excess that pauses for so long goes on: sources work in turns. Design value."""
FIRST_BINS = 10
"""A new source is looked for in so many of the newest bins."""


@dataclass(frozen=True, slots=True)
class Among:
    """Hypotheses to weigh.

    Attributes:
        places: Ascending.
        turn_deg: The one turn of the wind, None = all. [degrees]
        log_share: What is believed of each place beforehand (in logarithms), None = the priors of the zone.
        begun_bin: When the source began, a bin since 1970; None: shortly before the bins that are looked at.
    """

    places: IntArray
    turn_deg: float | None = None
    log_share: FloatArray | None = None
    begun_bin: int | None = None


def first_loud_bin(window: Window, members: IntArray) -> int:
    """Return when the loudest of some sensors began to rise, a bin since 1970."""
    score = window.score[-FIRST_BINS:, members].max(axis=2)
    column = score[:, score.max(axis=0).argmax()]
    at = int(column.argmax())
    while at > 0 and column[max(at - LULL_BINS, 0) : at].max() >= EARLIER_SIGMA:
        at -= 1
    return window.first_bin + len(window.score) - FIRST_BINS + at


def search(
    air: tuple[Window, Trail],
    members: IntArray,
    free: BoolArray,
    first_bin: int,
    zone: Zone,
    among: Among | None = None,
) -> Finding | None:
    """Weigh all places as the source of what some sensors saw since a bin.

    Args:
        air: What all saw, and the wind.
        members: The loud sensors, ascending, shape (m,).
        free: Sensors that may be asked, shape (sensors,): not those of another incident.
        first_bin: Bins before are not looked at.
        zone: Places and sensors.
        among: The hypotheses to weigh; all that reach the members if left out.

    Returns:
        None where no place could be the source.
    """
    window = air[0]
    first = min(max(first_bin - window.first_bin, 0), len(window.score) - 1)
    bins = np.arange(first, len(window.score))
    scale = zone.sources.scale
    begun_bin = among.begun_bin if among is not None and among.begun_bin is not None else window.first_bin + first
    winds = _winds(air, bins, begun_bin, scale)
    near = np.flatnonzero(free & (distance_m(zone.xy_m, zone.xy_m[members]) <= zone.rules.reach_m))
    chosen = _reaching(zone, zone.xy_m[members], winds) if among is None else among.places
    if not len(chosen) or not len(near):
        return None
    seen = seen_by(window, bins, near, zone.xy_m[members], zone)
    prior = _prior(zone.sources, window.minute * MINUTE_MS, among)
    asked = Asked(window, bins, near, members, seen, winds, zone, looks(winds, zone.sources.scale), prior)
    all_over = whole(zone.sources, chosen)
    if among is not None and among.turn_deg is not None:
        return conclude(asked, weigh(asked, all_over, among.turn_deg))
    if winds.is_blind:
        return conclude(asked, stacked([weigh(asked, all_over, turn) for turn in CIRCLE_DEG]))
    plain = weigh(asked, all_over, 0.0)
    weight = plain.evidence + plain.prior
    if weight.max() <= zone.rules.open_odds - FAR_ODDS:
        return conclude(asked, plain)
    is_close = weight > weight.max() - LAGGING_ODDS
    spots = on_grounds(zone.sources, chosen[is_close])
    turn_deg = min(winds.strays * TURN_DEG, TURN_MOST_DEG)
    tried = [plain.only(~is_close), *(weigh(asked, spots, turn) for turn in (0.0, -turn_deg, turn_deg))]
    return conclude(asked, stacked(tried), weigh_swinging(asked, spots))


def _prior(sources: Sources, time_ms: int, among: Among | None) -> FloatArray:
    """Return the logarithm of each place's prior: the zone's, or what is believed of it beforehand."""
    prior = sources.prior_at(time_ms)
    if among is None or among.log_share is None:
        return prior
    believed = prior.copy()
    believed[among.places] = among.log_share
    return believed


def _winds(air: tuple[Window, Trail], bins: IntArray, begun_bin: int, scale: float) -> Winds:
    """Return where the air of each bin has come from; the source began shortly before one of them."""
    moments = moments_min(air[0], bins, scale)
    moved_m, way_m = carried_at(air[1], [back for some in moments for back in some], scale * AGE_MIN)
    of_bin = np.repeat(np.arange(len(bins)), [len(some) for some in moments])
    lasted_min = BIN_MIN * (air[0].first_bin + bins - begun_bin).astype(np.float64)
    asked_min = air[0].minute - BIN_MIN * (air[0].first_bin + int(bins[0])) + round(scale * AGE_MIN[-1])
    stray = stray_deg(air[1], asked_min)
    strays = float(np.hypot(1.0, stray / USUAL_DEG))
    return Winds(moved_m, way_m, of_bin, LEAD_MIN + lasted_min, strays, stray >= BLIND_DEG)


def looks(winds: Winds, scale: float) -> float:
    """Return which share of the looks are of their own, by the mean speed of the air on its way; one without a wind."""
    return ONE_LOOK if winds.is_blind else float(np.clip(winds.pace_ms(scale) / (STILL_MS * scale), ONE_LOOK, 1.0))


def _reaching(zone: Zone, members_m: FloatArray, winds: Winds) -> IntArray:
    """Return the places whose plume reaches some loud sensor best, registered ones first."""
    sources, reached = zone.sources, _reached(zone, members_m, winds)
    known, free = reached[: sources.registered], reached[sources.registered :]
    best = np.concatenate(
        [
            np.argsort(-known, kind="stable")[:REGISTERED_MOST],
            sources.registered + np.argsort(-free, kind="stable")[:UNREGISTERED_MOST],
        ]
    )
    reaching: IntArray = best[reached[best] > LEAST_REACH]
    return reaching


def _reached(zone: Zone, members_m: FloatArray, winds: Winds) -> FloatArray:
    """Return how well each place's plume reaches the loud sensor that it reaches best; near ones where no wind tells.

    Shape (sources,). [µg/m³ per µg/s]
    """
    sources = zone.sources
    if winds.is_blind:
        away_m = distance_m(sources.xy_m, members_m)
        return np.where(away_m <= zone.rules.reach_m, 1.0 / np.maximum(away_m, 1.0), 0.0)
    places = sources.xy_m, sources.radius_m, sources.height_m
    told = footprint(*places, members_m, winds, sources.scale, wanders=winds.widens)
    reached: FloatArray = told.max(axis=(1, 2))
    return reached
