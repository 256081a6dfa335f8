"""What people see of deliveries and may do: endpoints and how they fare, the log, re-send, enable."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select, tuple_
from sqlalchemy.orm import Session

from alerts.delivery.circuit import Circuit, CircuitState
from alerts.delivery.ledger import DEAD, DELIVERED, WAITING
from alerts.store.audit import record
from alerts.store.engine import reading, writing
from alerts.store.models import AttemptRow, DeliveryRow, EndpointRow, OutboxRow
from alerts.store.numbering import Numbering
from domain.problem import Problem
from domain.times import to_datetime

STATES = (WAITING, DELIVERED, DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How an endpoint fares.

    Attributes:
        listed: Whether the delivering process's file names it.
        circuit: `closed` (in use), `held` (it asked us to wait), `open`, `half_open`, `disabled`.
        why: Why it is disabled, or why the last attempt failed.
        waiting: Deliveries on their way.
        dead: Dead letters.
        oldest: When the oldest that waits was made; null = none waits.
    """

    name: str
    form: str
    address: str
    listed: bool
    circuit: CircuitState
    failures: int
    open_until: datetime | None
    why: str | None
    last_ok: datetime | None
    waiting: int
    dead: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One event on its way to one endpoint; `id` names it for a re-send."""

    id: str
    event_id: str
    endpoint: str
    type: str
    ticket_id: str
    priority: int
    at: datetime
    state: str
    attempts: int
    next_try: datetime | None
    last_code: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One line of a delivery's log."""

    attempt: int
    at: datetime
    took_ms: int
    code: int | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which deliveries to list, newest first; None does not restrict."""

    state: str | None = None
    endpoint: str | None = None
    ticket_id: str | None = None
    limit: int = 50
    cursor: str | None = None


class Letters:
    """The deliveries of a store. Every call may block, and raises ConnectionError where the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def endpoints(self, now_ms: int) -> list[Health]:
        """Return every endpoint that was ever listed, by name."""
        asked = (
            select(DeliveryRow.endpoint, DeliveryRow.state, func.count(), func.min(DeliveryRow.first_ms))
            .where(DeliveryRow.state.in_([WAITING, DEAD]))
            .group_by(DeliveryRow.endpoint, DeliveryRow.state)
        )
        with reading(self._engine) as session:
            queues = {(name, state): (amount, oldest) for name, state, amount, oldest in session.execute(asked)}
            rows = session.scalars(select(EndpointRow).order_by(EndpointRow.name)).all()
            return [_health(row, queues, now_ms) for row in rows]

    def page(self, asked: Asked) -> tuple[list[Letter], str | None]:
        """Return deliveries and the cursor of what follows.

        Raises:
            Problem: 422, the cursor is not one that was given out.
        """
        with reading(self._engine) as session:
            found = _listed(session, asked)
            shown = found[: asked.limit]
            last = shown[-1][0] if len(found) > len(shown) else None
            letters = [_letter(session, delivery, event) for delivery, event in shown]
            return letters, f"{last.seq}.{last.endpoint}" if last is not None else None

    def log(self, letter_id: str) -> tuple[Letter, list[Tried]]:
        """Return one delivery with all its attempts.

        Raises:
            Problem: 404, there is none of this id.
        """
        with reading(self._engine) as session:
            delivery = _find(session, letter_id)
            mine = (AttemptRow.outbox_id == delivery.outbox_id, AttemptRow.endpoint == delivery.endpoint)
            rows = session.scalars(select(AttemptRow).where(*mine).order_by(AttemptRow.attempt))
            tried = [_tried(row) for row in rows]
            return _letter(session, delivery, session.get_one(OutboxRow, delivery.outbox_id)), tried

    def resend(self, letter_id: str, who: str, now_ms: int) -> Letter:
        """Send a delivery again, with the same id: a dead letter, one that arrived, or one that waits, at once.

        Raises:
            Problem: 404 unknown; 409 its endpoint is disabled.
        """
        with writing(self._engine) as session:
            Numbering(session)
            delivery = _find(session, letter_id)
            _check_enabled(session, delivery.endpoint)
            _again(session, delivery, who, now_ms)
            return _letter(session, delivery, session.get_one(OutboxRow, delivery.outbox_id))

    def resend_dead(self, endpoint: str, who: str, now_ms: int) -> int:
        """Send all dead letters of an endpoint again, oldest first; return how many.

        Raises:
            Problem: 404 unknown endpoint; 409 it is disabled.
        """
        with writing(self._engine) as session:
            Numbering(session)
            _check_enabled(session, endpoint)
            dead = select(DeliveryRow).where(DeliveryRow.endpoint == endpoint, DeliveryRow.state == DEAD)
            rows = session.scalars(dead.order_by(DeliveryRow.seq)).all()
            for row in rows:
                _again(session, row, who, now_ms)
            return len(rows)

    def enable(self, endpoint: str, who: str, now_ms: int) -> None:
        """Use a disabled endpoint again, or close its circuit before its time.

        Raises:
            Problem: 404, there is none of this name.
        """
        with writing(self._engine) as session:
            Numbering(session)
            row = _endpoint(session, endpoint)
            why, row.disabled, row.failures, row.open_until_ms = row.disabled, None, 0, 0
            record(session, now_ms, who, "endpoint.enabled", endpoint, {"was": why})


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else to_datetime(at_ms)


def _health(row: EndpointRow, queues: dict[tuple[str, str], tuple[int, int]], now_ms: int) -> Health:
    circuit = Circuit(failures=row.failures, open_until_ms=row.open_until_ms, disabled=row.disabled)
    waiting, oldest_ms = queues.get((row.name, WAITING), (0, None))
    return Health(
        name=row.name,
        form=row.form,
        address=row.address,
        listed=row.listed,
        circuit=circuit.state(now_ms),
        failures=row.failures,
        open_until=_moment(row.open_until_ms or None),
        why=row.disabled or row.last_error,
        last_ok=_moment(row.last_ok_ms),
        waiting=waiting,
        dead=queues.get((row.name, DEAD), (0, 0))[0],
        oldest=_moment(oldest_ms),
    )


def _listed(session: Session, asked: Asked) -> list[tuple[DeliveryRow, OutboxRow]]:
    chosen = (
        select(DeliveryRow, OutboxRow)
        .join(OutboxRow, OutboxRow.id == DeliveryRow.outbox_id)
        .order_by(DeliveryRow.seq.desc(), DeliveryRow.endpoint)
        .limit(asked.limit + 1)
    )
    if asked.state is not None:
        chosen = chosen.where(DeliveryRow.state == asked.state)
    if asked.endpoint is not None:
        chosen = chosen.where(DeliveryRow.endpoint == asked.endpoint)
    if asked.ticket_id is not None:
        chosen = chosen.where(DeliveryRow.ticket_id == asked.ticket_id)
    if asked.cursor is not None:
        seq, _, endpoint = asked.cursor.partition(".")
        if not seq.isascii() or not seq.isdigit() or not endpoint:
            raise Problem(422, "invalid", "Request not understood", "cursor: not one that was given out; leave it out")
        chosen = chosen.where(tuple_(-DeliveryRow.seq, DeliveryRow.endpoint) > (-int(seq), endpoint))
    return [(delivery, event) for delivery, event in session.execute(chosen)]


def _letter(session: Session, delivery: DeliveryRow, event: OutboxRow) -> Letter:
    last = session.get(AttemptRow, (delivery.outbox_id, delivery.endpoint, delivery.attempts))
    return Letter(
        id=f"{delivery.outbox_id}.{delivery.endpoint}",
        event_id=delivery.outbox_id,
        endpoint=delivery.endpoint,
        type=event.type,
        ticket_id=delivery.ticket_id,
        priority=event.priority,
        at=to_datetime(event.at_ms),
        state=delivery.state,
        attempts=delivery.attempts,
        next_try=to_datetime(delivery.next_ms) if delivery.state == WAITING else None,
        last_code=last.code if last else None,
        last_error=last.error if last else None,
    )


def _tried(row: AttemptRow) -> Tried:
    at = to_datetime(row.at_ms)
    return Tried(attempt=row.attempt, at=at, took_ms=row.took_ms, code=row.code, error=row.error)


def _find(session: Session, letter_id: str) -> DeliveryRow:
    event_id, _, endpoint = letter_id.rpartition(".")
    row = session.get(DeliveryRow, (event_id, endpoint), with_for_update=True)
    if row is None:
        mend = "list them with GET /api/v1/webhooks/deliveries"
        raise Problem(404, "unknown_delivery", "No such delivery", f"there is no delivery {letter_id[:120]!r}; {mend}")
    return row


def _endpoint(session: Session, name: str) -> EndpointRow:
    row = session.get(EndpointRow, name)
    if row is None:
        mend = "list them with GET /api/v1/webhooks"
        raise Problem(404, "unknown_endpoint", "No such endpoint", f"there is no endpoint {name[:64]!r}; {mend}")
    return row


def _check_enabled(session: Session, endpoint: str) -> None:
    why = _endpoint(session, endpoint).disabled
    if why is not None:
        mend = f"enable it first: `wugan webhooks enable {endpoint}`"
        raise Problem(409, "endpoint_disabled", "Endpoint is disabled", f"{endpoint}: {why}; {mend}")


def _again(session: Session, delivery: DeliveryRow, who: str, now_ms: int) -> None:
    detail = {"endpoint": delivery.endpoint, "was": delivery.state, "attempts": delivery.attempts}
    delivery.state, delivery.first_ms, delivery.next_ms = WAITING, now_ms, now_ms
    record(session, now_ms, who, "delivery.resent", delivery.outbox_id, detail)
