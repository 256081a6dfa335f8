"""What a message tells of tickets that are told of together: a storm's notice, or many that nobody answered."""

from datetime import datetime, tzinfo
from typing import Final

import msgspec

from alerts.delivery.forms.ticket_told import Lines, clock, pollutants
from domain.ticket import Action

_NAMED: Final = 3
"""So many tickets are named, the most pressing first. Design value."""


class LineTold(msgspec.Struct, frozen=True, kw_only=True):
    """One of the tickets."""

    number: int
    priority: int
    pollutants: tuple[str, ...]
    action: Action


class StormTold(msgspec.Struct, frozen=True, kw_only=True):
    """The tickets; `since` and `until` are the first and the last opening."""

    priority: int
    count: int
    since: datetime = msgspec.field(name="from")
    until: datetime
    tickets: tuple[LineTold, ...]


def storm_title(storm: StormTold, occasion: str) -> str:
    """Return the title."""
    return f"【{occasion}】{storm.count} 条疑似线索"


def storm_lines(storm: StormTold, zone: tzinfo, contact: tuple[str, str] | None) -> Lines:
    """Return the rows."""
    pressing = sorted(storm.tickets, key=lambda line: (line.priority, line.number))
    named = "；".join(f"#{line.number} {pollutants(line.pollutants)}" for line in pressing[:_NAMED])
    urgent = sum(line.priority == 1 for line in storm.tickets)
    go = sum(line.action is Action.DISPATCH for line in storm.tickets)
    return (
        ("起始", f"{clock(storm.since, zone)} 至 {clock(storm.until, zone)}"),
        contact or ("请响应", "值班人员"),
        ("最急", named),
        ("建议", f"{go} 条建议派员，其余建议关注" if go else "均建议关注"),
        ("合计", f"{storm.count} 条，其中优先级 1 有 {urgent} 条"),
        ("详情", "登录平台查看全部"),
    )
