"""What the alerts stage is told: how soon people must answer, what makes a storm."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRules:
    """What is agreed about visits to an enterprise: the most a year (None = no limit known), and the white list."""

    cap: int | None = None
    whitelisted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceToday(PlaceRules):
    """What holds for an enterprise today, and how many visits this calendar year has seen."""

    visits: int = 0


AgreedPlaces = Callable[[Session, Collection[str]], Mapping[str, PlaceToday]]
"""Reads what holds for enterprises today, all that are asked about at once; those that nobody knows are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRules:
    """How tickets move on. All are design values; a settings file may say otherwise.

    Attributes:
        answer_min: By priority 1, 2, 3: a person must have answered so long after the opening. [min]
        arrive_min: By priority 1, 2, 3: an inspector must have arrived so long after the dispatch. [min]
        watch_min: How long is watched where nobody says otherwise. [min]
        undo_s: A dispatch may be undone so long; it leaves for the inspectors afterwards. [s]
        storm_per_min: More tickets than this opened within a minute are told of together. [1/min]
        places: What is agreed about each enterprise, by id; these may be named in a decision.
        agreed: What holds for them today by grade, facts and white list; None = `places` alone are known.
    """

    answer_min: tuple[int, int, int] = (3, 30, 120)
    arrive_min: tuple[int, int, int] = (45, 120, 480)
    watch_min: int = 60
    undo_s: int = 10
    storm_per_min: int = 10
    places: Mapping[str, PlaceRules] = field(default_factory=dict)
    agreed: AgreedPlaces | None = None

    def answer_ms(self, priority: int) -> int:
        """Return how long a person has to answer. [ms]"""
        return self.answer_min[_place(priority)] * 60_000

    def arrive_ms(self, priority: int) -> int:
        """Return how long an inspector has to arrive. [ms]"""
        return self.arrive_min[_place(priority)] * 60_000


def _place(priority: int) -> int:
    return min(max(priority, 1), 3) - 1
