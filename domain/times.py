"""Unix milliseconds and RFC 3339, and nothing between."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
"""A day. [ms]"""


def to_datetime(time_ms: int) -> datetime:
    """Return Unix milliseconds as an aware UTC time.

    >>> to_datetime(1_500)
    datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=datetime.timezone.utc)
    """
    return EPOCH + timedelta(milliseconds=int(time_ms))


def to_ms(moment: datetime) -> int:
    """Return an aware time as Unix milliseconds, cut, not rounded.

    >>> to_ms(to_datetime(1_500))
    1500
    """
    since = moment - EPOCH
    return since.days * _DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def rfc3339(moment: datetime) -> str:
    """Return UTC with `Z` and milliseconds.

    >>> rfc3339(to_datetime(0))
    '1970-01-01T00:00:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
