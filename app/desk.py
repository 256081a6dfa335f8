"""`wugan desk`: the map, the tickets and the API in one process."""

import asyncio
from datetime import UTC, datetime
from importlib.metadata import version

import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry

from alerts.api import build_router as build_ticket_router
from alerts.api import install_problem_handlers
from alerts.api.access import Access, NoAccounts
from alerts.api.audit import build_router as build_audit_router
from alerts.api.evidence import build_router as build_evidence_router
from alerts.api.photos import build_photo_router
from alerts.api.similar import build_router as build_similar_router
from alerts.api.webhooks import build_router as build_webhook_router
from alerts.delivery.letters import Letters
from alerts.evidence.freezer import SETTLE_MS, Freezer
from alerts.filing.page import FilingPages
from alerts.in_force import InForce
from alerts.inspector.photos import Photos
from alerts.inspector.settings import InspectorSettings
from alerts.pages.shell import Shell
from alerts.people.person import ALL_ROLES, Person, Role
from alerts.store.in_force import note_in_force
from alerts.supervision.rectifications import remind
from alerts.supervision.today import StandingsToday
from app.accounts import Accounts, accounts_of, say_first_password
from app.base_map import base_map_of, laid_under
from app.duty_pages import DutySources, add_duty_pages
from app.filing import add_filing
from app.freezing import keep_freezing
from app.in_force import in_force, rules_of
from app.inspector import add_inspector, inspector_settings
from app.kafka import KafkaTail, create_topics
from app.metrics import Counts, registry_of
from app.operations import routes, serving
from app.reminding import keep_reminding
from app.settings import Settings
from app.signals import first_of, stop_event
from app.stage_settings import site_of, topics_of
from app.supervision import add_supervision, office_of, supervision_table
from app.ticket_clock import TicketClock
from app.wiring import Store, history_of, store_of
from domain.site import Site
from domain.supervision.history import SupervisionTable
from maps.api import build_router as build_map_router
from maps.api import now_ms
from maps.feed import LiveFeed, Sources
from maps.neighbours_api import build_router as build_neighbours_router
from maps.pages import build_pages, mount_static
from maps.ports import PaneHistory
from maps.settings import MapsSettings
from maps.tiles import build_tiles
from maps.wall import build_wall

log = structlog.get_logger()

API = "/api/v1"


async def run_desk(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        ValueError: Settings or site folder are wrong.
        OSError: The port is taken, or Kafka or a store does not answer at start.
    """
    stop = stop_event()
    site, base_map = site_of(settings), base_map_of(settings)
    store, history = store_of(settings, site), history_of(settings, site)
    await create_topics(settings.kafka, topics_of(settings), settings.kafka_replication)
    maps = MapsSettings(
        base_map_url=settings.base_map_url,
        base_map_attribution=settings.base_map_attribution,
        base_map_crs=settings.base_map_crs,
        satellite_url=f"{API}/satellite",
        wall=settings.wall,
        wall_names=settings.wall_names,
    )
    maps = laid_under(maps, base_map)
    feed = LiveFeed(site, Sources(KafkaTail(settings.kafka), topics_of(settings), store.tickets), maps, now_ms)
    clock, accounts = TicketClock(store.tickets), accounts_of(settings, store.engine, now_ms)
    say_first_password(settings, accounts)
    table = supervision_table(settings.supervision)
    told = in_force(settings, site)
    note_in_force(store.engine, site.site_id, told.values(), now_ms())
    app = build_app(site, store, history, feed, maps, clock, accounts, inspector_settings(settings), table, told)
    freezer = Freezer(store.evidence, site, history, max(SETTLE_MS, settings.undo_s * 1000 + SETTLE_MS // 3))
    office = office_of(site, store.engine, table, now_ms, store.tickets.rules)
    async with serving(app, settings.desk_host, settings.desk_port):
        work = (feed.run(), clock.run(), keep_freezing(freezer, now_ms), keep_reminding(lambda: remind(office)))
        tasks = [asyncio.create_task(one) for one in work]
        log.info("desk_started", url=f"http://{settings.desk_host}:{settings.desk_port}")
        try:
            await first_of(stop, *tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            history.close()
    log.info("desk_stopped")


def build_app(  # noqa: PLR0913 - everything that a desk is made of
    site: Site,
    store: Store,
    history: PaneHistory,
    feed: LiveFeed,
    maps: MapsSettings,
    clock: TicketClock | None = None,
    accounts: Accounts | None = None,
    inspector: InspectorSettings | None = None,
    table: SupervisionTable | None = None,
    told: InForce | None = None,
) -> FastAPI:
    """Put pages, API and operations endpoints together.

    Without accounts everybody is one person of role duty; without `inspector` there is no page for inspectors; without
    `told` the page of settings tells the site's rules alone.
    """
    clock = clock or TicketClock(store.tickets)
    app = FastAPI(
        title="Wugan",
        version=version("wugan"),
        summary="Clue tickets from the air of an industrial zone",
        docs_url=None,  # the interactive page would load scripts from another host; /openapi.json is there
        redoc_url=None,
        openapi_url=None,  # our own route names who may read it
        strict_content_type=False,
    )
    install_problem_handlers(app)
    guard = accounts.gate.page(ALL_ROLES) if accounts else None
    access = accounts.gate if accounts else NoAccounts(Person(name="duty", role=Role.DUTY))
    office = office_of(site, store.engine, table or supervision_table(None), now_ms, store.tickets.rules)
    shell, letters = Shell(site_name=site.name), Letters(store.engine)
    anybody = access.needs(ALL_ROLES)
    app.include_router(build_map_router(feed, history, site, guard=anybody, standings=StandingsToday(office)))
    app.include_router(build_neighbours_router(feed.live, history, site, guard=anybody))
    app.include_router(build_tiles(maps.base_map, anybody))
    _add_ticket_routes(app, store, letters, access)
    app.include_router(build_pages(site, maps, guard))
    app.include_router(build_wall(site, feed, maps))
    mount_static(app)
    known = told or InForce(rules=rules_of(site))
    sources = DutySources(live=feed.live, history=history, letters=letters, in_force=known)
    add_supervision(app, office, shell, access, guard, API)
    add_duty_pages(app, office, shell, access, guard, API, sources)
    if inspector:
        add_inspector(app, site, store, inspector, office)
        add_filing(app, FilingPages(office, site.name), inspector, access, API)
    if accounts:
        accounts.add_to(app, API)
    may_watch = accounts.may_watch if accounts else None
    app.router.routes.extend(routes(lambda: hindrances(feed), _metrics(feed, clock), clock.missing, may_watch))
    app.include_router(_description(app, access))
    return app


def _add_ticket_routes(app: FastAPI, store: Store, letters: Letters, access: Access) -> None:
    app.include_router(build_ticket_router(store.tickets, lambda: datetime.now(UTC), access), prefix=API)
    app.include_router(build_similar_router(store.engine, access), prefix=API)
    app.include_router(build_audit_router(store.engine, access), prefix=API)
    app.include_router(build_webhook_router(letters, now_ms, access), prefix=API)
    app.include_router(build_evidence_router(store.evidence, access), prefix=API)
    app.include_router(build_photo_router(Photos(store.engine), access, API), prefix=API)


def _description(app: FastAPI, access: Access) -> APIRouter:
    router = APIRouter(include_in_schema=False, dependencies=[Depends(access.needs(ALL_ROLES))])

    @router.get("/openapi.json")
    async def get_description() -> JSONResponse:
        return JSONResponse(app.openapi())

    return router


def hindrances(feed: LiveFeed) -> dict[str, str]:
    """Return what keeps the desk from being ready."""
    return {} if feed.tickets_ok else {"tickets": "the ticket store does not answer"}


def _metrics(feed: LiveFeed, clock: TicketClock) -> CollectorRegistry:
    def gauges() -> dict[str, float]:
        seen = feed.live.counts(feed.live.picture())
        return {
            "desk_streams": float(feed.hub.desks),
            "desk_zone_clock_seconds": feed.live.clock_ms / 1000,
            **{f"desk_sensors.{name}": float(value) for name, value in seen.items()},
        }

    return registry_of(Counts(lambda: {"desk_unreadable_messages": feed.unreadable, **clock.counts()}, gauges))
