"""What the inspector's page is told: how links are signed and how long they hold, and what is kept of a photograph."""

from dataclasses import dataclass, field

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorSettings:
    """Settings of the inspector's page.

    Attributes:
        secret: What links are signed with.
        lifetime_ms: How long a link holds. [ms]
        keep_position: Whether a photograph keeps where it was taken.
        base_url: Where the desk is reached from outside.
    """

    secret: str = field(repr=False)
    lifetime_ms: int = 12 * HOUR_MS
    keep_position: bool = False
    base_url: str = ""
