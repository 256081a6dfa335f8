"""The tables come and go on both databases, and are the ones that the models mean."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from alerts.store import Snapshots, Tickets, current, downgrade, newest, open_store, upgrade
from alerts.store.models import Base
from tests.builders_alerts import make_move, make_ticket
from tests.ticket_stores import BACKENDS, empty_database


@pytest.fixture(params=BACKENDS)
def url(request, tmp_path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def engine(url):
    engine = open_store(url)
    yield engine
    engine.dispose()


def test_up_down_and_up_again_with_data(url, engine):
    assert current(url) is None
    upgrade(url)
    assert current(url) == newest()
    tickets = Tickets(engine)
    tickets.upsert([make_ticket()])
    tickets.decide("a1", make_move(), key="k")
    Snapshots(engine, "wugan").save("detect", "0", 1, b"x")

    downgrade(url, "base")
    assert current(url) is None
    assert inspect(engine).get_table_names() == ["alembic_version"]

    upgrade(url)
    assert tickets.system_tickets() == []
    assert tickets.upsert([make_ticket()]) == 1


def test_an_upgrade_twice_keeps_the_data(url, engine):
    upgrade(url)
    Tickets(engine).upsert([make_ticket()])

    upgrade(url)

    assert len(Tickets(engine).system_tickets()) == 1


def test_processes_that_start_together_may_all_upgrade(url):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, [url] * 4))

    assert current(url) == newest()


def test_a_migration_that_fails_leaves_nothing_behind(url, engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE snapshots (x INTEGER)"))

    with pytest.raises(DBAPIError, match="snapshots"):
        upgrade(url)

    assert inspect(engine).get_table_names() == ["snapshots"]


def test_the_migrations_make_the_tables_of_the_models(url, engine):
    upgrade(url)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_store_without_tables_is_a_fault_not_an_outage(engine):
    with pytest.raises(DBAPIError, match="counters"):
        Tickets(engine).upsert([make_ticket()])
