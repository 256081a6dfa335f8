"""Listings and what covers a visit to whether a white-listed enterprise's door opens, and by which cause.

Decision table (`-` = whichever):

| listed that day | covered by                    | cause given | door            |
|-----------------|-------------------------------|-------------|-----------------|
| no              | plan, ticket or complaint     | -           | open            |
| yes             | dispatched ticket             | -           | open, clue      |
| yes             | complaint                     | -           | open, complaint |
| yes             | plan of a special campaign    | -           | open, special   |
| yes             | any other plan                | -           | closed          |
| -               | nothing                       | -           | closed          |

A special campaign needs its entry in the plan: a cause that is only said opens nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.supervision.visits import Cause, Cover, CoverKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An enterprise on the white list from its first day to its last; `last` None = until further notice."""

    enterprise_id: str
    first: date
    last: date | None = None
    reason: str = ""


def is_listed(listings: Iterable[Listing], enterprise_id: str, day: date) -> bool:
    """Say whether an enterprise is on the white list that day of the site's zone."""
    return any(
        one.enterprise_id == enterprise_id and one.first <= day and (one.last is None or day <= one.last)
        for one in listings
    )


def cause_past_list(cover: Cover) -> Cause | None:
    """Return the cause by which a cover opens a listed enterprise's door; None = it stays closed."""
    if cover.kind is CoverKind.TICKET:
        return Cause.CLUE
    if cover.kind is CoverKind.COMPLAINT:
        return Cause.COMPLAINT
    return Cause.SPECIAL if cover.special else None
