"""Credit as the command line asks for it: import, explanation, everybody's grades, a report."""

import json
from datetime import date
from pathlib import Path

from alerts.api.credit import grade_told
from alerts.api.enterprises import credit_told, history_told
from alerts.api.plain import plain
from alerts.pages.credit_report import Frame, report_html, told_lines
from alerts.pages.words import say
from alerts.pages.words.credit import CREDIT
from alerts.store.engine import reading
from alerts.supervision.asked import asked_day
from alerts.supervision.credit_import import Imported, import_facts
from alerts.supervision.standing import Standing, standing, standings
from app.offices import office_here
from domain.supervision.credit import CreditTable


def import_file(file: Path, *, dry_run: bool) -> Imported:
    """Take a file of facts; all rows or none.

    Raises:
        ValueError: With a line for every wrong row.
        OSError: The file can't be read, or the database is away.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: not UTF-8 from byte {error.start} on; save the file as UTF-8") from None
    with office_here() as here:
        return import_facts(here.office, text, file.name, here.who, dry_run=dry_run)


def told_of(enterprise_id: str, as_of: date | None, *, as_json: bool) -> str:
    """Return an enterprise's credit and grade, line by line, and how they changed."""
    with office_here() as here, reading(here.office.engine) as session:
        one = standing(session, here.office, enterprise_id, asked_day(as_of))
    if as_json:
        told = grade_told(one) | {"credit_explained": credit_told(one), "grade_history": history_told(one)}
        return json.dumps(plain(told), ensure_ascii=False, indent=2)
    return "\n".join(_lines(one, here.office.table.credit))


def all_grades(as_of: date | None, *, as_json: bool) -> str:
    """Return a line an enterprise."""
    with office_here() as here, reading(here.office.engine) as session:
        found = standings(session, here.office, asked_day(as_of))
    if as_json:
        return json.dumps([plain(grade_told(one)) for one in found], ensure_ascii=False)
    return "\n".join(map(_line, found))


def write_report(enterprise_id: str, out: Path, as_of: date | None, language: str) -> None:
    """Write an enterprise's credit report as one HTML file."""
    with office_here() as here, reading(here.office.engine) as session:
        one = standing(session, here.office, enterprise_id, asked_day(as_of))
    office = here.office
    frame = Frame(site_name=here.site.name, table=office.table, made_at=office.at(office.now_ms()), language=language)
    out.write_text(report_html(one, frame), encoding="utf-8")


def _line(one: Standing) -> str:
    listed = "  white list" if one.listed else ""
    used = f"{one.use.used} of {one.graded.cap} visits in {one.use.year}"
    return (
        f"{_plain(one.place.enterprise_id):<12} grade {one.graded.grade}  risk {one.place.risk_class:<2}"
        f"  credit {one.credit.grade} {one.credit.score:7.2f}  {used}{listed}  {_plain(one.place.name)}"
    )


def _lines(one: Standing, table: CreditTable) -> list[str]:
    lines = [f"as of {one.day}", _line(one)]
    for line in told_lines(one, table, say("en", CREDIT)):
        day = line.on.isoformat() if line.on else " " * 10
        lines.append(f"  {day}  {line.points:+8.2f}  {_plain(line.name)}  {_plain(line.note)}".rstrip())
    lines.append(f"  {'':10}  {one.credit.score:8.2f}  sum")
    lines += [f"  {fact.on}  bears nothing here: {_plain(fact.kind)}" for fact in one.unweighed]
    for change in one.history:
        before = f"{change.before} → " if change.before else ""
        lines.append(
            f"  {change.on}  grade {before}{change.after.grade}, cap {change.after.cap}: {', '.join(change.why)}"
        )
    return lines


def _plain(text: str) -> str:
    """Return text without what would move a terminal's cursor."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
