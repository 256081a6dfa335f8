"""Tickets of a run against what truly happened: recall, precision, delay, attribution, calibration, with intervals."""

from simulators.scoring.measures import Measure, measures
from simulators.scoring.outcomes import EventOutcome, RunScore, TicketVerdict, Verdict
from simulators.scoring.page import page
from simulators.scoring.reliability import Bin, reliability
from simulators.scoring.run_input import RunSeen, ScoringRefused, read_run, read_site_beside, read_winds_beside
from simulators.scoring.score import score_run
from simulators.scoring.summary import as_json, as_text
from simulators.scoring.truth import TrueEvent, read_truth, true_events

__all__ = [
    "Bin",
    "EventOutcome",
    "Measure",
    "RunScore",
    "RunSeen",
    "ScoringRefused",
    "TicketVerdict",
    "TrueEvent",
    "Verdict",
    "as_json",
    "as_text",
    "measures",
    "page",
    "read_run",
    "read_site_beside",
    "read_truth",
    "read_winds_beside",
    "reliability",
    "score_run",
    "true_events",
]
