"""Which hours a shift is: as asked for, else the last twelve."""

from datetime import datetime

from alerts.supervision.office import Office
from domain.problem import Problem
from domain.times import to_ms

HOURS = 12
"""A shift, unless somebody says otherwise. Design value. [h]"""
MOST_DAYS = 31
"""A longer stretch is no shift; statistics tell of it. [d]"""
_HOUR_MS = 3_600_000


def shift_of(office: Office, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Return a shift, [since, until). [Unix ms]

    Args:
        office: Its zone is that of times without an offset.
        since: Its begin; None = twelve hours before its end.
        until: Its end; None = now.

    Raises:
        Problem: 422, it ends before it begins, or is longer than a month.
    """
    until_ms = office.now_ms() if until is None else _ms(office, until)
    since_ms = until_ms - HOURS * _HOUR_MS if since is None else _ms(office, since)
    if since_ms >= until_ms:
        raise Problem(422, "invalid", "Shift not understood", "from: must be before until")
    if until_ms - since_ms > MOST_DAYS * 24 * _HOUR_MS:
        mend = f"at most {MOST_DAYS} days; GET /api/v1/statistics tells of longer ones"
        raise Problem(422, "invalid", "Shift not understood", f"from, until: {mend}")
    return since_ms, until_ms


def _ms(office: Office, moment: datetime) -> int:
    try:
        return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=office.zone))
    except OverflowError as error:
        raise Problem(422, "invalid", "Shift not understood", f"{moment.isoformat()}: out of the calendar") from error
