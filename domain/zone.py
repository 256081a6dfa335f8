"""What stays the same about a site while its incidents come and go."""

from dataclasses import dataclass

from domain.attribution import Places
from domain.geo import Projection
from domain.limits.watch import LimitWatch
from domain.readings import BoolArray
from domain.rules import CorrelateRules
from domain.site import Site


@dataclass(frozen=True, slots=True)
class Zone:
    """A site as correlate and the write-up see it; `is_vehicle` has shape (sensors,)."""

    site: Site
    projection: Projection
    places: Places
    rules: CorrelateRules
    rule_version: str
    is_vehicle: BoolArray
    limits: LimitWatch
