"""What a request says of a period, dimensions and keys → what is asked for, or how to ask rightly."""

from collections.abc import Collection, Mapping
from datetime import date

from alerts.supervision.statistics.ask import Asked
from domain.problem import Problem
from domain.supervision.statistics import Dimension, Period, PeriodRefused, named_period, period_between

MOST_DAYS = 400
"""A longer period is not told day by day. Design value. [d]"""


def asked_of(
    period: str | None,
    days: tuple[date | None, date | None],
    by: Collection[Dimension],
    only: Mapping[Dimension, str],
    today: date,
) -> Asked:
    """Return what is asked for; nothing said means this calendar year.

    Raises:
        Problem: 422, there is no such period, or it is too long to be told day by day.
    """
    try:
        chosen = _period(period, days, today)
    except PeriodRefused as refused:
        raise Problem(422, "bad_period", "No such period", str(refused)) from None
    if Dimension.DAY in by and chosen.days > MOST_DAYS:
        detail = f"by: day of {chosen.days} days; ask for at most {MOST_DAYS} days, or by month or week"
        raise Problem(422, "bad_period", "No such period", detail)
    keys = {dimension: key for dimension, key in only.items() if key}
    return Asked(period=chosen, by=tuple(dict.fromkeys(by)), only=keys)


def _period(period: str | None, days: tuple[date | None, date | None], today: date) -> Period:
    first, last = days
    if period and (first or last):
        raise PeriodRefused("period and from, until: name either a period or two days")
    if first and last:
        return period_between(first, last, today)
    if first or last:
        raise PeriodRefused("from, until: name both days, both are included")
    return named_period(period or f"{today:%Y}", today)
