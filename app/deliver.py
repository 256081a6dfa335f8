"""`wugan deliver`: the outbox → inspectors, in a process of its own with readiness and metrics."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, tzinfo
from random import SystemRandom
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from alerts.delivery.attempt import Way
from alerts.delivery.endpoint import Endpoint
from alerts.delivery.endpoint_file import read_endpoints
from alerts.delivery.forms import Link, forms
from alerts.delivery.leader import lead_of
from alerts.delivery.ledger import Ledger
from alerts.delivery.letters import Letters
from alerts.delivery.office import Office
from alerts.delivery.transports import transports
from alerts.inspector.link import link
from alerts.inspector.secret import secret_of
from app.escalations import escalations_of
from app.metrics import Counts, registry_of
from app.operations import operations
from app.settings import Settings
from app.signals import first_of, stop_event
from app.stage_settings import site_of
from app.webhooks_file import WebhooksFile
from app.wiring import engine_of

GAUGES_S = 5.0
"""How often queues are counted for the metrics. [s]"""
_RESULTS = ("ok", "retry", "stop", "gone", "expired")

log = structlog.get_logger()


def now_ms() -> int:
    """Return the time of the wall. [ms]"""
    return time.time_ns() // 1_000_000


async def run_deliver(settings: Settings) -> None:
    """Deliver until SIGTERM or Ctrl-C; several may run, one of them delivers.

    Raises:
        ValueError: Settings or webhooks.toml are wrong; all faults are listed.
        ConnectionError: The database does not answer at start.
        OSError: The port is taken.
    """
    stop = stop_event()
    endpoints = endpoints_of(settings)
    engine = engine_of(settings)
    queues, escalations = Queues(engine), escalations_of(settings, engine, endpoints, now_ms)
    file = WebhooksFile(settings.webhooks, lambda: endpoints_of(settings), escalations.endpoints())
    office = Office(
        lambda: ways_of(settings, file.endpoints),
        Ledger(engine, SystemRandom()),
        lead_of(engine),
        now_ms,
        lambda: file.edition,
    )
    if not endpoints:
        log.warning("delivery_has_no_endpoints", mend="name them in webhooks.toml and set WUGAN_WEBHOOKS to it")
    registry = registry_of(Counts(lambda: counts_of(office) | escalations.counts(), lambda: gauges_of(office, queues)))
    async with operations(
        settings.operations_host, settings.operations_port, lambda: hindrances(office), registry, file.missing
    ):
        tasks = [
            asyncio.create_task(work) for work in (office.run(), queues.follow(), escalations.run(), file.follow())
        ]
        log.info("deliver_started", endpoints=[endpoint.name for endpoint in endpoints])
        try:
            await first_of(stop, *tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            engine.dispose()
            log.info("deliver_stopped", **counts_of(office))


def endpoints_of(settings: Settings) -> tuple[Endpoint, ...]:
    """Read webhooks.toml; without one there are none.

    Raises:
        EndpointsRefused: All that is wrong, one line a fault.
    """
    if settings.webhooks is None:
        return ()
    known = forms(link_of(settings), zone_of(settings))
    return read_endpoints(settings.webhooks, known, internal_allowed=settings.webhook_allow_internal)


def ways_of(settings: Settings, endpoints: Sequence[Endpoint]) -> list[Way]:
    """Return how each endpoint is told."""
    known = forms(link_of(settings), zone_of(settings))
    make = transports(internal_allowed=settings.webhook_allow_internal)
    return [Way(endpoint, known[endpoint.form], make(endpoint)) for endpoint in endpoints]


def link_of(settings: Settings) -> Link:
    """Return the maker of links to the inspector's page.

    Raises:
        ValueError: The links' secret is too short.
    """
    secret = secret_of(settings.data_dir, settings.secret("link_secret"))
    return lambda ticket_id, at_ms: link(ticket_id, secret, at_ms, settings.desk_url)


def zone_of(settings: Settings) -> tzinfo:
    """Return the site's zone, in which messages tell the time; UTC where no site is named.

    Raises:
        SiteRefused: The site folder holds faults.
    """
    return UTC if settings.site is None else ZoneInfo(site_of(settings).timezone)


def hindrances(office: Office) -> dict[str, str]:
    """Return what keeps the process from being ready; one that stands by is ready."""
    return {} if office.store_ok else {"tickets": "the ticket store does not answer; all is sent later"}


def counts_of(office: Office) -> dict[str, int]:
    """Return attempts by result."""
    return {f"delivery_attempts.{result}": office.counts[result] for result in _RESULTS}


def gauges_of(office: Office, queues: "Queues") -> dict[str, float]:
    """Return whether this process delivers, and the queues as they were counted last."""
    return {"delivery_active": float(office.is_active), **queues.gauges}


class Queues:
    """Counts what waits, what is dead and how old the oldest is, now and then."""

    def __init__(self, engine: Engine) -> None:
        self._letters = Letters(engine)
        self.gauges: dict[str, float] = {}

    async def follow(self) -> None:
        """Count until cancelled."""
        while True:
            try:
                self.gauges = await asyncio.to_thread(self._count)
            except ConnectionError as error:
                log.debug("delivery_queues_unknown", error=str(error))
            await asyncio.sleep(GAUGES_S)

    def _count(self) -> dict[str, float]:
        now = now_ms()
        found: dict[str, float] = {}
        for endpoint in self._letters.endpoints(now):
            found[f"delivery_waiting.{endpoint.name}"] = float(endpoint.waiting)
            found[f"delivery_dead.{endpoint.name}"] = float(endpoint.dead)
            oldest_s = 0.0 if endpoint.oldest is None else now / 1000 - endpoint.oldest.timestamp()
            found[f"delivery_oldest_seconds.{endpoint.name}"] = max(oldest_s, 0.0)
            found[f"delivery_in_use.{endpoint.name}"] = float(endpoint.circuit in ("closed", "half_open"))
        return found
