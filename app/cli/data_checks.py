"""`wugan data-checks`: rules across registered tables."""

from datetime import date, datetime
from pathlib import Path

import typer

app = typer.Typer(help="Rules across tables of a folder: checks without a visit (非现场).", no_args_is_help=True)


@app.command("run")
def run(
    folder: Path = typer.Argument(help="Folder with checks.toml and the tables it registers."),
    as_of: datetime | None = typer.Option(
        None, formats=["%Y-%m-%d"], help="Day of the check; else checks.toml's, else today.", show_default=False
    ),
    findings: Path | None = typer.Option(
        None, help="JSON file of findings, carried from run to run: mended ones close.", show_default=False
    ),
    to_desk: bool = typer.Option(False, "--to-desk", help="File at the desk: each finding becomes a clue ticket."),
    checks: str | None = typer.Option(
        None, "--checks", help="With --to-desk: name of this set of checks; else the folder's.", show_default=False
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Check and judge, write nothing."),
    as_json: bool = typer.Option(False, "--json", help="Findings with their proving rows as JSON."),
) -> None:
    """Judge all rules and list what they found, with the number of proving rows."""
    from app.cli.errors import one_line

    with one_line():
        from alerts.data_checks.state import as_json as in_json
        from app.data_checks import check_folder

        if to_desk:
            _file(folder, as_of.date() if as_of else None, checks, dry_run=dry_run, as_json=as_json)
            return
        done = check_folder(folder, as_of.date() if as_of else None, findings, write=not dry_run)
        typer.echo(in_json(done.findings) if as_json else done.as_text())


def _file(folder: Path, as_of: date | None, checks: str | None, *, dry_run: bool, as_json: bool) -> None:
    import json
    from dataclasses import asdict

    from app.data_checks import file_folder

    filed = file_folder(folder, as_of, checks, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(asdict(filed)))
        return
    would = "would be " if dry_run else ""
    typer.echo(
        f"{would}filed: {filed.new} new, {filed.still_open} still open, {filed.mended} mended, "
        f"{filed.returned} returned; {len(filed.tickets)} tickets opened"
    )


@app.command("example")
def example(
    folder: Path = typer.Argument(help="Folder to write the laboratories to."),
    seed: int = typer.Option(7, min=0, help="Same seed, same bytes."),
) -> None:
    """Write the worked example: 319 enterprises, 1,769 laboratories, 50 planted problems in planted.csv."""
    from app.cli.errors import one_line

    with one_line():
        from simulators.laboratories import make_laboratories

        folder.mkdir(parents=True, exist_ok=True)
        for name, text in make_laboratories(seed).items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        typer.echo(f"{folder}: laboratories of seed {seed}")
