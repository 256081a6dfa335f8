"""A CloudEvents envelope of a ticket → a message of at most eight short lines in Chinese, whatever the platform."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

import msgspec

from alerts.delivery.events import EventType
from alerts.delivery.forms.escape import cut, plain
from alerts.delivery.forms.words import ACTIONS, CLOSED_AS, DIRECTIONS, POLLUTANTS, REASONS
from domain.ticket import Candidate, Peak, Recommendation, TicketKind, TicketState, Wind

Link = Callable[[str, int], str | None]
"""Ticket's id and the time in Unix milliseconds → the inspector's page; None: there is none."""
CONTACT: Final = "请响应"
"""Label of whom a message is for."""
NAME_SIGNS: Final = 16
"""So much of an enterprise's or a sensor's name is shown. Design value."""
_REASONS_SHOWN: Final = 2
_POLLUTANTS_SHOWN: Final = 2


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
        rank: The priority in words.
        lines: Label and value, at most six.
        url: The inspector's page; None: there is none.
        urgent: Of the first priority, or nobody answered.
        mention: How the platform names whom it is for; empty: everybody.
    """

    event_id: str
    title: str
    rank: str
    lines: tuple[tuple[str, str], ...]
    url: str | None
    urgent: bool
    mention: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What letters need beside the event: the site's zone, and the link."""

    zone: tzinfo
    link: Link


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
        (CONTACT, told.contact) if told.round else ("起始", _start(ticket, desk.zone)),
        ("疑似来源", _source(ticket)),
        ("风", _wind(ticket.wind)),
        ("建议", _advice(ticket.recommendation)),
        ("时限", _deadline(ticket, desk.zone)),
    )
    return Letter(
        event_id=told.id,
        title=_title(told),
        rank=f"优先级 {ticket.priority}",
        lines=tuple((label, value) for label, value in lines if value),
        url=desk.link(told.subject, now_ms),
        urgent=ticket.priority == 1 or told.round > 0,
        mention=told.mention,
    )


def _title(told: Told) -> str:
    ticket = told.data
    if ticket.kind is TicketKind.SENSOR:
        return f"【{_occasion(told)}】#{ticket.number} 疑似传感器需维护"
    names = [POLLUTANTS.get(name, name) for name in ticket.pollutants]
    what = "、".join(names) if len(names) <= _POLLUTANTS_SHOWN else f"{names[0]}等 {len(names)} 项"
    where = "区域性" if ticket.kind is TicketKind.REGIONAL else "局地"
    return f"【{_occasion(told)}】#{ticket.number} 疑似{what}{where}抬升"


def _occasion(told: Told) -> str:
    if told.round:
        return f"第 {told.round} 次催办"
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


def _start(ticket: TicketTold, zone: tzinfo) -> str:
    first = cut(ticket.sensors[0], NAME_SIGNS) if ticket.sensors else ""
    seen = f"{first}等 {len(ticket.sensors)} 台" if len(ticket.sensors) > 1 else first
    return f"{_clock(ticket.event_start, zone)}，{seen}" if seen else _clock(ticket.event_start, zone)


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


def _deadline(ticket: TicketTold, zone: tzinfo) -> str:
    open_states = (TicketState.NEW, TicketState.ACKNOWLEDGED, TicketState.DISPATCHED)
    if ticket.deadline is None or ticket.state not in open_states:
        return ""
    return f"{_clock(ticket.deadline, zone)} 前响应"


def _clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M}"


def as_text(letter: Letter) -> str:
    """Return the message as plain text of at most eight lines."""
    rows = (f"{label}：{plain(value)}" for label, value in letter.lines)
    return "\n".join((f"{plain(letter.title)}（{letter.rank}）", *rows, *((letter.url,) if letter.url else ())))
