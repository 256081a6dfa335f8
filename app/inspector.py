"""The inspector's page at the desk: settings and stores in, routes out."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import FastAPI

from alerts.inspector.matters import InspectorMatters
from alerts.inspector.page import Pages
from alerts.inspector.photos import Photos
from alerts.inspector.routes import Inspectors, build_router, mount_static
from alerts.inspector.secret import secret_of
from alerts.inspector.settings import HOUR_MS, InspectorSettings
from alerts.supervision.office import Office
from app.settings import Settings, SettingsRefused
from app.wiring import Store
from domain.site import Site
from maps.words import Language, words


def inspector_settings(settings: Settings) -> InspectorSettings:
    """Return what the inspector's page needs; makes the secret at the first call unless one is given.

    Raises:
        SettingsRefused: The secret is too short.
    """
    try:
        secret = secret_of(settings.data_dir, settings.secret("link_secret"))
    except ValueError as error:
        raise SettingsRefused(f"WUGAN_LINK_SECRET: {error}") from error
    return InspectorSettings(
        secret=secret,
        lifetime_ms=round(settings.link_hours * HOUR_MS),
        keep_position=settings.keep_photo_position,
        base_url=settings.desk_url,
    )


def add_inspector(app: FastAPI, site: Site, store: Store, settings: InspectorSettings, office: Office) -> None:
    """Add the page and its files to the desk."""
    pages = Pages(site, _shared_words)
    photos, matters = Photos(store.engine), InspectorMatters(office)
    desk = Inspectors(store.tickets, photos, pages, settings, lambda: datetime.now(UTC), matters)
    app.include_router(build_router(desk))
    mount_static(app)


def _shared_words(language: str) -> Mapping[str, str]:
    return words(Language(language))
