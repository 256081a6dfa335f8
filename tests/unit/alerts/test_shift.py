"""The shift's figures: what opened and was decided since the site's midnight, what was undone not counted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.lifecycle import Move, MoveKind
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.today import Today, today
from domain.ticket import DismissalReason
from domain.times import to_ms
from tests.builders_alerts import make_ticket
from tests.ticket_stores import fresh_store

MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


def decide(engine: Engine, ticket_id: str, kind: MoveKind, at: datetime, **more: object) -> None:
    Tickets(engine).decide(ticket_id, replace(Move(kind=kind, who="duty", at=at), **more))


def counted(engine: Engine, now: datetime) -> Today:
    with reading(engine) as session:
        return today(session, to_ms(MIDNIGHT), to_ms(now))


def test_an_empty_store_counts_nothing(engine: Engine):
    found = counted(engine, MIDNIGHT)

    assert (found.opened, found.opened_last_hour, found.dispatched, found.dismissed, found.watched) == (0, 0, 0, 0, 0)


def test_yesterdays_ticket_is_of_the_last_hour_and_not_of_today(engine: Engine):
    Tickets(engine).upsert([make_ticket("a1", opened_at=MIDNIGHT - timedelta(minutes=10))])
    found = counted(engine, MIDNIGHT + timedelta(minutes=10))

    assert (found.opened, found.opened_last_hour) == (0, 1)


def test_what_was_undone_is_not_counted(engine: Engine):
    at = MIDNIGHT + timedelta(hours=1)
    Tickets(engine).upsert([make_ticket(name, opened_at=at) for name in ("a1", "b2", "c3")])
    decide(engine, "a1", MoveKind.DISPATCH, at + timedelta(seconds=1), enterprise_id="e-112")
    decide(engine, "a1", MoveKind.UNDO, at + timedelta(seconds=3))
    decide(engine, "b2", MoveKind.DISMISS, at + timedelta(seconds=5), reason_code=DismissalReason.HUMIDITY)
    decide(engine, "c3", MoveKind.WATCH, at + timedelta(seconds=6), minutes=30)
    found = counted(engine, at + timedelta(minutes=1))

    assert (found.opened, found.dispatched, found.dismissed, found.watched) == (3, 0, 1, 1)
