"""A merged schedule → the figures that people judge it by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.supervision.plans.merge import Merged
from domain.supervision.plans.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of a merging.

    Attributes:
        plans: All that were handed in; `placed` got a day, `held` counts the others by reason.
        visits_unmerged: Visits if every placed plan were one; `visits` those of the schedule.
        visits_at_least: Proven: the placed plans need so many; `gap_percent` is how far `visits` may be above.
        simple_rule_visits: Of the simple rule by enterprise, which holds `simple_rule_held` plans.
        changes: Plans that stand on another day than published, or on none, of `published`.
        seconds: How long it took.
    """

    plans: int
    placed: int
    held: Mapping[str, int]
    visits_unmerged: int
    visits: int
    visits_at_least: int
    gap_percent: float
    simple_rule_visits: int
    simple_rule_held: int
    changes: int
    published: int
    seconds: float


def figures_of(plans: Sequence[Plan], merged: Merged, published: Mapping[str, date], took_s: float) -> Figures:
    """Return the figures of a merging."""
    found, plain = merged.schedule, merged.plain
    visits, least = len(found.visits(plans)), sum(merged.bound.values())
    return Figures(
        plans=len(plans),
        placed=len(found.days),
        held=dict(sorted(Counter(str(why) for why in found.held.values()).items())),
        visits_unmerged=len(found.days),
        visits=visits,
        visits_at_least=least,
        gap_percent=round(100 * (visits - least) / visits, 2) if visits else 0.0,
        simple_rule_visits=len(plain.visits(plans)),
        simple_rule_held=len(plain.held),
        changes=found.changes(published),
        published=len(published),
        seconds=round(took_s, 1),
    )


def visits_by_enterprise(plans: Sequence[Plan], merged: Merged) -> dict[str, dict[str, int]]:
    """Return by enterprise its visits before and after merging."""
    before = Counter(plan.enterprise_id for plan in plans if plan.plan_id in merged.schedule.days)
    after = Counter(enterprise for enterprise, _ in merged.schedule.visits(plans))
    return {enterprise: {"before": n, "after": after[enterprise]} for enterprise, n in sorted(before.items())}
