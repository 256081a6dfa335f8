"""Settings → the office of supervision, for the command line at the database itself."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alerts.supervision.office import Office
from app.office import office_of, supervision_table
from app.settings import load_settings
from app.stage_settings import site_of
from app.wiring import engine_of, ticket_rules
from domain.site import Site
from maps.api import now_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The office of the settings' site; `who` is what the audit names: the account of the operating system."""

    site: Site
    office: Office
    who: str


@contextmanager
def office_here() -> Iterator[Here]:
    """Give the office of the settings' site.

    Raises:
        ValueError: Settings, site folder or database are wrong.
        OSError: The database is away.
    """
    settings = load_settings()
    site, table = site_of(settings), supervision_table(settings.supervision)
    engine = engine_of(settings)
    try:
        office = office_of(site, engine, table, now_ms, ticket_rules(settings, site, engine))
        yield Here(site=site, office=office, who=_who())
    finally:
        engine.dispose()


def _who() -> str:
    try:
        return f"cli:{getpass.getuser()}"
    except OSError:
        return "cli"
