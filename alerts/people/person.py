"""A person who has shown who they are, and what their role may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is here for."""

    DUTY = "duty"
    INSPECTOR = "inspector"
    CHIEF = "chief"
    ANALYST = "analyst"
    ADMIN = "admin"


ALL_ROLES = frozenset(Role)
DECIDERS = frozenset({Role.DUTY, Role.CHIEF, Role.ADMIN})
"""Who may move tickets at the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks.

    Attributes:
        name: As recorded in histories and the audit.
        role: What they may do.
    """

    name: str
    role: Role
