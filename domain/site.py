"""A supervised zone: its sensors, enterprises, roads and permits, as immutable types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from domain.rules import Rules


class SensorKind(StrEnum):
    """How a sensor stands in the zone."""

    STATION = "station"
    VEHICLE = "vehicle"
    REFERENCE = "reference"


class PlaceKind(StrEnum):
    """What kind of place a candidate source is."""

    ENTERPRISE = "enterprise"
    CONSTRUCTION_SITE = "construction_site"


class PermitKind(StrEnum):
    """Why emissions (or their absence) are expected."""

    WORKS = "works"
    SHUTDOWN = "shutdown"
    DRILL = "drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One registered device.

    Attributes:
        lon: Degrees WGS-84; NaN for a vehicle.
        lat: Degrees WGS-84; NaN for a vehicle.
        height_m: Inlet above ground. [m]
        pollutants: Channels it reports; empty: any.
        units: Channel to unit, only where it differs from the contract.
        calibrated_on: Day of the last calibration, if known.
    """

    sensor_id: str
    kind: SensorKind = SensorKind.STATION
    lon: float = float("nan")
    lat: float = float("nan")
    height_m: float = 3.0
    pollutants: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    calibrated_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """One enterprise or construction site; `geometry` is its ground in degrees WGS-84."""

    enterprise_id: str
    name: str
    geometry: BaseGeometry
    industry: str = ""
    pollutants: tuple[str, ...] = ()
    risk_class: str = "II"
    credit_grade: str = "B"
    whitelisted: bool = False
    annual_check_cap: int | None = None
    stack_height_m: float | None = None
    kind: PlaceKind = PlaceKind.ENTERPRISE
    code: str = ""

    @property
    def lon(self) -> float:
        """Longitude of the centre. [degrees]"""
        return float(self.geometry.centroid.x)

    @property
    def lat(self) -> float:
        """Latitude of the centre. [degrees]"""
        return float(self.geometry.centroid.y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One road; `geometry` is a LineString in degrees WGS-84."""

    road_id: str
    name: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Registered works, shutdown or drill at an enterprise or road, from `start` to `end` (UTC)."""

    place_id: str
    start: datetime
    end: datetime
    kind: PermitKind
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One zone. `sensors` are in the order of their ids, so an index sorts like an id.

    Attributes:
        warning_ugm3: The site's own one-hour warning levels by pollutant. [µg/m³]
        sensor_ids: Every sensor's id; the position is its index everywhere. Computed.
        is_vehicle: Which sensors move, shape (sensors,). Computed.
        post_deg: Longitude and latitude in the registry, NaN for vehicles, shape (sensors, 2). Computed. [degrees]
    """

    site_id: str
    name: str
    timezone: str
    sensors: tuple[Sensor, ...]
    enterprises: tuple[Enterprise, ...] = ()
    roads: tuple[Road, ...] = ()
    permits: tuple[Permit, ...] = ()
    limits_class: int = 2
    limits_edition: str = "GB 3095-2026"
    warning_ugm3: Mapping[str, float] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    sensor_ids: tuple[str, ...] = field(init=False, repr=False, compare=False)
    is_vehicle: npt.NDArray[np.bool_] = field(init=False, repr=False, compare=False)
    post_deg: npt.NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compute once what every minute asks."""
        posts = [(sensor.lon, sensor.lat) for sensor in self.sensors]
        object.__setattr__(self, "sensor_ids", tuple(sensor.sensor_id for sensor in self.sensors))
        object.__setattr__(
            self, "is_vehicle", np.array([sensor.kind is SensorKind.VEHICLE for sensor in self.sensors], np.bool_)
        )
        object.__setattr__(self, "post_deg", np.array(posts, np.float64).reshape(-1, 2))
