"""One enterprise's plans and what is still free → the days of its visits, by dynamic programming.

Best first: most plans covered, then fewest visits, then most plans on their published day. Walking through the days
in order, a plan is counted at the first chosen day it may stand on; exact where each plan may stand on an unbroken
run of days, and a good guess where a full team tears holes into a run.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from domain.readings import BoolArray, FloatArray, IntArray
from domain.supervision.plans.ledger import Ledger, open_days
from domain.supervision.plans.model import Plan

_IMPOSSIBLE = -np.inf


def choose_days(group: Sequence[Plan], ledger: Ledger, published: Mapping[str, date]) -> tuple[date, ...]:
    """Choose the days on which the enterprise is visited; none of its plans may be in the ledger."""
    allowed = [[day for day in open_days(plan, ledger.limits) if ledger.allows(plan, day)] for plan in group]
    days = sorted({day for options in allowed for day in options})
    if not days:
        return ()
    at = {day: i for i, day in enumerate(days)}
    may = np.zeros((len(days), len(group)), bool)
    kept = np.zeros(len(days), np.int64)
    for j, (plan, options) in enumerate(zip(group, allowed, strict=True)):
        may[[at[day] for day in options], j] = True
        if published.get(plan.plan_id) in options:
            kept[at[published[plan.plan_id]]] += 1
    chosen = _best(_worth(may, kept), _years(days), _caps(group, days, ledger))
    return tuple(days[i] for i in chosen)


def _worth(may: BoolArray, kept: IntArray) -> FloatArray:
    """Worth of day q after day p, shape (days + 1, days); row 0 = nothing chosen before."""
    n_days, n_plans = may.shape
    big = n_plans + 1
    before = np.vstack([np.zeros((1, n_plans), bool), may]).astype(np.float64)
    new = may.sum(axis=1)[None, :] - before @ may.T.astype(np.float64)
    worth = new * big * big - big + kept[None, :]
    worth[1:][np.tril_indices(n_days)] = _IMPOSSIBLE
    return np.asarray(worth)


def _years(days: Sequence[date]) -> tuple[int, ...]:
    return tuple(day.year for day in days)


def _caps(group: Sequence[Plan], days: Sequence[date], ledger: Ledger) -> dict[int, float]:
    """Give the most days worth choosing in a year: a day more than plans would cover none of them anew."""
    there, most = group[0].enterprise_id, len(group)
    return {year: min(ledger.visits_left(there, year), most) for year in sorted({day.year for day in days})}


def _best(worth: FloatArray, years: Sequence[int], caps: Mapping[int, float]) -> list[int]:
    """Find the chain of days with the greatest worth, with no more days in a year than its cap."""
    n_days = worth.shape[1]
    cap = np.array([min(caps[year], n_days) for year in years])
    first = np.array([years.index(year) for year in years])
    total = np.full((n_days + 1, n_days), _IMPOSSIBLE)  # [used this year, last day]
    came = np.full((n_days + 1, n_days, 2), -1)
    for q in range(n_days):
        _enter_year(q, int(first[q]), worth, total, came)
        low = int(first[q])
        high = min(int(cap[q]), q - low + 1)  # no more days chosen than there are up to this one
        if q > low and high > 1:
            options = total[1:high, low:q] + worth[1 + low : 1 + q, q][None, :]
            best = options.argmax(axis=1)
            rows = np.arange(1, high)
            better = options[rows - 1, best] > total[2 : high + 1, q]
            total[2 : high + 1, q] = np.where(better, options[rows - 1, best], total[2 : high + 1, q])
            came[2 : high + 1, q, 0] = np.where(better, rows, came[2 : high + 1, q, 0])
            came[2 : high + 1, q, 1] = np.where(better, best + low, came[2 : high + 1, q, 1])
        if high < 1:
            total[:, q] = _IMPOSSIBLE
    return _walk_back(total, came)


def _enter_year(q: int, first: int, worth: FloatArray, total: FloatArray, came: IntArray) -> None:
    """Take day q as the first of its year: after nothing, or after any day of an earlier year."""
    total[1, q] = worth[0, q]
    if not first:
        return
    options = total[:, :first] + worth[1 : 1 + first, q][None, :]
    used, day = np.unravel_index(int(options.argmax()), options.shape)
    if options[used, day] > total[1, q]:
        total[1, q] = options[used, day]
        came[1, q] = (used, day)


def _walk_back(total: FloatArray, came: IntArray) -> list[int]:
    used, day = (int(i) for i in np.unravel_index(int(total.argmax()), total.shape))
    chain: list[int] = []
    while day >= 0 and np.isfinite(total[used, day]):
        chain.append(day)
        used, day = (int(i) for i in came[used, day])
    return chain[::-1]
