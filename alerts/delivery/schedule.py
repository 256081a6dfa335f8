"""When a delivery is tried again: exponential back-off with jitter over 24 hours; what `Retry-After` asks for."""

from datetime import UTC
from email.utils import parsedate_to_datetime
from random import Random

WINDOW_MS = 24 * 3600 * 1000
"""How long a delivery is tried; the last attempt is at its end. From the contract. [ms]"""
FIRST_MS = 5_000
"""Wait after the first failure. Design value. [ms]"""
LONGEST_MS = 2 * 3600 * 1000
"""No wait is longer. Design value. [ms]"""
JITTER = 0.2
"""A wait is up to this share shorter or longer, so that receivers that come back aren't met by all at once."""


def next_try_ms(tries: int, first_ms: int, now_ms: int, rng: Random) -> int | None:
    """Return when to try again after `tries` failures; None: the time is over.

    The waits are 5, 10, 20, 40, … s, doubled up to 2 h, each ±20 %; about 20 attempts in all.

    Args:
        tries: Failed attempts so far, at least 1.
        first_ms: When the delivery was made, or last sent again by a person. [ms]
        now_ms: Now. [ms]
        rng: Source of the jitter.
    """
    end_ms = first_ms + WINDOW_MS
    if now_ms >= end_ms:
        return None
    doublings = min(tries - 1, 20)
    wait_ms = FIRST_MS << doublings
    spread = rng.uniform(1.0 - JITTER, 1.0 + JITTER)
    return min(now_ms + round(min(wait_ms, LONGEST_MS) * spread), end_ms)


def retry_after_ms(header: str | None, now_ms: int) -> int | None:
    """Return when a receiver wants to be asked again, at most a day from now; None: it does not say.

    Args:
        header: Seconds, or an HTTP date.
        now_ms: Now. [ms]

    >>> retry_after_ms("120", 1000)
    121000
    >>> retry_after_ms("Thu, 01 Jan 1970 00:00:10 GMT", 1000)
    10000
    >>> retry_after_ms("soon", 1000) is None
    True
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return now_ms + min(int(text[:9]) * 1000, WINDOW_MS)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(round(at.timestamp() * 1000), now_ms), now_ms + WINDOW_MS)
