"""A CloudEvents envelope of a ticket → a message of at most eight short lines in Chinese, whatever the platform."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from alerts.delivery.events import EventType
from alerts.delivery.forms.escape import cut
from alerts.delivery.forms.words import ACTIONS, CLOSED_AS, DIRECTIONS, POLLUTANTS, REASONS
from domain.ticket import Candidate, Peak, Recommendation, TicketKind, TicketState, Wind

MAX_LINES: Final = 8
"""A message fits a phone: title, at most six lines, link."""
NAME_SIGNS: Final = 16
"""So much of an enterprise's or a sensor's name is shown. Design value."""
_REASONS_SHOWN: Final = 2
_SENSORS_SHOWN: Final = 2


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An envelope as forms read it.

    Attributes:
        contact: Whom the message is for, where it is directed to one person; empty: to all who read the endpoint.
        mention: How the platform names that person (a phone number, or its user id).
        round: 0 an ordinary message, else how many messages went out that nobody answered.
    """

    id: str
    type: EventType
    subject: str
    data: TicketTold
    contact: str = ""
    mention: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message before any platform's form; its text is not escaped.

    Attributes:
        event_id: Stable over retries.
        lines: Label and value.
        url: The inspector's page.
    """

    event_id: str
    title: str
    lines: tuple[tuple[str, str], ...]
    url: str
    urgent: bool
    mention: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What letters need beside the event.

    Attributes:
        zone: The site's time zone.
        link: Ticket's id and the time in Unix milliseconds → address of the inspector's page.
    """

    zone: ZoneInfo
    link: Callable[[str, int], str]


_decoder = msgspec.json.Decoder(Told)


def write_letter(body: str | bytes, desk: Desk, now_ms: int) -> Letter:
    """Return the message of an event.

    Args:
        body: The CloudEvents envelope.
        desk: Zone and link.
        now_ms: When it is sent; the link lives from then.

    Raises:
        msgspec.ValidationError: The body is no envelope of a ticket.
    """
    told = _decoder.decode(body)
    ticket = told.data
    lines = (
        ("异常", _excess(ticket)),
        ("起始", f"{_clock(ticket.event_start, desk.zone)}，{_sensors(ticket)}"),
        ("疑似来源", _source(ticket)),
        ("风", _wind(ticket.wind)),
        ("建议", _advice(ticket.recommendation)),
        ("时限", _deadline(ticket, desk.zone)),
    )
    return Letter(
        event_id=told.id,
        title=_title(told),
        lines=tuple((label, value) for label, value in lines if value),
        url=desk.link(told.subject, now_ms),
        urgent=ticket.priority == 1 or told.round > 0,
        mention=told.mention,
    )


def _title(told: Told) -> str:
    ticket = told.data
    what = "、".join(POLLUTANTS.get(name, name) for name in ticket.pollutants)
    kinds = {
        TicketKind.LOCAL: f"疑似{what}局地抬升",
        TicketKind.REGIONAL: f"疑似{what}区域性抬升",
        TicketKind.SENSOR: "疑似传感器需维护",
    }
    return f"【{_occasion(told)}】#{ticket.number} {kinds[ticket.kind]}（优先级 {ticket.priority}）"


def _occasion(told: Told) -> str:
    if told.round:
        who = f"·请{cut(told.contact, NAME_SIGNS)}响应" if told.contact else ""
        return f"第 {told.round} 次催办{who}"
    if told.type is EventType.CLOSED:
        return CLOSED_AS.get(told.data.state.value, "线索已办结")
    return {EventType.OPENED: "线索", EventType.DISPATCHED: "派单核查"}.get(told.type, "线索更新")


def _excess(ticket: TicketTold) -> str:
    if ticket.kind is TicketKind.SENSOR:
        return "读数不可信，不作污染判断"
    peak = ticket.peak
    if peak is None:
        return "浓度抬升，暂无峰值"
    name = POLLUTANTS.get(peak.pollutant, peak.pollutant)
    return f"{name} {peak.value:.0f} {peak.unit}，高出背景 {peak.excess:.0f}"


def _sensors(ticket: TicketTold) -> str:
    shown = "、".join(cut(name, NAME_SIGNS) for name in ticket.sensors[:_SENSORS_SHOWN])
    more = len(ticket.sensors) - _SENSORS_SHOWN
    return f"{shown}等 {len(ticket.sensors)} 台" if more > 0 else shown


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
    why = "、".join(REASONS.get(code, code) for code in advice.reasons[:_REASONS_SHOWN])
    return f"{ACTIONS[advice.action.value]}（{why}）" if why else ACTIONS[advice.action.value]


def _deadline(ticket: TicketTold, zone: ZoneInfo) -> str:
    open_states = (TicketState.NEW, TicketState.ACKNOWLEDGED, TicketState.DISPATCHED)
    if ticket.deadline is None or ticket.state not in open_states:
        return ""
    return f"{_clock(ticket.deadline, zone)} 前响应"


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M}"
