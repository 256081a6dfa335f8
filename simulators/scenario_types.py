"""What a simulated zone is to live through, as immutable types; each field says what it accepts."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulators.scenario_tables import choice, needed_number, number, span, tables, whole

EVENT_KINDS = ("enterprise", "construction", "unregistered", "outside", "moving")
FAULT_KINDS = ("stuck", "spike", "drift", "offline", "clock_skew", "gps_glitch", "unit_slip")
WEATHER_FAULT_KINDS = ("silent", "stuck")
EPISODE_KINDS = ("haze", "dust", "ozone")
DEFAULT_START = datetime(2026, 4, 14, tzinfo=UTC)
"""08:00 in Beijing, an ordinary spring Tuesday. Design value."""
YEAR_MIN = 366 * 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTable:
    """What the zone is called and where its invented map lies; degrees WGS-84."""

    id: str = "demo"
    name: str = "示例产业园"
    timezone: str = "Asia/Shanghai"
    lon: float = number(116.5, -179.0, 179.0)
    lat: float = number(39.8, -70.0, 70.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How large the zone is; `unit_stations` report in units of their own (the registry says which)."""

    stations: int = whole(130, 1, 5000)
    vehicles: int = whole(5, 0, 200)
    enterprises: int = whole(212, 1, 5000)
    construction_sites: int = whole(12, 0, 500)
    roads: int = whole(22, 6, 200)
    weather_stations: int = whole(3, 1, 50)
    unit_stations: int = whole(2, 0, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """How often each kind of device reports. [s]"""

    station_s: int = whole(60, 1, 3600)
    vehicle_s: int = whole(1, 1, 60)
    weather_s: int = whole(60, 10, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The wind turns by `by_deg` (clockwise) over `duration_min` and stays there."""

    start_min: float = needed_number(0, YEAR_MIN)
    duration_min: float = number(60.0, 1, YEAR_MIN)
    by_deg: float = needed_number(-360, 360)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A stretch of time: calm air, or rain of `strength` 0..1."""

    start_min: float = needed_number(0, YEAR_MIN)
    duration_min: float = number(60.0, 1, YEAR_MIN)
    strength: float = number(0.5, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherTable:
    """The wind about which it turns, and the air's temperature and humidity.

    Attributes:
        wander_deg: Standard deviation of the slow turning (hours). [degrees]
        gust_share: Standard deviation of the minute's speed about the mean.
        stability: 0 = strongly mixed day, 1 = still night; -1 = by the hour.
    """

    wind_speed_ms: float = number(2.6, 0.1, 20)
    wind_from_deg: float = number(315.0, 0, 360)
    wander_deg: float = number(14.0, 0, 90)
    gust_share: float = number(0.15, 0, 0.6)
    temperature_c: float = number(16.0, -30, 45)
    humidity_pct: float = number(45.0, 5, 98)
    stability: float = number(-1.0, -1, 1)
    turns: tuple[Turn, ...] = tables(Turn)
    calms: tuple[Spell, ...] = tables(Spell)
    rains: tuple[Spell, ...] = tables(Spell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Air from elsewhere over the whole zone: its height above the usual is `peak_ugm3` of its main pollutant."""

    kind: str = choice(EPISODE_KINDS)
    start_min: float = needed_number(0, YEAR_MIN)
    duration_min: float = number(180.0, 1, YEAR_MIN)
    rise_min: float = number(40.0, 1, 1440)
    peak_ugm3: float = number(150.0, 1, 3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundTable:
    """What the air is without any source of the zone; `traffic` scales what roads add. [µg/m³]"""

    pm25: float = number(38.0, 1, 500)
    pm10: float = number(72.0, 1, 1000)
    nox: float = number(42.0, 1, 500)
    o3: float = number(70.0, 1, 400)
    traffic: float = number(1.0, 0, 10)
    episodes: tuple[Episode, ...] = tables(Episode)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseTable:
    """How loud sensors are: one sigma of the slow residual (log), and local bursts (cooking, smokers, lorries).

    Attributes:
        small_bursts_per_sensor_day: Those of a few µg/m³ that every street has; they make the tails.
        swelling: What of the dust's swelling with humidity the maker's correction leaves, at most.
    """

    residual: tuple[float, float] = span((0.045, 0.11), 0, 0.5)
    white: float = number(0.02, 0, 0.5)
    bursts_per_sensor_day: float = number(0.12, 0, 50)
    small_bursts_per_sensor_day: float = number(8.0, 0, 200)
    swelling: float = number(0.02, 0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One source that emits for a while.

    Attributes:
        place: `enterprise_id` of the source; empty: chosen by the seed where stations lie downwind.
        strength: Multiplies the usual rates of its kind.
        pm25_g_s, pm10_g_s, nox_g_s: Own rates; not given: the usual ones. [g/s]
        height_m: Above ground; not given: the usual one of its kind. [m]
        on_min, off_min: Emits for `on_min`, rests for `off_min`, again and again; `off_min` 0: without rest. [min]
        permit: Registered beforehand, as `works` or `drill`.
        expect: Overrides what the labels say: `ticket` or `no_ticket`.
    """

    kind: str = choice(EVENT_KINDS, "enterprise")
    place: str = ""
    start_min: float = needed_number(0, YEAR_MIN)
    duration_min: float = number(30.0, 1, YEAR_MIN)
    strength: float = number(1.0, 0.01, 100)
    pm25_g_s: float | None = number(None, 0, 1000)
    pm10_g_s: float | None = number(None, 0, 1000)
    nox_g_s: float | None = number(None, 0, 1000)
    height_m: float | None = number(None, 0, 200)
    on_min: float = number(10.0, 0.5, 1440)
    off_min: float = number(0.0, 0, 1440)
    permit: str = choice(("", "works", "drill"), "")
    expect: str = choice(("", "ticket", "no_ticket"), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """Events that come again and again; every span is drawn from by the seed."""

    kind: str = choice(EVENT_KINDS, "enterprise")
    start_min: float = needed_number(0, YEAR_MIN)
    until_min: float = number(YEAR_MIN, 0, YEAR_MIN)
    every_min: tuple[float, float] = span((10.0, 20.0), 1, YEAR_MIN)
    duration_min: tuple[float, float] = span((15.0, 30.0), 1, 1440)
    strength: tuple[float, float] = span((0.8, 1.6), 0.01, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitTable:
    """Registered works, shutdown or drill at a place (`e-001`, `c-01`, `r-01`)."""

    place: str = ""
    start_min: float = needed_number(-YEAR_MIN, YEAR_MIN)
    duration_min: float = number(120.0, 1, YEAR_MIN)
    kind: str = choice(("works", "shutdown", "drill"), "works")
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultTable:
    """What goes wrong with devices.

    Attributes:
        sensors: Ids such as `ms-004`.
        channels: Which values it touches; empty: pm25, pm10, nox, o3. `offline` with channels leaves them out of the
            readings, without it sends nothing at all.
        rate: `spike`: share of readings hit; `drift`: share of the level gained an
            hour; `gps_glitch`: share of fixes hit.
        factor: `spike`, `unit_slip`: what the value is multiplied by.
        skew_s: `clock_skew`: how far the clock is ahead. [s]
    """

    kind: str = choice(FAULT_KINDS)
    sensors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    start_min: float = number(0.0, 0, YEAR_MIN)
    duration_min: float = number(YEAR_MIN, 1, YEAR_MIN)
    rate: float = number(0.1, -10, 10)
    factor: float = number(8.0, 0.000001, 1_000_000)
    skew_s: float = number(90.0, -86_400, 86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherFault:
    """Weather stations (`wx-1`; empty: all) that say nothing, or whose wind stays what it was."""

    kind: str = choice(WEATHER_FAULT_KINDS)
    stations: tuple[str, ...] = ()
    start_min: float = number(0.0, 0, YEAR_MIN)
    duration_min: float = number(YEAR_MIN, 1, YEAR_MIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The network is away for a share of the sensors; what they measured arrives afterwards."""

    start_min: float = needed_number(0, YEAR_MIN)
    duration_min: float = number(10.0, 1, YEAR_MIN)
    share: float = number(1.0, 0.01, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTable:
    """How readings travel: usual delay, and shares of them that come late, twice or out of order."""

    delay_s: float = number(0.8, 0, 60)
    late_share: float = number(0.0, 0, 1)
    late_s: tuple[float, float] = span((30.0, 600.0), 0, 86_400)
    duplicate_share: float = number(0.0, 0, 1)
    reorder_share: float = number(0.0, 0, 1)
    outages: tuple[Outage, ...] = tables(Outage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All that a simulated zone lives through; minutes count from `start`."""

    name: str = ""
    title: str = ""
    start: datetime = field(default=DEFAULT_START, metadata={"moment": True})
    duration_min: float = number(300.0, 1, YEAR_MIN)
    site: SiteTable = SiteTable()
    counts: Counts = Counts()
    reporting: Reporting = Reporting()
    weather: WeatherTable = WeatherTable()
    background: BackgroundTable = BackgroundTable()
    noise: NoiseTable = NoiseTable()
    network: NetworkTable = NetworkTable()
    events: tuple[Event, ...] = tables(Event)
    recurring: tuple[Recurring, ...] = tables(Recurring)
    permits: tuple[PermitTable, ...] = tables(PermitTable)
    faults: tuple[FaultTable, ...] = tables(FaultTable)
    weather_faults: tuple[WeatherFault, ...] = tables(WeatherFault)
