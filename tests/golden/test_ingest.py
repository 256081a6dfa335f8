"""A day's assortment of messages, the rows, dead letters and account that come of it; `expected.json` is reviewed."""

import json
import os
from dataclasses import fields
from pathlib import Path

import pyarrow as pa

from ingest.intake import Batch, Intake
from ingest.settings import IngestSettings
from tests.builders_ingest import SITE, a_message

FOLDER = Path(__file__).parent / "ingest"


def told(batch: Batch) -> dict[str, object]:
    """Return all that came of the messages, as JSON knows it."""
    assert batch.rows is not None
    columns = pa.ipc.open_stream(batch.rows).read_all().to_pylist()
    rows = [{key: value for key, value in row.items() if value == value} for row in columns]
    letters = [(one.reason, one.readings, one.detail, one.payload.decode()) for one in batch.rejects]
    account = {one.name: getattr(batch.tally, one.name) for one in fields(batch.tally)}
    plain = {"rows": rows, "rejects": letters, "account": account, "status": batch.status}
    return json.loads(json.dumps(plain))


def test_the_assortment_comes_out_as_reviewed() -> None:
    lines = (FOLDER / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [a_message(one["payload"].encode(), one["topic"]) for one in map(json.loads, lines)]

    found = told(Intake(SITE, IngestSettings()).take(messages))

    expected = FOLDER / "expected.json"
    if os.environ.get("WUGAN_GOLDEN") == "rewrite":
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))
