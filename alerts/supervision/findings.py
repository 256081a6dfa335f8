"""Findings of a data check into the store: each is one clue with a ticket; what is mended closes itself.

Decision table, of one finding at a run that judged its rule:

| known before | found now | its clue | its ticket                                                        |
|--------------|-----------|----------|-------------------------------------------------------------------|
| no           | yes       | told     | opened                                                            |
| open         | yes       | as it is | as it is, also where a person has closed it                       |
| open         | no        | settled  | dismissed by the system where nobody was sent yet; else as it is  |
| mended       | yes       | open     | opened anew where it had ended                                    |
| mended       | no        | as it is | as it is                                                          |

A run is one transaction: all its findings, or none of them.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import SYSTEM, Move, MoveKind
from alerts.store.audit import record
from alerts.store.decide import make_move
from alerts.store.engine import reading, writing
from alerts.store.models import ClueRow, FindingRow, TicketRow
from alerts.store.numbering import Numbering
from alerts.supervision.clues import take_clue
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.supervision.clues import Clue, ClueSource, Place
from domain.supervision.data_checks import Finding, FindingState, follow
from domain.ticket import DismissalReason, TicketState
from domain.times import to_datetime, to_ms

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
"""How a set of checks may be called."""
LONGEST_ID = 128
FAULTS_TOLD = 20
MENDED, RETURNED = "finding_mended", "finding_returned"
_NOT_SENT = (TicketState.NEW.value, TicketState.ACKNOWLEDGED.value, TicketState.WATCHING.value)
_ENDED = (TicketState.CLOSED.value, TicketState.DISMISSED.value)
_NOTE = "数据核查已不再发现 / the data check no longer finds it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a set of checks: which rules were judged, on which day, and all that they found."""

    checks: str
    rules: tuple[str, ...]
    as_of: date
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What a run changed; numbers of findings."""

    new: int
    still_open: int
    mended: int
    returned: int
    tickets: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class _Desk:
    """What filing a run needs at every finding."""

    session: Session
    numbering: Numbering
    office: Office
    run: Run
    who: str
    at: datetime


def finding_id(checks: str, finding: Finding) -> str:
    """Return the id of a finding: a hash of the set of checks, the rule, the enterprise and the subject."""
    words = "\x1f".join((checks, *finding.identity))
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def file_run(office: Office, run: Run, who: str, *, dry_run: bool = False) -> Filed:
    """File all findings of a run, or none.

    Raises:
        Problem: 422, every fault in `errors`: an enterprise that is not registered, a day that can't be.
    """
    faults = list(_faults(office, run))
    if faults:
        more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
        told = "; ".join(faults[:FAULTS_TOLD]) + more
        raise Problem(422, "findings_refused", "Findings refused, none was filed", told, {"errors": faults})
    if dry_run:
        with reading(office.engine) as session:
            return _compared(_known(session, run), run, dry_run=True)
    with writing(office.engine) as session:
        numbering = Numbering(session)
        desk = _Desk(session, numbering, office, run, who, to_datetime(office.now_ms()))
        return _file(desk)


def list_findings(office: Office, *, is_open: bool | None = None, limit: int = 500) -> list[FindingRow]:
    """Return findings, open ones first, then the last seen first."""
    asked = select(FindingRow)
    if is_open is not None:
        asked = asked.where(FindingRow.state == (FindingState.OPEN if is_open else FindingState.MENDED).value)
    order = (FindingRow.state.desc(), FindingRow.last_seen.desc(), FindingRow.checks, FindingRow.finding_id)
    with reading(office.engine) as session:
        rows = list(session.scalars(asked.order_by(*order).limit(limit)))
        session.expunge_all()
        return rows


def find_finding(office: Office, finding: str) -> FindingRow:
    """Return one finding.

    Raises:
        Problem: 404, there is none of this id.
    """
    with reading(office.engine) as session:
        row = session.get(FindingRow, finding) if finding.isprintable() else None
        if row is None:
            detail = f"no finding {finding[:60]!r}; GET /api/v1/data-checks/findings lists them"
            raise Problem(404, "unknown_finding", "Unknown finding", detail)
        session.expunge(row)
        return row


def numbers_of_tickets(office: Office, rows: Iterable[FindingRow]) -> dict[str, tuple[int, str]]:
    """Return short number and state of the tickets of findings, by ticket id."""
    ids = [row.ticket_id for row in rows if row.ticket_id is not None]
    asked = select(TicketRow.id, TicketRow.number, TicketRow.state).where(TicketRow.id.in_(ids))
    with reading(office.engine) as session:
        return {one.id: (one.number, one.state) for one in session.execute(asked)} if ids else {}


def _faults(office: Office, run: Run) -> Iterator[str]:
    if not NAME.match(run.checks):
        yield f"checks {run.checks!r}: call it by a-z, 0-9, - and _, as laboratories"
    if run.as_of > office.today():
        yield f"as_of {run.as_of} is after today, {office.today()}; give the day of the tables"
    with reading(office.engine) as session:
        asked = select(FindingRow.last_seen).where(FindingRow.checks == run.checks)
        last = session.scalar(asked.order_by(FindingRow.last_seen.desc()).limit(1))
    if last is not None and run.as_of.isoformat() < last:
        yield f"as_of {run.as_of} is before the last run of {run.checks}, {last}; run it on newer tables"
    for finding in run.findings:
        yield from _faults_of(office, run, finding)


def _faults_of(office: Office, run: Run, finding: Finding) -> Iterator[str]:
    where = f"finding {finding.rule_id}/{finding.subject[:40]}"
    if finding.enterprise_id not in office.register.by_id:
        yield (
            f"{where}: enterprise_id {finding.enterprise_id[:40]!r} is not registered; "
            "mend the table, or add it to enterprises.geojson of the site"
        )
    if finding.rule_id not in run.rules:
        yield f"{where}: its rule is not among the rules of the run; name it in rules"
    if "\x00" in "".join((*finding.identity, finding.message)) or len(finding.subject) > LONGEST_ID:
        yield f"{where}: the subject has more than {LONGEST_ID} signs, or a NUL; shorten it in the rule's select"


def _file(desk: _Desk) -> Filed:
    known = _known(desk.session, desk.run)
    filed = _compared(known, desk.run, dry_run=False)
    tickets = [_settle(desk, known.get(one.identity), one) for one in _after(known, desk.run)]
    told = {"new": filed.new, "mended": filed.mended, "returned": filed.returned, "as_of": desk.run.as_of.isoformat()}
    record(desk.session, to_ms(desk.at), desk.who, "data_check.filed", desk.run.checks, told)
    return replace(filed, tickets=tuple(one for one in tickets if one is not None))


Known = dict[tuple[str, str, str], FindingRow]


def _known(session: Session, run: Run) -> Known:
    rows = session.scalars(select(FindingRow).where(FindingRow.checks == run.checks))
    return {(row.rule_id, row.enterprise_id, row.subject): row for row in rows}


def _after(known: Known, run: Run) -> Collection[Finding]:
    return follow(map(finding_of, known.values()), run.findings, run.rules, run.as_of)


def _compared(known: Known, run: Run, *, dry_run: bool) -> Filed:
    was = {key: FindingState(row.state) for key, row in known.items()}
    now = {one.identity: one.state for one in _after(known, run)}
    changes = [(was.get(key), state) for key, state in now.items()]
    return Filed(
        new=changes.count((None, FindingState.OPEN)),
        still_open=changes.count((FindingState.OPEN, FindingState.OPEN)),
        mended=changes.count((FindingState.OPEN, FindingState.MENDED)),
        returned=changes.count((FindingState.MENDED, FindingState.OPEN)),
        tickets=(),
        dry_run=dry_run,
    )


def finding_of(row: FindingRow) -> Finding:
    """Return a row as the rules read it."""
    proof = msgspec.json.decode(row.proof, type=dict[str, tuple[dict[str, str], ...]])
    return Finding(
        rule_id=row.rule_id,
        enterprise_id=row.enterprise_id,
        subject=row.subject,
        message=row.message,
        proof=proof,
        state=FindingState(row.state),
        first_seen=date.fromisoformat(row.first_seen),
        last_seen=date.fromisoformat(row.last_seen),
    )


def _settle(desk: _Desk, row: FindingRow | None, finding: Finding) -> str | None:
    """Keep a finding as it is after the run, and let its clue follow; return the ticket that was opened, or anew."""
    if row is None:
        return _first(desk, finding)
    before, row.state = row.state, finding.state.value
    row.last_seen, row.message = finding.last_seen.isoformat(), finding.message
    row.proof = _proof(finding)
    if before == row.state:
        return None
    clue = desk.session.get_one(ClueRow, (ClueSource.DATA_CHECK.value, _external_id(desk.run.checks, finding)))
    if finding.state is FindingState.MENDED:
        _mended(desk, clue)
        return None
    return _returned(desk, clue)


def _first(desk: _Desk, finding: Finding) -> str:
    place = desk.office.register.get(finding.enterprise_id)
    seen = datetime.combine(finding.last_seen, time(), desk.office.zone)
    clue = Clue(
        source=ClueSource.DATA_CHECK,
        external_id=_external_id(desk.run.checks, finding),
        at=min(seen, desk.at),
        lon=place.lon,
        lat=place.lat,
        text=finding.message,
        place=Place(
            enterprise_id=place.enterprise_id,
            name=place.name,
            lon=place.lon,
            lat=place.lat,
            named=True,
            whitelisted=place.whitelisted,
        ),
    )
    taken = take_clue(desk.session, desk.numbering, desk.office, clue, desk.who)
    desk.session.add(
        FindingRow(
            finding_id=finding_id(desk.run.checks, finding),
            checks=desk.run.checks,
            rule_id=finding.rule_id,
            enterprise_id=finding.enterprise_id,
            subject=finding.subject,
            message=finding.message,
            proof=_proof(finding),
            state=finding.state.value,
            first_seen=finding.first_seen.isoformat(),
            last_seen=finding.last_seen.isoformat(),
            ticket_id=taken.ticket_id,
        )
    )
    return taken.ticket_id


def _mended(desk: _Desk, clue: ClueRow) -> None:
    ticket = desk.session.get_one(TicketRow, clue.ticket_id)
    if clue.opened and ticket.state in _NOT_SENT:
        move = _move(desk, MoveKind.DISMISS, MENDED, note=_NOTE)
        make_move(desk.session, desk.numbering, ticket.id, move, desk.office.rules)
    if clue.closed_ms is None:
        clue.closed_ms = to_ms(desk.at)
    record(desk.session, to_ms(desk.at), SYSTEM, "finding.mended", clue.external_id, {"ticket": ticket.id})


def _returned(desk: _Desk, clue: ClueRow) -> str | None:
    clue.closed_ms = None
    ticket = desk.session.get_one(TicketRow, clue.ticket_id)
    record(desk.session, to_ms(desk.at), SYSTEM, "finding.returned", clue.external_id, {"ticket": ticket.id})
    if ticket.state not in _ENDED:
        return None
    move = _move(desk, MoveKind.REOPEN, RETURNED)
    make_move(desk.session, desk.numbering, ticket.id, move, desk.office.rules)
    return ticket.id


def _move(desk: _Desk, kind: MoveKind, why: str, note: str | None = None) -> Move:
    reason = DismissalReason.OTHER if kind is MoveKind.DISMISS else None
    return Move(kind=kind, who=SYSTEM, at=desk.at, reason_code=reason, note=note, why=(why,))


def _external_id(checks: str, finding: Finding) -> str:
    return f"{checks}:{finding.rule_id}:{finding_id(checks, finding)}"


def _proof(finding: Finding) -> str:
    return msgspec.json.encode(dict(finding.proof)).decode()
