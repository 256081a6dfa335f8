"""Plans, limits and a published schedule → the merged schedule, never worse than the simple rule, with its bound.

Order of what counts: fewest plans held, fewest visits, fewest changes against what is published. Each enterprise's
days are chosen exactly against what the others left free; then enterprises above their bound are tried again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.supervision.plans.bound import fewest_visits
from domain.supervision.plans.days import choose_days
from domain.supervision.plans.greedy import by_enterprise, greedy, place_greedily
from domain.supervision.plans.ledger import Ledger, open_days
from domain.supervision.plans.model import Held, Limits, Plan, Schedule

ROUNDS = 3
"""So often enterprises that could do better are tried again. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The result: `schedule`, the simple rule's `plain`, and `bound`, the proven least visits per enterprise."""

    schedule: Schedule
    plain: Schedule
    bound: Mapping[str, int]


def merge(plans: Sequence[Plan], limits: Limits, published: Mapping[str, date] | None = None) -> Merged:
    """Give every plan a day or a reason, in as few visits as can be found.

    Args:
        plans: Plans with unique ids and windows that do not end before they begin.
        limits: Teams' minutes, caps, white list, days off.
        published: Days already told to people, by plan id.
    """
    told = dict(published or {})
    plain = greedy(plans, limits)
    found = min((_improve(plans, limits, told), plain), key=lambda s: _cost(s, plans, told))
    placed = [plan for plan in plans if plan.plan_id in found.days]
    return Merged(schedule=found, plain=plain, bound=fewest_visits(placed, limits))


def _cost(schedule: Schedule, plans: Sequence[Plan], published: Mapping[str, date]) -> tuple[int, int, int]:
    return len(schedule.held), len(schedule.visits(plans)), schedule.changes(published)


def _improve(plans: Sequence[Plan], limits: Limits, published: Mapping[str, date]) -> Schedule:
    groups = by_enterprise(plan for plan in plans if open_days(plan, limits))
    bound = fewest_visits(plans, limits)
    ledger, days = Ledger(limits), dict[str, date]()
    for group in sorted(groups.values(), key=lambda g: min((p.latest - p.earliest).days for p in g)):
        days |= _place(group, ledger, published)
    for _ in range(ROUNDS):
        before = dict(days)
        for enterprise, group in groups.items():
            _try_again(group, bound[enterprise], ledger, published, days)
        if days == before:
            break
    held = {p.plan_id: ledger.why_held(p, open_days(p, limits)) for p in plans if p.plan_id not in days}
    return Schedule(days, held)


def _try_again(
    group: Sequence[Plan], bound: int, ledger: Ledger, published: Mapping[str, date], days: dict[str, date]
) -> None:
    """Place one enterprise anew where something is left to win; keep what it had when that was as good."""
    had = {plan.plan_id: days[plan.plan_id] for plan in group if plan.plan_id in days}
    mine = {plan.plan_id: published[plan.plan_id] for plan in group if plan.plan_id in published}
    if _group_cost(had, group, mine) <= (0, bound, 0):
        return
    _swap(group, ledger, had, {})
    now = _place(group, ledger, mine)
    if _group_cost(now, group, mine) >= _group_cost(had, group, mine):
        _swap(group, ledger, now, had)
        now = had
    for plan in group:
        days.pop(plan.plan_id, None)
    days |= now


def _place(group: Sequence[Plan], ledger: Ledger, published: Mapping[str, date]) -> dict[str, date]:
    """Enter one enterprise's plans: on chosen days or by the simple rule, whichever is better."""
    mine = {plan.plan_id: published[plan.plan_id] for plan in group if plan.plan_id in published}
    chosen = _on_days(group, choose_days(group, ledger, mine), ledger, mine)
    _swap(group, ledger, chosen, {})
    simple, _ = place_greedily(group, ledger)
    if _group_cost(chosen, group, mine) <= _group_cost(simple, group, mine):
        _swap(group, ledger, simple, chosen)
        return chosen
    return simple


def _on_days(
    group: Sequence[Plan], days: Sequence[date], ledger: Ledger, published: Mapping[str, date]
) -> dict[str, date]:
    """Enter each plan on its published day if that is chosen, else on the first chosen day with time left."""
    got: dict[str, date] = {}
    kept_first = sorted(group, key=lambda p: published.get(p.plan_id) not in days)
    for plan in kept_first:
        wished = published.get(plan.plan_id)
        order = sorted(days, key=lambda day: (day != wished, day))
        may = set(open_days(plan, ledger.limits))
        fits = (d for d in order if d in may and ledger.allows(plan, d))
        day = next(fits, None)
        if day is not None:
            ledger.put(plan, day)
            got[plan.plan_id] = day
    left = [plan for plan in group if plan.plan_id not in got]
    return got | place_greedily(left, ledger)[0]


def _swap(group: Sequence[Plan], ledger: Ledger, old: Mapping[str, date], new: Mapping[str, date]) -> None:
    for plan in group:
        if plan.plan_id in old:
            ledger.take(plan, old[plan.plan_id])
    for plan in group:
        if plan.plan_id in new:
            ledger.put(plan, new[plan.plan_id])


def _group_cost(days: Mapping[str, date], group: Sequence[Plan], published: Mapping[str, date]) -> tuple[int, int, int]:
    schedule = Schedule(days, dict.fromkeys((p.plan_id for p in group if p.plan_id not in days), Held.NO_CAPACITY))
    return _cost(schedule, group, published)
