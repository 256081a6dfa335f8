"""How good the air's tickets are, as measured: the figures of docs/scores.md that a simulated clue is drawn from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """So many `hits` of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.hits / self.of

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.hits}/{self.of})"


@dataclass(frozen=True, slots=True, kw_only=True)
class AirScores:
    """Measured shares; the defaults are those of docs/scores.md, table "In all".

    Attributes:
        recall: Sources found, of all for which a ticket is due.
        precision: Tickets that tell of a due source, of all local ones.
        dispatched: Due sources found: dispatch recommended.
        dispatch_right: Of these dispatches: to the true place.
    """

    recall: Share = Share(163, 180)
    precision: Share = Share(166, 167)
    dispatched: Share = Share(125, 163)
    dispatch_right: Share = Share(120, 125)
