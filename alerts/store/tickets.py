"""The ticket store: what the system says is kept by id, what people do is added to it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, or_, select, tuple_

from alerts.lifecycle import Move
from alerts.settings import PlaceRules, TicketRules
from alerts.store.cursor import decode_cursor, encode_cursor
from alerts.store.decide import decide
from alerts.store.engine import reading, writing
from alerts.store.incoming import take_in
from alerts.store.models import TicketRow, TimerRow
from alerts.store.numbering import Numbering, last_change
from alerts.store.pruning import prune
from alerts.store.rows import NO_RULES, age, find, views
from alerts.store.storm import Storm, storm_of
from alerts.view import TicketView
from domain.ticket import Ticket, TicketState
from domain.times import to_ms
from domain.wire import encode_ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Part of a list; `next_cursor` asks for what follows, None at the end."""

    tickets: tuple[TicketView, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tickets to list: in any of `states` (empty = all), changed at or after `since`."""

    states: Collection[TicketState] = ()
    since: datetime | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A ticket that must come back, as of which version, and why."""

    ticket_id: str
    version: int
    why: str


class Tickets:
    """Stores tickets. Every call may block, and raises ConnectionError where the database is away.

    Args:
        engine: Made by `open_store`, its tables by `upgrade`.
        enterprise_ids: Enterprises that a decision may name beside the ticket's own candidates.
        rules: How tickets move on; its `places` may be named as well.
    """

    def __init__(
        self, engine: Engine, enterprise_ids: Collection[str] = frozenset(), rules: TicketRules = NO_RULES
    ) -> None:
        self._engine = engine
        places = {place: PlaceRules() for place in enterprise_ids} | dict(rules.places)
        self._rules = replace(rules, places=places)

    @property
    def rules(self) -> TicketRules:
        """How tickets move on."""
        return self._rules

    def upsert(self, tickets: Sequence[Ticket]) -> int:
        """Store the system's tickets; the same twice is one, an older version never replaces a newer.

        Returns:
            How many tickets are new or changed.
        """
        newest = _newest(tickets)
        if not newest:
            return 0
        with writing(self._engine) as session:
            numbering = Numbering(session)
            asked = select(TicketRow).where(TicketRow.id.in_(newest))
            rows = {row.id: row for row in session.scalars(asked)}
            return sum(
                take_in(session, numbering, rows.get(ticket.id), ticket, self._rules) for ticket in newest.values()
            )

    def page(self, wanted: Wanted) -> Page:
        """Return tickets, last opened first. A cursor stays right while tickets are added.

        Raises:
            Problem: 422, the cursor is not one that was given out.
        """
        asked = select(TicketRow).order_by(TicketRow.opened_ms.desc(), TicketRow.id.desc()).limit(wanted.limit + 1)
        if wanted.states:
            asked = asked.where(TicketRow.state.in_([state.value for state in wanted.states]))
        if wanted.since is not None:
            asked = asked.where(TicketRow.updated_ms >= to_ms(wanted.since))
        if wanted.cursor is not None:
            asked = asked.where(tuple_(TicketRow.opened_ms, TicketRow.id) < decode_cursor(wanted.cursor))
        with reading(self._engine) as session:
            rows = session.scalars(asked).all()
            shown = rows[: wanted.limit]
            more = encode_cursor(shown[-1].opened_ms, shown[-1].id) if len(rows) > len(shown) else None
            return Page(tickets=tuple(views(session, shown, self._rules)), next_cursor=more)

    def get(self, ticket_id: str) -> TicketView:
        """Return one ticket.

        Raises:
            Problem: 404, there is none of this id.
        """
        with reading(self._engine) as session:
            return views(session, [find(session, ticket_id)], self._rules)[0]

    def named(self, beginning: str, number: int | None = None) -> list[str]:
        """Return the ids of the tickets whose id begins so, or whose short number it is; a few suffice to tell."""
        if not beginning or not beginning.isprintable():
            return []
        begins = select(TicketRow.id).where(TicketRow.id.startswith(beginning, autoescape=True))
        numbered = select(TicketRow.id).where(TicketRow.number == number)
        with reading(self._engine) as session:
            if session.get(TicketRow, beginning) is not None:
                return [beginning]
            found = list(session.scalars(numbered.limit(10))) if number is not None else []
            return found or list(session.scalars(begins.order_by(TicketRow.id).limit(10)))

    def decide(self, ticket_id: str, move: Move, key: str | None = None) -> bytes:
        """Make a person's move; returns the ticket's JSON as it is then.

        Args:
            ticket_id: Which ticket.
            move: What, who and when.
            key: `Idempotency-Key`: the same key with the same move gives the first answer again.

        Raises:
            Problem: 404 unknown ticket; 409 not allowed, or somebody else was first; 422 reason, enterprise or key.
        """
        with writing(self._engine) as session:
            return decide(session, ticket_id, move, self._rules, key)

    def system_tickets(self) -> list[bytes]:
        """Return the system's tickets as canonical JSON, sorted by id."""
        with reading(self._engine) as session:
            rows = session.execute(select(TicketRow.id, TicketRow.system)).all()
        return [system.encode() for _, system in sorted((row.id, row.system) for row in rows)]

    def changes_since(self, seq: int, limit: int = 500) -> list[tuple[int, str]]:
        """Return tickets that changed after a change's number, as (number, JSON text), in order.

        A ticket that changed several times is told once, as it is now. Nothing is missed: numbers appear in order.
        """
        asked = select(TicketRow).where(TicketRow.change_seq > seq).order_by(TicketRow.change_seq).limit(limit)
        with reading(self._engine) as session:
            rows = session.scalars(asked).all()
            seen = views(session, rows, self._rules)
            return [(row.change_seq, encode_ticket(ticket).decode()) for row, ticket in zip(rows, seen, strict=True)]

    def last_change(self) -> int:
        """Return the number of the last change; a new follower of the feed starts here."""
        with reading(self._engine) as session:
            return last_change(session)

    def due(self, now_ms: int, limit: int = 100) -> list[Due]:
        """Return the tickets that must come back by now, the longest due first."""
        asked = (
            select(TicketRow.id, TicketRow.version, TimerRow.watch_until_ms)
            .join(TimerRow, TimerRow.ticket_id == TicketRow.id)
            .where(or_(TimerRow.watch_until_ms <= now_ms, TimerRow.shelved_until_ms <= now_ms))
            .order_by(TimerRow.watch_until_ms, TimerRow.shelved_until_ms, TicketRow.id)
            .limit(limit)
        )
        with reading(self._engine) as session:
            return [
                Due(ticket_id=row.id, version=row.version, why="shelving_ended" if row[2] is None else "watch_ended")
                for row in session.execute(asked)
            ]

    def prune(self, now_ms: int) -> int:
        """Delete what nobody needs any more; return how many rows are gone."""
        return prune(self._engine, now_ms)

    def storm(self, now_ms: int) -> Storm:
        """Return how storm mode stands."""
        with reading(self._engine) as session:
            return storm_of(session, now_ms)


def _newest(tickets: Iterable[Ticket]) -> dict[str, Ticket]:
    newest: dict[str, Ticket] = {}
    for ticket in tickets:
        held = newest.get(ticket.id)
        if held is None or age(held) <= age(ticket):
            newest[ticket.id] = ticket
    return newest
