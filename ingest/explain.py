"""Why an element that could not be decoded is refused: a reason code and one clear line."""

import math
import re
from datetime import datetime
from typing import Any

import msgspec

from ingest.grammar import MAX_TIME_MS, Grammar
from ingest.reasons import Reason

Why = tuple[Reason, str]
_WITH_UNIT = re.compile(r"\s*[+-]?[\d.]+(e[+-]?\d+)?\s*[a-zµμ%°].*", re.IGNORECASE)


def explain(element: object, grammar: Grammar) -> Why | None:
    """Return why an element is refused, or None where nothing is wrong with its keys."""
    if not isinstance(element, dict):
        return Reason.WRONG_TYPE, f"an object is expected, not {_name(element)}"
    return (
        _explain_time(element.get("time"))
        or next(filter(None, (_explain_number(key, element.get(key)) for key in grammar.numbers)), None)
        or next(filter(None, (_explain_whole(key, element.get(key)) for key in grammar.whole)), None)
        or (_explain_received(element.get("received_at")) if grammar.replay else None)
    )


def _explain_time(value: object) -> Why | None:
    if value is None:
        return Reason.NO_TIME, "`time` is missing"
    if isinstance(value, float) and not math.isfinite(value):
        return Reason.NOT_A_NUMBER, f"`time` is {value}"
    if isinstance(value, str):
        return None if _is_rfc3339(value) else (Reason.NO_TIME, f"`time` {_show(value)} is not RFC 3339 with an offset")
    if isinstance(value, bool) or not isinstance(value, int):
        return Reason.WRONG_TYPE, f"`time` is {_name(value)}, not RFC 3339 text or integer Unix milliseconds"
    if value > MAX_TIME_MS:
        return Reason.FUTURE_TIME, f"`time` {_show(value)} lies beyond all calendars"
    if value < -MAX_TIME_MS:
        return Reason.NO_TIME, f"`time` {_show(value)} lies before all calendars"
    return None


def _explain_number(key: str, value: object) -> Why | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        if _states_unit(value):
            return (
                Reason.BAD_UNIT,
                f"`{key}` is {_show(value)}; units are the contract's or the registry's, not stated here",
            )
        return Reason.WRONG_TYPE, f"`{key}` is {_name(value)}, not a number or null"
    if not _is_finite(value):
        return Reason.NOT_A_NUMBER, f"`{key}` is not a finite number"
    return None


def _explain_whole(key: str, value: object) -> Why | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return None
    return Reason.WRONG_TYPE, f"`{key}` is {_name(value)}, not an integer or null"


def _explain_received(value: object) -> Why | None:
    if value is None or (isinstance(value, str) and _is_rfc3339(value)):
        return None
    return Reason.WRONG_TYPE, f"`received_at` {_show(value)} is not RFC 3339 with an offset"


def _states_unit(value: object) -> bool:
    if isinstance(value, str):
        return _WITH_UNIT.fullmatch(value) is not None
    return isinstance(value, dict) and ("unit" in value or "units" in value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:  # an integer beyond float64
        return False


def _is_rfc3339(text: str) -> bool:
    try:
        return msgspec.convert(text, datetime).tzinfo is not None
    except msgspec.ValidationError:
        return False


def _name(value: object) -> str:
    names: dict[type[Any], str] = {bool: "true or false", str: "text", list: "an array", dict: "an object"}
    if value is None:
        return "null"
    return names.get(type(value), "a number")


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
