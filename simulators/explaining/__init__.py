"""What a run saw, excluded, compared and concluded about one ticket, computed anew from its judged minutes."""

from simulators.explaining.evidence import explain
from simulators.explaining.explanation import Explanation
from simulators.explaining.figure import draw
from simulators.explaining.run_input import ExplainRefused, RunPart, read_part
from simulators.explaining.text import as_json, as_text
from simulators.explaining.truth import Judged, judge

__all__ = [
    "ExplainRefused",
    "Explanation",
    "Judged",
    "RunPart",
    "as_json",
    "as_text",
    "draw",
    "explain",
    "judge",
    "read_part",
]
