"""A ticket, its site and the records → the canonical texts of one occasion."""

from dataclasses import asdict, dataclass

import msgspec

from alerts.evidence import rows
from alerts.evidence.map_svg import draw_map
from alerts.evidence.ports import Records
from alerts.evidence.window import Near, Span, near_sensors, span_of
from alerts.view import TicketView
from domain.advice import DISMISS_AT, DISPATCH_AT, POINTS
from domain.site import Site
from domain.times import rfc3339, to_datetime
from domain.wire import encode_ticket

FORMAT = 1
"""Raised when the texts change in a way that a reader must know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When something is frozen, and why.

    Attributes:
        name: `opened`, `decided` or `closed`; a later one of the same kind has a number, as `decided-2`.
        at_ms: When the ticket opened, was decided or closed. [ms]
    """

    name: str
    at_ms: int


def build(ticket: TicketView, site: Site, records: Records, occasion: Occasion, now_ms: int) -> dict[str, bytes]:
    """Return the texts to be frozen, by name.

    Raises:
        ConnectionError: The history is away.
    """
    span = span_of(ticket, occasion.at_ms)
    near, left_out = near_sensors(ticket, site, records, span)
    weather = records.weather_of(span.since_ms, span.until_ms)
    told = _parameters(ticket, site, span) | {
        "occasion": occasion.name,
        "occasion_at": rfc3339(to_datetime(occasion.at_ms)),
        "frozen_at": rfc3339(to_datetime(now_ms)),
        "rows": _counts(near, len(weather)),
        "sensors_left_out": left_out,
    }
    return {
        "ticket.json": encode_ticket(ticket) + b"\n",
        "parameters.json": msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n",
        "sensors.csv": rows.table(rows.SENSOR_COLUMNS, rows.sensor_rows(near, ticket)),
        "readings.csv": rows.table(rows.READING_COLUMNS, rows.reading_rows(near)),
        "minutes.csv": rows.table(rows.MINUTE_COLUMNS, rows.minute_rows(near)),
        "weather.csv": rows.table(rows.WEATHER_COLUMNS, rows.weather_rows(weather)),
        "limits.csv": rows.table(rows.LIMIT_COLUMNS, rows.limit_rows(site, ticket.event_start)),
        "candidates.csv": rows.table(rows.CANDIDATE_COLUMNS, rows.candidate_rows(ticket, site)),
        "map.svg": draw_map(ticket, site, near),
    }


def _parameters(ticket: TicketView, site: Site, span: Span) -> dict[str, object]:
    """Return the rule version and everything that it was computed with."""
    return {
        "format": FORMAT,
        "ticket": ticket.id,
        "ticket_version": ticket.version,
        "ticket_evidence_hash": ticket.evidence_hash,
        "rule_version": ticket.rule_version,
        "rules": asdict(site.rules),
        "advice": {"dispatch_at": DISPATCH_AT, "dismiss_at": DISMISS_AT, "points": POINTS},
        "site": {
            "id": site.site_id,
            "name": site.name,
            "timezone": site.timezone,
            "limits_edition": site.limits_edition,
            "limits_class": site.limits_class,
            "warning_ugm3": dict(sorted(site.warning_ugm3.items())),
        },
        "permits": [
            {
                "place_id": permit.place_id,
                "start": rfc3339(permit.start),
                "end": rfc3339(permit.end),
                "kind": permit.kind.value,
                "note": permit.note,
            }
            for permit in site.permits
            if permit.start <= to_datetime(span.until_ms) and permit.end >= to_datetime(span.since_ms)
        ],
        "since": rfc3339(to_datetime(span.since_ms)),
        "until": rfc3339(to_datetime(span.until_ms)),
        "reach_m": site.rules.correlate.reach_m,
    }


def _counts(near: list[Near], weather: int) -> dict[str, int]:
    return {
        "sensors": len(near),
        "readings": sum(len(one.readings) for one in near),
        "sensor_minutes": sum(len(one.minutes) for one in near),
        "weather": weather,
    }
