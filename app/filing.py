"""The enterprises' page at the desk: the link's secret and supervision in, routes out."""

from fastapi import FastAPI

from alerts.api.access import Access
from alerts.filing.page import FilingPages
from alerts.filing.routes import build_filing, build_link_router
from alerts.inspector.settings import InspectorSettings


def add_filing(app: FastAPI, pages: FilingPages, settings: InspectorSettings, access: Access, api: str) -> None:
    """Add the page, and below `api` the route that makes its link."""
    app.include_router(build_link_router(pages.office, settings, access), prefix=api)
    app.include_router(build_filing(pages.office, pages, settings))
