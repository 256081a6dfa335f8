"""The one door for ingest and replay: readings as they came → readings that may enter, and why the others may not."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from domain.readings import FloatArray, Readings
from domain.site import Site
from domain.units import to_ugm3

FUTURE_MS = 5 * 60_000
"""A reading further ahead of its receive time than this is refused (contract). [ms]"""
UNKNOWN_SENSOR = -1
"""Stands in `Readings.sensor` for a sensor that the site does not know."""

ReasonArray = npt.NDArray[np.uint8]


class Refusal(IntEnum):
    """Why a reading stays outside; the names are the contract's reason codes."""

    NONE = 0
    UNKNOWN_SENSOR = 1
    FUTURE_TIME = 2
    NO_POSITION = 3
    NOT_A_NUMBER = 4
    BAD_UNIT = 5

    @property
    def code(self) -> str:
        """The reason code, as it stands in dead letters and metrics."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Door:
    """What the door knows of a site, computed once.

    Attributes:
        factor: What each channel of each sensor is multiplied by, shape (sensors, 12).
        settles: Whether any factor differs from 1.
        is_vehicle: Shape (sensors,).
    """

    factor: FloatArray
    settles: bool
    is_vehicle: npt.NDArray[np.bool_]


def door_of(site: Site) -> Door:
    """Build the door of a site from its registry."""
    factor = np.ones((len(site.sensors), len(CHANNELS)))
    for row, sensor in enumerate(site.sensors):
        for channel, unit in sensor.units.items():
            factor[row, CHANNELS.index(channel)] = to_ugm3(channel, unit)
    return Door(factor, bool((factor != 1.0).any()), site.is_vehicle)


def enter(rows: Readings, door: Door) -> tuple[Readings, ReasonArray]:
    """Settle units and refuse what can't be used.

    Args:
        rows: As they came, `sensor` being `UNKNOWN_SENSOR` where the site does not know it, shape (n,).
        door: Of the site.

    Returns:
        The rows that may enter, in the order given; and a `Refusal` for every row given, shape (n,).
    """
    reason = np.zeros(len(rows), np.uint8)
    known = rows.sensor >= 0
    moves = np.zeros(len(rows), np.bool_)
    moves[known] = door.is_vehicle[rows.sensor[known]]
    placed = (np.abs(rows.position[:, 0]) <= 180.0) & (np.abs(rows.position[:, 1]) <= 90.0)
    reason[np.isinf(rows.values).any(axis=1)] = Refusal.NOT_A_NUMBER
    reason[moves & ~placed] = Refusal.NO_POSITION
    reason[rows.time_ms > rows.received_ms + FUTURE_MS] = Refusal.FUTURE_TIME
    reason[~known] = Refusal.UNKNOWN_SENSOR
    entered = rows if not reason.any() else rows.take(reason == Refusal.NONE)
    if door.settles and len(entered):
        values = entered.values * door.factor[entered.sensor]
        entered = Readings(entered.sensor, entered.time_ms, entered.received_ms, entered.position, values)
    return entered, reason
