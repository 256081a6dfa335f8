"""What an incident's sensors say about where it comes from: witnesses that saw it, and those that should have."""

from dataclasses import dataclass, replace

import numpy as np

from domain.readings import FloatArray
from domain.rules import CorrelateRules

DOUBT = 0.02
"""No witness is believed beyond this: a claim of nought may be a gust, a wall or a second source. Design value."""
TRUSTED_WITNESSES = 4.0
"""More witnesses than this add no certainty: they stand in the same plume under the same wind. Design value."""
SHARPNESS = 1.3
"""A power on the witnesses' claims; above one since each is a mean of many minutes. Design value."""
SILENCE_WEIGHT = 1.0
"""How much a sensor that should have seen the plume and did not speaks against its source. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """Sums over an incident's minutes.

    Attributes:
        sensors: The witnesses, in the order in which they first spoke.
        seen: Claims of each place for what each witness saw, summed over its minutes, shape (witnesses, places).
        seen_minutes: Channel-minutes in `seen`, shape (witnesses,).
        unseen: Claims of each place for sensors that saw nothing, summed over sensors and minutes, shape (places,).
        unseen_minutes: Minutes in `unseen`.
    """

    sensors: tuple[int, ...]
    seen: FloatArray
    seen_minutes: FloatArray
    unseen: FloatArray
    unseen_minutes: float = 0.0


def no_witnesses(places: int) -> Witnesses:
    """Return the witnesses of nobody."""
    return Witnesses(sensors=(), seen=np.empty((0, places)), seen_minutes=np.empty(0), unseen=np.zeros(places))


def hear(known: Witnesses, sensors: tuple[int, ...], seen: FloatArray, unseen: FloatArray) -> Witnesses:
    """Add one minute.

    Args:
        known: What was said before.
        sensors: Who sees an excess now; once for each pollutant.
        seen: Claims of each place for each of them, shape (sensors, places).
        unseen: Sum of the claims for sensors near that see nothing, shape (places,).
    """
    if not sensors:
        return known
    names = tuple(dict.fromkeys((*known.sensors, *sensors)))
    sums = np.zeros((len(names), seen.shape[1]))
    minutes = np.zeros(len(names))
    sums[: len(known.sensors)], minutes[: len(known.sensors)] = known.seen, known.seen_minutes
    where = [names.index(sensor) for sensor in sensors]
    np.add.at(sums, where, seen)
    np.add.at(minutes, where, 1.0)
    return Witnesses(
        sensors=names,
        seen=sums,
        seen_minutes=minutes,
        unseen=known.unseen + unseen,
        unseen_minutes=known.unseen_minutes + 1.0,
    )


def together(known: Witnesses, other: Witnesses) -> Witnesses:
    """Return the witnesses of two incidents that are one."""
    joint = known
    for row, sensor in enumerate(other.sensors):
        joint = hear(joint, (sensor,), other.seen[row : row + 1], np.zeros_like(known.unseen))
        minutes = joint.seen_minutes.copy()
        minutes[joint.sensors.index(sensor)] += other.seen_minutes[row] - 1.0
        joint = replace(joint, seen_minutes=minutes)
    return replace(
        joint,
        unseen=known.unseen + other.unseen,
        unseen_minutes=known.unseen_minutes + other.unseen_minutes,
    )


def weakest_claim(said: Witnesses) -> FloatArray:
    """Return how well each place explains what its worst witness saw, shape (places,); 1 where nobody spoke yet."""
    if not said.sensors:
        return np.ones_like(said.unseen)
    weakest: FloatArray = (said.seen / said.seen_minutes[:, np.newaxis]).min(axis=0)
    return weakest


def posterior(said: Witnesses, rules: CorrelateRules) -> tuple[FloatArray, float]:
    """Return each place's probability, shape (places,), and that of a source nobody registered; they sum to 1.

    A place's weight is the product over witnesses of its mean claim, times exp(-what should have been seen elsewhere).
    "Unknown" claims `unknown_weight` of every witness and is never contradicted by silence.
    """
    if not said.sensors:
        return np.zeros_like(said.unseen), 1.0
    power = SHARPNESS * min(1.0, TRUSTED_WITNESSES / len(said.sensors))
    mean = said.seen / said.seen_minutes[:, np.newaxis]
    log_weight = power * np.log(mean + DOUBT).sum(axis=0) - SILENCE_WEIGHT * said.unseen / said.unseen_minutes
    log_unknown = power * len(said.sensors) * np.log(rules.unknown_weight)
    top = max(float(log_weight.max(initial=-np.inf)), log_unknown)
    weight = np.exp(log_weight - top)
    # Beyond the reach of every witness a place is no candidate, however many there are.
    weight = np.where(said.seen.any(axis=0), weight, 0.0)
    unknown = float(np.exp(log_unknown - top))
    total = float(weight.sum()) + unknown
    return weight / total, unknown / total
