"""Freezing on both databases: each occasion once, never replaced, its hash in the audit, beside the stream."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from alerts.audit_check import check_store
from alerts.evidence.due import occasions
from alerts.evidence.freezer import MOST_AT_ONCE, RETRY_MS, SETTLE_MS, Freezer
from alerts.evidence.frozen import evidence_hash
from alerts.evidence.store import Evidence
from alerts.lifecycle import MoveKind, Outcome
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.models import EvidenceRow
from domain.ticket import DismissalReason
from domain.times import to_ms
from tests.builders_alerts import NOON, amended, make_move
from tests.builders_evidence import history, site, ticket
from tests.ticket_stores import BACKENDS, fresh_store

NOW_MS = to_ms(NOON) + 60_000
DISMISSED = {"reason_code": DismissalReason.HUMIDITY}


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path) -> Iterator[Engine]:
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    kept = history(tmp_path_factory.mktemp("history"), site())
    yield kept
    kept.close()


class Away:
    """A history that does not answer, until it does."""

    def __init__(self, records) -> None:
        self._records = records
        self.away = True

    def __getattr__(self, name):
        if self.away:
            raise ConnectionError("the history is away")
        return getattr(self._records, name)


def kept(engine: Engine) -> dict[tuple[str, str], str]:
    with reading(engine) as session:
        return {(row.ticket_id, row.occasion): row.sha256 for row in session.query(EvidenceRow)}


def settled(freezer: Freezer, now_ms: int) -> int:
    """Look, then let it settle."""
    freezer.freeze_due(now_ms)
    return freezer.freeze_due(now_ms + SETTLE_MS)


def test_a_ticket_is_frozen_when_it_opens_is_decided_and_closes(engine, records):
    tickets, freezer = Tickets(engine), Freezer(Evidence(engine), site(), records)
    tickets.upsert([ticket()])
    assert settled(freezer, NOW_MS) == 1
    tickets.decide("a1", make_move())
    assert settled(freezer, NOW_MS + 60_000) == 1
    outcome = Outcome(problem_found=True)
    tickets.decide("a1", make_move(MoveKind.OUTCOME, at=NOON + timedelta(hours=1), outcome=outcome))
    assert settled(freezer, NOW_MS + 120_000) == 1

    assert set(kept(engine)) == {("a1", "opened"), ("a1", "decided"), ("a1", "closed")}
    assert (settled(freezer, NOW_MS + 180_000), freezer.waiting) == (0, 0)


def test_the_audit_holds_the_hash_of_what_was_frozen(engine, records):
    evidence = Evidence(engine)
    Tickets(engine).upsert([ticket()])
    settled(Freezer(evidence, site(), records), NOW_MS)

    found = evidence.of("a1")
    (act,) = [row for row in found.trail if row.what == "evidence.frozen"]
    assert (
        evidence.hashes("a1")
        == {"opened": evidence_hash(found.frozen["opened"])}
        == {"opened": kept(engine)["a1", "opened"]}
    )
    assert (act.who, act.subject) == ("system", "a1")
    assert check_store(engine).whole


def test_what_was_frozen_stays_as_it_was(engine, records):
    evidence, tickets = Evidence(engine), Tickets(engine)
    tickets.upsert([ticket()])
    settled(Freezer(evidence, site(), records), NOW_MS)
    before = evidence.of("a1").frozen

    tickets.upsert([amended(ticket())])
    settled(Freezer(evidence, site("renamed"), records), NOW_MS + 600_000)

    assert evidence.of("a1").frozen == before


@pytest.mark.parametrize("statement", ["UPDATE evidence SET sha256 = ''", "DELETE FROM evidence"])
def test_the_database_refuses_to_change_evidence(engine, records, statement):
    Tickets(engine).upsert([ticket()])
    settled(Freezer(Evidence(engine), site(), records), NOW_MS)

    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(statement))

    assert len(kept(engine)) == 1


def test_two_desks_side_by_side_freeze_once(engine, records):
    tickets = Tickets(engine)
    tickets.upsert([ticket(f"t{number}") for number in range(4)])
    freezers = [Freezer(Evidence(engine), site(), records, settle_ms=0) for _ in range(3)]

    with ThreadPoolExecutor(3) as pool:
        frozen = sum(pool.map(lambda freezer: freezer.freeze_due(NOW_MS), freezers))

    assert (frozen, len(kept(engine))) == (4, 4)
    assert check_store(engine).whole


def test_a_restart_freezes_what_was_left(engine, records):
    tickets = Tickets(engine)
    tickets.upsert([ticket("t1"), ticket("t2")])
    tickets.decide("t2", make_move(MoveKind.DISMISS, **DISMISSED))
    Freezer(Evidence(engine), site(), records).freeze_due(NOW_MS)  # stopped before anything had settled

    assert settled(Freezer(Evidence(engine), site(), records), NOW_MS) == 3


def test_nothing_is_frozen_before_it_has_settled(engine, records):
    Tickets(engine).upsert([ticket()])
    freezer = Freezer(Evidence(engine), site(), records)

    assert freezer.freeze_due(NOW_MS) == 0
    assert freezer.freeze_due(NOW_MS + SETTLE_MS - 1) == 0
    assert (freezer.waiting, freezer.freeze_due(NOW_MS + SETTLE_MS)) == (1, 1)


def test_a_dispatch_that_was_taken_back_is_no_decision(engine, records):
    tickets, freezer = Tickets(engine), Freezer(Evidence(engine), site(), records)
    tickets.upsert([ticket()])
    settled(freezer, NOW_MS)
    tickets.decide("a1", make_move())
    freezer.freeze_due(NOW_MS + 100_000)
    tickets.decide("a1", make_move(MoveKind.UNDO, at=NOON + timedelta(minutes=5, seconds=5)))

    assert settled(freezer, NOW_MS + 100_000) == 0
    assert set(kept(engine)) == {("a1", "opened")}


def test_a_history_that_is_away_delays_evidence_and_loses_none(engine, records):
    Tickets(engine).upsert([ticket("t1"), ticket("t2")])
    away = Away(records)
    freezer = Freezer(Evidence(engine), site(), away, settle_ms=0)

    with pytest.raises(ConnectionError):
        freezer.freeze_due(NOW_MS)
    away.away = False

    assert freezer.freeze_due(NOW_MS + 1000) == 2


def test_one_odd_ticket_does_not_hold_up_the_others(engine, records):
    class Odd:
        def __getattr__(self, name):
            return getattr(records, name)

        def weather_of(self, since_ms, until_ms):
            if since_ms < to_ms(NOON) - 24 * 3_600_000:
                raise ValueError("refused")
            return records.weather_of(since_ms, until_ms)

    long_ago = NOON.replace(year=2024)
    odd = replace(ticket("t1"), opened_at=long_ago, event_start=long_ago, event_end=long_ago)
    Tickets(engine).upsert([odd, ticket("t2")])
    freezer = Freezer(Evidence(engine), site(), Odd(), settle_ms=0)

    assert freezer.freeze_due(NOW_MS) == 1
    assert set(kept(engine)) == {("t2", "opened")}
    assert (freezer.failed, freezer.waiting) == (1, 1)
    freezer.freeze_due(NOW_MS + RETRY_MS - 1)
    assert freezer.failed == 1
    freezer.freeze_due(NOW_MS + RETRY_MS)
    assert freezer.failed == 2


def test_many_at_once_are_frozen_a_few_a_time(engine, records):
    Tickets(engine).upsert([ticket(f"t{number}") for number in range(MOST_AT_ONCE + 3)])
    freezer = Freezer(Evidence(engine), site(), records, settle_ms=0)

    assert [freezer.freeze_due(NOW_MS), freezer.freeze_due(NOW_MS), freezer.freeze_due(NOW_MS)] == [MOST_AT_ONCE, 3, 0]


def test_a_second_decision_and_closing_have_numbers():
    class Moved:
        def __init__(self, move, state, at_ms):
            self.move, self.state, self.at_ms = move, state, at_ms

    moves = [
        Moved("acknowledge", "acknowledged", 1),
        Moved("watch", "watching", 2),
        Moved("reopen", "new", 3),
        Moved("dispatch", "dispatched", 4),
        Moved("undo", "new", 5),
        Moved("dispatch", "dispatched", 6),
        Moved("remind", "dispatched", 7),
        Moved("outcome", "closed", 8),
        Moved("reopen", "new", 9),
        Moved("dismiss", "dismissed", 10),
    ]

    told = [(one.name, one.at_ms) for one in occasions(0, moves)]

    assert told == [("opened", 0), ("decided", 2), ("decided-2", 6), ("decided-3", 10), ("closed", 8)]


def test_a_changed_blob_no_longer_fits_the_audit(engine, records):
    evidence = Evidence(engine)
    Tickets(engine).upsert([ticket("t1"), ticket("t2")])
    settled(Freezer(evidence, site(), records), NOW_MS)
    with engine.begin() as connection:
        sqlite = engine.dialect.name == "sqlite"
        connection.execute(
            text("DROP TRIGGER evidence_refuses_update" if sqlite else "DROP TRIGGER evidence_stays ON evidence")
        )
        other = "(SELECT blob FROM evidence WHERE ticket_id = 't2')"
        connection.execute(text("UPDATE evidence SET blob = " + other + " WHERE ticket_id = 't1'"))  # noqa: S608 - ours

    assert evidence_hash(evidence.of("t1").frozen["opened"]) != evidence.hashes("t1")["opened"]
