"""The pages `/sensors` and `/sensors/{id}`: who needs care, and one device's day with its flags."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from alerts.pages.course_svg import Course, course_svg
from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.told import span_told
from alerts.pages.words import language_of, say
from alerts.pages.words.sensors import SENSORS
from alerts.pages.words.shell import SHELL
from alerts.sensors.care import Cared, cared, tally
from alerts.sensors.course import Stretch, stretches
from alerts.sensors.ports import Devices, DevicesNow, Minutes
from alerts.sensors.tickets import care_tickets
from alerts.store.engine import reading
from alerts.supervision.office import Office
from domain.channels import POLLUTANTS, UNIT
from domain.problem import Problem
from domain.series import JudgedRows
from domain.site import Sensor

PER_PAGE = 200
DAY_MS = 86_400_000
MOST_STRETCHES = 200
"""So many are listed, the newest. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the pages are told from: the register, the live devices, the history."""

    register: Mapping[str, Sensor]
    devices: Devices
    minutes: Minutes


def build_pages(office: Office, watch: Watch, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(prefix="/sensors", include_in_schema=False, dependencies=kept_by(guard))

    @router.get("")
    def get_sensors(
        lang: str = "zh",
        show: Annotated[str, Query(max_length=8)] = "trouble",
        page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    ) -> HTMLResponse:
        now = watch.devices.now()
        told = {"show": "all" if show == "all" else "trouble", **_listed(office, now, lang, show, page)}
        return _page(shell, "sensors.html", lang, told)

    @router.get("/{sensor_id:path}")
    def get_sensor(sensor_id: str, lang: str = "zh") -> HTMLResponse:
        if sensor_id not in watch.register:
            detail = f"{sensor_id[:120]!r} is not in sensors.csv of this site; /sensors lists them"
            raise Problem(404, "unknown_sensor", "Unknown sensor", detail)
        return _page(shell, "sensor.html", lang, _card(office, watch, sensor_id, lang))

    return router


def _page(shell: Shell, template: str, lang: str, told: Mapping[str, object]) -> HTMLResponse:
    return shell.page(template, here="sensors", language=lang, table=SENSORS, told=told)


def _cared(office: Office, now: DevicesNow) -> list[Cared]:
    with reading(office.engine) as session:
        tickets = care_tickets(session, office.site_id)
    return cared(now.sensors, tickets, office.today())


def _listed(office: Office, now: DevicesNow, lang: str, show: str, page: int) -> dict[str, object]:
    devices = _cared(office, now)
    shown = devices if show == "all" else [one for one in devices if one.troubles]
    pages = max(1, ceil(len(shown) / PER_PAGE))
    first = (min(page, pages) - 1) * PER_PAGE
    words = say(language_of(lang), SHELL, SENSORS)
    return {
        "figures": tally(devices),
        "clock": _moment(office, now.clock_ms),
        "judged": _moment(office, now.judged_ms),
        "devices": [_row(one, words) for one in shown[first : first + PER_PAGE]],
        "first": first + 1,
        "last": min(first + PER_PAGE, len(shown)),
        "listed": len(shown),
        "page": min(page, pages),
        "pages": pages,
    }


def _row(one: Cared, words: Mapping[str, str]) -> dict[str, object]:
    now = one.now
    return {
        "id": now.sensor_id,
        "kind": now.kind,
        "state": now.state,
        "troubles": one.troubles,
        "age": span_told(now.age_s, words),
        "is_heard": now.age_s is not None,
        "flags": now.flags,
        "calibrated_on": now.calibrated_on,
        "calibrated_days": one.calibrated_days,
        "tickets": one.tickets,
    }


def _card(office: Office, watch: Watch, sensor_id: str, lang: str) -> dict[str, object]:
    now, words = watch.devices.now(), say(language_of(lang), SHELL, SENSORS)
    device = next(one for one in _cared(office, now) if one.now.sensor_id == sensor_id)
    until_ms = now.clock_ms or office.now_ms()
    rows, away = _minutes(watch.minutes, sensor_id, until_ms)
    marks = [stretches(rows, channel) for channel in range(len(POLLUTANTS))] if rows else [[] for _ in POLLUTANTS]
    newest = sorted((one for told in marks for one in told), key=lambda one: (-one.since_ms, one.pollutant))
    return {
        "id": sensor_id,
        "sensor": watch.register[sensor_id],
        "unit": UNIT,
        "one": _row(device, words),
        "values": device.now.values,
        "measured": _moment(office, device.now.measured_ms),
        "tickets": [(one, _moment(office, one.since_ms)) for one in device.tickets],
        "away": away,
        "courses": _courses(office, rows, marks, until_ms, words) if rows else (),
        "stretches": [_stretch(office, one) for one in newest[:MOST_STRETCHES]],
        "more": max(0, len(newest) - MOST_STRETCHES),
    }


def _minutes(minutes: Minutes, sensor_id: str, until_ms: int) -> tuple[JudgedRows | None, bool]:
    """Return the day before a moment, and whether the history is away."""
    try:
        return minutes.judged_of(sensor_id, until_ms - DAY_MS, until_ms), False
    except ConnectionError:
        return None, True


def _courses(
    office: Office, rows: JudgedRows, marks: list[list[Stretch]], until_ms: int, words: Mapping[str, str]
) -> list[tuple[str, Markup]]:
    def told(mark: Stretch) -> str:
        names = [words[f"flag.{flag}"] for flag in mark.flags] or [words["not_believed"]]
        return f"{_hour(office, mark.since_ms)}–{_hour(office, mark.until_ms)} · {' · '.join(names)}"

    drawn = []
    for channel, name in enumerate(POLLUTANTS):
        title = f"{words[f'pollutant.{name}']} · {UNIT} · {words['day']}"
        one = Course(
            name=name,
            title=title,
            since_ms=until_ms - DAY_MS,
            until_ms=until_ms,
            series=rows.series(channel),
            marks=marks[channel],
            told=told,
            hour=lambda time_ms: _hour(office, time_ms),
        )
        drawn.append((title, course_svg(one, words)))
    return drawn


def _stretch(office: Office, one: Stretch) -> dict[str, object]:
    since, until = _moment(office, one.since_ms), _hour(office, one.until_ms)
    return {"pollutant": one.pollutant, "since": since, "until": until, "flags": one.flags, "excluded": one.excluded}


def _moment(office: Office, at_ms: int | None) -> str:
    return f"{office.at(at_ms):%Y-%m-%d %H:%M}" if at_ms else ""


def _hour(office: Office, at_ms: int) -> str:
    return f"{office.at(at_ms):%H:%M}"
