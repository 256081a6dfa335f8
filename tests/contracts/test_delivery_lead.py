"""The lead of delivering: one at a time, given up or lost with its holder, on both databases."""

import asyncio
import time
from random import Random

import pytest
from sqlalchemy import create_engine, text

from alerts.delivery.attempt import Way
from alerts.delivery.forms.webhook import WebhookForm
from alerts.delivery.http import HttpTransport
from alerts.delivery.leader import PostgresLead, lead_of
from alerts.delivery.ledger import Ledger
from alerts.delivery.office import Office
from alerts.store import open_store
from tests.builders_delivery import endpoint_to, put_event, receiving
from tests.ticket_stores import BACKENDS, empty_database, fresh_store


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path):
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


def test_one_has_it_until_it_is_given_up(engine):
    first, second = lead_of(engine), lead_of(engine)

    assert first.take()
    assert first.take()
    assert not second.take()
    assert (first.is_held(), second.is_held()) == (True, False)

    first.give_up()

    assert not first.is_held()
    assert second.take()
    second.give_up()


@pytest.mark.services
def test_a_lost_connection_loses_the_lead(tmp_path):
    with empty_database("postgresql", tmp_path) as url:
        engine = open_store(url)
        lead, other = PostgresLead(engine), PostgresLead(engine)
        assert lead.take()
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
        admin.dispose()

        assert not lead.is_held()
        assert other.take()
        other.give_up()
        engine.dispose()


async def test_two_offices_side_by_side_send_each_event_once_and_one_follows_the_other(engine):
    with receiving() as receiver:

        def office() -> Office:
            def ways() -> list[Way]:
                endpoint = endpoint_to(receiver)
                return [Way(endpoint, WebhookForm(), HttpTransport(endpoint, internal_allowed=True))]

            return Office(ways, Ledger(engine, Random(1)), lead_of(engine), lambda: time.time_ns() // 1_000_000)

        offices = [office(), office()]
        runs = [asyncio.create_task(one.run()) for one in offices]
        told = [put_event(engine, f"t{number % 4}", 0, change=number) for number in range(12)]
        await until(lambda: len(receiver.took) >= 12)
        active = [one.is_active for one in offices]
        leaving = active.index(True)
        runs[leaving].cancel()
        await asyncio.gather(runs[leaving], return_exceptions=True)
        later = put_event(engine, "later", 0)
        await until(lambda: any(request.id == later for request in receiver.took))
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)

        assert sorted(active) == [False, True]
        assert sorted(request.id for request in receiver.took) == sorted([*told, later])


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the receiver is a thread
            await asyncio.sleep(0.01)
