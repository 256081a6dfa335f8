"""Cursors of a list: the place of the last row shown, so that rows added later move nothing."""

import base64
import binascii

from domain.problem import Problem


def encode_cursor(opened_ms: int, ticket_id: str) -> str:
    """Return a place in the list as opaque text.

    >>> decode_cursor(encode_cursor(1_500, "a1"))
    (1500, 'a1')
    """
    return base64.urlsafe_b64encode(f"{opened_ms}:{ticket_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[int, str]:
    """Return the place that a cursor names: (opened_ms, ticket id).

    Raises:
        Problem: 422, it is not one that `encode_cursor` made.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        opened, _, ticket_id = raw.decode().partition(":")
        return _checked(int(opened), ticket_id)
    except (binascii.Error, ValueError):
        raise Problem(
            422, "bad_cursor", "Bad cursor", "cursor is not one of ours; send next_cursor of the page before, unchanged"
        ) from None


def _checked(opened_ms: int, ticket_id: str) -> tuple[int, str]:
    if not ticket_id.isprintable() or not -(2**63) <= opened_ms < 2**63:
        raise ValueError(ticket_id)
    return opened_ms, ticket_id
