"""The pages `/deliveries` and `/deliveries/{id}`: endpoints and how they fare, what was sent, and sending again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from alerts.delivery.letters import STATES, Asked, Health, Letter, Letters
from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.words.deliveries import DELIVERIES
from alerts.supervision.office import Office

SHOWN = 100
Field = Annotated[str, Query(max_length=100)]


def build_pages(office: Office, letters: Letters, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(prefix="/deliveries", include_in_schema=False, dependencies=kept_by(guard))

    @router.get("")
    def get_deliveries(
        lang: str = "zh", state: Field = "", endpoint: Field = "", ticket: Field = "", cursor: Field = ""
    ) -> HTMLResponse:
        chosen = state if state in STATES else ""
        asked = Asked(
            state=chosen or None,
            endpoint=endpoint or None,
            ticket_id=ticket.strip() or None,
            limit=SHOWN,
            cursor=cursor or None,
        )
        found, after = letters.page(asked)
        told = {
            "endpoints": [_endpoint(office, one) for one in letters.endpoints(office.now_ms())],
            "letters": [_letter(office, one) for one in found],
            "after": after or "",
            "states": STATES,
            "state": chosen,
            "endpoint": endpoint,
            "ticket": ticket.strip(),
        }
        return _page(shell, "deliveries.html", lang, told)

    @router.get("/{delivery_id:path}")
    def get_delivery(delivery_id: str, lang: str = "zh") -> HTMLResponse:
        letter, tried = letters.log(delivery_id)
        rows = [(one.attempt, _time(office, one.at), one.took_ms, one.code, one.error or "") for one in tried]
        return _page(shell, "delivery.html", lang, {"one": _letter(office, letter), "tried": rows})

    return router


def _page(shell: Shell, template: str, lang: str, told: Mapping[str, object]) -> HTMLResponse:
    return shell.page(template, here="deliveries", language=lang, table=DELIVERIES, told=told)


def _endpoint(office: Office, one: Health) -> dict[str, object]:
    return {
        "name": one.name,
        "form": one.form,
        "address": one.address,
        "listed": one.listed,
        "circuit": one.circuit.value,
        "failures": one.failures,
        "open_until": _time(office, one.open_until),
        "why": one.why or "",
        "last_ok": _time(office, one.last_ok),
        "waiting": one.waiting,
        "oldest": _time(office, one.oldest),
        "dead": one.dead,
    }


def _letter(office: Office, one: Letter) -> dict[str, object]:
    answer = " ".join(str(part) for part in (one.last_code, one.last_error) if part is not None)
    return {
        "id": one.id,
        "time": _time(office, one.at),
        "endpoint": one.endpoint,
        "event": f"event.{one.type}" if f"event.{one.type}" in DELIVERIES else "event.other",
        "ticket": one.ticket_id,
        "is_ticket": one.type.startswith("wugan.ticket."),
        "priority": one.priority,
        "state": one.state,
        "attempts": one.attempts,
        "next_try": _time(office, one.next_try),
        "answer": answer,
    }


def _time(office: Office, moment: datetime | None) -> str:
    return f"{moment.astimezone(office.zone):%m-%d %H:%M:%S}" if moment else ""
