"""A made-up event for trying an endpoint out: it has a ticket's form, and says in every place that it is a test."""

import msgspec

from alerts.delivery.forms.base import Event
from domain.times import rfc3339, to_datetime

TEST_TYPE = "wugan.test.v1"


def sample_event(event_id: str, site: str, now_ms: int) -> Event:
    """Return a test event.

    Args:
        event_id: A new one each time; receivers drop ids that they know.
        site: Where it comes from.
        now_ms: Now. [ms]
    """
    at = rfc3339(to_datetime(now_ms))
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/wugan/{site}",
        "type": TEST_TYPE,
        "subject": "test",
        "time": at,
        "datacontenttype": "application/json",
        "data": _ticket(site, at),
    }
    body = msgspec.json.encode(envelope).decode()
    return Event(id=event_id, type=TEST_TYPE, ticket_id="test", priority=3, at_ms=now_ms, body=body)


def _ticket(site: str, at: str) -> dict[str, object]:
    peak = {"pollutant": "pm25", "sensor_id": "test", "time": at, "value": 0.0, "background": 0.0, "excess": 0.0}
    return {
        "id": "test",
        "site": site,
        "kind": "local",
        "source": "air",
        "state": "new",
        "opened_at": at,
        "updated_at": at,
        "event_start": at,
        "event_end": at,
        "pollutants": ["pm25"],
        "peak": peak | {"unit": "µg/m³"},
        "lon": 0.0,
        "lat": 0.0,
        "sensors": ["test"],
        "excluded": [],
        "wind": {"speed_ms": 0.0, "from_deg": 0, "calm": True},
        "candidates": [{"enterprise_id": "test", "name": "测试 / test", "probability": 0.0, "distance_m": 0}],
        "unknown_probability": 1.0,
        "recommendation": {"action": "watch", "reasons": ["test"]},
        "priority": 3,
        "rule_version": "test",
        "evidence_hash": "",
        "history": [],
        "number": 0,
        "deadline": None,
        "confidence": None,
        "merged_into": None,
        "amended": None,
        "version": 0,
    }
