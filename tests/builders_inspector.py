"""The inspector's page over a real store, pictures from a phone, and links."""

import io
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import hypot
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from sqlalchemy import Engine

from alerts.api import install_problem_handlers
from alerts.api.access import NoAccounts
from alerts.api.photos import build_photo_router
from alerts.inspector.link import link
from alerts.inspector.matters import InspectorMatters
from alerts.inspector.page import Pages
from alerts.inspector.photos import Photos
from alerts.inspector.routes import Inspectors, build_router, mount_static
from alerts.inspector.settings import InspectorSettings
from alerts.lifecycle import MoveKind
from alerts.people.person import Person, Role
from alerts.store import Tickets
from alerts.supervision.office import Office
from domain.site import Enterprise, Sensor, SensorKind, Site
from domain.ticket import Candidate, Ticket
from domain.times import to_ms
from maps.words import Language, words
from tests.builders_alerts import make_move, make_ticket
from tests.builders_maps import HOSTILE, a_zone

SIGNED_WITH = "a-secret-of-the-tests"
SITE = a_zone()
MIDDLE = (116.512, 39.787)
FIRST, SECOND = sorted(SITE.enterprises, key=lambda one: hypot(one.lon - MIDDLE[0], one.lat - MIDDLE[1]))[:2]
LATITUDE, LONGITUDE = (39.0, 47.0, 24.5), (116.0, 30.0, 36.25)


def inspector_app(
    engine: Engine,
    now: Callable[[], datetime],
    *,
    site: Site = SITE,
    keep_position: bool = False,
    office: Office | None = None,
) -> FastAPI:
    settings = InspectorSettings(secret=SIGNED_WITH, keep_position=keep_position)
    pages = Pages(site, lambda language: words(Language(language)))
    app = FastAPI()
    install_problem_handlers(app)
    photos, matters = Photos(engine), InspectorMatters(office) if office else None
    app.include_router(build_router(Inspectors(Tickets(engine), photos, pages, settings, now, matters)))
    app.include_router(
        build_photo_router(photos, NoAccounts(Person(name="duty", role=Role.DUTY)), "/api/v1"), prefix="/api/v1"
    )
    mount_static(app)
    return app


def path_of(ticket_id: str, at: datetime, who: str = "王五", key: str = SIGNED_WITH) -> str:
    return link(ticket_id, key, to_ms(at), "", who)


def a_clue(ticket_id: str = "a1", *, hostile: bool = False, **more: Any) -> Ticket:
    """Return a ticket whose candidates stand in the zone."""
    first, second = FIRST, SECOND
    name = HOSTILE if hostile else first.name
    candidates = (
        Candidate(enterprise_id=first.enterprise_id, name=name, probability=0.54, distance_m=420),
        Candidate(enterprise_id=second.enterprise_id, name=second.name, probability=0.31, distance_m=610),
    )
    place = {"lon": first.lon + 0.001, "lat": first.lat - 0.001, "sensors": tuple(_near(SITE.sensors, first)[:2])}
    return replace(make_ticket(ticket_id), candidates=candidates, unknown_probability=0.15, **place, **more)


def _near(sensors: Sequence[Sensor], place: Enterprise) -> list[str]:
    fixed = [sensor for sensor in sensors if sensor.kind is not SensorKind.VEHICLE]
    fixed.sort(key=lambda one: hypot(one.lon - place.lon, one.lat - place.lat))
    return [sensor.sensor_id for sensor in fixed]


def dispatched(tickets: Tickets, *ids: str, at: datetime, **more: Any) -> None:
    for ticket_id in ids:
        tickets.upsert([a_clue(ticket_id, **more)])
        tickets.decide(ticket_id, make_move(MoveKind.DISPATCH, at=at))


def a_picture(
    width: int = 80, height: int = 60, kind: str = "JPEG", *, gps: bool = False, turned: bool = False
) -> bytes:
    """Return a picture as a phone makes it, with its maker's name and, if asked for, the place it was taken at."""
    rows = np.linspace(0, 255, height, dtype=np.uint8)
    columns = np.linspace(0, 255, width, dtype=np.uint8)
    red, green = np.meshgrid(columns, rows)
    picture = Image.fromarray(np.dstack([red, green, np.full_like(red, 90)]))
    exif = Image.Exif()
    exif[Base.Make] = "SECRETPHONE"
    if turned:
        exif[Base.Orientation] = 6
    if gps:
        exif[IFD.GPSInfo] = {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: LATITUDE,
            GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: LONGITUDE,
            GPS.GPSAltitude: 31.0,
        }
    file = io.BytesIO()
    more = {"comment": b"SECRETCOMMENT"} if kind == "JPEG" else {}
    picture.save(file, kind, exif=exif, **more)
    return file.getvalue()


class Served:
    """The app on a port of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> "Served":
        self._socket.listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
