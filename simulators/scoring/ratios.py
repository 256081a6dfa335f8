"""What every event, ticket and run adds to numerator and denominator of each measure."""

from simulators.scoring.outcomes import EventOutcome, RunScore, TicketVerdict, Verdict
from simulators.scoring.truth import TrueEvent

Parts = dict[str, tuple[float, float]]
SURE_BAND = (0.6, 0.8)
"""Candidates given this much are to be true in about 70 % of cases."""
_TRUE = (Verdict.FOUND, Verdict.DUPLICATE)
_FALSE = (Verdict.FALSE, Verdict.WRONG_DISPATCH)

RATIOS: dict[str, str] = {
    "recall": "sources found, of all for which a ticket is due",
    "recall_visible": "the same, of those that a healthy sensor could see",
    "precision": "tickets that tell of a due source, of all local ones (without those of sources not due)",
    "false_per_day": "local tickets that tell of nothing true, a day of 24 h",
    "duplicates": "second and further tickets, of those that tell of a due source",
    "wrong_dispatches_per_day": "dispatches for nothing true or for a source not due (permit, outside, moving), a day",
    "idle_dispatches_per_day": "dispatches on local days without a due source, each such day",
    "top1_opening": "registered sources found: it led at opening",
    "top1_best": "… at some moment",
    "top1_end": "… at the end",
    "first_listed_end": "… first among the candidates at the end, unknown left aside",
    "top3_end": "… among the first three at the end",
    "unknown_led": "unregistered sources found: unknown led at the end",
    "unknown_led_opening": "… at opening",
    "outside_sent": "sources outside the zone: somebody was sent, at any moment",
    "works_sent": "registered sources for which none is due (works, drills): somebody was sent, at any moment",
    "moving_sent": "moving sources: somebody was sent, at any moment",
    "changes": "how often a local ticket changed whom it names first, mean",
    "dispatched": "due sources found: dispatch recommended at the end",
    "dispatch_right": "of these dispatches: to the true place",
    "sure_true": "candidates given 0.6 to 0.8: true",
    "brier": "sum of squared errors of a local ticket's probabilities, mean (0 best, 2 worst)",
    "regional_per_day": "regional notices a day of 24 h",
    "sensor_per_day": "sensor tickets a day of 24 h",
    "merged_per_day": "tickets taken back into another one, a day of 24 h",
}
"""Name → what it says. All are ratios of sums, so that any set of events, tickets and runs can be pooled."""


def parts_of_event(outcome: EventOutcome) -> Parts:
    """Return what one source adds; one for which no ticket is due only whether somebody was sent to it."""
    if not outcome.event.due:
        return {_not_due(outcome.event): (outcome.sent, 1)}
    parts: Parts = {"recall": (outcome.found, 1)}
    if outcome.event.first_visible_ms is not None or not outcome.event.visibility_told:
        parts["recall_visible"] = (outcome.found, 1)
    if outcome.named is None:
        return parts
    parts["dispatched"] = (outcome.dispatched, 1)
    parts["dispatch_right"] = (outcome.dispatched_right, outcome.dispatched)
    if not outcome.event.enterprise_id:
        return parts | {"unknown_led": (outcome.unknown_led, 1), "unknown_led_opening": (outcome.named.opening, 1)}
    named = outcome.named
    return parts | {
        "top1_opening": (named.opening, 1),
        "top1_best": (named.best, 1),
        "top1_end": (named.end, 1),
        "first_listed_end": (named.first_listed, 1),
        "top3_end": (named.top3, 1),
    }


def _not_due(event: TrueEvent) -> str:
    return f"{event.kind}_sent" if event.kind in ("outside", "moving") else "works_sent"


def parts_of_ticket(judged: TicketVerdict) -> Parts:
    """Return what one ticket adds."""
    verdict = judged.verdict
    others = {Verdict.REGIONAL: "regional_per_day", Verdict.SENSOR: "sensor_per_day", Verdict.MERGED: "merged_per_day"}
    if verdict in others:
        return {others[verdict]: (1, 0)} | _sent(judged)
    sure = [claim.true for claim in judged.claims if SURE_BAND[0] <= claim.probability < SURE_BAND[1]]
    parts: Parts = {"brier": (judged.brier, 1), "sure_true": (sum(sure), len(sure)), **_sent(judged)}
    parts["changes"] = (judged.changes, 1)
    if verdict in _TRUE:
        return parts | {"precision": (1, 1), "duplicates": (verdict is Verdict.DUPLICATE, 1)}
    if verdict in _FALSE:
        return parts | {"precision": (0, 1), "false_per_day": (verdict is Verdict.FALSE, 0)}
    return parts


def _sent(judged: TicketVerdict) -> Parts:
    wrong = judged.dispatched and judged.verdict not in _TRUE
    return {
        "wrong_dispatches_per_day": (wrong, 0),
        "idle_dispatches_per_day": (judged.dispatched and judged.idle, 0),
    }


def parts_of_span(run: RunScore) -> Parts:
    """Return what a run's length adds to the denominators."""
    parts: Parts = {name: (0, run.days) for name in RATIOS if name.endswith("_per_day")}
    parts["idle_dispatches_per_day"] = (0, run.idle_days)
    return parts
