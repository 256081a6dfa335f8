"""What was frozen of a ticket → one HTML page that opens without a network, in Chinese and English."""

import csv
import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from markupsafe import Markup

from alerts.evidence.chart_svg import charts
from alerts.evidence.frozen import evidence_hash
from alerts.evidence.store import Kept
from alerts.evidence.words import OCCASIONS, WORDS, told
from alerts.templates import environment
from domain.times import rfc3339, to_datetime
from domain.wire import ticket_fields

_TEMPLATES = Path(__file__).parent / "templates"


def render_page(kept: Kept) -> bytes:
    """Return the page; the same state gives the same bytes."""
    acts = [
        {
            "seq": row.seq,
            "at": rfc3339(to_datetime(row.at_ms)),
            "who": row.who,
            "what": row.what,
            "detail": row.detail,
            "hash": row.hash,
        }
        for row in kept.trail
    ]
    page = _template().render(
        ticket=ticket_fields(kept.ticket),
        occasions=[_occasion(name, texts) for name, texts in kept.frozen.items()],
        acts=acts,
        words=WORDS,
        timezone=msgspec.json.decode(next(iter(kept.frozen.values()))["parameters.json"])["site"]["timezone"],
    )
    return page.encode()


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    templates = environment(jinja2.FileSystemLoader(_TEMPLATES))
    templates.filters["told"] = told
    templates.filters["local"] = local
    return templates.get_template("evidence.html")


def local(time: str | None, timezone: str) -> str:
    """Return a UTC time as people of the site read it.

    >>> local("2026-03-02T04:00:00.000Z", "Asia/Shanghai")
    '2026-03-02 12:00:00'
    """
    if not time:
        return "…"
    return f"{datetime.fromisoformat(time).astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M:%S}"


def _occasion(name: str, texts: dict[str, bytes]) -> dict[str, object]:
    ticket = msgspec.json.decode(texts["ticket.json"])
    parameters = msgspec.json.decode(texts["parameters.json"])
    sensors, minutes = _rows(texts["sensors.csv"]), _rows(texts["minutes.csv"])
    pollutant = str((ticket["peak"] or {}).get("pollutant") or next(iter(ticket["pollutants"]), ""))
    kind, _, number = name.partition("-")
    return {
        "name": name,
        "words": f"{OCCASIONS[kind]} {number}".strip(),
        "hash": evidence_hash(texts),
        "ticket": ticket,
        "parameters": parameters,
        "parameters_text": texts["parameters.json"].decode(),
        "sensors": sensors,
        "limits": _rows(texts["limits.csv"]),
        "candidates": _rows(texts["candidates.csv"]),
        "weather": _rows(texts["weather.csv"])[-1:],
        "map": Markup(texts["map.svg"].decode()),  # noqa: S704 - drawn by us, every text in it escaped
        "charts": [Markup(chart) for chart in charts(minutes, sensors, pollutant)],  # noqa: S704 - as above
    }


def _rows(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode())))
