"""What is asked for → the report: figures of a period beside those of the one before, whole and in groups."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from alerts.store.engine import reading
from alerts.supervision.office import Office
from alerts.supervision.statistics.at_end import marks_at_end
from alerts.supervision.statistics.filings import marks_of_filings
from alerts.supervision.statistics.labels import Labeller
from alerts.supervision.statistics.plans import marks_of_plans
from alerts.supervision.statistics.scans import marks_of_scans
from alerts.supervision.statistics.tickets import marks_of_joined, marks_of_tickets, tickets_of
from alerts.supervision.statistics.visits import marks_of_visits
from alerts.supervision.statistics.window import Window
from domain.supervision.statistics import Compared, Dimension, Group, Mark, Period, before, compare, groups_of, spared
from domain.supervision.statistics.marks import key_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for.

    Attributes:
        by: Dimensions to group by.
        only: Only marks with this key of a dimension.
    """

    period: Period
    by: Collection[Dimension] = ()
    only: Mapping[Dimension, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a period by name, and groups of them by dimension."""

    asked: Asked
    against: Period
    figures: Mapping[str, Compared]
    groups: Mapping[Dimension, tuple[Group, ...]]


def report(office: Office, asked: Asked) -> Report:
    """Return the figures that are asked for, as one moment of the store has them.

    Raises:
        ConnectionError: The store is away.
    """
    against = before(asked.period)
    with reading(office.engine) as session:
        labeller = Labeller(session, office, against.first, asked.period.last)
        now, earlier = (
            [mark for mark in marks_of(session, office, period, labeller) if _is_asked(mark, asked)]
            for period in (asked.period, against)
        )
    return Report(
        asked=asked,
        against=against,
        figures=compare(now, earlier),
        groups={dimension: groups_of(now, earlier, dimension, asked.period) for dimension in asked.by},
    )


def marks_of(session: Session, office: Office, period: Period, labeller: Labeller) -> list[Mark]:
    """Return every mark of a period."""
    window = Window(period, office.zone)
    tickets = tickets_of(session, office, window)
    marks = [
        *marks_of_tickets(tickets, window, labeller),
        *marks_of_joined(session, window, labeller),
        *marks_of_visits(session, tickets, window, labeller),
        *marks_of_plans(session, window, labeller),
        *marks_of_scans(session, window, labeller),
        *marks_of_filings(session, window, labeller),
        *marks_at_end(session, office, window, labeller),
    ]
    return [*marks, *spared(marks)]


def _is_asked(mark: Mark, asked: Asked) -> bool:
    return all(key_in(mark, dimension) == key for dimension, key in asked.only.items())
