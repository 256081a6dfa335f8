"""`wugan plans`: plans of many departments into few visits."""

from pathlib import Path

import typer

app = typer.Typer(help="Plans of many departments, merged into few visits (综合查一次).", no_args_is_help=True)


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
    """Merge plans into visits: fewest plans held, fewest visits, fewest changes; all rows or none are taken."""
    if out is None and not dry_run:
        raise typer.BadParameter("say where to: --out schedule.csv, or --dry-run")
    from app.cli.errors import one_line

    with one_line():
        from app.plan_files import merge_files, write_schedule

        told = merge_files(plans, published, weekends=weekends)
        if out is not None and not dry_run:
            write_schedule(told, out, calendars)
        typer.echo(told.as_json() if as_json else told.as_text())


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
        for name, text in make_plans(seed, count).texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        typer.echo(f"{folder}: {count} plans of seed {seed}")
