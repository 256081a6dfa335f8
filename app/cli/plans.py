"""`wugan plans`: plans of many departments into few visits, between files and at the ticket store."""

from enum import StrEnum
from pathlib import Path

import typer

app = typer.Typer(help="Plans of many departments, merged into few visits (综合查一次).", no_args_is_help=True)

DRY_RUN = typer.Option(False, "--dry-run", help="List everything that is wrong, keep nothing.")
JSON = typer.Option(False, "--json", help="Machine-readable result.")


class Register(StrEnum):
    """What plans may be checked by."""

    TEAMS = "teams"
    FIELDS = "fields"


class State(StrEnum):
    """Where a plan stands."""

    FILED = "filed"
    PLACED = "placed"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    DONE = "done"


@app.command("merge")
def merge(
    plans: Path = typer.Argument(help="plans.csv; enterprises.csv, fields.csv, teams.csv beside it are used."),
    out: Path | None = typer.Option(None, help="Write the schedule here.", show_default=False),
    published: Path | None = typer.Option(
        None, help="The schedule people know already: changed as little as can be.", show_default=False
    ),
    calendars: Path | None = typer.Option(None, help="Folder for CSV and iCalendar per team.", show_default=False),
    weekends: bool = typer.Option(False, "--weekends", help="Inspect on Saturdays and Sundays too."),
    dry_run: bool = typer.Option(False, "--dry-run", help="List everything that is wrong, write nothing."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Merge a file of plans into visits: fewest held, fewest visits, fewest changes; the ticket store is left alone."""
    if out is None and not dry_run:
        raise typer.BadParameter("say where to: --out schedule.csv, or --dry-run")
    from app.cli.errors import one_line

    with one_line():
        from app.plan_files import merge_files, write_schedule

        told = merge_files(plans, published, weekends=weekends)
        if out is not None and not dry_run:
            write_schedule(told, out, calendars)
        typer.echo(told.as_json() if as_json else told.as_text())
        if out is not None and not dry_run and not as_json:
            typer.echo(f"written: {out}" + (f", calendars in {calendars}" if calendars else ""))


@app.command("example")
def example(
    folder: Path = typer.Argument(help="Folder to write plans.csv and its registers to."),
    seed: int = typer.Option(7, min=0, help="Same seed, same bytes."),
    count: int = typer.Option(5000, min=1, help="So many plans."),
) -> None:
    """Write a seeded set of plans: 26 departments, 64 fields."""
    from app.cli.errors import one_line

    with one_line():
        from simulators.plans import make_plans

        folder.mkdir(parents=True, exist_ok=True)
        texts = make_plans(seed, count).texts
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        typer.echo(f"{count} plans of seed {seed} in {folder}: {', '.join(sorted(texts))}")


@app.command("file")
def file_(
    file: Path = typer.Argument(help="plans.csv; a column cause may say special.", show_default=False),
    dry_run: bool = DRY_RUN,
    as_json: bool = JSON,
) -> None:
    """File plans in the ticket store: all rows, or none and every fault with its row."""
    from app.cli.errors import one_line

    with one_line():
        import json
        from dataclasses import asdict

        from app.plan_store import file_here

        done = file_here(file, dry_run=dry_run)
        if as_json:
            typer.echo(json.dumps(asdict(done), ensure_ascii=False))
            return
        for name in done.unknown:
            typer.echo(f"left out: column {name}")
        verb = "would be filed" if dry_run else "filed"
        typer.echo(f"{file}: {done.filed} plans {verb}, {done.there} there already")
        if not done.fields_checked:
            typer.echo("fields were not checked: none are registered; see `wugan plans register fields`")


@app.command("register")
def register(
    what: Register = typer.Argument(help="What the file holds.", show_default=False),
    file: Path = typer.Argument(help="CSV: department,minutes_per_day or department,field.", show_default=False),
    dry_run: bool = DRY_RUN,
    as_json: bool = JSON,
) -> None:
    """Register the teams' time or the departments' fields, in place of those before."""
    from app.cli.errors import one_line

    with one_line():
        from app.plan_store import register_here

        rows = register_here(what.value, file, dry_run=dry_run)
        verb = "would be registered" if dry_run else "registered"
        _say({"rows": rows, "dry_run": dry_run}, f"{file}: {rows} {what.value} {verb}", as_json=as_json)


@app.command("list")
def list_(
    state: State | None = typer.Option(None, help="Only in this state.", show_default=False),
    department: str | None = typer.Option(None, help="Only of this department.", show_default=False),
    enterprise: str | None = typer.Option(None, help="Only of this enterprise.", show_default=False),
    limit: int = typer.Option(200, min=1, help="At most so many, by id."),
    as_json: bool = JSON,
) -> None:
    """List the plans of the ticket store."""
    from app.cli.errors import one_line

    with one_line():
        import json

        from alerts.supervision.plans.listing import Asked
        from app.plan_store import line_of, listed_here

        asked = Asked(state=state.value if state else None, department=department, enterprise_id=enterprise)
        found = listed_here(asked, limit)
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
            return
        for one in found:
            typer.echo(line_of(one))


@app.command("withdraw")
def withdraw(
    plans: list[str] = typer.Argument(help="Ids of plans.", show_default=False),
    reason: str = typer.Option(..., help="Why; stands with the plan and in the audit.", show_default=False),
    as_json: bool = JSON,
) -> None:
    """Withdraw plans from the ticket store, all or none."""
    from app.cli.errors import one_line

    with one_line():
        from app.plan_store import withdraw_here

        count = withdraw_here(plans, reason)
        _say({"withdrawn": count}, f"withdrawn: {count}", as_json=as_json)


@app.command("publish")
def publish(
    weekends: bool = typer.Option(False, "--weekends", help="Inspect on Saturdays and Sundays too."),
    closed: list[str] = typer.Option([], help="A day without inspection, as 2026-10-01; may be repeated."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only look at the merging, publish nothing."),
    as_json: bool = JSON,
) -> None:
    """Merge the open plans of the ticket store and publish the next version of the schedule."""
    from app.cli.errors import one_line

    with one_line():
        from app.plan_store import days_of, publish_here, published_text

        proposal, done = publish_here(days_of(weekends, closed), dry_run=dry_run)
        typer.echo(published_text(proposal, done, as_json=as_json))


@app.command("schedule")
def schedule(
    out: Path = typer.Option(..., help="File to write: .csv, or .ics of one department.", show_default=False),
    department: str | None = typer.Option(None, help="Only this department's.", show_default=False),
    as_json: bool = JSON,
) -> None:
    """Write the schedule that holds in the ticket store."""
    from app.cli.errors import one_line

    with one_line():
        from app.plan_store import schedule_here

        size = schedule_here(department, out)
        _say({"file": str(out), "bytes": size}, f"{out}: {size} bytes", as_json=as_json)


def _say(told: dict[str, object], text: str, *, as_json: bool) -> None:
    import json

    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else text)
