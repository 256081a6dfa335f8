"""What inspectors read of a ticket that a clue from elsewhere opened: on the phone's page and in messages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from sqlalchemy import Engine

from alerts.delivery.events import EventType
from alerts.delivery.forms.ticket_told import CLUE_SIGNS, TicketTold, ticket_lines, ticket_title
from alerts.lifecycle import MoveKind
from alerts.store import Tickets
from alerts.supervision.clues import Told, post_clue
from domain.supervision.clues import ClueSource
from domain.wire import encode_ticket
from tests.builders_alerts import make_move, make_ticket
from tests.builders_inspector import HOSTILE, inspector_app, path_of
from tests.builders_office import NOON, an_enterprise, an_office
from tests.ticket_stores import fresh_store

ZONE = ZoneInfo("Asia/Shanghai")
TEXT = f"{HOSTILE} 夜间异味"


@pytest.fixture
def engine(tmp_path):
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


def tell(engine: Engine, source: ClueSource = ClueSource.COMPLAINT, text: str = TEXT) -> str:
    office = an_office(engine, an_enterprise())
    told = Told(source=source, external_id=source.value, at=NOON, text=text, lon=116.51, lat=39.79)
    return post_clue(office, told, "hotline").ticket_id


def message(engine: Engine, ticket_id: str) -> tuple[str, dict[str, str]]:
    ticket = msgspec.json.decode(encode_ticket(Tickets(engine).get(ticket_id)), type=TicketTold)
    return ticket_title(ticket, "线索"), dict(ticket_lines(ticket, EventType.OPENED.value, ZONE, None))


@pytest.fixture
async def phone(engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    app = inspector_app(engine, lambda: NOON + timedelta(minutes=10))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


async def test_the_phones_page_shows_what_was_complained_of_as_text(engine: Engine, phone: httpx.AsyncClient) -> None:
    ticket_id = tell(engine)
    Tickets(engine).decide(ticket_id, make_move(MoveKind.DISPATCH, at=NOON))

    page = (await phone.get(path_of(ticket_id, NOON))).text

    assert "投诉线索" in page
    assert "夜间异味" in page
    assert HOSTILE not in page
    assert "<dt>风</dt>" not in page


async def test_a_ticket_of_the_air_shows_the_complaint_that_joined_it(engine: Engine, phone: httpx.AsyncClient) -> None:
    Tickets(engine).upsert([make_ticket("a1", opened_at=NOON)])
    assert tell(engine) == "a1"
    Tickets(engine).decide("a1", make_move(MoveKind.DISPATCH, at=NOON))

    page = (await phone.get(path_of("a1", NOON))).text

    assert "PM2.5" in page
    assert "夜间异味" in page


def test_a_message_says_what_the_clue_says(engine: Engine) -> None:
    title, lines = message(engine, tell(engine, text="夜" * 100))
    assert title == "【线索】#1 群众投诉"
    assert 0 < len(lines["异常"]) <= CLUE_SIGNS
    assert lines["异常"].startswith("夜夜")
    assert lines["佐证"] == ""


def test_a_message_of_the_air_names_what_corroborates_it(engine: Engine) -> None:
    Tickets(engine).upsert([make_ticket("a1", opened_at=NOON)])
    tell(engine)
    tell(engine, ClueSource.SATELLITE)

    title, lines = message(engine, "a1")

    assert "PM2.5" in title
    assert lines["佐证"] == "群众投诉、卫星线索"
