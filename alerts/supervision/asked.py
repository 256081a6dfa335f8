"""The day that somebody asks about: within what can be told."""

from datetime import date

from domain.problem import Problem

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""Nobody asks of days before or after. Design value."""


def asked_day(as_of: date | None) -> date | None:
    """Return the day that was asked for.

    Raises:
        Problem: 422, nothing is told of that day.
    """
    if as_of is not None and not FIRST_DAY <= as_of <= LAST_DAY:
        detail = f"as_of {as_of}: give a day from {FIRST_DAY} to {LAST_DAY}"
        raise Problem(422, "bad_day", "Day out of range", detail)
    return as_of
