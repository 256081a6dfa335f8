"""What a message tells of a rectification: who, what, by when, and how it stands."""

from datetime import date
from typing import Final

import msgspec

from alerts.delivery.forms.escape import cut
from alerts.delivery.forms.ticket_told import Lines

NAME_SIGNS: Final = 30
TEXT_SIGNS: Final = 40
"""So much of a name and of an order is shown. Design values."""
_OCCASIONS: Final = {"ordered": "责令整改", "reminded": "整改提醒", "overdue": "整改逾期", "filed": "整改已提交"}
_STATES: Final = {
    "open": "整改中",
    "remind": "整改中，临近期限",
    "overdue": "逾期未提交",
    "closed": "按期完成",
    "closed_late": "逾期完成",
}


class RectificationTold(msgspec.Struct, frozen=True, kw_only=True):
    """The rectification as it was then."""

    what: str
    state: str
    priority: int
    name: str
    text: str
    ordered: date
    due: date
    filed: date | None
    days_left: int


def rectification_title(told: RectificationTold) -> str:
    """Return the title."""
    return f"【{_OCCASIONS.get(told.what, '整改')}】{cut(told.name, NAME_SIGNS)}"


def rectification_lines(told: RectificationTold) -> Lines:
    """Return the rows."""
    return (
        ("事项", cut(told.text, TEXT_SIGNS)),
        ("责令", told.ordered.isoformat()),
        ("期限", f"{told.due.isoformat()}{_left(told)}"),
        ("提交", told.filed.isoformat() if told.filed else ""),
        ("状态", _STATES.get(told.state, told.state)),
        ("详情", "登录平台“合规先行”页面查看"),
    )


def _left(told: RectificationTold) -> str:
    if told.filed is not None:
        return ""
    return f"（还有 {told.days_left} 天）" if told.days_left >= 0 else f"（已逾期 {-told.days_left} 天）"
