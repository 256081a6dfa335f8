"""The page `/supervision/clues`: clues from elsewhere, the ticket of each, a form to tell one; satellite products."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.words.clues import CLUES
from alerts.store.models import GridRow
from alerts.supervision.clues import Listed, list_clues
from alerts.supervision.office import Office
from alerts.supervision.satellite import list_grids
from domain.supervision.clues import ClueSource
from domain.times import to_datetime

GRIDS_SHOWN = 10
SHOWN = 200
"""So many clues stand on the page; older ones are found by the API. Design value."""


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/supervision/clues")
    def get_clues(lang: str = "zh", show: Annotated[str, Query(max_length=8)] = "open") -> HTMLResponse:
        listed = list_clues(office, is_open=None if show == "all" else True, limit=SHOWN)
        told = {
            "show": "all" if show == "all" else "open",
            "clues": [_row(office, one) for one in listed],
            "sources": [source.value for source in ClueSource if source is not ClueSource.DATA_CHECK],
            "grids": [_grid(office, row) for row in list_grids(office, GRIDS_SHOWN)],
            "now": office.at(office.now_ms()).isoformat(timespec="minutes"),
        }
        return shell.page("clues.html", here="clues", language=lang, table=CLUES, told=told)

    return router


def _grid(office: Office, row: GridRow) -> dict[str, object]:
    return {
        "at": office.at(row.at_ms).strftime("%Y-%m-%d %H:%M"),
        "product": row.product,
        "quantity": row.quantity,
        "unit": row.unit,
        "cells": f"{row.rows} × {row.columns}",
    }


def _row(office: Office, one: Listed) -> dict[str, object]:
    clue = one.clue
    place = office.register.by_id.get(clue.enterprise_id or "")
    return {
        "source": clue.source,
        "external_id": clue.external_id,
        "at": office.at(clue.at_ms).strftime("%Y-%m-%d %H:%M"),
        "text": clue.text,
        "enterprise": place.name if place else clue.enterprise_id,
        "enterprise_id": clue.enterprise_id,
        "who": clue.who,
        "number": one.number,
        "state": one.state,
        "result": "opened" if clue.opened else "joined",
        "closed": None if clue.closed_ms is None else to_datetime(clue.closed_ms).astimezone(office.zone),
    }
