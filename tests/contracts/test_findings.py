"""Findings on both databases: one clue each, mended ones close themselves, all of a run or nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from alerts.lifecycle import MoveKind
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.models import AuditRow, ClueRow, FindingRow, OutboxRow, TicketRow
from alerts.supervision.findings import Filed, Run, file_run, find_finding, finding_of, list_findings
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.supervision.data_checks import Finding
from tests.builders_alerts import make_move
from tests.builders_office import NOON, Clock, an_enterprise, an_office

TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def office(engine: Engine, clock: Clock) -> Office:
    return an_office(engine, an_enterprise(), an_enterprise("e2"), clock=clock)


@pytest.fixture
def tickets(engine: Engine) -> Tickets:
    return Tickets(engine)


def finding(subject: str = "lab-1", **said: Any) -> Finding:
    told = {"rule_id": "expired", "enterprise_id": "e1", "message": f"证书过期 {subject}"} | said
    proof = {"certificates": ({"certificate_id": "c1", "valid_until": "2026-01-01"},)}
    return Finding(subject=subject, proof=proof, first_seen=TODAY, last_seen=TODAY, **told)


def run(*findings: Finding, **said: Any) -> Run:
    return Run(**{"checks": "laboratories", "rules": ("expired",), "as_of": TODAY, "findings": findings} | said)


def file(office: Office, *findings: Finding, **said: Any) -> Filed:
    return file_run(office, run(*findings, **said), "analyst")


def numbers(filed: Filed) -> tuple[int, int, int, int, int]:
    return filed.new, filed.still_open, filed.mended, filed.returned, len(filed.tickets)


def counted(engine: Engine) -> list[int]:
    with reading(engine) as session:
        tables = (FindingRow, ClueRow, TicketRow, AuditRow, OutboxRow)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def state(tickets: Tickets, office: Office) -> str:
    (row,) = list_findings(office)
    return tickets.get(row.ticket_id or "").state.value


def test_each_finding_is_one_clue_ticket_with_its_rows(office: Office, tickets: Tickets, engine: Engine) -> None:
    filed = file(office, finding(), finding("lab-2", enterprise_id="e2"))

    assert numbers(filed) == (2, 0, 0, 0, 2)
    assert counted(engine)[:3] == [2, 2, 2]
    row = find_finding(office, list_findings(office)[0].finding_id)
    ticket = tickets.get(row.ticket_id or "")
    assert (ticket.source, ticket.candidates[0].enterprise_id) == ("data_check", row.enterprise_id)
    assert ticket.candidates[0].probability == 1.0
    assert ticket.clues[0].text == row.message
    assert finding_of(row).proof["certificates"][0]["valid_until"] == "2026-01-01"


def test_the_same_finding_again_is_one_and_tells_nobody(office: Office, engine: Engine) -> None:
    file(office, finding())
    before = counted(engine)

    assert numbers(file(office, finding(message="证书仍过期"))) == (0, 1, 0, 0, 0)

    after = counted(engine)
    assert after[:3] + after[4:] == before[:3] + before[4:]
    assert list_findings(office)[0].message == "证书仍过期"


def test_the_same_subject_of_another_set_of_checks_is_another(office: Office, engine: Engine) -> None:
    file(office, finding())
    file(office, finding(), checks="warehouses")
    assert counted(engine)[:3] == [2, 2, 2]


def test_what_is_mended_closes_itself(office: Office, tickets: Tickets, clock: Clock) -> None:
    file(office, finding())
    clock.at += DAY

    assert numbers(file(office, as_of=TODAY + DAY)) == (0, 0, 1, 0, 0)

    assert state(tickets, office) == "dismissed"
    ticket = tickets.get(list_findings(office)[0].ticket_id or "")
    assert ticket.history[-1].who == "system"
    assert ticket.history[-1].why == ("other", "finding_mended")
    assert ticket.clues[0].closed_at == clock.at
    assert [row.state for row in list_findings(office, is_open=False)] == ["mended"]
    assert list_findings(office, is_open=True) == []


def test_what_somebody_is_sent_to_is_left_to_them(office: Office, tickets: Tickets) -> None:
    (ticket_id,) = file(office, finding()).tickets
    tickets.decide(ticket_id, make_move(MoveKind.DISPATCH, at=NOON))

    file(office)

    assert state(tickets, office) == "dispatched"
    assert tickets.get(ticket_id).clues[0].closed_at == NOON


def test_what_comes_back_opens_anew(office: Office, tickets: Tickets, clock: Clock) -> None:
    file(office, finding())
    file(office)
    clock.at += DAY

    filed = file(office, finding(), as_of=TODAY + DAY)

    assert numbers(filed) == (0, 0, 0, 1, 1)
    assert state(tickets, office) == "new"
    assert tickets.get(filed.tickets[0]).clues[0].closed_at is None
    row = list_findings(office)[0]
    assert (row.first_seen, row.last_seen) == (TODAY.isoformat(), (TODAY + DAY).isoformat())


def test_what_a_person_has_dismissed_stays_so_while_it_is_found(office: Office, tickets: Tickets) -> None:
    from domain.ticket import DismissalReason

    (ticket_id,) = file(office, finding()).tickets
    tickets.decide(ticket_id, make_move(MoveKind.DISMISS, at=NOON, reason_code=DismissalReason.DUPLICATE))

    assert numbers(file(office, finding())) == (0, 1, 0, 0, 0)
    assert tickets.get(ticket_id).state == "dismissed"
    assert numbers(file(office)) == (0, 0, 1, 0, 0)
    assert tickets.get(ticket_id).state == "dismissed"


def test_rules_that_did_not_run_stay_as_they_were(office: Office) -> None:
    file(office, finding())
    assert numbers(file(office, rules=("other",))) == (0, 1, 0, 0, 0)
    assert [row.state for row in list_findings(office)] == ["open"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (run(finding(), finding("x", enterprise_id="e9"), finding("y", enterprise_id="e8")), "'e8' is not registered"),
        (run(finding(), rules=("other",)), "not among the rules"),
        (run(finding(), as_of=TODAY + DAY), "after today"),
        (run(finding(), checks="Labs!"), "call it by"),
        (run(finding("x" * 129)), "more than 128"),
        (run(replace(finding(), message="a\x00")), "NUL"),
    ],
)
def test_a_wrong_run_is_refused_whole(office: Office, engine: Engine, wrong: Run, told: str) -> None:
    for dry_run in (True, False):
        with pytest.raises(Problem, match="none was filed") as refused:
            file_run(office, wrong, "analyst", dry_run=dry_run)
        assert told in refused.value.detail
    assert counted(engine) == [0, 0, 0, 0, 0]


def test_an_older_run_is_refused(office: Office) -> None:
    file(office, finding())
    with pytest.raises(Problem, match="before the last run"):
        file(office, as_of=TODAY - DAY)


def test_a_dry_run_tells_the_same_and_changes_nothing(office: Office, engine: Engine) -> None:
    dry = file_run(office, run(finding(), finding("lab-2")), "analyst", dry_run=True)
    assert counted(engine) == [0, 0, 0, 0, 0]
    real = file(office, finding(), finding("lab-2"))
    assert numbers(dry)[:4] == numbers(real)[:4] == (2, 0, 0, 0)
