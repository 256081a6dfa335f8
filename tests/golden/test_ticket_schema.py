"""The ticket's JSON is a promise: a changed field shows up here as a difference."""

import json
from pathlib import Path

import msgspec

from domain.ticket import Ticket

FROZEN = Path(__file__).parent / "ticket.schema.json"


def schema_text() -> str:
    return json.dumps(msgspec.json.schema(Ticket), ensure_ascii=False, indent=2) + "\n"


def test_the_ticket_keeps_its_schema():
    assert schema_text() == FROZEN.read_text(encoding="utf-8"), (
        "the ticket's JSON changed; only additions are allowed. If it is one, rewrite the frozen schema: "
        "python -m tests.golden.test_ticket_schema"
    )


if __name__ == "__main__":
    FROZEN.write_text(schema_text(), encoding="utf-8")
