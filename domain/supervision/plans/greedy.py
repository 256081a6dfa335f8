"""Plans → a schedule by the simple rule, enterprise by enterprise: the measure that the better method must not miss.

The plan whose window ends first joins a visit of its enterprise that lies in its window, else opens one on the last
day it may. Without limits this already gives the fewest visits (the classic piercing of intervals).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from domain.supervision.plans.ledger import Ledger, open_days
from domain.supervision.plans.model import Held, Limits, Plan, Schedule


def by_enterprise(plans: Iterable[Plan]) -> dict[str, list[Plan]]:
    """Group the plans by enterprise, in order of enterprise and of the end of the window."""
    groups: defaultdict[str, list[Plan]] = defaultdict(list)
    for plan in sorted(plans, key=lambda p: (p.enterprise_id, p.latest, p.earliest, p.plan_id)):
        groups[plan.enterprise_id].append(plan)
    return dict(groups)


def greedy(plans: Iterable[Plan], limits: Limits) -> Schedule:
    """Place the plans by the simple rule; those that find no day are held with the reason."""
    ledger, days, held = Ledger(limits), dict[str, date](), dict[str, Held]()
    for group in by_enterprise(plans).values():
        taken, left = place_greedily(group, ledger)
        days |= taken
        held |= left
    return Schedule(days, held)


def place_greedily(group: Sequence[Plan], ledger: Ledger) -> tuple[dict[str, date], dict[str, Held]]:
    """Enter one enterprise's plans, sorted by the end of their window, into the ledger."""
    days, held = dict[str, date](), dict[str, Held]()
    for plan in group:
        window = open_days(plan, ledger.limits)
        allowed = [day for day in window if ledger.allows(plan, day)]
        if not allowed:
            held[plan.plan_id] = ledger.why_held(plan, window)
            continue
        visits = [day for day in allowed if ledger.is_visit(plan.enterprise_id, day)]
        day = visits[-1] if visits else allowed[-1]
        ledger.put(plan, day)
        days[plan.plan_id] = day
    return days, held
