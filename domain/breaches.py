"""The breached channels of a judged minute as columns, and how much of the network is raised at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import N_POLLUTANTS
from domain.field import ChannelState, JudgedField
from domain.incident import Member, PeakExcess
from domain.onset import is_raised
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray
from domain.zone import Zone

REGIONAL_SENSORS = 6
"""Fewer raised stations than this are never the whole region. Design value."""
REGIONAL_SHARE = 0.3
"""When this share of the stations is raised at once it is weather, not a neighbour. Design value."""


@dataclass(frozen=True, slots=True)
class Breaches:
    """Channels in breach, in order of (sensor, channel), shape (n,); `xy_m` is (n, 2). [m]

    Attributes:
        speaks: Whether this very minute brought a trusted reading of the excess, more than half the band above the
            background; a breach that is only held, faulty or fading keeps an incident alive but tells nothing new.
    """

    minute_ms: int
    sensor: IndexArray
    channel: npt.NDArray[np.intp]
    since_ms: IntArray
    value: FloatArray
    background: FloatArray
    xy_m: FloatArray
    speaks: BoolArray

    def __len__(self) -> int:
        return len(self.sensor)

    def member(self, row: int) -> Member:
        """Return a row as a member of an incident."""
        return Member(
            sensor=int(self.sensor[row]),
            channel=int(self.channel[row]),
            since_ms=int(self.since_ms[row]),
            heard_ms=self.minute_ms if self.speaks[row] else int(self.since_ms[row]),
            stood_ms=self.minute_ms,
            x_m=float(self.xy_m[row, 0]),
            y_m=float(self.xy_m[row, 1]),
        )

    def excess(self, row: int) -> PeakExcess:
        """Return a row's excess."""
        return PeakExcess(
            sensor=int(self.sensor[row]),
            channel=int(self.channel[row]),
            time_ms=self.minute_ms,
            value_ugm3=float(self.value[row]),
            background_ugm3=float(self.background[row]),
            x_m=float(self.xy_m[row, 0]),
            y_m=float(self.xy_m[row, 1]),
        )


def breaches_of(judged: JudgedField, zone: Zone) -> Breaches:
    """Return the breached channels of a minute."""
    row, channel = np.nonzero(judged.state == ChannelState.BREACH)
    value, background = judged.value[row, channel], judged.background[row, channel]
    loud = value - background > 0.5 * (judged.upper[row, channel] - background)  # False where any is missing
    return Breaches(
        minute_ms=judged.minute_ms,
        sensor=judged.sensor[row],
        channel=channel,
        since_ms=judged.since_ms[row, channel],
        value=value,
        background=background,
        xy_m=zone.projection.to_metres(judged.lon[row], judged.lat[row]) if len(row) else np.empty((0, 2)),
        speaks=loud & judged.fresh[row] & (judged.flags[row, channel] == 0),
    )


def silent_xy_m(judged: JudgedField, channel: int, zone: Zone) -> FloatArray:
    """Return where sensors stand whose fresh, trusted reading of a pollutant shows no excess, shape (n, 2). [m]"""
    quiet = (judged.state[:, channel] == ChannelState.NORMAL) & judged.fresh
    return zone.projection.to_metres(judged.lon[quiet], judged.lat[quiet])


def regional_channels(judged: JudgedField, zone: Zone) -> BoolArray:
    """Return for which pollutants the whole network is raised, shape (4,)."""
    station = ~zone.is_vehicle[judged.sensor]
    raised = (is_raised(judged.state) & station[:, np.newaxis]).sum(axis=0)
    speaking = (~np.isnan(judged.background) & station[:, np.newaxis]).sum(axis=0)
    regional: BoolArray = (raised >= REGIONAL_SENSORS) & (raised >= REGIONAL_SHARE * speaking)
    return regional if len(judged.sensor) else np.zeros(N_POLLUTANTS, np.bool_)
