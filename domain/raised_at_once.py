"""How much of the network is raised at once: weather, not a neighbour."""

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.field import JudgedField
from domain.onset import is_raised
from domain.readings import BoolArray
from domain.zone import Zone

REGIONAL_SENSORS = 6
"""Fewer raised stations than this are never the whole region. Design value."""
REGIONAL_SHARE = 0.3
"""When this share of the stations is raised at once it is weather, not a neighbour. Design value."""


def regional_channels(judged: JudgedField, zone: Zone) -> BoolArray:
    """Return for which pollutants the whole network is raised, shape (4,)."""
    station = ~zone.is_vehicle[judged.sensor]
    raised = (is_raised(judged.state) & station[:, np.newaxis]).sum(axis=0)
    speaking = (~np.isnan(judged.background) & station[:, np.newaxis]).sum(axis=0)
    regional: BoolArray = (raised >= REGIONAL_SENSORS) & (raised >= REGIONAL_SHARE * speaking)
    return regional if len(judged.sensor) else np.zeros(N_POLLUTANTS, np.bool_)
