"""`wugan import`: an analyst's own tables by a column map into a recording folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from simulators.importing import ImportResult


def import_table(
    table: Path = typer.Argument(help="Readings: .csv, .parquet or .xlsx, long or wide.", show_default=False),
    column_map: Path = typer.Option(..., "--map", help="Column map (TOML); see docs/import.md.", show_default=False),
    out: Path | None = typer.Option(None, help="Recording folder to write.", show_default=False),
    weather: Path | None = typer.Option(None, help="Table of weather.", show_default=False),
    stations: Path | None = typer.Option(None, help="Table of stations and their positions.", show_default=False),
    site_out: Path | None = typer.Option(None, help="Site folder to write (with --stations).", show_default=False),
    dry_run: bool = typer.Option(False, "--dry-run", help="Write nothing; list what would be refused; exit 1 if any."),
    as_json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
) -> None:
    """Bring a foreign table in as a recording: rows that can't be used are counted and told."""
    if out is None and not dry_run:
        raise typer.BadParameter("name the recording folder to write, or use --dry-run", param_hint="--out")
    if site_out is not None and stations is None:
        raise typer.BadParameter("needs --stations", param_hint="--site-out")
    from app.cli.errors import FAILED, one_line

    with one_line():
        from simulators.importing import Tables, bring_in, parse_map, write_import

        chosen = parse_map(column_map.read_text(encoding="utf-8-sig"), str(column_map))
        tables = Tables(readings=table, weather=weather, stations=stations)
        result = bring_in(tables, chosen, with_site=site_out is not None)
        if out is not None and not dry_run:
            write_import(result, out, site_out)
    _tell(result, dry_run=dry_run, as_json=as_json)
    if dry_run and result.refused:
        raise typer.Exit(FAILED)


def _tell(result: "ImportResult", *, dry_run: bool, as_json: bool) -> None:
    import json

    summary = result.summary()
    if as_json:
        rows = [
            {"table": one.table, "row": one.row, "reason": one.reason, "detail": one.detail} for one in result.refused
        ]
        told = {**summary, "dry_run": dry_run, **({"refused_rows": rows} if dry_run else {})}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if dry_run:
        for one in result.refused:
            typer.echo(str(one))
    verb = "would bring in" if dry_run else "brought in"
    counts = f"{summary['readings']:,} readings, {summary['weather']:,} weather rows, {summary['stations']:,} stations"
    typer.echo(f"{verb} {counts}; {summary['without_value']:,} rows without any value left out", err=True)
    if result.refused:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in result.refusals.items())
        hint = "" if dry_run else "; --dry-run lists them by row"
        typer.echo(f"refused {len(result.refused):,} rows ({reasons}){hint}", err=True)
    if result.unused:
        typer.echo(f"not used: {', '.join(result.unused)}", err=True)
