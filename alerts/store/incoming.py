"""The system's tickets into the store, in one transaction: kept, timed, told and audited; the same twice is one."""

from sqlalchemy.orm import Session

from alerts.lifecycle import SYSTEM, Move, MoveKind
from alerts.settings import TicketRules
from alerts.store.clues import follow_ticket
from alerts.store.effects import clear, start_answering
from alerts.store.models import TicketRow, TimerRow
from alerts.store.moves import RETURNED, add_move
from alerts.store.numbering import Numbering
from alerts.store.outbox import EventType, put
from alerts.store.rows import age, fill, views
from alerts.store.storm import gather, is_storm
from alerts.store.telling import audit_news
from domain.ticket import Ticket, TicketState
from domain.times import to_ms
from domain.wire import encode_ticket

_COMES_BACK = (TicketState.WATCHING, TicketState.CLOSED, TicketState.DISMISSED)
"""States that end when the incident returns; where somebody is at it, they only see it amended."""
_MERGES = (TicketState.NEW, TicketState.ACKNOWLEDGED, TicketState.WATCHING)
"""States in which the system may merge a ticket; whoever is out to one goes on."""


def take_in(session: Session, numbering: Numbering, row: TicketRow | None, ticket: Ticket, rules: TicketRules) -> bool:
    """Store one ticket of the system; say whether that changed anything."""
    told = 0 if row is None else row.system_entries
    is_new = row is None
    if row is None:
        row = TicketRow(
            id=ticket.id, site=ticket.site, number=numbering.next_ticket(ticket.site), updated_ms=0, version=0
        )
        session.add(row)
    elif age(ticket) < (row.system_ms, row.system_entries) or encode_ticket(ticket).decode() == row.system:
        return False
    before = None if is_new else row.priority
    fill(row, ticket)
    row.change_seq = numbering.next_change()
    session.flush()
    news = tuple(entry.what for entry in ticket.history[told:])
    _set_timers(session, row, ticket, before, rules)
    _follow(session, row, ticket, news, rules)
    session.flush()
    _tell(session, row, news, rules)
    return True


def _set_timers(session: Session, row: TicketRow, ticket: Ticket, before: int | None, rules: TicketRules) -> None:
    """Let the time to answer run from the opening; a ticket that has become more pressing has less of it."""
    timers = session.get(TimerRow, row.id)
    if timers is None:
        timers = TimerRow(ticket_id=row.id, level=0)
        session.add(timers)
        if ticket.state is TicketState.NEW:
            start_answering(timers, row.opened_ms, row.priority, rules)
    elif before is not None and row.priority < before and row.state == TicketState.NEW and timers.deadline_ms:
        timers.deadline_ms = min(timers.deadline_ms, row.system_ms + rules.answer_ms(row.priority))
        if timers.level == 0:
            timers.next_ms = timers.deadline_ms


def _follow(session: Session, row: TicketRow, ticket: Ticket, news: tuple[str, ...], rules: TicketRules) -> None:
    """Let the person's side follow what the system did: an incident came back, or became part of another."""
    timers = session.get_one(TimerRow, row.id)
    if ticket.state is TicketState.MERGED:
        row.merged_into = row.merged_into or ticket.history[-1].why[0]
        if row.state in (*_MERGES, TicketState.MERGED):
            row.state = TicketState.MERGED.value
            clear(timers)
            follow_ticket(session, row, row.system_ms)
    elif "reopened" in news and row.state in _COMES_BACK:
        move = Move(kind=MoveKind.REOPEN, who=SYSTEM, at=ticket.updated_at)
        add_move(session, row, ticket, move, TicketState.NEW, {"why": [RETURNED]})
        start_answering(timers, to_ms(ticket.updated_at), row.priority, rules)


def _tell(session: Session, row: TicketRow, news: tuple[str, ...], rules: TicketRules) -> None:
    seen = views(session, [row], rules)[0]
    if "opened" not in news:
        put(session, EventType.UPDATED, seen, row.system_ms, row.change_seq)
    elif is_storm(session, seen, rules):
        gather(session, seen)
    else:
        put(session, EventType.OPENED, seen, row.system_ms, row.change_seq)
    audit_news(session, seen, news)
