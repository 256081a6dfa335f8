"""What `wugan webhooks` does: lists, tries out, sends again, enables; an operator at the command line is named so."""

import asyncio
import getpass
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from alerts.delivery.attempt import Attempt, try_once
from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Verdict
from alerts.delivery.letters import STATES, Asked, Health, Letter, Letters
from alerts.delivery.sample import sample_event
from app.deliver import endpoints_of, now_ms, ways_of
from app.settings import Settings, SettingsRefused, load_settings
from app.wiring import engine_of
from domain.problem import Problem
from domain.times import rfc3339


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for people or machines."""

    rows: Sequence[Health | Letter]
    head: str

    def as_text(self) -> list[str]:
        """Return one line a row below a head."""
        return [self.head, *(_line(row) for row in self.rows)]

    def as_json(self) -> list[str]:
        """Return one JSON object a row."""
        return [msgspec.json.encode({k: _plain(v) for k, v in asdict(row).items()}).decode() for row in self.rows]


@dataclass(frozen=True, slots=True)
class TriedOut:
    """How a test message fared."""

    endpoint: str
    taken: bool
    code: int | None
    took_ms: int
    error: str | None

    def as_text(self) -> str:
        """Return one line."""
        told = f"answered {self.code}" if self.taken else str(self.error)
        return f"{self.endpoint}: {'taken' if self.taken else 'not taken'}, {told}, {self.took_ms} ms"

    def as_json(self) -> str:
        """Return one JSON object."""
        return msgspec.json.encode(asdict(self)).decode()


def endpoints() -> Table:
    """Return every endpoint that the delivering process has known."""
    head = f"{'endpoint':<20} {'form':<9} {'circuit':<9} {'waiting':>7} {'dead':>6}  address"
    return Table(_letters().endpoints(now_ms()), head)


def deliveries(state: str | None, endpoint: str | None, limit: int) -> Table:
    """Return deliveries, newest first.

    Raises:
        ValueError: There is no such state.
    """
    if state is not None and state not in STATES:
        raise ValueError(f"--state {state}: choose {', '.join(STATES)}")
    page, _ = _letters().page(Asked(state=state, endpoint=endpoint, limit=limit))
    return Table(page, f"{'state':<10} {'tries':>5} {'code':>4}  delivery")


def try_out(name: str, webhooks: Path | None) -> TriedOut:
    """Send a test message now, past the outbox.

    Raises:
        ValueError: webhooks.toml holds faults, or not this endpoint.
    """
    settings = load_settings(webhooks=webhooks)
    found = [endpoint for endpoint in endpoints_of(settings) if endpoint.name == name]
    if not found:
        raise SettingsRefused(f"WUGAN_WEBHOOKS: {settings.webhooks} has no endpoint {name!r}; name one that it has")
    attempt = asyncio.run(_send_sample(settings, found))
    taken = attempt.verdict is Verdict.OK
    return TriedOut(name, taken, attempt.code, attempt.took_ms, attempt.error)


def resend_one(delivery: str) -> str:
    """Send a delivery again.

    Raises:
        ValueError: There is none, or its endpoint is disabled.
    """
    try:
        letter = _letters().resend(delivery, _operator(), now_ms())
    except Problem as problem:
        raise ValueError(problem.detail) from problem
    return f"{letter.id}: on its way again"


def resend_dead(endpoint: str) -> str:
    """Send every dead letter of an endpoint again.

    Raises:
        ValueError: There is no such endpoint, or it is disabled.
    """
    try:
        amount = _letters().resend_dead(endpoint, _operator(), now_ms())
    except Problem as problem:
        raise ValueError(problem.detail) from problem
    return f"{endpoint}: {amount} dead letters on their way again"


def enable_endpoint(name: str) -> str:
    """Use a disabled endpoint again.

    Raises:
        ValueError: There is none of this name.
    """
    try:
        _letters().enable(name, _operator(), now_ms())
    except Problem as problem:
        raise ValueError(problem.detail) from problem
    return f"{name}: in use; `wugan webhooks resend --dead-of {name}` sends its dead letters again"


def _letters() -> Letters:
    return Letters(engine_of(load_settings()))


async def _send_sample(settings: Settings, found: Sequence[Endpoint]) -> Attempt:
    way = ways_of(settings, found)[0]
    site = settings.site.name if settings.site is not None else "test"
    try:
        return await try_once(way, sample_event(f"evt_test_{secrets.token_hex(12)}", site, now_ms()), now_ms)
    finally:
        await way.transport.aclose()


def _operator() -> str:
    return f"cli:{getpass.getuser()}"


def _line(row: Health | Letter) -> str:
    if isinstance(row, Health):
        why = f"  {row.why}" if row.why else ""
        told = f"{row.name:<20} {row.form:<9} {row.circuit.value:<9} {row.waiting:>7} {row.dead:>6}  {row.address}"
        return told + ("" if row.listed else "  (not in webhooks.toml)") + why
    why = f"  {row.last_error}" if row.last_error else ""
    return f"{row.state:<10} {row.attempts:>5} {row.last_code or '-':>4}  {row.id}{why}"


def _plain(value: object) -> object:
    return rfc3339(value) if isinstance(value, datetime) else value
