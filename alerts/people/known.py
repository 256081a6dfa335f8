"""Somebody who has shown who they are, and by what."""

from dataclasses import dataclass
from enum import StrEnum

from alerts.people.person import Person


class Way(StrEnum):
    """How a person showed who they are."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a way, not a token
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who asks, how we know, and whether they must choose a password before all else."""

    person: Person
    way: Way
    must_change: bool = False
