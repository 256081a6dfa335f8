"""Tables and their map → what a recording folder and a site folder will hold, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.site_files import parse_site
from simulators.importing.column_map import ColumnMap
from simulators.importing.map_file import MapRefused
from simulators.importing.readings import Brought, bring_readings, counted
from simulators.importing.stations import Stations, bring_stations, known_of, missing_sections, site_texts
from simulators.importing.tables import Refused, TableRefused, open_table
from simulators.importing.weather import bring_weather


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The analyst's files."""

    readings: Path
    weather: Path | None = None
    stations: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What will be written, and what is left out."""

    readings: Brought
    weather: Brought | None
    stations: Stations | None
    site_texts: dict[str, str] | None

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Every row that is left out, with its reason."""
        parts = (self.readings, self.weather, self.stations)
        return tuple(one for part in parts if part is not None for one in part.refused)

    @property
    def refusals(self) -> Mapping[str, int]:
        """Reason code to number of rows."""
        return counted(self.refused)

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns and parameters that the map does not name."""
        weather = self.weather.unused if self.weather else ()
        return (*self.readings.unused, *(f"weather {name}" for name in weather))

    def summary(self) -> dict[str, object]:
        """Return the figures, for people and machines."""
        weather = self.weather
        return {
            "readings": self.readings.table.num_rows,
            "weather": weather.table.num_rows if weather else 0,
            "stations": len(self.stations.rows) if self.stations else 0,
            "refused": self.refusals,
            "without_value": self.readings.empty + (weather.empty if weather else 0),
            "unused_columns": self.unused,
        }


def bring_in(tables: Tables, chosen: ColumnMap, *, with_site: bool = False) -> ImportResult:
    """Read the tables by the map.

    Args:
        tables: The files.
        chosen: The column map.
        with_site: Whether a site folder is wanted (needs stations and `[site]`).

    Raises:
        MapRefused: A section of the map is missing.
        TableRefused: A table can't be read, or lacks a column.
        SiteRefused: The site folder would hold faults.
    """
    lacking = missing_sections(
        chosen, weather=tables.weather is not None, stations=tables.stations is not None, site_out=with_site
    )
    if lacking:
        raise MapRefused(lacking)
    stations = None
    if tables.stations is not None and chosen.stations is not None:
        stations = bring_stations(open_table(tables.stations, chosen.stations.file), chosen.stations, chosen.pollutants)
    texts = None
    if with_site and stations is not None and chosen.site is not None:
        texts = site_texts(stations, chosen.site)
        parse_site(texts)  # refuses, with every fault, what could not be watched
    readings = bring_readings(open_table(tables.readings, chosen.readings.file), chosen.readings, known_of(stations))
    if not readings.table.num_rows:
        raise TableRefused(f"{tables.readings}: no row can be brought in ({counted(readings.refused)}); mend the map")
    weather = None
    if tables.weather is not None and chosen.weather is not None:
        weather = bring_weather(open_table(tables.weather, chosen.weather.file), chosen.weather)
    return ImportResult(readings=readings, weather=weather, stations=stations, site_texts=texts)
