"""The photographs of a ticket, on each database: the same one is one, a ticket takes only so many, each is audited."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from alerts.audit_check import check_store
from alerts.inspector import photos as photo_store
from alerts.inspector.form import Act, Said
from alerts.inspector.link import Visit
from alerts.inspector.photo import read_photo
from alerts.inspector.photos import Photos
from alerts.inspector.tell import Teller
from alerts.store import Tickets
from domain.problem import Problem
from domain.times import to_ms
from tests.builders_alerts import NOON
from tests.builders_inspector import a_picture, dispatched
from tests.ticket_stores import BACKENDS, fresh_store

AT = NOON + timedelta(minutes=9)


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path):
    with fresh_store(request.param, tmp_path) as engine:
        dispatched(Tickets(engine), "a1", "a2", at=NOON + timedelta(minutes=5))
        yield engine


def test_the_same_photograph_many_times_at_once_is_one(engine):
    photos, photo = Photos(engine), read_photo(a_picture())
    with ThreadPoolExecutor(6) as threads:
        ids = list(threads.map(lambda _: photos.add("a1", "王五", to_ms(AT), photo), range(12)))

    told = photos.of("a1")
    assert len(set(ids)) == 1
    assert [(one.id, one.at, one.who, one.bytes, one.sha256) for one in told] == [
        (ids[0], AT, "王五", len(photo.blob), photo.sha256)
    ]
    assert photos.file("a1", ids[0]) == ("image/jpeg", photo.blob)
    assert photos.of("a2") == ()
    assert check_store(engine).whole


def test_a_ticket_takes_only_so_many(engine, monkeypatch):
    monkeypatch.setattr(photo_store, "MOST_PER_TICKET", 2)
    photos = Photos(engine)
    for width in (20, 21):
        photos.add("a1", "王五", to_ms(AT), read_photo(a_picture(width)))
    photos.add("a1", "王五", to_ms(AT), read_photo(a_picture(20)))

    with pytest.raises(Problem, match="takes no more") as refused:
        photos.add("a1", "王五", to_ms(AT), read_photo(a_picture(22)))
    assert refused.value.status == 409
    assert len(photos.of("a1")) == 2
    assert check_store(engine).whole


def test_an_unknown_ticket_takes_none(engine):
    with pytest.raises(Problem) as refused:
        Photos(engine).add("nothing", "王五", to_ms(AT), read_photo(a_picture()))
    assert refused.value.status == 404


def test_accepted_many_times_at_once_is_one_move(engine):
    tickets = Tickets(engine)
    teller = Teller(tickets, Photos(engine), lambda: AT, keep_position=False)
    said = Said(name="", key="", outcome=None, photos=())
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: teller.tell(Visit(ticket_id="a1", who="王五"), Act.ACCEPT, said), range(12)))

    assert [entry.what for entry in tickets.get("a1").history[2:]] == ["accepted"]
