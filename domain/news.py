"""What about an incident is news to who reads its ticket, by name; all else waits for the next news."""

from domain.conclusion import Conclusion
from domain.incident import Incident, PeakExcess
from domain.ticket import Ticket
from domain.times import rfc3339, to_datetime

NEWS_RATIO = 1.25
"""A peak that grew by this factor is news."""
NEWS_LEAD = 0.1
"""Another leader is news when it leads the one told last by this probability: two that are level are no change."""


def news_of(
    incident: Incident, before: Ticket, conclusion: Conclusion, changed: tuple[str, ...], *, ended: bool
) -> tuple[str, ...]:
    """Name what happened since a ticket was written last, in the order in which its history tells it.

    Args:
        incident: As it is now.
        before: Its ticket as written last.
        conclusion: What the incident says now.
        changed: As of `changes_of`.
        ended: Its source is not heard of any more.
    """
    last = before.history[-1]
    words = {
        "reopened": before.event_end is not None,
        "merged": bool(incident.absorbed),
        "amended": bool(changed),
        "candidates": _another_leads(last.first, conclusion),
        "recommendation": conclusion.advice.recommendation.action is not last.action,
        "ended": ended,
    }
    return tuple(word for word, happened in words.items() if happened)


def changes_of(incident: Incident, before: Ticket) -> tuple[str, ...]:
    """Name what is amended, each with what was before and what is after, and whose late readings did it.

    Args:
        incident: As it is now.
        before: Its ticket as written last.

    Returns:
        Such as `sensors:2→3`, `peak_excess:80.1→112.4` [µg/m³], `late:ms-007`; empty where nothing is.
    """
    sensors, channels = len(incident.sensors), len(incident.channels)
    was, excess = before.peak.excess if before.peak else 0.0, shown_excess(incident.peak)
    ratio = 1.0 if incident.late else NEWS_RATIO
    over, end = before.event_end, to_datetime(incident.heard_ms)
    names = {
        f"sensors:{len(before.sensors)}→{sensors}": sensors > len(before.sensors),
        f"pollutants:{len(before.pollutants)}→{channels}": channels > len(before.pollutants),
        f"peak_excess:{was:.1f}→{excess:.1f}": incident.peak.excess_ugm3 > ratio * was or before.peak is None,
        f"event_end:{rfc3339(over) if over else ''}→{rfc3339(end)}": bool(incident.late and over and end > over),
    }
    return (*(name for name, happened in names.items() if happened), *(f"late:{name}" for name in incident.late))


def shown_excess(peak: PeakExcess) -> float:
    """Return a peak's excess as the shown value and background have it. [µg/m³]"""
    return round(round(peak.value_ugm3, 1) - round(peak.background_ugm3, 1), 1)


def _another_leads(told: str | None, conclusion: Conclusion) -> bool:
    now = {candidate.enterprise_id: candidate.probability for candidate in conclusion.candidates}
    before = conclusion.unknown if told is None else now.get(told, 0.0)
    leads = conclusion.unknown if conclusion.first is None else now[conclusion.first]
    return conclusion.first != told and leads - before >= NEWS_LEAD
