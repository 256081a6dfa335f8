"""Couriers over a real store and real receivers on this machine; time passes only when a test says so."""

import asyncio
import json
import threading
from email.utils import formatdate
from itertools import count

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from alerts.delivery.circuit import CircuitState
from alerts.delivery.endpoint import Filter
from alerts.delivery.events import EventType, cancel
from alerts.delivery.letters import Asked, Letters
from alerts.delivery.schedule import WINDOW_MS
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow, OutboxRow
from tests.builders_delivery import SECRET, bench, endpoint_to, put_event, receiving, self_signed
from tests.ticket_stores import BACKENDS, fresh_store


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path):
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def states(engine) -> dict[str, int]:
    page, _ = Letters(engine).page(Asked(limit=500))
    found = [letter.state for letter in page]
    return {state: found.count(state) for state in set(found)}


async def test_an_event_arrives_signed_and_as_it_was_put(engine, receiver):
    async with bench(engine, endpoint_to(receiver)) as at:
        event_id = put_event(engine, "a1", at.clock())
        await at.step()
    (got,) = receiver.got
    with reading(engine) as session:
        body = session.get_one(OutboxRow, event_id).body

    assert got.body == body.encode()
    assert got.id == json.loads(got.body)["id"] == event_id
    assert Webhook(SECRET).verify(got.body, got.headers)["data"]["id"] == "a1"


async def test_a_delivered_event_is_not_sent_again(engine, receiver):
    async with bench(engine, endpoint_to(receiver)) as at:
        put_event(engine, "a1", at.clock())
        await at.run_for(20, 5)

    assert len(receiver.got) == 1


async def test_filters_decide_who_hears_what(engine, receiver):
    with receiving() as other:
        deaf = endpoint_to(other, "deaf", filter=Filter(priorities=frozenset({3})))
        async with bench(engine, endpoint_to(receiver), deaf) as at:
            put_event(engine, "a1", at.clock())
            await at.step()

        assert len(receiver.got) == 1
        assert other.got == []


async def test_down_for_ten_minutes_loses_nothing_and_keeps_the_order(engine, receiver):
    receiver.always(503)
    async with bench(engine, endpoint_to(receiver)) as at:
        told = [put_event(engine, f"t{number % 3}", at.clock(), change=number) for number in range(9)]
        await at.run_for(600, 20)
        attempts_while_down = len(receiver.got)
        receiver.always(204)
        await at.run_for(400, 20)

    assert sorted(request.id for request in receiver.took) == sorted(told)
    for ticket in ("t0", "t1", "t2"):
        assert [one.id for one in receiver.took if one.subject == ticket] == [
            event_id for number, event_id in enumerate(told) if f"t{number % 3}" == ticket
        ]
    assert attempts_while_down < 30  # the circuit is open most of the time
    assert states(engine) == {"delivered": 9}


async def test_flapping_delivers_every_event_once_taken_in_order(engine, receiver):
    turn = count()
    receiver.answer = lambda _: (500, {}) if next(turn) % 3 else (204, {})
    async with bench(engine, endpoint_to(receiver)) as at:
        told = [put_event(engine, "a1", at.clock(), change=number) for number in range(6)]
        await at.run_for(3600, 10)

    assert [request.id for request in receiver.took] == told


async def test_a_slow_endpoint_is_cut_off_and_slows_nobody(engine, receiver):
    with receiving() as slow:
        let_go = threading.Event()
        slow.answer = lambda _: (let_go.wait(30), (204, {}))[1]
        both = (endpoint_to(slow, "slow", timeout_s=0.3), endpoint_to(receiver, "quick"))
        async with bench(engine, *both) as at:
            for number in range(8):
                put_event(engine, f"t{number}", at.clock())
            at.ledger.spread(at.endpoints, at.clock())
            runs = [asyncio.create_task(courier.run()) for courier in at.couriers.values()]
            async with asyncio.timeout(5):
                while len(receiver.took) < 8:  # noqa: ASYNC110 - the receiver is a thread
                    await asyncio.sleep(0.005)
            slow_done = len(slow.took)
            for run in runs:
                run.cancel()
            await at.couriers["slow"].settle()
            let_go.set()
        assert slow_done == 0
        page, _ = Letters(engine).page(Asked(endpoint="slow", limit=100))
        assert any(one.last_error == "no answer within 0.3 s" for one in page)


async def test_retry_after_in_seconds_is_obeyed_by_the_whole_endpoint(engine, receiver):
    receiver.always(429, retry_after="300")
    async with bench(engine, endpoint_to(receiver)) as at:
        put_event(engine, "a1", at.clock())
        await at.step()
        put_event(engine, "b2", at.clock())
        receiver.always(204)
        await at.run_for(290, 10)
        quiet = len(receiver.got)
        await at.run_for(30, 5)

    assert quiet == 1
    assert sorted(request.subject for request in receiver.took) == ["a1", "b2"]


async def test_retry_after_as_a_date_is_obeyed(engine, receiver):

    async with bench(engine, endpoint_to(receiver)) as at:
        receiver.always(503, retry_after=formatdate(at.clock() / 1000 + 600, usegmt=True))
        put_event(engine, "a1", at.clock())
        await at.step()
        receiver.always(204)
        await at.run_for(590, 10)
        quiet = len(receiver.got)
        await at.run_for(30, 5)

    assert (quiet, len(receiver.took)) == (1, 1)


async def test_gone_disables_the_endpoint_and_all_is_kept_as_dead_letters(engine, receiver):
    receiver.always(410)
    letters = Letters(engine)
    async with bench(engine, endpoint_to(receiver)) as at:
        told = [put_event(engine, "a1", at.clock(), change=number) for number in range(3)]
        await at.step()
        told.append(put_event(engine, "late", at.clock()))
        await at.run_for(100, 10)
        disabled = letters.endpoints(at.clock())[0]
        receiver.always(204)
        letters.enable("city", "chief", at.clock())
        again = letters.resend_dead("city", "chief", at.clock())
        await at.run_for(10, 1)
    with reading(engine) as session:
        acts = session.scalars(select(AuditRow.what).order_by(AuditRow.seq)).all()

    assert disabled.circuit is CircuitState.DISABLED
    assert (disabled.dead, disabled.waiting, again) == (4, 0, 4)
    assert len(receiver.got) == 1 + 4
    assert {request.id for request in receiver.took} == set(told)
    assert acts[0] == "endpoint.disabled"
    assert acts.count("delivery.resent") == 4


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_a_refusal_is_dead_at_once_and_the_next_event_goes_on(tmp_path, receiver, status):
    with fresh_store("sqlite", tmp_path) as engine:
        receiver.answer = lambda _: (status if len(receiver.got) == 1 else 204, {})
        async with bench(engine, endpoint_to(receiver)) as at:
            first, second = (put_event(engine, "a1", at.clock(), change=number) for number in (1, 2))
            await at.step()
            await at.step()
        page, _ = Letters(engine).page(Asked(state="dead"))

        assert [letter.event_id for letter in page] == [first]
        assert page[0].last_code == status
        assert [request.id for request in receiver.took] == [second]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 302])
async def test_what_may_pass_is_tried_again(tmp_path, receiver, status):
    with fresh_store("sqlite", tmp_path) as engine:
        receiver.answer = lambda _: (
            (status, {"location": "http://169.254.169.254/"}) if len(receiver.got) == 1 else (204, {})
        )
        async with bench(engine, endpoint_to(receiver)) as at:
            put_event(engine, "a1", at.clock())
            await at.run_for(10, 1)

        assert [len(receiver.got), len(receiver.took)] == [2, 1]
        assert {request.path for request in receiver.got} == {"/hook"}


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path):
    tls = self_signed(tmp_path, "localhost")
    with fresh_store("sqlite", tmp_path) as engine, receiving(tls) as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        strict = endpoint_to(receiver, "strict", url=url)
        trusting = endpoint_to(receiver, "trusting", url=url, ca_file=tls[0])
        other_name = endpoint_to(receiver, "other", ca_file=tls[0])
        async with bench(engine, strict, trusting, other_name) as at:
            put_event(engine, "a1", at.clock())
            await at.step()
        page, _ = Letters(engine).page(Asked())
        said = {letter.endpoint: letter for letter in page}

        assert {name: letter.state for name, letter in said.items()} == {
            "strict": "waiting",
            "trusting": "delivered",
            "other": "waiting",
        }
        assert "CERTIFICATE_VERIFY_FAILED" in str(said["strict"].last_error)
        assert "mismatch" in str(said["other"].last_error)
        assert len(receiver.got) == 1


async def test_an_internal_address_is_never_connected_to(tmp_path, receiver):
    with fresh_store("sqlite", tmp_path) as engine:
        async with bench(engine, endpoint_to(receiver), internal_allowed=False) as at:
            put_event(engine, "a1", at.clock())
            await at.run_for(30, 5)
        (letter,), _ = Letters(engine).page(Asked())

        assert receiver.got == []
        assert letter.state == "waiting"
        assert "127.0.0.1" in str(letter.last_error)
        assert "WUGAN_WEBHOOK_ALLOW_INTERNAL" in str(letter.last_error)


async def test_a_receiver_that_never_comes_back_is_given_up_after_24_hours_and_can_be_told_again(tmp_path, receiver):
    receiver.always(500)
    with fresh_store("sqlite", tmp_path) as engine:
        letters = Letters(engine)
        async with bench(engine, endpoint_to(receiver)) as at:
            told = put_event(engine, "a1", at.clock())
            await at.run_for(WINDOW_MS / 1000 - 600, 300)
            before = states(engine)
            await at.run_for(1200, 300)
            (letter,), _ = letters.page(Asked(state="dead"))
            _, log = letters.log(letter.id)
            receiver.always(204)
            letters.resend(letter.id, "chief", at.clock())
            await at.step()

        assert before == {"waiting": 1}
        assert 15 <= len(log) <= 30
        assert {line.code for line in log} == {500}
        assert [request.id for request in receiver.took] == [told]


async def test_what_a_closed_off_endpoint_never_got_is_given_up_too(tmp_path, receiver):
    with fresh_store("sqlite", tmp_path) as engine:
        async with bench(engine, endpoint_to(receiver)) as at:
            put_event(engine, "a1", at.clock())
            at.ledger.spread(at.endpoints, at.clock())
            assert at.ledger.expire(at.clock()) == 0
            at.clock.advance(WINDOW_MS / 1000 + 601)

            assert at.ledger.expire(at.clock(), busy={"evt_other"}) == 1
        assert states(engine) == {"dead": 1}


async def test_a_dispatch_that_is_undone_never_leaves(engine, receiver):
    async with bench(engine, endpoint_to(receiver)) as at:
        put_event(engine, "a1", at.clock(), wait_ms=10_000)
        await at.run_for(9, 3)
        with writing(engine) as session:
            assert cancel(session, "a1", EventType.UPDATED, at.clock())
        await at.run_for(30, 3)

    assert receiver.got == []


async def test_what_follows_a_dispatch_waits_until_it_can_no_longer_be_undone(engine, receiver):
    async with bench(engine, endpoint_to(receiver)) as at:
        first = put_event(engine, "a1", at.clock(), change=1, wait_ms=10_000)
        second = put_event(engine, "a1", at.clock(), change=2)
        other = put_event(engine, "b2", at.clock())
        await at.step()
        soon = [request.id for request in receiver.took]
        at.clock.advance(10)
        await at.step()
        await at.step()

    assert soon == [other]
    assert [request.id for request in receiver.took] == [other, first, second]


async def test_no_more_than_so_many_a_minute(tmp_path, receiver):
    with fresh_store("sqlite", tmp_path) as engine:
        async with bench(engine, endpoint_to(receiver, per_minute=3)) as at:
            for number in range(7):
                put_event(engine, f"t{number}", at.clock())
            await at.run_for(55, 5)
            first = len(receiver.got)
            await at.run_for(120, 5)

        assert (first, len(receiver.took)) == (3, 7)


async def test_a_form_that_fails_on_one_event_goes_on_with_the_next(tmp_path, receiver):
    with fresh_store("sqlite", tmp_path) as engine:
        broken = endpoint_to(receiver, secrets=("whsec_",))
        async with bench(engine, broken) as at:
            put_event(engine, "a1", at.clock())
            await at.step()

        assert states(engine) == {"dead": 1}


async def test_a_re_send_keeps_the_id_and_is_audited(tmp_path, receiver):
    with fresh_store("sqlite", tmp_path) as engine:
        letters = Letters(engine)
        async with bench(engine, endpoint_to(receiver)) as at:
            told = put_event(engine, "a1", at.clock())
            await at.step()
            letters.resend(f"{told}.city", "chief", at.clock())
            await at.step()
        with reading(engine) as session:
            acts = session.execute(select(AuditRow.who, AuditRow.what, AuditRow.subject)).all()

        assert [request.id for request in receiver.got] == [told, told]
        assert acts == [("chief", "delivery.resent", told)]
