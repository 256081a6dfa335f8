"""Channels that changed their unit: ratios to the neighbours' level → flag UNIT, held until they agree again.

A firmware or gateway that starts to send ppb for µg/m³, or mg/m³, multiplies the channel by a constant from one reading
to the next and keeps its shape. A plume does neither: it is added, and it fluctuates by factors (Csanady 1973,
Turbulent Diffusion in the Environment, ch. 7), and neighbours see it, too. So a verdict needs a sudden step, a level
that stays as steady as the channel always was, a ratio that a unit explains, and no neighbour that rises as well.
"""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.healing import follow_agreement, still_held
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray

GAS_FACTORS = (1.88, 1.96, 2.0)
"""µg/m³ in one ppb at 298.15 K: NO2 46.01 / 24.465 and O3 48.00 / 24.465; O3 at 293.15 K."""
GAS_TOLERANCE = 0.08
"""How near (in logarithms) a steady ratio must be to a gas's factor. Design value."""
GAS_READINGS = 30
"""So many readings at a gas's factor, one a minute: before a lone sensor may open a ticket. Design value."""
HUGE = float(np.log(20.0))
"""A steady ratio beyond this is a unit or firmware fault whatever the factor; a known one is 110. Design value."""
HUGE_READINGS = 4
BEYOND = float(np.log(300.0))
"""No plume stands so far above its background for long: a thousand is micrograms for milligrams. Design value."""
WITNESS_SIGMA = 3.0
"""A neighbour this far above its background sees a plume, too, in units of its scatter. Design value."""
WITNESS_READINGS = 5
"""For so many readings, or it is a burst of its own: a kitchen, a lorry. Design value."""
YOUNG_READINGS = 30
"""So long a plume may take to reach a neighbour; what is held for longer is let go by its own agreement alone. Design
value."""
ABOVE_UGM3 = 15.0
"""Below this background a ratio says nothing. [µg/m³]"""
AGREES = 0.3
"""A channel agrees with its neighbours within this (in logarithms). Design value."""
HEALS_READINGS = 10
"""A held channel is believed again after so many readings that agree."""
_LEAST_UGM3 = 0.01
STEP = 0.4
"""A slip is this far from the reading before (in logarithms): most of the least factor. Design value."""
STRAIGHT = 0.2
"""A slip goes straight to where it stays, within this (in logarithms); a plume comes and grows. Design value."""
_ROUGHEST = 1.5
"""A run's mean distance may be so many times the channel's usual scatter."""
_ROUGHEST_OF_ALL = 0.1
"""And no more: where the air itself is unsteady, nothing tells a slip from a plume."""
_RUN_MEMORY = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioRun:
    """The ratio each channel has stood at, in logarithms, shape (sensors, 4).

    Attributes:
        level: Mean of the run.
        began: Mean of the two readings that began it.
        rough: Mean distance from it.
        count: Readings of the run.
        last: The last reading that did not stray.
        stray: The last reading where it strayed from the run, NaN = it did not.
        sudden: The run began with a step from agreement, straight to where it stands.
        held: Flagged.
        agrees: Readings in a row that agree.
        raised: Readings that stood out, less those that did not, 0 … `YOUNG_READINGS`.
    """

    level: FloatArray
    began: FloatArray
    rough: FloatArray
    count: IntArray
    last: FloatArray
    stray: FloatArray
    sudden: BoolArray
    held: BoolArray
    agrees: IntArray
    raised: IntArray


def no_run(sensors: int) -> RatioRun:
    """Return channels that never spoke."""
    shape = (sensors, N_POLLUTANTS)
    return RatioRun(
        level=np.zeros(shape),
        began=np.zeros(shape),
        rough=np.zeros(shape),
        count=np.zeros(shape, np.int64),
        last=np.zeros(shape),
        stray=np.full(shape, np.nan),
        sudden=np.zeros(shape, np.bool_),
        held=np.zeros(shape, np.bool_),
        agrees=np.zeros(shape, np.int64),
        raised=np.zeros(shape, np.int64),
    )


@dataclass(frozen=True, slots=True)
class Others:
    """Who else may see a plume.

    Attributes:
        stands_out: Channels above their background by `WITNESS_SIGMA`, shape (sensors, 4); only read where told.
        neighbour: Each sensor's neighbours, shape (sensors, k).
    """

    stands_out: BoolArray
    neighbour: IndexArray


def follow_ratio(known: RatioRun, ratio: FloatArray, told: BoolArray, scatter: FloatArray, others: Others) -> RatioRun:
    """Take one more reading of each channel that told one.

    A reading that strays is left out of the run; two that stray to the same level begin a new one.

    Args:
        known: The runs so far; `held` are the channels flagged by them.
        ratio: Logarithm of value over background, shape (sensors, 4); only read where `told`.
        told: Channels with a new value on a background that is high enough, shape (sensors, 4).
        scatter: Each channel's usual scatter, shape (sensors, 4).
        others: What the neighbours see.
    """
    run = _run_on(known, ratio, told)
    agreeing = told & (np.abs(np.where(told, ratio, np.inf)) <= AGREES)
    agrees = follow_agreement(known.agrees, told, agreeing)
    steady = run.sudden & (run.rough <= np.minimum(_ROUGHEST * np.maximum(scatter, 0.05), _ROUGHEST_OF_ALL))
    slipped = steady & _explained(run.level, run.count)
    step = np.where(told, np.where(others.stands_out, 1, -1), 0)
    raised = np.clip(known.raised + step, 0, YOUNG_READINGS)
    could_be = slipped & (run.level > 0.0) & (run.level < BEYOND)
    is_plume = could_be & _seen_beside(raised, slipped | known.held, others.neighbour)
    let_go = is_plume & (run.count <= YOUNG_READINGS)
    held = still_held((known.held & ~let_go) | (slipped & ~is_plume), agrees, HEALS_READINGS)
    return replace(run, held=held, agrees=agrees, raised=raised)


def _run_on(known: RatioRun, ratio: FloatArray, told: BoolArray) -> RatioRun:
    """Add the reading to each run, or begin a new one; verdicts stay as they were."""
    distance = np.abs(np.where(told, ratio, known.level) - known.level)
    near = told & (distance <= AGREES)
    strays = told & ~near
    again = strays & ~np.isnan(known.stray)
    count = np.where(again, 1, np.minimum(known.count + near, _RUN_MEMORY))
    share = np.where(near, 1.0 / np.maximum(count, 1), 0.0)
    level = np.where(again, ratio, known.level + share * np.where(near, ratio - known.level, 0.0))
    began = np.where(again, 0.5 * (ratio + known.stray), known.began)
    steps = (np.abs(ratio - known.stray) <= AGREES) & (np.abs(known.stray - known.last) >= STEP)
    steps &= (np.abs(known.level) <= AGREES) & (known.count >= HEALS_READINGS)
    return replace(
        known,
        level=level,
        began=began,
        rough=np.where(again, 0.0, known.rough + share * np.where(near, distance - known.rough, 0.0)),
        count=count,
        last=np.where(near, ratio, known.last),
        stray=np.where(strays & ~again, ratio, np.where(told, np.nan, known.stray)),
        sudden=np.where(again, steps, known.sudden) & (np.abs(level - began) <= STRAIGHT),
    )


def _seen_beside(raised: IntArray, slipped: BoolArray, neighbour: IndexArray) -> BoolArray:
    """Return where a neighbour has stood out for long; those that slip together are no witnesses of each other."""
    witness = (raised >= WITNESS_READINGS) & ~slipped
    beside: BoolArray = witness[neighbour].sum(axis=1) > 0
    return beside


def ratio_to(value: FloatArray, background: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the logarithm of value over background, and where it says something, shape (n, 4) each."""
    with np.errstate(invalid="ignore"):
        told = ~np.isnan(value) & (background >= ABOVE_UGM3)
    ratio = np.log(np.maximum(np.where(told, value, 1.0), _LEAST_UGM3) / np.where(told, background, 1.0))
    return ratio, told


def _explained(level: FloatArray, count: IntArray) -> BoolArray:
    """Return where a change of unit explains the level; ozone down to nothing is nitric oxide's work."""
    explained = (np.abs(level) >= HUGE) & (count >= HUGE_READINGS)
    explained[:, 3] &= level[:, 3] > 0
    size = np.abs(level[:, 2:])
    at_factor = (size >= np.log(GAS_FACTORS[0]) - GAS_TOLERANCE) & (size <= np.log(GAS_FACTORS[-1]) + GAS_TOLERANCE)
    explained[:, 2:] |= at_factor & (count[:, 2:] >= GAS_READINGS)
    return explained
