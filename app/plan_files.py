"""plans.csv and the registers beside it → schedule.csv, a calendar per team, and what to tell of the merging."""

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

from domain.supervision.plans import Merged, Plan, merge
from domain.supervision.plans.calendar import as_csv, as_icalendar
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

    def figures(self) -> dict[str, object]:
        """Give the figures by name."""
        found, plain = self.merged.schedule, self.merged.plain
        visits, least = len(found.visits(self.plans)), sum(self.merged.bound.values())
        return {
            "plans": len(self.plans),
            "placed": len(found.days),
            "held": dict(sorted(Counter(str(why) for why in found.held.values()).items())),
            "visits_unmerged": len(found.days),
            "visits": visits,
            "visits_at_least": least,
            "gap_percent": round(100 * (visits - least) / visits, 2) if visits else 0.0,
            "simple_rule_visits": len(plain.visits(self.plans)),
            "simple_rule_held": len(plain.held),
            "changes": found.changes(self.published),
            "seconds": round(self.took_s, 1),
        }

    def as_json(self) -> str:
        """Give the figures, and plans and visits per enterprise."""
        before = Counter(p.enterprise_id for p in self.plans if p.plan_id in self.merged.schedule.days)
        after = Counter(enterprise for enterprise, _ in self.merged.schedule.visits(self.plans))
        per = {e: {"before": n, "after": after[e]} for e, n in sorted(before.items())}
        return json.dumps(self.figures() | {"enterprises": per}, ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        """Give the figures as lines."""
        f = self.figures()
        held = ", ".join(f"{n} {why}" for why, n in Counter(map(str, self.merged.schedule.held.values())).items())
        lines = [
            f"{f['plans']} plans: {f['placed']} placed, {len(self.merged.schedule.held)} held ({held or 'none'})",
            f"visits: {f['visits_unmerged']} unmerged → {f['visits']} merged",
            f"simple rule by enterprise: {f['simple_rule_visits']} visits, {f['simple_rule_held']} held",
            f"proven: these plans need at least {f['visits_at_least']} visits; gap {f['gap_percent']} %",
            f"changes against the published schedule: {f['changes']} of {len(self.published)}",
            f"took {f['seconds']} s",
        ]
        return "\n".join(lines + [f"not checked, no {name} beside the plans" for name in self.unregistered])


def merge_files(plans_file: Path, published_file: Path | None, *, weekends: bool) -> Told:
    """Read, check and merge; nothing is written.

    Raises:
        PlansRefused: With a line for every wrong row of every file.
    """
    folder, faults = plans_file.parent, list[str]()
    known, unregistered = _registers(folder, faults)
    plans, published = tuple[Plan, ...](), dict[str, date]()
    try:
        plans = parse_plans(_text(plans_file), known, plans_file.name).plans
    except PlansRefused as refused:
        faults.append(str(refused))
    if published_file is not None:
        try:
            published = parse_published(_text(published_file), published_file.name)
        except PlansRefused as refused:
            faults.append(str(refused))
    if faults:
        raise PlansRefused(faults)
    began = time.monotonic()
    merged = merge(plans, known.limits(plans, weekends=weekends), published)
    return Told(plans, merged, published, time.monotonic() - began, unregistered)


def _registers(folder: Path, faults: list[str]) -> tuple[Registers, tuple[str, ...]]:
    known, absent = Registers(), list[str]()
    for name in ("enterprises.csv", "fields.csv", "teams.csv"):
        file = folder / name
        if not file.exists():
            absent.append(name)
            continue
        try:
            known = _with(known, name, _text(file))
        except PlansRefused as refused:
            faults.append(str(refused))
    return known, tuple(absent)


def _with(known: Registers, name: str, text: str) -> Registers:
    if name == "enterprises.csv":
        read = parse_enterprises(text, name)
        return replace(known, **{f: getattr(read, f) for f in ("enterprises", "white_listed", "visits_left")})
    if name == "fields.csv":
        return replace(known, fields=parse_fields(text, name))
    return replace(known, team_min=parse_teams(text, name))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PlansRefused([f"{file.name}: not UTF-8; save it as CSV UTF-8"]) from None


def write_schedule(told: Told, out: Path, calendars: Path | None) -> None:
    """Write the schedule, whole or not at all, and with `calendars` a CSV and an .ics file per department."""
    _put(out, as_csv(told.merged.schedule, told.plans))
    if calendars is None:
        return
    calendars.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    for department in sorted({plan.department for plan in told.plans}):
        name = quote(department, safe="").lstrip(".") or "_"
        _put(calendars / f"{name}.csv", as_csv(told.merged.schedule, told.plans, department))
        _put(calendars / f"{name}.ics", as_icalendar(told.merged.schedule, told.plans, department, now))


def _put(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name}.part")
    with part.open("w", encoding="utf-8", newline="") as out:
        out.write(text)
    os.replace(part, file)  # noqa: PTH105 - the one call that puts a whole file in place of another
