"""What holds at the end of a period's last day → marks: enterprises, caps and their use, findings, what is overdue."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import RectificationRow
from alerts.supervision.made import used_in
from alerts.supervision.office import Office
from alerts.supervision.statistics.filings import DATA_CHECK, findings_seen
from alerts.supervision.statistics.labels import Labeller
from alerts.supervision.statistics.window import Window
from alerts.supervision.white_list import listings
from domain.supervision.statistics import Mark, What
from domain.supervision.white_list import is_listed


def marks_at_end(session: Session, office: Office, window: Window, labeller: Labeller) -> Iterator[Mark]:
    """Yield the marks of what holds at the end of a period."""
    day = window.period.last
    yield from _enterprises(session, office, window, labeller)
    for seen in findings_seen(session, window):
        if seen.is_open(day):
            labels = labeller.at_end(seen.enterprise_id, day, rule=seen.rule_id, source=DATA_CHECK)
            yield Mark(What.FINDING_OPEN, day, labels)
    for row in session.scalars(select(RectificationRow).where(RectificationRow.due < day.isoformat())):
        if row.filed is None or row.filed > day.isoformat():
            yield Mark(What.RECTIFICATION_OVERDUE, day, labeller.at_end(row.enterprise_id, day))


def _enterprises(session: Session, office: Office, window: Window, labeller: Labeller) -> Iterator[Mark]:
    day = window.period.last
    used = used_in(session, office, day.year, None, day)
    listed = {one.enterprise_id for one in listings(session, office) if is_listed([one], one.enterprise_id, day)}
    for place in office.register.by_id:
        labels, cap = labeller.at_end(place, day), labeller.graded(place, day).cap
        told = {
            What.ENTERPRISE: 1,
            What.CAP: cap,
            What.CAP_USED: used[place],
            What.AT_CAP: used[place] >= cap,
            What.UNVISITED: not used[place],
            What.LISTED: place in listed,
        }
        yield from (Mark(what, day, labels, int(amount)) for what, amount in told.items() if amount)
