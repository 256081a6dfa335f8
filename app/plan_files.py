"""plans.csv and the registers beside it → schedule.csv, a calendar per team, and what to tell of the merging."""

import json
import os
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

from domain.site_files.faults import Fault
from domain.supervision.plans import Merged, Plan, merge
from domain.supervision.plans.calendar import as_csv, as_icalendar
from domain.supervision.plans.figures import Figures, figures_of, visits_by_enterprise
from domain.supervision.plans.tables import (
    PlansRefused,
    Registers,
    parse_enterprises,
    parse_fields,
    parse_plans,
    parse_published,
    parse_teams,
)


@dataclass(frozen=True, slots=True)
class Told:
    """The merging in figures."""

    plans: tuple[Plan, ...]
    merged: Merged
    published: dict[str, date]
    took_s: float
    unregistered: tuple[str, ...]

    def figures(self) -> Figures:
        """Give the figures."""
        return figures_of(self.plans, self.merged, self.published, self.took_s)

    def as_json(self) -> str:
        """Give the figures, and visits before and after per enterprise."""
        told = asdict(self.figures()) | {"enterprises": visits_by_enterprise(self.plans, self.merged)}
        return json.dumps(told, ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        """Give the figures as lines."""
        lines = lines_of(self.figures())
        return "\n".join(lines + [f"not checked, no {name} beside the plans" for name in self.unregistered])


def lines_of(told: Figures) -> list[str]:
    """Give figures as lines of text."""
    held = ", ".join(f"{n} {why}" for why, n in told.held.items())
    return [
        f"{told.plans} plans: {told.placed} placed, {sum(told.held.values())} held ({held or 'none'})",
        f"visits: {told.visits_unmerged} unmerged → {told.visits} merged",
        f"simple rule by enterprise: {told.simple_rule_visits} visits, {told.simple_rule_held} held",
        f"proven: these plans need at least {told.visits_at_least} visits; gap {told.gap_percent} %",
        f"changes against the published schedule: {told.changes} of {told.published}",
        f"took {told.seconds} s",
    ]


def merge_files(plans_file: Path, published_file: Path | None, *, weekends: bool) -> Told:
    """Read, check and merge; nothing is written.

    Raises:
        PlansRefused: With a line for every wrong row of every file.
    """
    folder, faults = plans_file.parent, list[Fault]()
    known, unregistered = _registers(folder, faults)
    plans, published = tuple[Plan, ...](), dict[str, date]()
    try:
        plans = parse_plans(text_of(plans_file), known, plans_file.name).plans
    except PlansRefused as refused:
        faults += refused.faults
    if published_file is not None:
        try:
            published = parse_published(text_of(published_file), published_file.name)
        except PlansRefused as refused:
            faults += refused.faults
    if faults:
        raise PlansRefused(faults)
    began = time.monotonic()
    merged = merge(plans, known.limits(plans, weekends=weekends), published)
    return Told(plans, merged, published, time.monotonic() - began, unregistered)


def _registers(folder: Path, faults: list[Fault]) -> tuple[Registers, tuple[str, ...]]:
    known, absent = Registers(), list[str]()
    for name in ("enterprises.csv", "fields.csv", "teams.csv"):
        file = folder / name
        if not file.exists():
            absent.append(name)
            continue
        try:
            known = _with(known, name, text_of(file))
        except PlansRefused as refused:
            faults += refused.faults
    return known, tuple(absent)


def _with(known: Registers, name: str, text: str) -> Registers:
    if name == "enterprises.csv":
        read = parse_enterprises(text, name)
        return replace(known, **{f: getattr(read, f) for f in ("enterprises", "white_listed", "visits_left")})
    if name == "fields.csv":
        return replace(known, fields=parse_fields(text, name))
    return replace(known, team_min=parse_teams(text, name))


def text_of(file: Path) -> str:
    """Return a file's text.

    Raises:
        PlansRefused: It is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PlansRefused([Fault(file.name, 0, "not UTF-8", "save it as CSV UTF-8")]) from None


def write_schedule(told: Told, out: Path, calendars: Path | None) -> None:
    """Write the schedule, whole or not at all, and with `calendars` a CSV and an .ics file per department."""
    put(out, as_csv(told.merged.schedule, told.plans))
    if calendars is None:
        return
    calendars.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    for department in sorted({plan.department for plan in told.plans}):
        name = quote(department, safe="").lstrip(".") or "_"
        put(calendars / f"{name}.csv", as_csv(told.merged.schedule, told.plans, department))
        put(calendars / f"{name}.ics", as_icalendar(told.merged.schedule, told.plans, department, now))


def put(file: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    with part.open("w", encoding="utf-8", newline="") as out:
        out.write(text)
    os.replace(part, file)  # noqa: PTH105 - the one call that puts a whole file in place of another
