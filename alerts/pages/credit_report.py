"""An enterprise's standing → its credit report: one HTML file that needs nothing else and can be printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import jinja2
from markupsafe import Markup

from alerts.pages.words import language_of, say
from alerts.pages.words.credit import CREDIT
from alerts.pages.words.shell import SHELL
from alerts.supervision.standing import Standing
from alerts.templates import environment
from domain.supervision.credit import CreditTable, credit_on
from domain.supervision.grades import Grade
from domain.supervision.history import SupervisionTable

_ENVIRONMENT = environment(jinja2.FileSystemLoader(Path(__file__).parent / "templates"))
_COURSE = timedelta(days=365)
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 860, 170, 34, 8, 20
"""Of the picture of the course. [px]"""
_LOW = 40.0
"""The picture goes down to this score at least: a little below the worst start. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """One line of the explanation: `then` = points on its own day; None where that is no question."""

    on: date | None
    name: str
    note: str
    then: float | None
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a report says beside the enterprise: whose site, by which table, when, in which language."""

    site_name: str
    table: SupervisionTable
    made_at: datetime
    language: str = "zh"


def report_html(one: Standing, frame: Frame, nonce: str = "") -> str:
    """Return the report of a standing with its history; `nonce` is for the route's policy."""
    lang = language_of(frame.language)
    words = say(lang, SHELL, CREDIT)
    return _ENVIRONMENT.get_template("credit_report.html").render(
        w=words,
        lang=lang,
        nonce=nonce,
        one=one,
        lines=told_lines(one, frame.table.credit, words),
        course=_course(one, frame.table.credit, words["course"]),
        grades=list(Grade),
        table=frame.table,
        site_name=frame.site_name,
        made_at=frame.made_at.isoformat(timespec="minutes", sep=" "),
    )


def told_lines(one: Standing, table: CreditTable, words: Mapping[str, str]) -> list[ToldLine]:
    """Return the lines of a credit in words."""
    notes = {fact.fact_id: fact.note for fact in one.facts}
    told = []
    for line in one.credit.lines:
        if not line.about:
            name = f"{words['registered_credit']} {one.place.credit_grade}"
        elif line.reason == "limited":
            name = f"{words['limited']}: {words.get(f'fact_{line.about}', line.about)}"
        else:
            name = words.get(f"fact_{line.reason}", line.reason)
        then = table.kinds[line.reason].points if line.on is not None else None
        told.append(ToldLine(on=line.on, name=name, note=notes.get(line.about, ""), then=then, points=line.points))
    return told


def _course(one: Standing, table: CreditTable, title: str) -> Markup:
    """Draw the score of the last year with the borders of the grades."""
    weighed = [fact for fact in one.facts if fact.kind in table.kinds]
    days = [one.day - _COURSE + timedelta(days=number) for number in range(_COURSE.days + 1)]
    scores = [credit_on(day, Grade(one.place.credit_grade), weighed, table).score for day in days]
    low, high = min(_LOW, *scores), max(100.0, *scores)

    def x(number: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - 4) * number / _COURSE.days

    def y(score: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - score) / (high - low)

    points = " ".join(f"{x(number):.1f},{y(score):.1f}" for number, score in enumerate(scores))
    borders = Markup("").join(
        Markup(
            '<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" stroke="#cfd3d6"/><text x="2" y="{:.1f}">{} {:g}</text>'
        ).format(_LEFT, _WIDTH - 4, y(least), y(least), y(least) + 4, grade, least)
        for grade, least in table.least.items()
    )
    ends = Markup('<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>').format(
        _LEFT, _HEIGHT - 5, days[0], _WIDTH - 4, _HEIGHT - 5, days[-1]
    )
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}: {:.2f} → {:.2f}">{}{}'
        '<polyline points="{}" fill="none" stroke="#1f5fbf" stroke-width="2"/></svg>'
    ).format(_WIDTH, _HEIGHT, title, scores[0], scores[-1], borders, ends, points)
