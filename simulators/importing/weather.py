"""A table of weather → the columns of `weather.parquet`, and each row that is left out."""

import numpy as np
import pyarrow as pa

from domain.channels import WEATHER_KEYS
from domain.door import FUTURE_MS
from simulators.importing.cells import numbers, quantity, texts
from simulators.importing.column_map import WeatherMap
from simulators.importing.moments import moments
from simulators.importing.readings import MOMENT, Brought, Reasons, as_numbers
from simulators.importing.tables import Table, TableRefused, need_columns


def bring_weather(table: Table, chosen: WeatherMap) -> Brought:
    """Turn a table into weather rows.

    Raises:
        TableRefused: A column that the map names is not there, or its times can't be told.
    """
    _need(table, chosen)
    reasons, times = Reasons(table), chosen.times
    cells = table.frame[times.time]
    time_ms, told = moments(cells, times.time_format, times.zone, "weather.time")
    reasons.against(~told, "no_time", "no time in", cells)
    received_ms = time_ms
    if times.received_at is not None:
        stamped = moments(table.frame[times.received_at], times.time_format, times.zone, "weather.received_at")
        received_ms = np.where(stamped[1], stamped[0], time_ms)
        reasons.against(time_ms > received_ms + FUTURE_MS, "future_time", "told more than 5 min ahead of its receipt")
    columns = {"lon": np.full(len(table), np.nan), "lat": np.full(len(table), np.nan)}
    for key, name in (("lon", chosen.lon), ("lat", chosen.lat)):
        if name is not None:
            columns[key], bad = numbers(table.frame[name], chosen.missing)
            reasons.against(bad, "not_a_number", f"{name} is", table.frame[name])
    for key, source in chosen.values.items():
        columns[key], bad = quantity(table.frame[source.column], source, chosen.missing)
        reasons.against(bad, "not_a_number", f"{source.column} is", table.frame[source.column])
    stays, refused = reasons.outcome()
    filled = stays & ~np.isnan(np.column_stack([columns[key] for key in chosen.values])).all(axis=1)
    station = texts(table.frame[chosen.station]) if chosen.station else np.full(len(table), None, dtype=object)
    order = np.flatnonzero(filled)
    order = order[np.lexsort((station[order].astype(str), time_ms[order], received_ms[order]))]
    arrays = {"weather_id": pa.array(station[order], type=pa.string())} if chosen.station else {}
    arrays["time"] = pa.array(time_ms[order]).cast(MOMENT)
    if times.received_at is not None:
        arrays["received_at"] = pa.array(received_ms[order]).cast(MOMENT)
    empty = np.full(len(table), np.nan)
    for key in ("lon", "lat", *WEATHER_KEYS):
        arrays[key] = as_numbers(columns.get(key, empty)[order])
    return Brought(pa.table(arrays), refused, int((stays & ~filled).sum()), _unused(table, chosen))


def _need(table: Table, chosen: WeatherMap) -> None:
    named = {key: getattr(chosen, key) for key in ("station", "lon", "lat")}
    named |= {"time": chosen.times.time, "received_at": chosen.times.received_at}
    named |= {f"values.{key}": source.column for key, source in chosen.values.items()}
    faults = need_columns(table, [(f"weather.{key}", column) for key, column in named.items()])
    if faults:
        raise TableRefused("\n".join(faults))


def _unused(table: Table, chosen: WeatherMap) -> tuple[str, ...]:
    used = {source.column for source in chosen.values.values()}
    used |= {
        chosen.station or "",
        chosen.times.time,
        chosen.times.received_at or "",
        chosen.lon or "",
        chosen.lat or "",
    }
    return tuple(str(name) for name in table.frame.columns if name not in used)
