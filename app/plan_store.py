"""Plans at the database itself, as the command line asks for them: file, list, withdraw, publish, take home."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from alerts.api.plain import plain
from alerts.api.plans import told
from alerts.store.engine import reading
from alerts.supervision.plans.filing import Filed, file_plans, withdraw_plans
from alerts.supervision.plans.listing import Asked, names_of, schedule_csv, schedule_ics
from alerts.supervision.plans.merging import Days, Merging, Proposal, Published
from alerts.supervision.plans.registers import set_fields, set_teams
from app.offices import office_here
from app.plan_files import lines_of, put, text_of

REGISTERS: dict[str, Callable[..., int]] = {"teams": set_teams, "fields": set_fields}
"""What may be registered, and by what."""


def file_here(file: Path, *, dry_run: bool) -> Filed:
    """File a CSV of plans, all rows or none.

    Raises:
        ValueError: With a line for every wrong row.
        OSError: The file can't be read, or the database is away.
    """
    text = text_of(file)
    with office_here() as here:
        return file_plans(here.office, text, here.who, dry_run=dry_run, name=file.name)


def register_here(what: str, file: Path, *, dry_run: bool) -> int:
    """Register teams or fields in place of those before; errors as `file_here`."""
    text = text_of(file)
    with office_here() as here:
        return REGISTERS[what](here.office, text, here.who, dry_run=dry_run, name=file.name)


def listed_here(asked: Asked, limit: int) -> list[dict[str, object]]:
    """Return plans as the API tells them."""
    with office_here() as here, reading(here.office.engine) as session:
        names = names_of(here.office)
        return [told(row, names) for row in session.scalars(asked.query().limit(limit))]


def line_of(one: dict[str, object]) -> str:
    """Return a plan as one line."""
    stands = one["day"] or one["reason"] or ""
    window = f"{one['earliest']}–{one['latest']}"
    parts = (one["plan_id"], one["state"], stands, window, one["enterprise_id"], one["department"], one["field"])
    return "  ".join(str(part) for part in parts)


def withdraw_here(plan_ids: Sequence[str], reason: str) -> int:
    """Withdraw plans, all or none; returns how many were open."""
    with office_here() as here:
        return withdraw_plans(here.office, plan_ids, reason, here.who)


def publish_here(days: Days, *, dry_run: bool) -> tuple[Proposal, Published | None]:
    """Merge the open plans and publish, or with `dry_run` only look at it."""
    with office_here() as here:
        merging = Merging(here.office)
        if dry_run:
            return merging.preview(days), None
        done = merging.publish(days, here.who)
        return done.proposal, done


def published_text(proposal: Proposal, done: Published | None, *, as_json: bool) -> str:
    """Return what came of a merging."""
    if as_json:
        found = {
            "version": done.version if done else None,
            "is_new": bool(done and done.is_new),
            "figures": asdict(proposal.figures),
            "moved": [{"plan_id": one, "day": day, "to": to} for one, day, to in proposal.moved()],
        }
        return json.dumps(plain(found), ensure_ascii=False, indent=2)
    lines = lines_of(proposal.figures)
    if done is None:
        return "\n".join([*lines, "nothing was published"])
    return "\n".join([*lines, f"version {done.version}" + ("" if done.is_new else ", as it was: nothing changed")])


def schedule_here(department: str | None, out: Path) -> int:
    """Write the schedule, as iCalendar where the file ends so; returns its bytes.

    Raises:
        ValueError: iCalendar is of one department.
    """
    with office_here() as here, reading(here.office.engine) as session:
        if out.suffix.lower() != ".ics":
            text = schedule_csv(session, here.office, department)
        elif department is None:
            raise ValueError(f"{out}: a calendar is of one team; add --department, or write a .csv")
        else:
            text = schedule_ics(session, here.office, department)
    put(out, text)
    return out.stat().st_size


def days_of(weekends: bool, closed: Sequence[str]) -> Days:  # noqa: FBT001 - as the command line has it
    """Return which days count.

    Raises:
        ValueError: One is no date.
    """
    try:
        return Days(weekends=weekends, closed=frozenset(map(date.fromisoformat, closed)))
    except ValueError as error:
        raise ValueError(f"--closed: {error}; write a day as 2026-10-01") from None
