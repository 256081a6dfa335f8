"""One enterprise's credit on many days at once, the same as `credit.credit_on` day by day; for statistics.

score(day) = start + sum over kinds of clip(sum of points * 2^(-age / half-life), +-limit), as columns of days
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import numpy as np

from domain.supervision.credit import DECIMALS, CreditFact, CreditTable
from domain.supervision.grades import Grade


def credits_on(
    first: date, days: int, registered: Grade, facts: Sequence[CreditFact], table: CreditTable
) -> list[Grade]:
    """Return the credit of each of so many days from the first on.

    Args:
        first: In the site's zone.
        days: How many.
        registered: The credit that the site's register states.
        facts: Of one enterprise, of kinds that the table knows.
        table: The site's weights.
    """
    today = first.toordinal() + np.arange(days)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.kind].append(fact.on.toordinal())
    score = np.full(days, table.start[registered])
    for name, on in by_kind.items():
        kind = table.kinds[name]
        age = today[:, None] - np.array(on)[None, :]
        left = np.where(age >= 0, np.exp2(-np.maximum(age, 0) / kind.half_life_days), 0.0)
        score += np.clip((kind.points * left).sum(axis=1), -kind.limit, kind.limit)
    rounded = np.round(score, DECIMALS)
    names = [one for one in Grade if one in table.least]
    conditions = [rounded >= table.least[one] for one in names]
    best = np.select(conditions, list(range(len(names))), len(names))
    return [[*names, Grade.D][index] for index in best.tolist()]
