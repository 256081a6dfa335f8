"""What a column map says, as types: which column is what, in which unit and zone."""

from dataclasses import dataclass, field
from datetime import tzinfo

from domain.channels import CHANNELS, POSITION_KEYS

READING_KEYS = (*CHANNELS, *(key for key in POSITION_KEYS if key not in ("lon", "lat")))
"""What `[readings.values]` may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where one quantity comes from: value = (cell × scale + offset) × unit_factor + unit_offset.

    `column` is a column's name; in the long form a parameter's.
    """

    column: str
    scale: float = 1.0
    offset: float = 0.0
    unit_factor: float = 1.0
    unit_offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How a table's file is read; `separator` is for CSV, `sheet` for XLSX."""

    separator: str = ","
    sheet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeColumns:
    """Which columns are times, and how they are written; `zone` is for times that carry none."""

    time: str
    received_at: str | None = None
    time_format: str | None = None
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsMap:
    """`[readings]`; `parameter` and `value` stand in the long form only, `sensor_id` where no column tells it."""

    times: TimeColumns
    values: dict[str, Source]
    sensor: str | None = None
    sensor_id: str | None = None
    parameter: str | None = None
    value: str | None = None
    lon: str | None = None
    lat: str | None = None
    missing: tuple[str | float, ...] = ()
    file: FileOptions = FileOptions()

    @property
    def is_long(self) -> bool:
        """Whether each row holds one value of one parameter."""
        return self.parameter is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherMap:
    """`[weather]`."""

    times: TimeColumns
    values: dict[str, Source]
    station: str | None = None
    lon: str | None = None
    lat: str | None = None
    missing: tuple[str | float, ...] = ()
    file: FileOptions = FileOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class StationsMap:
    """`[stations]`; `kind` is a column, `default_kind` stands where there is none."""

    sensor: str
    lon: str
    lat: str
    name: str | None = None
    kind: str | None = None
    default_kind: str = "station"
    height_m: str | None = None
    missing: tuple[str | float, ...] = ()
    file: FileOptions = FileOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHead:
    """`[site]`: the head of the site folder that is written."""

    id: str
    name: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """A whole column map."""

    readings: ReadingsMap
    weather: WeatherMap | None = None
    stations: StationsMap | None = None
    site: SiteHead | None = None
    pollutants: tuple[str, ...] = field(default=())
