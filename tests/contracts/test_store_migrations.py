"""The tables come and go on both databases, and are the ones that the models mean."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Engine, Float, Integer, LargeBinary, MetaData, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from alerts.store import Snapshots, Tickets, current, downgrade, newest, open_store, upgrade
from alerts.store.migrate import _config
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


REVISIONS = sorted(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
ROWS = 3
MADE_ANEW = {"endpoints"}
"""Tables that a migration may empty: no version before it wrote to them."""


def fill(engine: Engine) -> None:
    """Put rows into every table that there is, whatever its columns; each refers to the row of its own number."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                rows = [
                    {column.name: _value(column, number) for column in table.columns} for number in range(1, ROWS + 1)
                ]
                connection.execute(table.insert(), rows)


def _value(column, number: int) -> object:
    kinds = {Boolean: bool(number % 2), Integer: number, Float: number / 2, LargeBinary: bytes([number])}
    return next((value for kind, value in kinds.items() if isinstance(column.type, kind)), f"v{number}")


def counted(engine: Engine) -> dict[str, int]:
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables.sorted_tables
            if table.name != "alembic_version"
        }


def test_every_step_down_with_data_in_every_table(url, engine):
    upgrade(url)
    fill(engine)
    full = counted(engine)
    assert min(full.values()) == ROWS

    for revision in [*reversed(REVISIONS[:-1]), "base"]:
        downgrade(url, revision)
        left = counted(engine)
        assert left == {name: full[name] for name in left}, revision

    assert left == {}
    upgrade(url)
    assert set(counted(engine)) == set(full)


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_upgrade_from_every_version_keeps_its_data(url, engine, revision):
    upgrade(url, revision)
    fill(engine)
    before = counted(engine)

    upgrade(url)

    after = counted(engine)
    kept = before.keys() - MADE_ANEW
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def test_down_and_up_again_the_audit_still_refuses_changes(url, engine):
    upgrade(url)
    downgrade(url, "0001")
    upgrade(url)
    fill(engine)

    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE audit SET who = 'x'"))


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
