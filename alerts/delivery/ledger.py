"""What the delivering process reads and writes: events spread to endpoints, what is due, and how attempts went."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Engine, Select, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from alerts.delivery.attempt import Attempt
from alerts.delivery.circuit import TRIPS_AT, Circuit
from alerts.delivery.endpoint import Endpoint
from alerts.delivery.events import EventType
from alerts.delivery.forms.base import Event, Verdict
from alerts.delivery.schedule import WINDOW_MS, next_try_ms
from alerts.store.audit import record as record_act
from alerts.store.delivered import note_delivered
from alerts.store.engine import reading, writing
from alerts.store.models import AttemptRow, DeliveryRow, EndpointRow, OutboxRow
from alerts.store.numbering import Numbering

WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
SPREAD_AT_ONCE = 200
"""Events spread in one transaction. Design value."""
GRACE_MS = 600_000
"""A delivery that nobody could try at the end of its time is dead so much later. Design value. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next event of a ticket for one endpoint; it may be sent from `next_ms` on."""

    event: Event
    next_ms: int


class Ledger:
    """The store as deliveries see it. Every call may block, and raises ConnectionError where the database is away."""

    def __init__(self, engine: Engine, rng: Random) -> None:
        self._engine = engine
        self._rng = rng

    def register(self, endpoints: Sequence[Endpoint]) -> None:
        """Make the endpoints known to the desk; those that are no longer named keep what waits for them."""
        named = {endpoint.name: endpoint for endpoint in endpoints}
        with writing(self._engine) as session:
            rows = {row.name: row for row in session.scalars(select(EndpointRow))}
            for name in named.keys() - rows.keys():
                rows[name] = EndpointRow(name=name, failures=0, open_until_ms=0, form="", address="", listed=True)
                session.add(rows[name])
            for name, row in rows.items():
                row.listed = name in named
                if name in named:
                    row.form, row.address = named[name].form.value, named[name].address

    def spread(self, endpoints: Sequence[Endpoint], now_ms: int) -> frozenset[str]:
        """Make deliveries of the events whose time has come; return the endpoints that got any.

        An event waits while an earlier one of its ticket may still be undone, so that the order is kept.
        """
        if not self._anything_to_spread(now_ms):
            return frozenset()
        touched: set[str] = set()
        with writing(self._engine) as session:
            asked = _to_spread(now_ms).order_by(OutboxRow.seq).limit(SPREAD_AT_ONCE).with_for_update()
            disabled = _disabled(session)
            for row in session.scalars(asked).all():
                row.spread = True
                for endpoint in [] if row.cancelled else _takers(row, endpoints):
                    add_delivery(session, row, endpoint.name, now_ms, disabled.get(endpoint.name))
                    touched.add(endpoint.name)
        return frozenset(touched)

    def _anything_to_spread(self, now_ms: int) -> bool:
        with reading(self._engine) as session:
            return session.scalars(_to_spread(now_ms).limit(1)).first() is not None

    def due(self, endpoint: str, limit: int) -> list[Due]:
        """Return the first waiting event of each ticket, soonest first."""
        earlier = aliased(DeliveryRow)
        blocked = exists().where(
            earlier.endpoint == DeliveryRow.endpoint,
            earlier.ticket_id == DeliveryRow.ticket_id,
            earlier.seq < DeliveryRow.seq,
            earlier.state == WAITING,
        )
        asked = (
            select(DeliveryRow.next_ms, OutboxRow)
            .join(OutboxRow, OutboxRow.id == DeliveryRow.outbox_id)
            .where(DeliveryRow.endpoint == endpoint, DeliveryRow.state == WAITING, ~blocked)
            .order_by(DeliveryRow.next_ms, DeliveryRow.seq)
            .limit(limit)
        )
        with reading(self._engine) as session:
            return [Due(event=_event(row), next_ms=next_ms) for next_ms, row in session.execute(asked)]

    def circuit(self, endpoint: str) -> Circuit:
        """Return how an endpoint fares."""
        with reading(self._engine) as session:
            row = session.get(EndpointRow, endpoint)
            return _circuit(row) if row is not None else Circuit()

    def record(self, attempt: Attempt, now_ms: int) -> Circuit:
        """Write down an attempt and what follows from it; return how the endpoint fares now."""
        with writing(self._engine) as session:
            if attempt.verdict is Verdict.GONE:
                Numbering(session)  # the audit's rows follow one another
            elif attempt.verdict is Verdict.OK and attempt.event.type == EventType.DISPATCHED:
                done_ms = attempt.at_ms + attempt.took_ms
                note_delivered(session, attempt.event.id, attempt.event.ticket_id, attempt.endpoint, done_ms)
            # Always in this order, so that two attempts that end at once don't wait for each other.
            row = session.get_one(EndpointRow, attempt.endpoint, with_for_update=True)
            delivery = session.get_one(DeliveryRow, (attempt.event.id, attempt.endpoint), with_for_update=True)
            _note(session, delivery, attempt.at_ms, attempt.error, took_ms=attempt.took_ms, code=attempt.code)
            before = _circuit(row)
            after = self._follow(session, delivery, before, attempt, now_ms)
            _keep(row, after, attempt, now_ms)
            if before.failures >= TRIPS_AT and after.failures == 0:
                _release(session, attempt.endpoint, now_ms)
            return after

    def _follow(
        self, session: Session, delivery: DeliveryRow, before: Circuit, attempt: Attempt, now_ms: int
    ) -> Circuit:
        """Set the delivery's state and return the circuit."""
        if attempt.verdict is Verdict.OK:
            delivery.state = DELIVERED
            return before.succeeded()
        if attempt.verdict is Verdict.STOP:
            delivery.state = DEAD
            return before.succeeded()
        if attempt.verdict is Verdict.GONE:
            return _disable(session, delivery, before, attempt, now_ms)
        self._retry(session, delivery, attempt, now_ms)
        if attempt.hold_until_ms is None:
            return before.failed(now_ms)
        return before.held(attempt.hold_until_ms)

    def _retry(self, session: Session, delivery: DeliveryRow, attempt: Attempt, now_ms: int) -> None:
        if delivery.state != WAITING:
            return
        mine = (AttemptRow.outbox_id == delivery.outbox_id, AttemptRow.endpoint == delivery.endpoint)
        asked = select(func.count()).select_from(AttemptRow).where(*mine, AttemptRow.at_ms >= delivery.first_ms)
        next_ms = next_try_ms(max(session.scalar(asked) or 1, 1), delivery.first_ms, now_ms, self._rng)
        if next_ms is None:
            delivery.state = DEAD
        else:
            end_ms = delivery.first_ms + WINDOW_MS
            delivery.next_ms = max(next_ms, min(attempt.hold_until_ms or 0, end_ms))

    def expire(self, now_ms: int, busy: Collection[str] = ()) -> int:
        """Give up what waits since long before its time was over: its endpoint did not answer, or is named no more.

        Args:
            now_ms: Now. [ms]
            busy: Ids of events that are being sent at this moment.

        Returns:
            How many deliveries are dead now.
        """
        late = (DeliveryRow.state == WAITING, DeliveryRow.first_ms < now_ms - WINDOW_MS - GRACE_MS)
        with reading(self._engine) as session:
            if session.scalars(select(DeliveryRow.outbox_id).where(*late).limit(1)).first() is None:
                return 0
        with writing(self._engine) as session:
            rows = session.scalars(select(DeliveryRow).where(*late).limit(SPREAD_AT_ONCE)).all()
            given_up = [row for row in rows if row.outbox_id not in busy]
            for row in given_up:
                row.state = DEAD
                _note(session, row, now_ms, "not sent: the endpoint could not be tried for 24 h")
            return len(given_up)


def add_delivery(session: Session, row: OutboxRow, endpoint: str, now_ms: int, disabled: str | None = None) -> None:
    """Put an event on its way to one endpoint; already there, nothing happens.

    Args:
        session: A writing session.
        row: The event.
        endpoint: By name.
        now_ms: Now. [ms]
        disabled: Why the endpoint takes nothing; the event is then a dead letter at once, seen and sent again by hand.
    """
    if session.get(DeliveryRow, (row.id, endpoint)) is not None:
        return
    state = WAITING if disabled is None else DEAD
    delivery = DeliveryRow(
        outbox_id=row.id,
        endpoint=endpoint,
        ticket_id=row.ticket_id,
        seq=row.seq,
        state=state,
        attempts=0,
        first_ms=now_ms,
        next_ms=now_ms,
    )
    session.add(delivery)
    session.flush()
    if disabled is not None:
        _note(session, delivery, now_ms, f"not sent: the endpoint is disabled ({disabled})")


def _to_spread(now_ms: int) -> Select[Any]:
    earlier = aliased(OutboxRow)
    may_be_undone = exists().where(
        earlier.ticket_id == OutboxRow.ticket_id,
        earlier.seq < OutboxRow.seq,
        earlier.spread.is_(False),
        earlier.cancelled.is_(False),
        earlier.not_before_ms > now_ms,
    )
    return select(OutboxRow).where(OutboxRow.spread.is_(False), OutboxRow.not_before_ms <= now_ms, ~may_be_undone)


def _takers(row: OutboxRow, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    event = _event(row)
    place = event.place
    return [endpoint for endpoint in endpoints if endpoint.filter.wants(row.type, row.priority, place)]


def _disabled(session: Session) -> dict[str, str]:
    asked = select(EndpointRow.name, EndpointRow.disabled).where(EndpointRow.disabled.is_not(None))
    return {name: str(why) for name, why in session.execute(asked)}


def _event(row: OutboxRow) -> Event:
    return Event(
        id=row.id, type=row.type, ticket_id=row.ticket_id, priority=row.priority, at_ms=row.at_ms, body=row.body
    )


def _circuit(row: EndpointRow) -> Circuit:
    return Circuit(failures=row.failures, open_until_ms=row.open_until_ms, disabled=row.disabled)


def _note(
    session: Session,
    delivery: DeliveryRow,
    at_ms: int,
    error: str | None,
    *,
    took_ms: int = 0,
    code: int | None = None,
) -> None:
    """Add a row to the log; without time and code where nothing was sent."""
    delivery.attempts += 1
    session.add(
        AttemptRow(
            outbox_id=delivery.outbox_id,
            endpoint=delivery.endpoint,
            attempt=delivery.attempts,
            at_ms=at_ms,
            took_ms=took_ms,
            code=code,
            error=error,
        )
    )


def _keep(row: EndpointRow, circuit: Circuit, attempt: Attempt, now_ms: int) -> None:
    row.failures, row.open_until_ms, row.disabled = circuit.failures, circuit.open_until_ms, circuit.disabled
    row.last_error = attempt.error
    if attempt.verdict is Verdict.OK:
        row.last_ok_ms = now_ms


def _release(session: Session, endpoint: str, now_ms: int) -> None:
    """Make all that waits due: the receiver is back."""
    waiting = (DeliveryRow.endpoint == endpoint, DeliveryRow.state == WAITING, DeliveryRow.next_ms > now_ms)
    session.execute(update(DeliveryRow).where(*waiting).values(next_ms=now_ms))


def _disable(session: Session, delivery: DeliveryRow, before: Circuit, attempt: Attempt, now_ms: int) -> Circuit:
    """Disable the endpoint; all that waits for it becomes dead letters, which a person can send again."""
    why = f"the receiver answered {attempt.code}: it wants nothing any more"
    delivery.state = DEAD
    waiting = select(DeliveryRow).where(DeliveryRow.endpoint == attempt.endpoint, DeliveryRow.state == WAITING)
    rows = [row for row in session.scalars(waiting) if row is not delivery]
    for row in rows:
        row.state = DEAD
        _note(session, row, now_ms, f"not sent: the endpoint is disabled ({why})")
    detail = {"why": why, "event": attempt.event.id, "dead": len(rows) + 1}
    record_act(session, now_ms, "system", "endpoint.disabled", attempt.endpoint, detail)
    return Circuit(failures=before.failures, open_until_ms=before.open_until_ms, disabled=why)
