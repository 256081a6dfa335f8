"""An analyst's own tables, by a column map → a recording folder and a site folder."""

from simulators.importing.column_map import ColumnMap
from simulators.importing.map_file import MapRefused, parse_map
from simulators.importing.run import ImportResult, Tables, bring_in
from simulators.importing.tables import TableRefused
from simulators.importing.write import write_import

__all__ = [
    "ColumnMap",
    "ImportResult",
    "MapRefused",
    "TableRefused",
    "Tables",
    "bring_in",
    "parse_map",
    "write_import",
]
