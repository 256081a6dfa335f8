"""Who is told: an endpoint with its address, its form, its secrets and what it wants to hear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_S = 10.0
"""Longest that one attempt may take, unless the endpoint says otherwise. Design value. [s]"""

Point = tuple[float, float]
"""Longitude, latitude, WGS-84. [°]"""


class FormName(StrEnum):
    """In which form an endpoint wants its messages."""

    WEBHOOK = "webhook"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What an endpoint wants to hear; what is left out does not restrict.

    Attributes:
        types: CloudEvents types, as `wugan.ticket.dispatched.v1`; empty: only what is sent to this endpoint by name.
        priorities: Of the ticket.
        area: Corners of a polygon; a ticket without a position is in every area.
    """

    types: frozenset[str] | None = None
    priorities: frozenset[int] | None = None
    area: tuple[Point, ...] | None = None

    def wants(self, event_type: str, priority: int, place: Point | None) -> bool:
        """Say whether an event passes."""
        if self.types is not None and event_type not in self.types:
            return False
        if self.priorities is not None and priority not in self.priorities:
            return False
        return self.area is None or place is None or is_inside(place, self.area)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where events go. Address, secrets and options are kept out of logs: they let anybody write to the receiver.

    Attributes:
        name: Short and stable: deliveries are kept under it.
        url: `https://…`, or `smtp://…` for e-mail; may hold a token.
        secrets: The newest first; all of them sign, so that a receiver can change over in its own time.
        timeout_s: Longest that one attempt may take. [s]
        per_minute: No more attempts a minute than this; None: no limit.
        ca_file: Certificate of the authority that the receiver's certificate must come from; None: the public ones.
        options: What a form needs beyond this; the form checks it.
    """

    name: str
    url: str = field(repr=False)
    form: FormName = FormName.WEBHOOK
    secrets: tuple[str, ...] = field(default=(), repr=False)
    filter: Filter = field(default_factory=Filter)
    timeout_s: float = TIMEOUT_S
    per_minute: int | None = None
    ca_file: Path | None = None
    options: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """The address as it may be shown: without path, query and user, which may be secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def is_inside(place: Point, area: tuple[Point, ...]) -> bool:
    """Say whether a place lies inside a polygon (even-odd rule).

    >>> is_inside((1.0, 1.0), ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)))
    True
    >>> is_inside((3.0, 1.0), ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)))
    False
    """
    lon, lat = place
    inside = False
    for (lon_a, lat_a), (lon_b, lat_b) in pairwise((*area, area[0])):
        if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a):
            inside = not inside
    return inside
