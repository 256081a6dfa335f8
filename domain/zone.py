"""What stays the same about a site while its incidents come and go."""

from dataclasses import dataclass

from domain.attribution import Places
from domain.geo import Projection
from domain.limits.watch import LimitWatch
from domain.readings import BoolArray, FloatArray
from domain.road_cells import CellMap
from domain.rules import CorrelateRules
from domain.site import Site
from domain.sources import Sources


@dataclass(frozen=True, slots=True)
class Zone:
    """A site as correlate and the write-up see it.

    Attributes:
        is_vehicle: Shape (sensors,).
        sources: Where a plume may come from.
        cells: Pieces of its roads.
        linked: How many stations stand within `link_m` of one, itself among them, the mean.
        xy_m: Where each station stands, NaN for vehicles, shape (sensors, 2). [m]
    """

    site: Site
    projection: Projection
    places: Places
    rules: CorrelateRules
    rule_version: str
    is_vehicle: BoolArray
    limits: LimitWatch
    sources: Sources
    xy_m: FloatArray
    linked: float
    cells: CellMap
