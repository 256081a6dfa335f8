"""Centres of cells along an axis → outer edges and order, or what is uneven about them."""

import numpy as np
import numpy.typing as npt

from domain.supervision.grids import GridRefused

UNEVEN = 0.01
"""Steps may differ by this share: coordinates are often kept as float32. Design value."""
LEAST_CENTRES = 2
_WHOLE, _HALF = 360.0, 180.0

Axis = npt.NDArray[np.float64]


def edges_of(centres: Axis, name: str) -> tuple[float, float]:
    """Return the outer edges of cells whose centres grow evenly.

    Raises:
        GridRefused: They are fewer than two, or not evenly spaced.
    """
    if len(centres) < LEAST_CENTRES:
        raise GridRefused(f"{name} has {len(centres)} value; a grid needs two or more")
    steps = np.diff(centres)
    step = float(np.median(steps))
    if step <= 0 or not np.isfinite(steps).all() or np.abs(steps - step).max() > UNEVEN * step:
        told = f"{steps.min():.5f} to {steps.max():.5f}"
        raise GridRefused(f"{name} is not evenly spaced (steps of {told}); resample the product to a regular grid")
    return float(centres[0] - step / 2), float(centres[-1] + step / 2)


def westward(lons: Axis) -> tuple[Axis, npt.NDArray[np.int64]]:
    """Return longitudes in -180..180 in growing order, and the order that makes them so."""
    turned = np.where(lons > _HALF, lons - _WHOLE, lons)
    order = np.argsort(turned, kind="stable")
    return turned[order], order
