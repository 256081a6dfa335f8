"""A run → `report.html`: one page that works offline, every text from outside escaped."""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined

from domain.site import PlaceKind, Site
from domain.ticket import Ticket
from simulators.replay.drawing import (
    MAP_WIDTH,
    TRACE_HEIGHT,
    TRACE_WIDTH,
    Traces,
    canvas_of,
    path_of,
)
from simulators.replay.record import RunResult
from simulators.replay.summary import RunMeta
from simulators.replay.wording import POLLUTANT_NAMES, passed, words

_SHOWN_CANDIDATES = 3
_FIGURES = ("readings", "duplicates", "late", "too_late", "weather", "minutes", "breach_rows", "tickets")
View = dict[str, object]


def report_html(result: RunResult, meta: RunMeta, summary: Mapping[str, object]) -> str:
    """Return the page.

    Args:
        result: What came out.
        meta: What it was made from.
        summary: Content of `run.json`.
    """
    site, zone = meta.zoned.site, ZoneInfo(meta.zoned.site.timezone)
    tickets = sorted(result.tickets, key=lambda ticket: (ticket.opened_at, ticket.id))
    traces = Traces(result.breaches)
    counts = summary["counts"]
    if not isinstance(counts, Mapping):
        raise TypeError("run.json without counts")
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
        files("simulators.replay").joinpath("report.html.jinja").read_text(encoding="utf-8")
    )
    return template.render(
        site=site,
        first=_local(meta.recording.recorded_from, zone),
        last=_local(meta.recording.recorded_until, zone),
        figures=[(words(name), counts[name]) for name in _FIGURES],
        refused={**counts["refused"], **{f"weather {k}": n for k, n in counts["weather_refused"].items()}},
        unknown=counts["unknown"],
        tickets=[_ticket_view(number, ticket, zone, traces) for number, ticket in enumerate(tickets, 1)],
        decisions=[(words(name), count) for name, count in result.decisions.items()],
        drawing=_map_view(site, tickets),
        trace_width=TRACE_WIDTH,
        trace_height=TRACE_HEIGHT,
        summary=summary,
    )


def _ticket_view(number: int, ticket: Ticket, zone: ZoneInfo, traces: Traces) -> View:
    candidates = [
        f"{candidate.name} {candidate.probability:.0%} · {candidate.distance_m} m{passed(candidate.passes)}"
        for candidate in ticket.candidates[:_SHOWN_CANDIDATES]
    ]
    return {
        "number": number,
        "id": ticket.id,
        "kind": words(ticket.kind),
        "opened": _local(ticket.opened_at, zone),
        "start": _local(ticket.event_start, zone),
        "end": _local(ticket.event_end, zone) if ticket.event_end else "仍在持续 lasting",
        "pollutants": " · ".join(POLLUTANT_NAMES.get(name, name) for name in ticket.pollutants),
        "peak": ticket.peak,
        "peak_pollutant": POLLUTANT_NAMES.get(ticket.peak.pollutant, ticket.peak.pollutant) if ticket.peak else "",
        "sensors": "、".join(ticket.sensors),
        "wind": _wind(ticket),
        "candidates": candidates,
        "unknown": f"{ticket.unknown_probability:.0%}",
        "action": words(ticket.recommendation.action),
        "is_dispatch": ticket.recommendation.action == "dispatch",
        "priority": ticket.priority,
        "reasons": [words(reason) for reason in ticket.recommendation.reasons],
        "trace": traces.of(ticket),
    }


def _wind(ticket: Ticket) -> str:
    wind = ticket.wind
    if wind.speed_ms is None:
        return "无风场数据 no wind known"
    if wind.calm or wind.from_deg is None:
        return f"静风 calm, {wind.speed_ms} m/s"
    return f"{wind.from_deg}° · {wind.speed_ms} m/s"


def _map_view(site: Site, tickets: list[Ticket]) -> View:
    canvas = canvas_of(site, tickets)
    fixed = [sensor for sensor in site.sensors if sensor.lon == sensor.lon]
    spots = canvas.points([sensor.lon for sensor in fixed], [sensor.lat for sensor in fixed])
    marks = canvas.points([ticket.lon for ticket in tickets], [ticket.lat for ticket in tickets])
    return {
        "width": MAP_WIDTH,
        "height": canvas.height,
        "roads": [(road.name, path_of(road.geometry, canvas)) for road in site.roads],
        "places": [
            (place.name, path_of(place.geometry, canvas), place.kind is PlaceKind.CONSTRUCTION_SITE)
            for place in site.enterprises
        ],
        "stations": [(sensor.sensor_id, x, y) for sensor, (x, y) in zip(fixed, spots, strict=True)],
        "tickets": [(number, x, y) for number, (x, y) in enumerate(marks, 1)],
    }


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
