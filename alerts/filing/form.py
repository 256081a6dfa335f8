"""A small form's body in, its fields out; nothing larger than a form is read."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import Request

from domain.problem import Problem

MOST_BYTES = 200_000
MOST_FIELDS = 120
LONGEST = 2000
"""A field holds no more. [characters]"""


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a URL-encoded form, stripped, without those left empty.

    Raises:
        Problem: 413 too large, 422 not a form, or a field is too long.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            detail = f"the form is larger than {MOST_BYTES} bytes; write less"
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "Too large", detail)
    try:
        told = dict(parse_qsl(body.decode(), strict_parsing=bool(body), max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Problem(422, "invalid", "Request not understood", "the form can't be read; open the link again") from None
    fields = {name: value.strip() for name, value in told.items()}
    if any("\0" in name + value or len(value) > LONGEST for name, value in fields.items()):
        raise Problem(422, "invalid", "Request not understood", f"write at most {LONGEST} characters in a field")
    return {name: value for name, value in fields.items() if value}
