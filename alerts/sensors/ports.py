"""What pages of devices need from the outside world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain.series import JudgedRows


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorNow:
    """One device as it stands.

    Attributes:
        kind: station, vehicle or reference.
        state: normal, hot, breach, stale, offline or excluded.
        measured_ms: Time of the last measurement; None = never.
        age_s: Since the last receipt, by the zone clock; None = never. [s]
        values: The last value by pollutant, None = none yet. [µg/m³]
        flags: Names of flags by pollutant, of the last judged minute; a pollutant without any is left out.
        calibrated_on: Day of the last calibration, if the register knows it.
    """

    sensor_id: str
    kind: str
    state: str
    measured_ms: int | None
    age_s: float | None
    values: Mapping[str, float | None]
    flags: Mapping[str, Sequence[str]]
    calibrated_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesNow:
    """All devices of a site at one moment of the zone clock; None = nothing was heard, nothing was judged."""

    clock_ms: int | None
    judged_ms: int | None
    sensors: Sequence[SensorNow]


class Devices(Protocol):
    """Tells how the devices stand; does not block for long."""

    def now(self) -> DevicesNow:
        """Return all devices in the order of their ids."""
        ...


class Minutes(Protocol):
    """Reads judged minutes. Blocks; raises ConnectionError where trying again later may work."""

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        """Return one sensor's judged minutes in [since, until)."""
        ...
