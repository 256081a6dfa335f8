"""Visits, credit, plans, findings and clues from elsewhere; days are ISO dates of the site's zone, times Unix ms."""

from sqlalchemy import Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.models.base import Base

Id = String(128)
Day = String(10)


class CreditFactRow(Base):
    """A public fact about an enterprise, by people or by a file; rows are only added."""

    __tablename__ = "credit_facts"

    fact_id: Mapped[str] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    day: Mapped[str] = mapped_column(Day)
    note: Mapped[str]
    who: Mapped[str]
    at_ms: Mapped[int]


class ListingRow(Base):
    """An enterprise on the white list; `last` null = until further notice."""

    __tablename__ = "white_list"

    listing_id: Mapped[str] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[str] = mapped_column(index=True)
    first: Mapped[str] = mapped_column(Day)
    last: Mapped[str | None] = mapped_column(Day)
    reason: Mapped[str]
    who: Mapped[str]
    at_ms: Mapped[int]


class CheckInRow(Base):
    """One answer to a scan; a scan that is asked again with a cause is answered again. Rows are only added.

    Attributes:
        attempt: 1, 2, … of one scan.
        at_ms: The scan's own time; `received_ms` when it arrived.
        used: Visits of the year before this one; `cap` the most that held that day.
    """

    __tablename__ = "check_ins"
    __table_args__ = (Index(None, "enterprise_id", "at_ms"), Index(None, "result", "at_ms"))

    scan_id: Mapped[str] = mapped_column(Id, primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    inspector_id: Mapped[str]
    enterprise_id: Mapped[str]
    at_ms: Mapped[int]
    received_ms: Mapped[int]
    ticket_id: Mapped[str | None]
    plan_id: Mapped[str | None]
    cause: Mapped[str | None]
    override_by: Mapped[str | None]
    override_reason: Mapped[str | None]
    result: Mapped[str]
    reason: Mapped[str]
    used: Mapped[int]
    cap: Mapped[int]


class VisitRow(Base):
    """A scan that was let in.

    Attributes:
        seq: Order of receipt.
        cover_kind: plan, ticket or complaint, with its id.
        problem_found: Null = no outcome filed yet.
        conflict: What a late scan made of it, `fruitless_visits` or `cap_reached`; null = nothing.
        settled_by: The chief who recorded why the visit in conflict took place.
    """

    __tablename__ = "visits"
    __table_args__ = (Index(None, "enterprise_id", "at_ms"), Index(None, "cover_id"))

    scan_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)
    inspector_id: Mapped[str] = mapped_column(index=True)
    enterprise_id: Mapped[str]
    at_ms: Mapped[int] = mapped_column(index=True)
    received_ms: Mapped[int]
    cause: Mapped[str | None]
    cover_kind: Mapped[str]
    cover_id: Mapped[str]
    override_by: Mapped[str | None]
    override_reason: Mapped[str | None]
    problem_found: Mapped[bool | None]
    measure: Mapped[str | None]
    note: Mapped[str | None]
    outcome_ms: Mapped[int | None]
    conflict: Mapped[str | None]
    settled_by: Mapped[str | None]
    settled_reason: Mapped[str | None]


class PlanRow(Base):
    """A department's plan; `state` is filed, placed, held, withdrawn or done.

    Attributes:
        special: Part of a special campaign.
        reason: Why it is held, or why it was withdrawn.
        day: Its day in the schedule.
    """

    __tablename__ = "plans"
    __table_args__ = (Index(None, "enterprise_id", "state"),)

    plan_id: Mapped[str] = mapped_column(Id, primary_key=True)
    department: Mapped[str]
    field: Mapped[str]
    enterprise_id: Mapped[str]
    earliest: Mapped[str] = mapped_column(Day)
    latest: Mapped[str] = mapped_column(Day)
    duration_min: Mapped[int]
    special: Mapped[bool] = mapped_column(server_default=false())
    state: Mapped[str]
    reason: Mapped[str | None]
    day: Mapped[str | None] = mapped_column(Day, index=True)
    who: Mapped[str]
    at_ms: Mapped[int]


class ScheduleRow(Base):
    """A published schedule: who, when and its figures as JSON; `entries` is plan id → day as JSON."""

    __tablename__ = "schedules"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ms: Mapped[int]
    who: Mapped[str]
    figures: Mapped[str]
    entries: Mapped[str]


class TeamRow(Base):
    """Minutes of a department's team in a day."""

    __tablename__ = "teams"

    department: Mapped[str] = mapped_column(Id, primary_key=True)
    minutes_per_day: Mapped[int]


class FieldRow(Base):
    """A field of inspection that a department has."""

    __tablename__ = "fields"

    department: Mapped[str] = mapped_column(Id, primary_key=True)
    field: Mapped[str] = mapped_column(Id, primary_key=True)


class FindingRow(Base):
    """What a data check found; the same one twice is one. `proof` is the proving rows by table as JSON."""

    __tablename__ = "findings"
    __table_args__ = (Index(None, "enterprise_id", "state"),)

    finding_id: Mapped[str] = mapped_column(Id, primary_key=True)
    checks: Mapped[str]
    rule_id: Mapped[str]
    enterprise_id: Mapped[str]
    subject: Mapped[str]
    message: Mapped[str]
    proof: Mapped[str]
    state: Mapped[str]
    first_seen: Mapped[str] = mapped_column(Day)
    last_seen: Mapped[str] = mapped_column(Day)
    ticket_id: Mapped[str | None]


class ClueRow(Base):
    """A clue from elsewhere; the same (source, external_id) twice is one.

    Attributes:
        ticket_id: The ticket that it opened, or that it joined.
        opened: Whether it opened the ticket.
        closed_ms: When what it told of was settled; null = not.
        state: Of the ticket at the moment of receipt, as `first`, `unknown` and `action`.
    """

    __tablename__ = "clues"

    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    external_id: Mapped[str] = mapped_column(Id, primary_key=True)
    at_ms: Mapped[int] = mapped_column(index=True)
    received_ms: Mapped[int]
    lon: Mapped[float]
    lat: Mapped[float]
    enterprise_id: Mapped[str | None] = mapped_column(index=True)
    text: Mapped[str]
    who: Mapped[str]
    ticket_id: Mapped[str] = mapped_column(index=True)
    opened: Mapped[bool]
    closed_ms: Mapped[int | None]
    state: Mapped[str | None]
    first: Mapped[str | None]
    unknown: Mapped[float | None]
    action: Mapped[str | None]


class GridRow(Base):
    """A satellite product's grid: values row by row from the north-west as float32, NaN = none."""

    __tablename__ = "grids"

    grid_id: Mapped[str] = mapped_column(Id, primary_key=True)
    product: Mapped[str]
    quantity: Mapped[str]
    unit: Mapped[str]
    at_ms: Mapped[int] = mapped_column(index=True)
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    rows: Mapped[int]
    columns: Mapped[int]
    who: Mapped[str]
    received_ms: Mapped[int]
    values: Mapped[bytes]


class MatterRow(Base):
    """One matter that a visit found, with the measure that was suggested and the one that was taken.

    Attributes:
        source: `ticket:ID`, `visit:SCAN` or `finding:ID`.
        severity: slight, ordinary or grave.
        suggested: The measure that was suggested when one was chosen, or when the matter was filed; `reason` is why.
        measure: What was chosen; null = nobody has yet.
        mended: `in_time` where it was put right on the spot, else `open`; a rectification tells what came of it.
        note: Why this measure was chosen.
    """

    __tablename__ = "matters"

    matter_id: Mapped[str] = mapped_column(Id, primary_key=True)
    source: Mapped[str] = mapped_column(index=True)
    enterprise_id: Mapped[str] = mapped_column(index=True)
    industry: Mapped[str] = mapped_column(index=True)
    matter: Mapped[str]
    clause: Mapped[str]
    how: Mapped[str]
    severity: Mapped[str]
    day: Mapped[str] = mapped_column(Day)
    suggested: Mapped[str]
    reason: Mapped[str]
    measure: Mapped[str | None]
    who: Mapped[str]
    at_ms: Mapped[int]
    mended: Mapped[str] = mapped_column(server_default="open")
    note: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_ms: Mapped[int | None]


class RectificationRow(Base):
    """What an enterprise is to put right, and what it filed; `reminded` is the last day on which it was told of it."""

    __tablename__ = "rectifications"

    rectification_id: Mapped[str] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[str] = mapped_column(index=True)
    matter_id: Mapped[str | None]
    text: Mapped[str]
    ordered: Mapped[str] = mapped_column(Day)
    due: Mapped[str] = mapped_column(Day)
    filed: Mapped[str | None] = mapped_column(Day)
    filed_text: Mapped[str | None]
    filed_by: Mapped[str | None]
    reminded: Mapped[str | None] = mapped_column(Day)
    who: Mapped[str]
    at_ms: Mapped[int]


class SelfCheckRow(Base):
    """A self-check that an enterprise filed; `answers` is question → answer as JSON."""

    __tablename__ = "self_checks"

    self_check_id: Mapped[str] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[str] = mapped_column(index=True)
    day: Mapped[str] = mapped_column(Day)
    answers: Mapped[str]
    note: Mapped[str]
    who: Mapped[str]
    at_ms: Mapped[int]
