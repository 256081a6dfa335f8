"""Scores as JSON, and as the few lines that a terminal or a Markdown page shows."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from domain.times import rfc3339, to_datetime
from simulators.scoring.measures import Measure, measures
from simulators.scoring.outcomes import EventOutcome, RunScore, TicketVerdict, Verdict
from simulators.scoring.reliability import Bin, reliability

SHARES = frozenset(
    {
        "recall",
        "recall_visible",
        "precision",
        "duplicates",
        "top1_opening",
        "top1_best",
        "top1_end",
        "first_listed_end",
        "top3_end",
        "unknown_led",
        "unknown_led_opening",
        "outside_sent",
        "works_sent",
        "moving_sent",
        "dispatched",
        "dispatch_right",
        "sure_true",
    }
)
"""Measures that are shares of a whole number of things; shown with both."""


def as_json(runs: Sequence[RunScore]) -> dict[str, object]:
    """Return everything that was measured and judged, numbers that do not exist as null."""
    return {
        "runs": len(runs),
        "days": round(sum(run.days for run in runs), 4),
        "measures": {item.name: _measure(item) for item in measures(runs)},
        "reliability": [_bin(item) for item in reliability(runs)],
        "reliability_of_true_tickets": [_bin(item) for item in reliability(runs, only_sources=True)],
        "kinds": kinds(runs),
        "false_near": false_near(runs),
        "most_regional_notices_a_day": most_regional(runs),
        "events": [_event(run, event) for run in runs for event in run.events],
        "tickets": [_ticket(run, ticket) for run in runs for ticket in run.tickets],
    }


def kinds(runs: Sequence[RunScore]) -> dict[str, dict[str, int]]:
    """Return, for each kind of source and whether a ticket is due: how many, found, sent to, left to unknown."""
    table: dict[str, Counter[str]] = {}
    for run in runs:
        for outcome in run.events:
            event = outcome.event
            row = table.setdefault(f"{event.kind} ({'due' if event.due else 'not due'})", Counter())
            row["sources"] += 1
            row["told"] += outcome.found or outcome.sent
            row["dispatched"] += outcome.sent
            row["unknown_led"] += outcome.unknown_led
    names = ("sources", "told", "dispatched", "unknown_led")
    return {kind: {name: table[kind][name] for name in names} for kind in sorted(table)}


def by_seed(runs: Sequence[RunScore]) -> dict[str, list[RunScore]]:
    """Return runs by the seed that their names end with, such as `strong-3`."""
    groups: dict[str, list[RunScore]] = {}
    for run in runs:
        groups.setdefault(run.name.rpartition("-")[2], []).append(run)
    return groups


def false_near(runs: Sequence[RunScore]) -> dict[str, int]:
    """Return what stood near false tickets, most frequent first; `nothing labelled`: no nuisance at all."""
    near = Counter(
        " + ".join(ticket.near) or "nothing labelled"
        for run in runs
        for ticket in run.tickets
        if ticket.verdict is Verdict.FALSE
    )
    return dict(near.most_common())


def most_regional(runs: Sequence[RunScore]) -> int:
    """Return the greatest number of regional notices of one run on one local day."""
    days = Counter(
        (run.name, ticket.day) for run in runs for ticket in run.tickets if ticket.verdict is Verdict.REGIONAL
    )
    return max(days.values(), default=0)


def as_text(runs: Sequence[RunScore]) -> str:
    """Return the measures as lines: name, value, intervals, what it says."""
    lines = [
        f"{item.name:26}{shown(item):>16}  {interval(item.by_event):>16}  {interval(item.by_world):>16}  {item.says}"
        for item in measures(runs)
    ]
    head = f"{'':26}{'':>16}  {'90 % by event':>16}  {'90 % by world':>16}"
    bins = [
        f"  {item.low:.3g}–{item.high:.3g}: {item.claims:6} claims, said {item.said:.2f}, true {item.true:.2f}"
        for item in reliability(runs)
        if item.claims
    ]
    near = [f"  {count:4} {what}" for what, count in false_near(runs).items()]
    kind = [f"  {name}: " + ", ".join(f"{key} {n}" for key, n in row.items()) for name, row in kinds(runs).items()]
    parts = [[head, *lines], ["probabilities and how often they came true:", *bins], ["sources:", *kind]]
    if near:
        parts.append(["false tickets, and what nuisance was there:", *near])
    return "\n\n".join("\n".join(part) for part in parts)


def shown(item: Measure) -> str:
    """Return a measure's value; a share with its numbers."""
    if math.isnan(item.value):
        return "–"
    if item.name in SHARES:
        return f"{item.value:.2f} ({item.above:.0f}/{item.below:.0f})"
    return f"{item.value:.1f}" if item.name.endswith("_min") else f"{item.value:.2f}"


def interval(ends: tuple[float, float]) -> str:
    """Return an interval; a dash where there is none."""
    return "–" if math.isnan(ends[0]) else f"{ends[0]:.2f} … {ends[1]:.2f}"


def _measure(item: Measure) -> Mapping[str, object]:
    return {
        "value": _known(item.value),
        "above": _known(item.above),
        "below": _known(item.below),
        "by_event": [_known(end) for end in item.by_event],
        "by_world": [_known(end) for end in item.by_world],
        "says": item.says,
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _bin(item: Bin) -> Mapping[str, object]:
    return {
        "from": item.low,
        "to": item.high,
        "claims": item.claims,
        "said": _known(item.said),
        "true": _known(item.true),
    }


def _event(run: RunScore, outcome: EventOutcome) -> Mapping[str, object]:
    event, named = outcome.event, outcome.named
    return {
        "run": run.name,
        "event_id": event.event_id,
        "kind": event.kind,
        "due": event.due,
        "enterprise_id": event.enterprise_id or None,
        "start": rfc3339(to_datetime(event.start_ms)),
        "first_visible": None if event.first_visible_ms is None else rfc3339(to_datetime(event.first_visible_ms)),
        "ticket": outcome.ticket_id or None,
        "tickets": outcome.tickets,
        "delay_min": outcome.delay_min,
        "delay_visible_min": outcome.delay_visible_min,
        "top1_opening": named and named.opening,
        "top1_best": named and named.best,
        "top1_end": named and named.end,
        "top3_end": named and named.top3,
        "unknown_led": outcome.unknown_led,
        "dispatched": outcome.dispatched,
        "sent": outcome.sent,
    }


def _ticket(run: RunScore, ticket: TicketVerdict) -> Mapping[str, object]:
    return {
        "run": run.name,
        "ticket": ticket.ticket_id,
        "verdict": ticket.verdict.value,
        "event_id": ticket.event_id or None,
        "opened_at": rfc3339(to_datetime(ticket.opened_ms)),
        "near": list(ticket.near),
        "dispatched": ticket.dispatched,
        "sensors": ticket.sensors,
        "pollutants": list(ticket.pollutants),
        "brier": round(ticket.brier, 4),
    }
