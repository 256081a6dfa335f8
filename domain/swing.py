"""How a plume swings about the zone's wind: a chain of turns, bin by bin, and what was seen weighed over all its ways.

Eddies as large as the plume is long turn all of it together for a quarter of an hour, and a vane may point amiss for as
long. A plume that is widened by so much fits every place upwind; one that is narrow and swings fits fewer.
"""

import numpy as np

from domain.plume import Winds
from domain.readings import FloatArray

TURNS = 7
"""So many turns are tried, evenly about the zone's wind."""
STEP_DEG, STEP_MS = 6.0, 0.07
"""They are apart by so much, and by more in light air, where this crosswind turns a plume farther. Design values.
[degrees], [m/s]"""
STEP_MOST_DEG = 25.0
"""But never by more than this. [degrees]"""
SPREAD = 1.5
"""Scatter of the turn, in steps. Design value: nine degrees and the vane's own error."""
KEPT = 0.75
"""How much of its turn a plume keeps from one bin to the next. Design value: a memory of a quarter of an hour."""
_TURN = np.arange(TURNS) - (TURNS - 1) / 2.0
_CALM_MS = 0.1


def _chain() -> tuple[FloatArray, FloatArray]:
    """Return how likely each turn is at first, shape (k,), and each after each, shape (k, k): a discrete AR(1)."""
    first = np.exp(-0.5 * (_TURN / SPREAD) ** 2)
    strays = _TURN[np.newaxis, :] - KEPT * _TURN[:, np.newaxis]
    after = np.exp(-0.5 * strays**2 / (SPREAD**2 * (1.0 - KEPT**2)))
    return first / first.sum(), after / after.sum(axis=1, keepdims=True)


_FIRST, _AFTER = _chain()


def turns_deg(winds: Winds, scale: float) -> FloatArray:
    """Return the turns that are tried, ascending about nought, shape (k,), as `Winds.turned` takes them. [degrees]

    Args:
        winds: Where air has come from; turns are farther apart where its direction may be amiss.
        scale: The network's density, 1 = as in a zone.
    """
    step_deg = STEP_DEG + np.degrees(STEP_MS / max(winds.pace_ms(scale), _CALM_MS))
    turns: FloatArray = _TURN * min(winds.strays * step_deg, STEP_MOST_DEG)
    return turns


def ways(score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sum over all ways a plume may have swung.

    The forward and backward recursions of a hidden Markov chain (L. R. Rabiner, "A tutorial on hidden Markov models and
    selected applications in speech recognition", Proc. IEEE 77, 257-286, 1989).

    Args:
        score: Log-likelihood of what was seen in each bin under each turn, shape (s, b, `TURNS`).

    Returns:
        The log-likelihood of all bins, shape (s,); and how likely each turn was in each, the same shape
        as `score`.
    """
    lift = score.max(axis=2, keepdims=True)
    weight = np.exp(score - lift)
    ahead, total = np.empty_like(score), lift.sum(axis=(1, 2))
    turn = np.broadcast_to(_FIRST, (len(score), TURNS))
    for number in range(score.shape[1]):
        turn = turn * weight[:, number]
        scale = turn.sum(axis=1, keepdims=True)
        total += np.log(scale[:, 0])
        ahead[:, number] = turn / scale
        turn = ahead[:, number] @ _AFTER
    back = np.ones((len(score), TURNS))
    for number in range(score.shape[1] - 1, 0, -1):
        ahead[:, number] *= back
        back = (weight[:, number] * back) @ _AFTER.T
        back /= back.max(axis=1, keepdims=True)
    ahead[:, 0] *= back
    return total, ahead / ahead.sum(axis=2, keepdims=True)
