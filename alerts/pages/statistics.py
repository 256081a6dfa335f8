"""The page `/supervision/statistics`: figures of a period, plots, one table a section and one by groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.statistics_plots import plots
from alerts.pages.statistics_told import Cell, cell, key_told
from alerts.pages.words import language_of, say
from alerts.pages.words.shell import SHELL
from alerts.pages.words.statistics import STATISTICS
from alerts.store.engine import reading
from alerts.store.models import PlanRow
from alerts.supervision.office import Office
from alerts.supervision.statistics import Asked, Report, report
from alerts.supervision.statistics.asking import asked_of
from domain.problem import Problem
from domain.supervision.grades import Grade
from domain.supervision.statistics import FIGURES, Dimension, Period
from domain.supervision.statistics import before as period_before
from domain.supervision.statistics.period import named_period, week_of

MOST_ROWS = 60
"""So many groups are listed. Design value."""
SECTIONS: Mapping[str, tuple[str, str]] = {
    "visits": ("visits", "visits_in_conflict"),
    "avoided": ("plans_placed", "plans_held_by_cap"),
    "clues": ("clues", "clues_undecided"),
    "times": ("to_decision_median", "to_close_p90"),
    "scans": ("scans", "scans_ever_blocked"),
    "filings": ("findings_new", "self_checks"),
    "caps": ("enterprises", "unvisited"),
}
"""Sections of the page, each from one figure to another."""
HEADLINES = ("found_rate", "found_rate_clue", "found_rate_routine", "visits", "visits_avoided", "cap_used_rate")
COLUMNS = ("clues", "dispatches", "visits", "found_rate", "visits_avoided", "cap_used_rate")
"""Figures of a group's row."""
IN_TIME = ("clues", "dispatches", "visits", "found_rate", "visits_avoided")
_MEDIUM_D = 120
"""Up to so long a period is drawn by week. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What stands in the form."""

    lang: str
    period: str
    first: str
    until: str
    by: str
    only: Mapping[Dimension, str]

    def query(self, **more: str) -> str:
        """Return it as a query, with some fields replaced; empty ones are left out."""
        fields = {"lang": self.lang, "period": self.period, "from": self.first, "until": self.until, "by": self.by}
        fields |= {dimension.value: key for dimension, key in self.only.items()}
        return urlencode({name: value for name, value in (fields | more).items() if value})


Key = Annotated[str, Query(max_length=128)]


def _form(  # noqa: PLR0913 - one a field of the form
    lang: str = "zh",
    period: Annotated[str, Query(max_length=40)] = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    by: Annotated[str, Query(max_length=20)] = "grade",
    grade: Key = "",
    department: Key = "",
    rule: Key = "",
    source: Key = "",
    industry: Key = "",
    enterprise: Key = "",
) -> Form:
    keys = (grade, department, rule, source, industry, enterprise)
    kept = [dimension for dimension in Dimension if not dimension.is_time]
    only = {dimension: key for dimension, key in zip(kept, keys, strict=True) if key}
    return Form(lang=language_of(lang), period=period, first=first, until=until, by=by, only=only)


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/supervision/statistics")
    def get_statistics(form: Annotated[Form, Depends(_form)]) -> HTMLResponse:
        trouble, status = "", 200
        try:
            asked = _asked(form, office.today())
        except Problem as problem:
            trouble, status = problem.detail, problem.status
            asked = _asked(Form(lang=form.lang, period="", first="", until="", by="grade", only={}), office.today())
        told = {"trouble": trouble, "form": form, **_told(office, report(office, asked), form)}
        return shell.page(
            "statistics.html", here="statistics", language=form.lang, table=STATISTICS, told=told, status=status
        )

    return router


def choices(today: date) -> list[tuple[str, str]]:
    """Return (word, period) of the periods that can be picked."""
    year, quarter, month = f"{today:%Y}", f"{today:%Y}-Q{(today.month + 2) // 3}", f"{today:%Y-%m}"
    running = [("this_year", year), ("this_quarter", quarter), ("this_month", month), ("this_week", week_of(today))]
    told = []
    for word, name in running:
        told.append((word, name))
        if word != "this_week":
            told.append((word.replace("this", "last"), period_before(named_period(name, today)).name))
    return told


def _asked(form: Form, today: date) -> Asked:
    try:
        by = Dimension(form.by)
        days = tuple(date.fromisoformat(text) if text else None for text in (form.first, form.until))
    except ValueError as error:
        raise Problem(422, "invalid", "Request not understood", f"{error}; write days as 2026-11-26") from None
    first, until = days
    return asked_of(form.period or None, (first, until), _dimensions(by), form.only, today)


def _dimensions(by: Dimension) -> tuple[Dimension, ...]:
    return (by, Dimension.GRADE, *(one for one in Dimension if one.is_time and one is not Dimension.DAY))


def _told(office: Office, of: Report, form: Form) -> dict[str, object]:
    words = say(form.lang, SHELL, STATISTICS)
    by, asked = next(iter(of.asked.by)), of.asked
    return {
        "asked": asked,
        "against": of.against,
        "choices": choices(office.today()),
        "grades": [grade.value for grade in Grade],
        "departments": _departments(office),
        "dimensions": [one.value for one in Dimension],
        "by": by.value,
        "headlines": [cell(name, of.figures[name], words) for name in HEADLINES],
        "plots": plots(of, _over_time(asked.period), words),
        "sections": {name: _section(of, ends, words) for name, ends in SECTIONS.items()},
        "columns": IN_TIME if by.is_time else COLUMNS,
        "rows": list(_rows(office, of, form, words))[:MOST_ROWS],
        "more": len(of.groups[by]) > MOST_ROWS,
        "most": MOST_ROWS,
        "csv": f"/api/v1/statistics.csv?{form.query(lang='', by=by.value)}",
        "without": form.query(**{dimension.value: "" for dimension in form.only}),
        "only": [(dimension.value, key_told(office, dimension, key, words)) for dimension, key in form.only.items()],
    }


def _section(of: Report, ends: tuple[str, str], words: Mapping[str, str]) -> list[Cell]:
    names = [figure.name for figure in FIGURES]
    first, last = (names.index(end) for end in ends)
    return [cell(name, of.figures[name], words) for name in names[first : last + 1]]


def _rows(office: Office, of: Report, form: Form, words: Mapping[str, str]) -> Iterable[dict[str, object]]:
    """Yield groups: of a time in order, of enterprises those with most visits first."""
    by = next(iter(of.asked.by))
    groups = of.groups[by]
    if by is Dimension.ENTERPRISE:
        groups = tuple(sorted(groups, key=lambda one: -(one.figures["visits"].now.value or 0)))
    for group in groups:
        query = None if by.is_time or not group.key else form.query(**{by.value: group.key})
        yield {
            "name": key_told(office, by, group.key, words),
            "query": query,
            "cells": [cell(name, group.figures[name], words) for name in (IN_TIME if by.is_time else COLUMNS)],
        }


def _over_time(period: Period) -> Dimension:
    return Dimension.WEEK if period.days <= _MEDIUM_D else Dimension.MONTH


def _departments(office: Office) -> list[str]:
    with reading(office.engine) as session:
        return list(session.scalars(select(PlanRow.department).distinct().order_by(PlanRow.department)))
