"""Open plans of the store → a schedule in few visits, looked at first, then published as the next version.

The merging takes seconds, so it runs outside of any transaction and one at a time; what it was made of is looked at
again in the transaction that publishes, and where anything changed meanwhile it is made anew.
"""

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.store import audit
from alerts.store.engine import reading, writing
from alerts.store.models import PlanRow, ScheduleRow
from alerts.store.numbering import Numbering
from alerts.supervision.office import Office
from alerts.supervision.plans.limits import limits_of
from alerts.supervision.plans.rows import HELD, PLACED, days_of, plan_of, rows_to_plan
from domain.problem import Problem
from domain.supervision.plans import Limits, Merged, Plan, merge
from domain.supervision.plans.figures import Figures, figures_of

TRIES = 3
"""So often a schedule is made anew because somebody filed meanwhile. Design value."""
RETRY_AFTER_S = 10
"""When to ask again while another merging runs. Design value. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Which days inspectors work, besides Monday to Friday."""

    weekends: bool = False
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a merging is made of; `seen` is the hash of it all."""

    plans: tuple[Plan, ...]
    published: Mapping[str, date]
    limits: Limits
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A schedule that nobody knows yet."""

    given: Given
    merged: Merged
    figures: Figures

    def moved(self) -> list[tuple[str, date | None, date | None]]:
        """Return plans whose published day changes: id, the day told, the day now (None = held)."""
        days = self.merged.schedule.days
        told = self.given.published
        return [(one, told[one], days.get(one)) for one in sorted(told) if days.get(one) != told[one]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version of the schedule; not new where nothing changed since the one before."""

    version: int
    is_new: bool
    proposal: Proposal


class Merging:
    """Merges one site's open plans."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._running = threading.Lock()
        self._last: Proposal | None = None

    def preview(self, days: Days) -> Proposal:
        """Return what would be published; blocks for seconds.

        Raises:
            Problem: 409, another merging runs or no plan is open.
        """
        with self._alone():
            return self._propose(days)

    def publish(self, days: Days, who: str, seen: str | None = None) -> Published:
        """Publish the next version of the schedule; blocks for seconds.

        Args:
            days: Which days count.
            who: In whose name.
            seen: Of the preview that was agreed to; None = whatever comes out.

        Raises:
            Problem: 409, another merging runs, no plan is open, or it is not what was previewed any more.
        """
        with self._alone():
            for _ in range(TRIES):
                proposal = self._propose(days)
                if seen is not None and proposal.given.seen != seen:
                    raise _changed("what was previewed has changed since")
                done = self._publish(proposal, days, who)
                if done is not None:
                    return done
        raise _changed("plans, grades or visits change too fast")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._running.acquire(blocking=False):
            detail = f"another merging runs; ask again in {RETRY_AFTER_S} s"
            raise Problem(409, "merging_runs", "Merging runs already", detail, {"retry_after_s": RETRY_AFTER_S})
        try:
            yield
        finally:
            self._running.release()

    def _propose(self, days: Days) -> Proposal:
        with reading(self._office.engine) as session:
            given = given_now(session, self._office, days)
        if not given.plans:
            raise Problem(409, "nothing_to_plan", "No open plan", "file plans first: POST /api/v1/plans")
        if self._last is None or self._last.given.seen != given.seen:
            began = time.monotonic()
            merged = merge(given.plans, given.limits, given.published)
            figures = figures_of(given.plans, merged, given.published, time.monotonic() - began)
            self._last = Proposal(given=given, merged=merged, figures=figures)
        return self._last

    def _publish(self, proposal: Proposal, days: Days, who: str) -> Published | None:
        """Keep a proposal as the next version; None = what it was made of has changed."""
        with writing(self._office.engine) as session:
            Numbering(session)
            if given_now(session, self._office, days).seen != proposal.given.seen:
                return None
            last = session.scalars(select(ScheduleRow).order_by(ScheduleRow.version.desc()).limit(1)).one_or_none()
            changed = _settle(session, proposal, self._office.today())
            if last is not None and not changed:
                return Published(version=last.version, is_new=False, proposal=proposal)
            version = last.version + 1 if last else 1
            self._keep(session, version, proposal, who)
            return Published(version=version, is_new=True, proposal=proposal)

    def _keep(self, session: Session, version: int, proposal: Proposal, who: str) -> None:
        at_ms, limits = self._office.now_ms(), proposal.given.limits
        days = {"weekends": limits.weekends, "closed": [str(day) for day in sorted(limits.closed)]}
        figures = asdict(proposal.figures) | days
        entries = {one: day.isoformat() for one, day in sorted(proposal.merged.schedule.days.items())}
        session.add(
            ScheduleRow(
                version=version,
                at_ms=at_ms,
                who=who,
                figures=json.dumps(figures, sort_keys=True),
                entries=json.dumps(entries, ensure_ascii=False),
            )
        )
        audit.record(session, at_ms, who, "plans.published", f"schedule:{version}", figures)


def given_now(session: Session, office: Office, days: Days) -> Given:
    """Return what a merging is made of at this moment."""
    rows = rows_to_plan(session, office.today())
    plans = tuple(plan_of(row) for row in rows)
    limits = limits_of(session, office, plans, weekends=days.weekends, closed=days.closed)
    published = days_of(row for row in rows if row.state == PLACED)
    return Given(plans=plans, published=published, limits=limits, seen=_hash(plans, published, limits))


def _hash(plans: Sequence[Plan], published: Mapping[str, date], limits: Limits) -> str:
    said = [
        *map(repr, plans),
        *map(repr, sorted(published.items())),
        *map(repr, sorted(limits.team_min.items())),
        *map(repr, sorted(limits.visits_left.items())),
        *map(repr, sorted(limits.listings.items())),
        repr((sorted(limits.closed), limits.first, limits.weekends)),
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _settle(session: Session, proposal: Proposal, today: date) -> int:
    """Write days and reasons to the plans; returns how many changed."""
    schedule = proposal.merged.schedule
    changed = []
    for row in rows_to_plan(session, today):
        day = schedule.days.get(row.plan_id)
        now = (PLACED, None, day.isoformat()) if day else (HELD, str(schedule.held[row.plan_id]), None)
        if now != (row.state, row.reason, row.day):
            changed.append({"plan_id": row.plan_id, "state": now[0], "reason": now[1], "day": now[2]})
    if changed:
        session.execute(update(PlanRow), changed)
    return len(changed)


def _changed(why: str) -> Problem:
    return Problem(409, "plans_changed", "Plans changed", f"{why}; preview again: POST /api/v1/plans/merge")
