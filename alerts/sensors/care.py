"""Devices as they stand and open tickets of devices → what is wrong with each, and how many have what.

| trouble     | when                                                                    |
|-------------|-------------------------------------------------------------------------|
| offline     | silent for a quarter of an hour, or for three of its own long intervals |
| stale       | silent for three of its intervals                                       |
| stuck       | a channel's value does not change                                       |
| drift       | a channel creeps away from its neighbours                               |
| flagged     | a channel has another flag                                              |
| ticket      | a ticket of kind sensor is open                                         |
| calibration | calibrated longer ago than a year                                       |

A day of calibration that nobody has told is no trouble of the device, and is counted apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from alerts.sensors.ports import SensorNow

CALIBRATION_D = 365
"""A calibration older than this is told. Design value. [d]"""


class Trouble(StrEnum):
    """What may be wrong with a device, gravest first."""

    OFFLINE = "offline"
    STALE = "stale"
    STUCK = "stuck"
    DRIFT = "drift"
    FLAGGED = "flagged"
    TICKET = "ticket"
    CALIBRATION = "calibration"


_OWN_FLAGS = frozenset({Trouble.OFFLINE, Trouble.STUCK, Trouble.DRIFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class CareTicket:
    """An open ticket of a device."""

    ticket_id: str
    number: int
    state: str
    since_ms: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cared:
    """One device, its troubles (gravest first), the age of its calibration and its open tickets."""

    now: SensorNow
    troubles: tuple[Trouble, ...]
    calibrated_days: int | None
    tickets: tuple[CareTicket, ...]


def cared(
    sensors: Iterable[SensorNow],
    tickets: Mapping[str, Sequence[CareTicket]],
    today: date,
    due_days: int = CALIBRATION_D,
) -> list[Cared]:
    """Return all devices, those with the gravest trouble first, then by id.

    Args:
        sensors: As they stand.
        tickets: Open tickets by sensor.
        today: The day in the site's zone.
        due_days: A calibration older than this is told. [d]
    """
    told = [_cared(one, tuple(tickets.get(one.sensor_id, ())), today, due_days) for one in sensors]
    grave = list(Trouble)
    return sorted(told, key=lambda one: grave.index(one.troubles[0]) if one.troubles else len(grave))


def tally(devices: Iterable[Cared]) -> dict[str, int]:
    """Return how many devices have each trouble, and how many have none (`well`) or no known calibration."""
    devices = list(devices)
    counted = Counter(trouble for one in devices for trouble in one.troubles)
    return {
        "total": len(devices),
        "well": sum(not one.troubles for one in devices),
        **{trouble.value: counted[trouble] for trouble in Trouble},
        "uncalibrated": sum(one.calibrated_days is None for one in devices),
    }


def _cared(now: SensorNow, tickets: tuple[CareTicket, ...], today: date, due_days: int) -> Cared:
    days = (today - now.calibrated_on).days if now.calibrated_on else None
    flags = {flag for names in now.flags.values() for flag in names}
    has = {
        Trouble.OFFLINE: now.state == "offline" or Trouble.OFFLINE in flags,
        Trouble.STALE: now.state == "stale",
        Trouble.STUCK: Trouble.STUCK in flags,
        Trouble.DRIFT: Trouble.DRIFT in flags,
        Trouble.FLAGGED: bool(flags - _OWN_FLAGS),
        Trouble.TICKET: bool(tickets),
        Trouble.CALIBRATION: days is not None and days > due_days,
    }
    troubles = tuple(trouble for trouble in Trouble if has[trouble])
    return Cared(now=now, troubles=troubles, calibrated_days=days, tickets=tickets)
