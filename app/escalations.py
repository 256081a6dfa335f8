"""Escalation within `wugan deliver`: each second, contacts are told of tickets that nobody acknowledged in time."""

import asyncio
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from alerts.delivery.endpoint import Endpoint
from alerts.escalation.contacts_file import read_contacts
from alerts.escalation.due import Plan, escalate_due
from app.settings import Settings
from app.stage_settings import site_of
from app.wiring import ticket_rules

EVERY_S = 1.0

log = structlog.get_logger()


class Escalations:
    """Takes the step that is due; without a plan nobody is told, which is said once.

    Args:
        engine: The store.
        plan: Contacts and rules.
        now_ms: The wall clock. [ms]
    """

    def __init__(self, engine: Engine, plan: Plan | None, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._plan = plan
        self._now_ms = now_ms
        self.told = 0

    async def run(self) -> None:
        """Look each second until cancelled; a store that is away is asked again."""
        if self._plan is None:
            log.info("escalation_has_no_contacts", mend="write contacts.toml and set WUGAN_CONTACTS to it")
            await asyncio.Event().wait()
            return
        while True:
            try:
                told = await asyncio.to_thread(escalate_due, self._engine, self._plan, self._now_ms())
            except ConnectionError as error:
                log.warning("escalation_waits", error=str(error))
            else:
                self.told += told
            await asyncio.sleep(EVERY_S)

    def endpoints(self) -> frozenset[str]:
        """Return the names of the endpoints that contacts are told through."""
        contacts = self._plan.schedule.contacts.values() if self._plan else ()
        return frozenset(contact.endpoint for contact in contacts)

    def counts(self) -> dict[str, int]:
        """Return how many steps were taken since the start."""
        return {"tickets_escalated": self.told}


def escalations_of(
    settings: Settings, engine: Engine, endpoints: Sequence[Endpoint], now_ms: Callable[[], int]
) -> Escalations:
    """Read contacts.toml; without one nobody is told.

    Raises:
        ContactsRefused: All that is wrong, one line a fault.
        SettingsRefused: No site is named.
        SiteRefused: The site folder holds faults.
    """
    if settings.contacts is None:
        return Escalations(engine, None, now_ms)
    site = site_of(settings)
    names = frozenset(endpoint.name for endpoint in endpoints)
    schedule = read_contacts(settings.contacts, ZoneInfo(site.timezone), names)
    return Escalations(
        engine, Plan(site=site.site_id, schedule=schedule, rules=ticket_rules(settings, site, engine)), now_ms
    )
