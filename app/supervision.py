"""Supervision at the desk: the site's rules and the store in, routes and pages out."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from alerts.api import (
    check_ins,
    clues,
    compliance,
    credit,
    data_checks,
    enterprises,
    plans,
    satellite,
    schedules,
    shift,
    statistics,
    white_list,
)
from alerts.api.access import Access
from alerts.pages import check_ins as check_in_pages
from alerts.pages import clues as clue_pages
from alerts.pages import compliance as compliance_pages
from alerts.pages import data_checks as data_check_pages
from alerts.pages import enterprises as enterprise_pages
from alerts.pages import overview
from alerts.pages import plans as plan_pages
from alerts.pages import statistics as statistics_pages
from alerts.pages.guard import Guard
from alerts.pages.shell import Shell, mount_static
from alerts.supervision.office import Office
from app.office import office_of, supervision_table

__all__ = ("add_supervision", "office_of", "supervision_table")

_ROUTERS: tuple[Callable[[Office, Access], APIRouter], ...] = (
    white_list.build_router,
    check_ins.build_router,
    credit.build_router,
    enterprises.build_router,
    compliance.build_router,
    clues.build_router,
    data_checks.build_router,
    statistics.build_router,
    plans.build_router,
    schedules.build_router,
    satellite.build_router,
    shift.build_router,
)
_PAGES: tuple[Callable[[Office, Shell, Guard | None], APIRouter], ...] = (
    overview.build_pages,
    check_in_pages.build_pages,
    statistics_pages.build_pages,
    clue_pages.build_pages,
    data_check_pages.build_pages,
    enterprise_pages.build_pages,
    compliance_pages.build_pages,
    plan_pages.build_pages,
)


def add_supervision(app: FastAPI, office: Office, shell: Shell, access: Access, guard: Guard | None, api: str) -> None:
    """Add the routes below `api`, and the pages, which `guard` keeps where there are accounts."""
    for build_router in _ROUTERS:
        app.include_router(build_router(office, access), prefix=api)
    for build_pages in _PAGES:
        app.include_router(build_pages(office, shell, guard))
    mount_static(app)
