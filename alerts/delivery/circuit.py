"""The circuit breaker of an endpoint: after failures in a row nothing is sent for a while, then one attempt probes."""

from dataclasses import dataclass, replace
from enum import StrEnum

TRIPS_AT = 5
"""Failures in a row that open the circuit. Design value."""
FIRST_OPEN_MS = 30_000
"""How long the circuit is open at first; each failed probe doubles it. Design value. [ms]"""
LONGEST_OPEN_MS = 300_000
"""It is never open for longer. Design value. [ms]"""


class CircuitState(StrEnum):
    """How an endpoint fares."""

    CLOSED = "closed"
    HELD = "held"
    """The receiver asked us to wait (`Retry-After`)."""
    OPEN = "open"
    HALF_OPEN = "half_open"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """What is remembered of an endpoint.

    Attributes:
        failures: In a row.
        open_until_ms: Nothing is sent before. [ms]
        disabled: Why nothing is sent any more; None: it is in use.
    """

    failures: int = 0
    open_until_ms: int = 0
    disabled: str | None = None

    def state(self, now_ms: int) -> CircuitState:
        """Say how it stands."""
        if self.disabled is not None:
            return CircuitState.DISABLED
        if now_ms < self.open_until_ms:
            return CircuitState.OPEN if self.failures >= TRIPS_AT else CircuitState.HELD
        return CircuitState.HALF_OPEN if self.failures >= TRIPS_AT else CircuitState.CLOSED

    def succeeded(self) -> "Circuit":
        """Return it after an answer that shows a living receiver."""
        return replace(self, failures=0, open_until_ms=0)

    def failed(self, now_ms: int) -> "Circuit":
        """Return it after a failure; those that were still under way when it opened don't count."""
        if now_ms < self.open_until_ms:
            return self
        failures = self.failures + 1
        if failures < TRIPS_AT:
            return replace(self, failures=failures)
        open_ms = min(FIRST_OPEN_MS * 2 ** min(failures - TRIPS_AT, 10), LONGEST_OPEN_MS)
        return replace(self, failures=failures, open_until_ms=now_ms + open_ms)

    def held(self, until_ms: int) -> "Circuit":
        """Return it after the receiver asked to wait."""
        return replace(self, open_until_ms=max(self.open_until_ms, until_ms))
