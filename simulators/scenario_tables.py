"""A TOML table → a frozen dataclass, by what each field says of itself; every fault is gathered."""

import math
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from domain.times import EPOCH

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScenarioFault:
    """One thing wrong: which key, what it is, how to mend it."""

    key: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.key}: {self.what}; {self.mend}"


class ScenarioRefused(ValueError):
    """The scenario can't be played; `faults` names everything that is wrong, one line each."""

    def __init__(self, source: str, faults: list[ScenarioFault]) -> None:
        super().__init__("\n".join(f"{source}: {fault}" for fault in faults))
        self.faults = tuple(faults)


def number(default: float | None = 0.0, low: float = -math.inf, high: float = math.inf) -> Any:  # noqa: ANN401 - as `field`
    """Declare a number from `low` to `high`; None = not given."""
    return field(default=default, metadata={"bounds": (low, high), "whole": False})


def whole(default: int = 0, low: int = 0, high: int = 1_000_000) -> Any:  # noqa: ANN401 - as `field`
    """Declare a whole number from `low` to `high`."""
    return field(default=default, metadata={"bounds": (low, high), "whole": True})


def needed_number(low: float = -math.inf, high: float = math.inf) -> Any:  # noqa: ANN401 - as `field`
    """Declare a number that must be given."""
    return field(metadata={"bounds": (low, high), "whole": False})


def span(default: tuple[float, float], low: float, high: float) -> Any:  # noqa: ANN401 - as `field`
    """Declare `[from, to]`, both within bounds and in order."""
    return field(default=default, metadata={"span": (low, high)})


def choice(options: tuple[str, ...], default: str | None = None) -> Any:  # noqa: ANN401 - as `field`
    """Declare one of `options`; without a default it must be given."""
    metadata = {"options": options}
    return field(metadata=metadata) if default is None else field(default=default, metadata=metadata)


def tables(kind: type) -> Any:  # noqa: ANN401 - as `field`
    """Declare an array of tables, `[[key]]`."""
    return field(default=(), metadata={"tables": kind})


def read_table(kind: type[T], given: object, path: str, faults: list[ScenarioFault]) -> T:
    """Build `kind` from a TOML table; where something is wrong a stand-in keeps its place, so that counting goes on.

    Args:
        kind: A dataclass whose fields are declared with the functions above.
        given: What stands in the file.
        path: Where it stands, as a dotted key; empty: the whole file.
        faults: Grows by one for everything wrong.
    """
    if not isinstance(given, dict):
        faults.append(ScenarioFault(path, "is no table", f"write [{path}]"))
        given = {}
    known: dict[str, Field[Any]] = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    strangers = [key for key in given if key not in known]
    faults += [ScenarioFault(_dotted(path, key), "is unknown", f"use {', '.join(known)}") for key in strangers]
    chosen: dict[str, Any] = {}
    for key, item in known.items():
        if key in given:
            chosen[key] = _value(given[key], item, _dotted(path, key), faults)
        elif item.default is MISSING:
            chosen[key] = _stand_in(item)
            faults.append(ScenarioFault(_dotted(path, key), "is missing", f"add {key} = …"))
    return kind(**chosen)


def _stand_in(item: Field[Any]) -> Any:  # noqa: ANN401 - as declared
    return item.metadata["options"][0] if "options" in item.metadata else item.metadata["bounds"][0]


def _dotted(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _value(value: object, item: Field[Any], path: str, faults: list[ScenarioFault]) -> Any:  # noqa: ANN401 - as declared
    told = item.metadata
    if is_dataclass(item.default):
        return read_table(type(item.default), value, path, faults)
    if "tables" in told:
        return _rows(value, told["tables"], path, faults)
    if "bounds" in told:
        return _number(value, item, path, faults)
    if "span" in told:
        return _span(value, item, path, faults)
    if "options" in told:
        return _choice(value, item, path, faults)
    if "moment" in told:
        return _moment(value, path, faults)
    return _text(value, item, path, faults)


def _choice(value: object, item: Field[Any], path: str, faults: list[ScenarioFault]) -> str:
    options: tuple[str, ...] = item.metadata["options"]
    if value in options:
        return str(value)
    faults.append(ScenarioFault(path, f"is {value!r}", f"use one of {', '.join(filter(None, options))}"))
    return options[0]


def _moment(value: object, path: str, faults: list[ScenarioFault]) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        faults.append(ScenarioFault(path, f"is {value!s}, not RFC 3339", "write as 2026-04-14T08:00:00+08:00"))
        return EPOCH
    return moment.astimezone(UTC)


def _rows(value: object, kind: type, path: str, faults: list[ScenarioFault]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        faults.append(ScenarioFault(path, "is no list of tables", f"write [[{path}]]"))
        return ()
    return tuple(read_table(kind, row, f"{path}[{number}]", faults) for number, row in enumerate(value, start=1))


def _number(value: object, item: Field[Any], path: str, faults: list[ScenarioFault]) -> Any:  # noqa: ANN401 - as declared
    low, high = item.metadata["bounds"]
    kind = int if item.metadata["whole"] else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        what = "whole number" if item.metadata["whole"] else "number"
        faults.append(ScenarioFault(path, f"is {value!r}, no {what} from {low:g} to {high:g}", "mend the value"))
        return _stand_in(item) if item.default is MISSING else item.default
    return value if item.metadata["whole"] else float(value)


def _span(value: object, item: Field[Any], path: str, faults: list[ScenarioFault]) -> Any:  # noqa: ANN401 - as declared
    low, high = item.metadata["span"]
    right = isinstance(value, list) and len(value) == 2
    numbers = right and all(isinstance(end, int | float) and not isinstance(end, bool) for end in value)  # type: ignore[attr-defined]
    if not numbers or not low <= value[0] <= value[1] <= high:  # type: ignore[index]
        faults.append(ScenarioFault(path, f"is {value!r}, no span from {low:g} to {high:g}", "write [from, to]"))
        return item.default
    return (float(value[0]), float(value[1]))  # type: ignore[index]


def _text(value: object, item: Field[Any], path: str, faults: list[ScenarioFault]) -> Any:  # noqa: ANN401 - as declared
    if isinstance(item.default, tuple):
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        faults.append(ScenarioFault(path, f"is {value!r}, no list of texts", 'write ["…", "…"]'))
        return item.default
    if not isinstance(value, str):
        faults.append(ScenarioFault(path, f"is {value!r}, no text", 'write "…"'))
        return item.default
    return value
