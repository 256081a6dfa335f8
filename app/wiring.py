"""The only module that builds adapters: settings → stores and history."""

import time
from dataclasses import dataclass, replace

from sqlalchemy.engine import Engine, make_url

from alerts.evidence.store import Evidence
from alerts.settings import PlaceRules, TicketRules
from alerts.store import Snapshots, Tickets, current, newest, open_store
from alerts.supervision.agreed import agreed_today
from app.office import office_of, supervision_table
from app.settings import Settings, SettingsRefused
from domain.site import Site
from streams.history.open import AnyHistory, open_history
from streams.history.settings import HistorySettings


@dataclass(frozen=True, slots=True)
class Store:
    """Tickets, snapshots and evidence in one database, and its engine for whoever reads another table."""

    tickets: Tickets
    snapshots: Snapshots
    engine: Engine
    evidence: Evidence


def database_url(settings: Settings) -> str:
    """Return the SQLAlchemy URL of the ticket store, password filled in; a SQLite file's folder is made."""
    url = make_url(settings.database_url)
    password = settings.secret("database_password")
    if password is not None:
        url = url.set(password=password)
    if url.get_backend_name() == "sqlite":
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return url.render_as_string(hide_password=False)


def engine_of(settings: Settings) -> Engine:
    """Open the database of tickets, deliveries and people.

    Raises:
        SettingsRefused: The database has not this version's tables.
        ConnectionError: The database does not answer.
    """
    url = database_url(settings)
    if current(url) != newest():
        raise SettingsRefused("WUGAN_DATABASE: the tables are missing or of another version; run `wugan db upgrade`")
    return open_store(url)


def store_of(settings: Settings, site: Site) -> Store:
    """Open the ticket store.

    Raises:
        SettingsRefused: The database has not this version's tables.
        ConnectionError: The database does not answer.
    """
    engine = engine_of(settings)
    rules = ticket_rules(settings, site, engine)
    return Store(
        Tickets(engine, rules=rules), Snapshots(engine, settings.topic_prefix), engine, Evidence(engine, rules)
    )


def ticket_rules(settings: Settings, site: Site | None, engine: Engine) -> TicketRules:
    """Return how tickets move on, with what holds for each enterprise of a site, read out of the store.

    Raises:
        SettingsRefused: The file of grades and credit is wrong.
    """
    rules = TicketRules(
        answer_min=settings.answer_minutes,
        arrive_min=settings.arrive_minutes,
        watch_min=settings.watch_minutes,
        undo_s=settings.undo_s,
        storm_per_min=settings.storm_per_min,
        places={
            place.enterprise_id: PlaceRules(cap=place.annual_check_cap, whitelisted=place.whitelisted)
            for place in (site.enterprises if site else ())
        },
    )
    if site is None:
        return rules
    office = office_of(site, engine, supervision_table(settings.supervision), _now_ms, rules)
    return replace(rules, agreed=agreed_today(office))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def store_if_there(settings: Settings, site: Site) -> Store | None:
    """Open the ticket store unless nobody has made it yet."""
    return store_of(settings, site) if current(database_url(settings)) is not None else None


def history_of(settings: Settings, site: Site) -> AnyHistory:
    """Open the history of a site."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return open_history(
        HistorySettings(
            url=settings.history_url,
            site=site.site_id,
            token=settings.secret("influxdb_token") or "",
            org=settings.influxdb_org,
            bucket=settings.influxdb_bucket,
        )
    )
