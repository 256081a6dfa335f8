"""What leaves the house keeps its schema: `docs/schema/` is made from the types and holds for real answers."""

import json
from pathlib import Path

import msgspec
import pytest
from pydantic import TypeAdapter
from sqlalchemy import select

from alerts.api.schemas import StormEvent, TicketEvent, schemas
from alerts.settings import TicketRules
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.models import OutboxRow
from alerts.view import TicketView
from domain.wire import encode_ticket
from tests.builders_alerts import make_move, make_ticket
from tests.ticket_stores import fresh_store

FOLDER = Path(__file__).parents[2] / "docs/schema"


def text_of(schema: dict[str, object]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("name", list(schemas()))
def test_the_published_schema_is_the_one_of_the_types(name):
    assert text_of(schemas()[name]) == (FOLDER / name).read_text(encoding="utf-8"), (
        "what leaves the house has changed; only additions are allowed. If it is one, rewrite docs/schema: "
        "python -m tests.golden.test_published_schemas"
    )


def test_no_other_schema_lies_there():
    assert {path.name for path in FOLDER.iterdir()} == set(schemas())


def test_real_tickets_and_events_have_exactly_the_published_keys(tmp_path):
    with fresh_store("sqlite", tmp_path) as engine:
        tickets = Tickets(engine, rules=TicketRules(storm_per_min=1))
        tickets.upsert([make_ticket("a1"), make_ticket("b2")])
        tickets.decide("a1", make_move())
        with reading(engine) as session:
            bodies = [row.body for row in session.scalars(select(OutboxRow).order_by(OutboxRow.seq))]
        ticket = encode_ticket(tickets.get("a1"))
    opened, storm, dispatched = (msgspec.json.decode(body) for body in bodies)
    published = schemas()

    TypeAdapter(TicketView).validate_json(ticket)
    assert list(msgspec.json.decode(ticket)) == list(published["ticket.schema.json"]["properties"])
    for event in (opened, dispatched):
        TypeAdapter(TicketEvent).validate_python(event)
        assert set(event) == set(published["ticket-event.schema.json"]["properties"])
    TypeAdapter(StormEvent).validate_python(storm)
    assert set(storm["data"]) == set(published["storm-event.schema.json"]["$defs"]["Notice"]["properties"])


if __name__ == "__main__":
    for name, schema in schemas().items():
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8")
