"""A seed → plans, enterprises, fields and teams as CSV texts; the same seed gives the same bytes."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

DEPARTMENTS, FIELDS = 26, 64
"""Supervising departments and fields of inspection of the zone, as it reported."""
ENTERPRISES = 600
"""Enterprises with plans in a year. Design value."""
TEAM_MINUTES = (300, 360, 480)
"""Working time of a team in a day. Design values. [min]"""
WINDOWS_DAYS = (5, 10, 20, 30, 60)
"""Lengths of the windows that departments file. Design values. [d]"""
DURATIONS_MIN = (30, 45, 60, 90, 120)
"""How long a field takes on site. Design values. [min]"""
SPAN_DAYS = 182
"""Plans begin within half a year. Design value. [d]"""
WHITE_LISTED_SHARE, CAPPED_SHARE = 0.02, 0.1
"""Share of enterprises on the white list, and of those with few visits left. Design values."""


@dataclass(frozen=True, slots=True)
class MadePlans:
    """The four files by name, as texts."""

    texts: dict[str, str]


def make_plans(seed: int, n_plans: int = 5000, year: int = 2026) -> MadePlans:
    """Make a seeded set of plans with everything that merging needs to judge them."""
    rng = np.random.default_rng(seed)
    fields = [(f"dept-{1 + i % DEPARTMENTS:02d}", f"field-{1 + i:02d}") for i in range(FIELDS)]
    enterprises = [f"ent-{1 + i:04d}" for i in range(ENTERPRISES)]
    texts = {
        "plans.csv": _text(
            ("plan_id", "department", "field", "enterprise_id", "earliest", "latest", "duration_min"),
            _plans(rng, n_plans, fields, enterprises, date(year, 1, 5)),
        ),
        "enterprises.csv": _text(
            ("enterprise_id", "name", "whitelisted", "visits_left"), _enterprises(rng, enterprises)
        ),
        "fields.csv": _text(("department", "field"), fields),
        "teams.csv": _text(
            ("department", "minutes_per_day"),
            [(f"dept-{1 + i:02d}", int(rng.choice(TEAM_MINUTES))) for i in range(DEPARTMENTS)],
        ),
    }
    return MadePlans(texts)


def _plans(
    rng: np.random.Generator, n: int, fields: Sequence[tuple[str, str]], enterprises: Sequence[str], start: date
) -> Iterable[tuple[object, ...]]:
    popular = rng.gamma(1.5, size=len(enterprises))
    who = rng.choice(len(enterprises), size=n, p=popular / popular.sum())
    what = rng.integers(0, len(fields), size=n)
    for i in range(n):
        first = start + timedelta(days=int(rng.integers(0, SPAN_DAYS)))
        last = first + timedelta(days=int(rng.choice(WINDOWS_DAYS)) - 1)
        department, field = fields[what[i]]
        yield f"plan-{i + 1:05d}", department, field, enterprises[who[i]], first, last, int(rng.choice(DURATIONS_MIN))


def _enterprises(rng: np.random.Generator, ids: Sequence[str]) -> Iterable[tuple[object, ...]]:
    for i, enterprise in enumerate(ids):
        listed = rng.random() < WHITE_LISTED_SHARE
        capped = rng.random() < CAPPED_SHARE
        yield enterprise, f"示例企业 {i + 1}", str(listed).lower(), int(rng.integers(1, 4)) if capped else 12


def _text(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
