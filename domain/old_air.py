"""Old air: how much of a new group's excess is the earlier plume of a source that is known, carried there by the wind.

In a light wind a plume is still in the zone long after its source has stopped: at 1 m/s it is 4 km away after an hour,
older than the puffs that a search for sources looks at, and passes other sensors there for the first time.
"""

import numpy as np

from domain.channels import MINUTE_MS
from domain.gains import gains
from domain.incident import Incident
from domain.likelihood import LOUDEST, Pairs, fit, pairs_of
from domain.mixtures import SHARED
from domain.plume import AGE_MIN, OLD_AGE_MIN, OLD_STAY_MIN, Winds, at_once, footprint
from domain.rarity import rarity, usual_size
from domain.readings import FloatArray, IntArray
from domain.roadside import TRACERS
from domain.search import LEAD_MIN
from domain.trail import Trail, carried, carried_at
from domain.weighing import soft_cap
from domain.window import BIN_MIN, Float32Array, Window, moments_min
from domain.zone import Zone

LIKELY_SHARE = 0.02
"""Hypotheses of the known source below this are not asked. Design value."""
RATE_STRAYS = 0.6
"""Scatter (in logarithms) of an excess about what the plume brings that made the incident's peak: both fluctuate, as
`likelihood.STRAY` has it, and the peak is the greater. Design value."""
GONE_MIN = 120
"""What came with a peak so long ago has left: the oldest puffs, and half an hour in which the source went on. [min]"""
_LEAST_UGM3, _LEAST_TOLD = 0.1, 1e-30


def old_air_odds(incident: Incident, group: IntArray, air: tuple[Window, Trail], zone: Zone) -> float:
    """Return the log odds of "that source's earlier plume" over "bursts" for what a group of sensors shows.

    Each place that the incident believes in is asked by the likelihood of a search, with old puffs and only for the
    pollutants that it is known to have brought; the evidence counts as that for a new source does. What exceeds the
    excess that this plume would bring there, by the emission rate of the incident's peak, speaks against it.

    Args:
        incident: What is known of the source.
        group: The new group's sensors, shape (n,).
        air: What all saw, and the wind.
        zone: Places and sensors.
    """
    window, _ = air
    chosen = np.flatnonzero(incident.early_belief.share >= LIKELY_SHARE)
    gone = window.minute - incident.peak.time_ms // MINUTE_MS > zone.sources.scale * GONE_MIN
    if gone or not len(chosen) or not len(group) or incident.peak.channel >= TRACERS:
        return 0.0
    told = _told(incident, chosen, group, air, zone)
    score = window.score[:, group]
    pairs = pairs_of(told, LOUDEST * max(float(score.max(initial=0.0)), 3.0), zone.sources.scale)
    gain = np.zeros((len(chosen), len(group)))
    ratio = _ratio(pairs, window, group, incident.channels)
    gain[pairs.source, pairs.sensor] = gains(ratio, pairs.memory_bins).noticed
    rare = rarity(usual_size(window, np.arange(len(score)))[:, group], window.loud, group)
    evidence = soft_cap(gain, rare).sum(axis=1)
    beyond = np.log(_seen_ugm3(incident, group, window) / _due_ugm3(incident, chosen, told, air, zone))
    evidence -= 0.5 * (np.maximum(beyond, 0.0) ** 2).mean(axis=1) / RATE_STRAYS**2
    return float(np.logaddexp.reduce(evidence + np.log(incident.early_belief.share[chosen])))


def _told(incident: Incident, chosen: IntArray, group: IntArray, air: tuple[Window, Trail], zone: Zone) -> Float32Array:
    """Return what old puffs bring by bin, nought before there were any, shape (s, b, n). [µg/m³ per µg/s]"""
    window, trail = air
    sources, bins = zone.sources, np.arange(len(window.score))
    begun_min = BIN_MIN * (window.first_bin + bins - incident.first_bin) + LEAD_MIN
    told = np.zeros((len(chosen), len(bins), len(group)), np.float32)
    old = np.flatnonzero(begun_min > sources.scale * OLD_AGE_MIN[0])
    if not len(old):
        return told
    middles = [middle for (middle,) in moments_min(window, bins[old], 1.0)]
    moved_m, way_m = carried_at(trail, middles, sources.scale * OLD_AGE_MIN)
    winds = Winds(moved_m, way_m, np.arange(len(old)), begun_min[old].astype(np.float64))
    places = sources.xy_m[chosen], sources.radius_m[chosen], sources.height_m[chosen]
    told[:, old] = footprint(*places, zone.xy_m[group], winds, sources.scale, (OLD_AGE_MIN, OLD_STAY_MIN))
    return told


def _ratio(pairs: Pairs, window: Window, group: IntArray, channels: tuple[int, ...]) -> Float32Array:
    """Return the log-density ratio of each pair's bins, all that the source brings together, shape (p, b)."""
    said = window.said[:, group]
    scale = (window.scale[:, group] / np.maximum(said, np.float32(1.0))).astype(np.float32)
    score = window.score[:, group]
    fine_and_coarse = bool(said[..., 0].any() and said[..., 1].any())
    total = np.zeros_like(pairs.told)
    for channel in channels:
        if channel < TRACERS:
            weight = np.float32(SHARED if fine_and_coarse and channel < TRACERS - 1 else 1.0)
            total += weight * fit(pairs, score[..., channel], scale[..., channel], said[..., channel] > 0)
    return total


def _due_ugm3(
    incident: Incident, chosen: IntArray, told: Float32Array, air: tuple[Window, Trail], zone: Zone
) -> FloatArray:
    """Return the greatest excess that the plume of the incident's peak would bring, shape (s, n). [µg/m³]"""
    window, trail = air
    sources, peak = zone.sources, incident.peak
    back = max(window.minute - peak.time_ms // MINUTE_MS, 0)
    begun_min = max(peak.time_ms // MINUTE_MS - BIN_MIN * incident.first_bin, 0) + LEAD_MIN
    winds = at_once(*carried(trail, back, sources.scale * AGE_MIN), begun_min)
    places = (sources.xy_m[chosen], sources.radius_m[chosen], sources.height_m[chosen])
    at_peak = footprint(*places, np.array([[peak.x_m, peak.y_m]]), winds, sources.scale)[:, 0]
    rate = peak.excess_ugm3 / np.maximum(at_peak.astype(np.float64), _LEAST_TOLD)
    due: FloatArray = np.maximum(rate * told.max(axis=1), _LEAST_UGM3 * _LEAST_UGM3)
    return due


def _seen_ugm3(incident: Incident, group: IntArray, window: Window) -> FloatArray:
    """Return the greatest excess of the peak's pollutant at each sensor, shape (n,). [µg/m³]"""
    channel = incident.peak.channel
    mean = window.excess[:, group, channel] / np.maximum(window.said[:, group, channel], np.float32(1.0))
    seen: FloatArray = np.maximum(mean.max(axis=0), _LEAST_UGM3).astype(np.float64)
    return seen
