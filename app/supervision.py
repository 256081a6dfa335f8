"""Supervision at the desk: the site's rules and the store in, routes and pages out."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from alerts.api import check_ins, clues, compliance, credit, data_checks, enterprises, statistics, white_list
from alerts.api.access import Access
from alerts.pages import clues as clue_pages
from alerts.pages import compliance as compliance_pages
from alerts.pages import data_checks as data_check_pages
from alerts.pages import enterprises as enterprise_pages
from alerts.pages import overview
from alerts.pages.guard import Guard
from alerts.pages.shell import Shell, mount_static
from alerts.settings import TicketRules
from alerts.supervision.office import Office
from alerts.supervision.register import register_of
from alerts.toml_file import read_toml
from app.settings import SettingsRefused
from domain.site import Site
from domain.site_files.faults import Findings
from domain.supervision.credit import CreditTable
from domain.supervision.grades import GradeRules
from domain.supervision.history import SupervisionTable
from domain.supervision.rules_file import parse_rules

_ROUTERS: tuple[Callable[[Office, Access], APIRouter], ...] = (
    white_list.build_router,
    check_ins.build_router,
    credit.build_router,
    enterprises.build_router,
    compliance.build_router,
    clues.build_router,
    data_checks.build_router,
    statistics.build_router,
)
_PAGES: tuple[Callable[[Office, Shell, Guard | None], APIRouter], ...] = (
    overview.build_pages,
    clue_pages.build_pages,
    data_check_pages.build_pages,
    enterprise_pages.build_pages,
    compliance_pages.build_pages,
)


def supervision_table(file: Path | None) -> SupervisionTable:
    """Return grades, caps and weights, by a file or as they are by default.

    Raises:
        SettingsRefused: The file is wrong; every fault is listed.
    """
    if file is None:
        return SupervisionTable(grades=GradeRules(), credit=CreditTable())
    findings = Findings()
    table = parse_rules(read_toml(file, SettingsRefused), str(file), findings)
    if findings.faults:
        raise SettingsRefused("\n".join(map(str, findings.faults)))
    return table


def office_of(
    site: Site,
    engine: Engine,
    table: SupervisionTable,
    now_ms: Callable[[], int],
    rules: TicketRules | None = None,
) -> Office:
    """Return what every part of supervision needs."""
    return Office(
        site_id=site.site_id,
        engine=engine,
        register=register_of(site.enterprises),
        table=table,
        zone=ZoneInfo(site.timezone),
        now_ms=now_ms,
        rules=rules or TicketRules(),
    )


def add_supervision(app: FastAPI, office: Office, shell: Shell, access: Access, guard: Guard | None, api: str) -> None:
    """Add the routes below `api`, and the pages, which `guard` keeps where there are accounts."""
    for build_router in _ROUTERS:
        app.include_router(build_router(office, access), prefix=api)
    for build_pages in _PAGES:
        app.include_router(build_pages(office, shell, guard))
    mount_static(app)
