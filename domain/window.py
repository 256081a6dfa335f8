"""The excesses of the last hour, minute by minute, as the search for sources looks at them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.background import LOG_SHIFT_UGM3
from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import ChannelState, JudgedField
from domain.readings import FloatArray, IntArray
from domain.rules import DetectRules
from domain.site import Site

WINDOW_MIN = 60
BIN_MIN = 5
BINS = WINDOW_MIN // BIN_MIN
Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """What each channel showed above its background, the newest minute last.

    Attributes:
        minute: The newest minute, -1 = none yet. [minutes since 1970]
        excess: NaN where nothing trusted was said in that minute, shape (60, sensors, 4). [µg/m³]
        scale: What scatter was to be expected of it, shape (60, sensors, 4). [µg/m³]
        lon: Where each sensor stood, shape (60, sensors). [degrees]
        lat: As `lon`.
    """

    minute: int
    excess: Float32Array
    scale: Float32Array


def no_window(site: Site) -> Window:
    """Return the window of a zone that was never judged."""
    shape = (WINDOW_MIN, len(site.sensors), N_POLLUTANTS)
    return Window(-1, np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32))


def look(known: Window, judged: JudgedField, rules: DetectRules) -> Window:
    """Add a judged minute; minutes that were passed over are empty."""
    minute = judged.minute_ms // MINUTE_MS
    steps = min(minute - known.minute, WINDOW_MIN) if known.minute >= 0 else WINDOW_MIN
    excess, scale = _moved(known.excess, steps), _moved(known.scale, steps)
    if len(judged.background):
        floor = np.array(rules.floor_ugm3) / rules.raise_sigma
        trusted = (judged.flags == 0) & judged.fresh[:, np.newaxis] & (judged.state < ChannelState.EXCLUDED)
        excess[-1, judged.sensor] = np.where(trusted, judged.value - judged.background, np.nan)
        scale[-1, judged.sensor] = np.maximum(judged.sigma * (judged.background + LOG_SHIFT_UGM3), floor)
    return Window(minute, excess, scale)


def _moved(block: Float32Array, steps: int) -> Float32Array:
    moved = np.full_like(block, np.nan)
    if steps < WINDOW_MIN:
        moved[:-steps] = block[steps:]
    return moved


@dataclass(frozen=True, slots=True)
class Binned:
    """The window in bins of five minutes, the newest last; the newest may be partial.

    Attributes:
        back_min: The middle of each bin, counted back from the newest minute, shape (b,). [min]
        excess: Mean excess, NaN = nothing said, shape (b, sensors, 4). [µg/m³]
        scale: Mean scatter to be expected, shape (b, sensors, 4). [µg/m³]
    """

    back_min: IntArray
    excess: FloatArray
    scale: FloatArray

    @property
    def score(self) -> FloatArray:
        """Excess in units of its scatter, nought where nothing was said, shape (b, sensors, 4)."""
        return np.nan_to_num(self.excess / self.scale)


def binned(window: Window) -> Binned:
    """Gather the window into bins that lie at fixed times of the day, so that a bin is the same in every minute."""
    newest = window.minute % BIN_MIN + 1  # minutes in the newest bin
    starts = [WINDOW_MIN - newest - BIN_MIN * back for back in range(BINS - 1, -1, -1)]
    excess, scale, back_min = [], [], []
    for start in starts:
        rows = slice(max(start, 0), min(start + BIN_MIN, WINDOW_MIN))
        part = window.excess[rows]
        said = ~np.isnan(part)
        count = said.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            excess.append(np.where(count > 0, np.where(said, part, 0.0).sum(axis=0) / count, np.nan))
            scale.append(np.where(said, window.scale[rows], 0.0).sum(axis=0) / np.maximum(count, 1))
        back_min.append(max(WINDOW_MIN - 1 - (start + BIN_MIN // 2), 0))
    return Binned(np.array(back_min), np.stack(excess).astype(np.float64), np.stack(scale).astype(np.float64))
