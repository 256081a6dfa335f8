"""Durations as people read them."""

from collections.abc import Mapping

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def span_told(seconds: float | None, words: Mapping[str, str]) -> str:
    """Return a duration in its greatest whole unit, `never` where there is none.

    >>> span_told(7300, {"hours": "{n} h"})
    '2 h'
    """
    if seconds is None:
        return words["never"]
    units = (("days", _DAY_S), ("hours", _HOUR_S), ("minutes", _MINUTE_S), ("seconds", 1))
    name, unit = next((one for one in units if seconds >= 2 * one[1]), units[-1])
    return words[name].format(n=int(seconds // unit))
