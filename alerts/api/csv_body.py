"""A request's body that is a CSV file: its text, or what is wrong with it as problem details."""

from collections.abc import Iterable

from fastapi import Request

from domain.problem import Problem
from domain.site_files.faults import Fault

LARGEST_BYTES = 20_000_000
"""No table of a zone is larger. Design value."""
FAULTS_TOLD = 1000
"""So many faults are listed; the count is of all."""
_IN_WORDS = 10


async def csv_text(request: Request) -> str:
    """Return the body as text; to be used as a dependency behind the one that tells who asks.

    Raises:
        Problem: 413, it is too large; 422, it is empty or not UTF-8.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BYTES:
            detail = f"the body has more than {LARGEST_BYTES // 1_000_000} MB; send the file in parts"
            raise Problem(413, "too_large", "File too large", detail)
    if not body:
        raise Problem(422, "empty", "No file", "the body is empty; send the CSV file as it is, Content-Type: text/csv")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = body[: error.start].count(b"\n") + 1
        detail = f"row {row}: not UTF-8 from byte {error.start} on; save the file as UTF-8 (CSV UTF-8)"
        raise Problem(422, "not_utf8", "Not UTF-8", detail) from None


def rows_refused(faults: Iterable[Fault]) -> Problem:
    """Return the refusal of a file, every fault with its row in `errors`; nothing of it was taken."""
    found = list(faults)
    more = f"; and {len(found) - _IN_WORDS} more" if len(found) > _IN_WORDS else ""
    detail = " | ".join(map(str, found[:_IN_WORDS])) + more
    told = [{"file": one.file, "row": one.row, "what": one.what, "mend": one.mend} for one in found[:FAULTS_TOLD]]
    return Problem(
        422,
        "rows_refused",
        "File refused, nothing of it was taken",
        detail,
        {"errors": told, "error_count": len(found)},
    )
