"""The page `/settings`: what is in force and since when, to read; secrets are never shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from alerts.in_force import InForce, Setting
from alerts.pages.guard import Guard, kept_by
from alerts.pages.setting_meanings import MEANINGS
from alerts.pages.shell import Shell
from alerts.pages.words import language_of
from alerts.pages.words.settings import SETTINGS
from alerts.settings import TicketRules
from alerts.store.engine import reading
from alerts.store.in_force import Since, in_force
from alerts.supervision.office import Office
from domain.supervision.grades import Grade, GradeRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """How much the site's folder registers."""

    devices: int
    places: int
    permits: int


def build_pages(office: Office, told: InForce, registered: Registered, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/settings")
    def get_settings(lang: str = "zh") -> HTMLResponse:
        with reading(office.engine) as session:
            known = in_force(session, office.site_id)
        shown = {
            "registered": registered,
            "zone": office.zone.key,
            "answering": _answering(office.rules),
            "credits": list(Grade),
            "grades": _grades(office.table.grades),
            "facts": sorted(office.table.credit.kinds.items(), key=lambda one: (one[1].points, one[0])),
            "settings": [_row(office, one, one.name, known, lang) for one in told.settings],
            "rules": [_row(office, one, f"rule:{one.name}", known, lang) for one in told.rules],
        }
        return shell.page("settings.html", here="settings", language=lang, table=SETTINGS, told=shown)

    return router


def _answering(rules: TicketRules) -> list[tuple[int, int, int]]:
    """Return (priority, minutes to answer, minutes to arrive)."""
    return [(place + 1, *both) for place, both in enumerate(zip(rules.answer_min, rules.arrive_min, strict=True))]


def _grades(rules: GradeRules) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return (risk class, (grade, cap) by credit)."""
    return [(risk.value, [(one.value, rules.caps[one]) for one in row]) for risk, row in rules.grades.items()]


def _row(office: Office, one: Setting, key: str, known: Mapping[str, Since], lang: str) -> dict[str, object]:
    since = known.get(key)
    is_noted = since is not None and since.value == one.value
    chinese = MEANINGS.get(one.name, one.meaning)
    return {
        "name": one.name,
        "value": one.value,
        "source": one.source,
        "meaning": one.meaning if language_of(lang) == "en" else chinese,
        "since": f"{office.at(since.at_ms):%Y-%m-%d %H:%M}" if since and is_noted else "",
    }
