"""A site, its rules and its store to the office of supervision."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

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
