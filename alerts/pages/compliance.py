"""Pages of compliance: what awaits somebody, filing a matter with its suggestion, self-checks, guides to print."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.words.compliance import COMPLIANCE
from alerts.supervision import guides, matters, rectifications, self_checks
from alerts.supervision.matters import Filing
from alerts.supervision.office import Office
from alerts.supervision.rectifications import RectificationView
from alerts.supervision.unfiled import unfiled
from domain.problem import Problem
from domain.supervision.compliance import Measure, Severity
from domain.supervision.rectification import RectificationState

_SHOWN = 100
_ANSWERS = ("ok", "mended", "not")
_OPEN = (RectificationState.OPEN, RectificationState.REMIND, RectificationState.OVERDUE)
Line = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Words = Annotated[str, Query(max_length=2000, pattern=r"^[^\x00]*$")]


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(prefix="/supervision/compliance", include_in_schema=False, dependencies=kept_by(guard))
    _add_overview(router, office, shell)
    _add_matter(router, office, shell)
    _add_self_check(router, office, shell)
    _add_guide(router, office, shell)
    return router


def _page(shell: Shell, template: str, lang: str, told: Mapping[str, object]) -> HTMLResponse:
    return shell.page(template, here="compliance", language=lang, table=COMPLIANCE, told=told)


def _add_overview(router: APIRouter, office: Office, shell: Shell) -> None:
    @router.get("")
    def get_overview(lang: str = "zh", enterprise_id: Line = "", state: Line = "") -> HTMLResponse:
        place = enterprise_id or None
        every = rectifications.rectifications(office, place)
        states = [one for one in RectificationState if one.value == state]
        awaiting = matters.matters(office, place, undecided=True, limit=_SHOWN)
        checks = self_checks.self_checks(office, place)
        told = {
            "today": office.today(),
            "enterprise_id": enterprise_id,
            "state": state,
            "states": list(RectificationState),
            "places": _places(office),
            "figures": _figures(every, len(awaiting), sum(one.day.year == office.today().year for one in checks)),
            "unfiled": unfiled(office, place, _SHOWN),
            "awaiting": awaiting,
            "measures": list(Measure),
            "rectifications": [one for one in every if not states or one.state in states][:_SHOWN],
            "open_states": _OPEN,
            "matters": matters.matters(office, place, limit=_SHOWN),
            "self_checks": checks[:_SHOWN],
            "industries": guides.industries(office),
        }
        return _page(shell, "compliance.html", lang, told)


def _figures(every: list[RectificationView], awaiting: int, checks: int) -> dict[str, int]:
    """Return the figures at the head by the name of their words."""
    return {
        "awaiting": awaiting,
        "under_way": sum(one.state in _OPEN for one in every),
        "due_soon": sum(one.state is RectificationState.REMIND for one in every),
        "overdue": sum(one.state is RectificationState.OVERDUE for one in every),
        "self_checks_year": checks,
    }


def _add_matter(router: APIRouter, office: Office, shell: Shell) -> None:
    @router.get("/matter")
    def get_matter(  # noqa: PLR0913 - the fields of a form
        lang: str = "zh",
        source: Line = "",
        enterprise_id: Line = "",
        matter: Line = "",
        severity: Line = "",
        clause: Line = "",
        how: Words = "",
        mended: Line = "",
        edit: Line = "",
    ) -> HTMLResponse:
        said = {"source": source.strip(), "enterprise_id": enterprise_id.strip(), "matter": matter.strip()}
        said |= {"severity": severity, "clause": clause.strip(), "how": how.strip(), "mended": "true" if mended else ""}
        is_whole = bool(said["source"] and said["matter"] and severity in set(Severity)) and not edit
        trouble, advice = "", None
        if is_whole:
            try:
                advice = matters.advise(office, _filing(said))
            except Problem as problem:
                trouble = f"problem.{problem.code}" if f"problem.{problem.code}" in COMPLIANCE else problem.detail
        told = {
            "said": said,
            "advice": advice,
            "trouble": trouble,
            "places": _places(office),
            "severities": list(Severity),
            "measures": [one for one in Measure if one is not Measure.NONE or advice],
            "known": _known(office, said["enterprise_id"]),
        }
        return _page(shell, "compliance_matter.html", lang, told)


def _filing(said: dict[str, str]) -> Filing:
    return Filing(
        source=said["source"],
        matter=said["matter"],
        severity=Severity(said["severity"]),
        clause=said["clause"],
        how=said["how"],
        mended=bool(said["mended"]),
        enterprise_id=said["enterprise_id"] or None,
    )


def _known(office: Office, enterprise_id: str) -> list[str]:
    """Return the names of matters in use: the industry's first, else all."""
    place = office.register.by_id.get(enterprise_id)
    names = [place.industry] if place and place.industry else [one.industry for one in guides.industries(office)]
    return list(dict.fromkeys(entry.matter for name in names for entry in guides.guide_of(office, name)))


def _places(office: Office) -> list[tuple[str, str]]:
    return sorted((one.enterprise_id, one.name) for one in office.register.by_id.values())


def _add_self_check(router: APIRouter, office: Office, shell: Shell) -> None:
    @router.get("/self-check")
    def get_self_check(lang: str = "zh", enterprise_id: Line = "") -> HTMLResponse:
        place = office.register.by_id.get(enterprise_id)
        told = {
            "place": place,
            "places": _places(office),
            "questions": guides.guide_of(office, place.industry) if place else (),
            "answers": _ANSWERS,
            "today": office.today(),
        }
        return _page(shell, "compliance_self_check.html", lang, told)


def _add_guide(router: APIRouter, office: Office, shell: Shell) -> None:
    @router.get("/guide")
    def get_guide(lang: str = "zh", industry: Line = "") -> HTMLResponse:
        told = {"industry": industry, "entries": guides.guide_of(office, industry), "today": office.today()}
        return _page(shell, "compliance_guide.html", lang, told)
