"""A request's body in, what the inspector says out; no more of it is read than allowed."""

from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from alerts.inspector.matters import LONGEST, MatterSaid
from alerts.inspector.photo import MOST_BYTES, too_large
from alerts.lifecycle import MoveKind, Outcome
from domain.problem import Problem
from domain.supervision.compliance import Measure, Severity

MOST_PHOTOS = 4
"""How many photographs one result carries. Design value."""
MOST_BODY_BYTES = MOST_PHOTOS * MOST_BYTES + 256 * 1024
LONGEST_NAME = 40
LONGEST_NOTE = 2000
LONGEST_KEY = 128
_MOST_FIELDS = 16
_TEXT_BYTES = 64 * 1024


class Act(StrEnum):
    """What an inspector tells; the value is the last part of the address."""

    ACCEPT = "accept"
    ARRIVED = "arrived"
    RESULT = "result"


MOVES = {Act.ACCEPT: MoveKind.ACCEPT, Act.ARRIVED: MoveKind.ARRIVE, Act.RESULT: MoveKind.OUTCOME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a form holds, checked.

    Attributes:
        name: As typed; empty where the link names somebody.
        key: Tells the same form sent twice from two forms.
        outcome: Of a result.
        photos: Whole files, as sent.
        matter: What was found, of a result with a problem; None = not said.
    """

    name: str
    key: str
    outcome: Outcome | None
    photos: tuple[bytes, ...]
    matter: MatterSaid | None = None


async def read_matter(request: Request) -> MatterSaid | None:
    """Read the part of a result's form that says what was found, before it is sent.

    Raises:
        Problem: As of `read_form`.
    """
    return (await read_form(request, Act.RESULT)).matter


async def read_form(request: Request, act: Act) -> Said:
    """Read a form (multipart or URL-encoded).

    Raises:
        Problem: 400, not a form; 413, too large; 422, something is missing or wrong.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_BODY_BYTES:
        raise too_large()
    bounded = Request(request.scope, _bounded(request.receive))
    try:
        asked = bounded.form(max_files=MOST_PHOTOS, max_fields=_MOST_FIELDS, max_part_size=_TEXT_BYTES)
        async with asked as form:
            return Said(
                name=_line(form, "who", LONGEST_NAME),
                key=_line(form, "key", LONGEST_KEY),
                outcome=_outcome(form) if act is Act.RESULT else None,
                photos=await _files(form),
                matter=_matter(form) if act is Act.RESULT else None,
            )
    except HTTPException as error:
        detail = f"the form can't be read ({error.detail}); open the link again"
        raise Problem(400, "not_a_form", "Not a form", detail) from None


def _bounded(receive: Receive) -> Receive:
    """Return a receiver that stops at the largest body; a length that was told may be a lie, or missing."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            raise too_large()
        return message

    return bounded


async def _files(form: FormData) -> tuple[bytes, ...]:
    files = [item for item in form.getlist("photo") if isinstance(item, UploadFile) and item.size]
    if any((item.size or 0) > MOST_BYTES for item in files):
        raise too_large()
    return tuple([await item.read() for item in files])


def _outcome(form: FormData) -> Outcome:
    found = {"yes": True, "no": False}.get(_line(form, "problem_found", LONGEST_KEY))
    if found is None:
        raise _missing("problem_found", "say whether a problem was found: yes or no")
    given = _line(form, "measure", LONGEST_KEY) or Measure.NONE.value
    if given not in list(Measure):
        raise _missing("measure", f"give one of {', '.join(Measure)}")
    note = _text(form, "note").strip()
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise _missing("note", f"write at most {LONGEST_NOTE} characters")
    return Outcome(problem_found=found, measure=Measure(given), note=note or None)


def _matter(form: FormData) -> MatterSaid | None:
    name = _line(form, "matter", LONGEST)
    if not name or _line(form, "problem_found", LONGEST_KEY) != "yes":
        return None
    severity = _line(form, "severity", LONGEST_KEY) or Severity.ORDINARY.value
    if severity not in list(Severity):
        raise _missing("severity", f"give one of {', '.join(Severity)}")
    clause, mended = _line(form, "clause", LONGEST), _line(form, "mended", LONGEST_KEY)
    return MatterSaid(matter=name, severity=Severity(severity), clause=clause, mended=bool(mended))


def _line(form: FormData, name: str, longest: int) -> str:
    text = _text(form, name).strip()
    if len(text) > longest or not text.isprintable():
        raise _missing(name, f"write one line of at most {longest} characters")
    return text


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _missing(name: str, mend: str) -> Problem:
    return Problem(
        422, "invalid", "Request not understood", f"{name}: {mend}", {"errors": [{"where": name, "fault": mend}]}
    )
