"""What a message tells of one ticket: what, who saw it, where, wind, advice with reasons, deadline."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from alerts.delivery.events import EventType
from alerts.delivery.forms.escape import cut
from alerts.delivery.forms.words import ACTIONS, CLOSED_AS, DIRECTIONS, OCCASIONS, POLLUTANTS, REASONS, SOURCES
from domain.advice import POINTS
from domain.ticket import Action, Candidate, Peak, Recommendation, TicketKind, TicketState, Wind

NAME_SIGNS: Final = 16
"""So much of an enterprise's or a sensor's name is shown. Design value."""
CLUE_SIGNS: Final = 60
"""So much of what a clue says is shown. Design value."""
_REASONS_SHOWN: Final = 2
_POLLUTANTS_SHOWN: Final = 2
_WARNINGS: Final = ("whitelisted_no_routine", "cap_reached")
"""Reasons that are shown whatever they weigh."""
_AWAITED: Final = (TicketState.NEW, TicketState.ACKNOWLEDGED, TicketState.DISPATCHED)
"""States in which somebody must answer or arrive."""

Lines = tuple[tuple[str, str], ...]
"""Label and value; an empty value is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTold:
    """One entry of the history; the last `decided` of a dispatch says where to and with what words."""

    what: str
    enterprise_id: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueSaid:
    """A clue from elsewhere, in its own words."""

    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTold:
    """What a message tells of a ticket; the rest of `data` is passed over."""

    number: int
    kind: TicketKind
    state: TicketState
    event_start: datetime
    pollutants: tuple[str, ...]
    peak: Peak | None
    sensors: tuple[str, ...]
    wind: Wind
    candidates: tuple[Candidate, ...]
    unknown_probability: float
    recommendation: Recommendation
    priority: int
    deadline: datetime | None = None
    history: tuple[EntryTold, ...] = ()
    source: str = "air"
    clues: tuple[ClueSaid, ...] = ()


def ticket_title(ticket: TicketTold, occasion: str) -> str:
    """Return the title: why the message comes, which ticket, and what it speaks of."""
    return f"【{occasion}】#{ticket.number} {_what(ticket)}"


def ticket_lines(ticket: TicketTold, event_type: str, zone: tzinfo, contact: tuple[str, str] | None) -> Lines:
    """Return the rows; where to go, or whom it is for, takes the place of when it began."""
    target = _target(ticket) if event_type == EventType.DISPATCHED else ""
    sent = ("核查对象", target) if target else None
    return (
        ("异常", _excess(ticket)),
        ("佐证", _corroboration(ticket)),
        contact or sent or ("起始", _start(ticket, zone)),
        ("疑似来源", _source(ticket)),
        ("风", _wind(ticket.wind)),
        ("建议", _advice(ticket.recommendation)),
        ("时限", _deadline(ticket, zone, late=contact is not None)),
    )


def ticket_occasion(event_type: str, state: TicketState) -> str:
    """Return what happened."""
    if event_type == EventType.CLOSED:
        return CLOSED_AS.get(state.value, "线索已办结")
    return OCCASIONS.get(event_type, "线索更新")


def pollutants(names: tuple[str, ...]) -> str:
    """Return the first ones, or how many."""
    known = [POLLUTANTS.get(name, name) for name in names]
    return "、".join(known) if len(known) <= _POLLUTANTS_SHOWN else f"{known[0]}等 {len(known)} 项"


def clock(moment: datetime, zone: tzinfo) -> str:
    """Return day and minute in the site's zone."""
    return f"{moment.astimezone(zone):%m-%d %H:%M}"


def _what(ticket: TicketTold) -> str:
    if ticket.kind is TicketKind.SENSOR:
        return "疑似传感器需维护"
    if ticket.source in SOURCES:
        return SOURCES[ticket.source]
    where = "区域性" if ticket.kind is TicketKind.REGIONAL else "局地"
    return f"疑似{pollutants(ticket.pollutants)}{where}抬升"


def _target(ticket: TicketTold) -> str:
    """Return where the last decision sends somebody, and what it says with that; empty where it says nothing."""
    decision = next((entry for entry in reversed(ticket.history) if entry.what == "decided"), None)
    if decision is None:
        return ""
    names = {candidate.enterprise_id: candidate.name for candidate in ticket.candidates}
    place = names.get(decision.enterprise_id or "", decision.enterprise_id or "")
    return "，".join(part for part in (cut(place, NAME_SIGNS), decision.note or "") if part)


def _excess(ticket: TicketTold) -> str:
    if ticket.kind is TicketKind.SENSOR:
        return "读数不可信，不作污染判断"
    peak = ticket.peak
    if ticket.source in SOURCES and ticket.clues:
        return cut(ticket.clues[0].text, CLUE_SIGNS)
    if peak is None:
        return "浓度抬升，暂无峰值"
    name = POLLUTANTS.get(peak.pollutant, peak.pollutant)
    return f"{name} {peak.value:.0f} {peak.unit}，高出背景 {peak.excess:.0f}"


def _corroboration(ticket: TicketTold) -> str:
    """Return what else speaks of the same place and time."""
    further = ticket.clues[1:] if ticket.source in SOURCES else ticket.clues
    sources = dict.fromkeys(SOURCES.get(clue.source, clue.source) for clue in further)
    return "、".join(sources)


def _start(ticket: TicketTold, zone: tzinfo) -> str:
    first = cut(ticket.sensors[0], NAME_SIGNS) if ticket.sensors else ""
    seen = f"{first}等 {len(ticket.sensors)} 台" if len(ticket.sensors) > 1 else first
    return f"{clock(ticket.event_start, zone)}，{seen}" if seen else clock(ticket.event_start, zone)


def _source(ticket: TicketTold) -> str:
    """Return the first candidate with its probability, or 未知 where unknown leads."""
    if ticket.kind is TicketKind.SENSOR:
        return ""
    if ticket.kind is TicketKind.REGIONAL:
        return "区域传输，无单一来源"
    unknown = f"未知 {ticket.unknown_probability:.0%}"
    if not ticket.candidates:
        return unknown
    first = ticket.candidates[0]
    named = f"{cut(first.name or first.enterprise_id, NAME_SIGNS)} {first.probability:.0%}"
    return f"{named}，{unknown}" if first.probability >= ticket.unknown_probability else f"{unknown}，{named}"


def _wind(wind: Wind) -> str:
    if wind.speed_ms is None:
        return "未知"
    if wind.calm or wind.from_deg is None:
        return f"静风 {wind.speed_ms:.1f} m/s"
    eighth = round(wind.from_deg / 45) % len(DIRECTIONS)
    return f"{DIRECTIONS[eighth]}风 {wind.speed_ms:.1f} m/s"


def _advice(advice: Recommendation) -> str:
    """Return what is advised, and first what weighs most for it."""
    sign = -1 if advice.action is Action.DISPATCH else 1
    weighed = sorted(advice.reasons, key=lambda reason: sign * POINTS.get(reason, 0.0))
    warnings = [reason for reason in _WARNINGS if reason in advice.reasons]
    first = [reason for reason in weighed if reason not in warnings][:_REASONS_SHOWN]
    why = "、".join(REASONS.get(code, code) for code in (*warnings, *first))
    return f"{ACTIONS[advice.action.value]}（{why}）" if why else ACTIONS[advice.action.value]


def _deadline(ticket: TicketTold, zone: tzinfo, *, late: bool) -> str:
    if ticket.deadline is None or ticket.state not in _AWAITED:
        return ""
    what = "到场" if ticket.state is TicketState.DISPATCHED else "响应"
    return f"{clock(ticket.deadline, zone)} 前{what}" + ("（已超时）" if late else "")
