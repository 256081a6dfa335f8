"""One attempt: an event put into an endpoint's form, sent, and the answer judged; nothing is written down."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Answer, Event, Form, Verdict
from alerts.delivery.ports import SendFailed, Transport
from alerts.delivery.schedule import retry_after_ms

LONGEST_ERROR = 300
"""No more is kept of what a receiver says. [characters]"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Way:
    """How an endpoint is told: its form, and what carries the messages."""

    endpoint: Endpoint
    form: Form
    transport: Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How one attempt went.

    Attributes:
        code: Status of the answer; None: there was none.
        error: Why it failed; None: it did not.
        hold_until_ms: When the receiver wants to be asked again; None: it does not say. [ms]
    """

    event: Event
    endpoint: str
    at_ms: int
    took_ms: int = 0
    code: int | None = None
    verdict: Verdict = Verdict.RETRY
    error: str | None = None
    hold_until_ms: int | None = None


async def try_once(way: Way, event: Event, now_ms: Callable[[], int]) -> Attempt:
    """Send an event once and judge the answer.

    Args:
        way: To whom, and how.
        event: What.
        now_ms: The time that is signed and written down. [ms]
    """
    at_ms, begun_s = now_ms(), time.monotonic()
    plain = Attempt(event=event, endpoint=way.endpoint.name, at_ms=at_ms)
    try:
        outgoing = way.form.message(event, way.endpoint, at_ms)
    except Exception as error:
        # One event that a form can't tell must not hold up the others.
        log.exception("delivery_untold", endpoint=way.endpoint.name, event_id=event.id)
        return replace(
            plain, verdict=Verdict.STOP, error=f"not sent: the form can't tell it: {error!r}"[:LONGEST_ERROR]
        )
    try:
        answer = await way.transport.send(outgoing)
    except SendFailed as error:
        return replace(plain, took_ms=_since_ms(begun_s), error=str(error)[:LONGEST_ERROR])
    except Exception as error:
        log.exception("delivery_unsent", endpoint=way.endpoint.name, event_id=event.id)
        return replace(plain, took_ms=_since_ms(begun_s), error=f"not sent: {error!r}"[:LONGEST_ERROR])
    return judge(replace(plain, took_ms=_since_ms(begun_s), code=answer.status), answer, way.form, now_ms())


def judge(attempt: Attempt, answer: Answer, form: Form, now_ms: int) -> Attempt:
    """Add what an answer means."""
    verdict = form.verdict(answer.status, answer.body)
    if verdict is Verdict.OK:
        return replace(attempt, verdict=verdict)
    words = " ".join(answer.body[:LONGEST_ERROR].decode(errors="replace").replace("\0", "").split())
    hold_ms = retry_after_ms(answer.retry_after, now_ms) if verdict is Verdict.RETRY else None
    error = f"answered {answer.status}" + (f": {words}" if words else "")
    return replace(attempt, verdict=verdict, error=error[:LONGEST_ERROR], hold_until_ms=hold_ms)


def _since_ms(begun_s: float) -> int:
    return round((time.monotonic() - begun_s) * 1000)
