"""`wugan credit`: public facts, what they make of credit and grade, and a report to print."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import typer

app = typer.Typer(help="Credit and grades: facts in, every grade explained.", no_args_is_help=True)

ENTERPRISE = typer.Argument(help="The enterprise's id.", show_default=False)
AS_OF = typer.Option(None, formats=["%Y-%m-%d"], help="Day of the site's zone; default today.", show_default=False)


class Language(StrEnum):
    """Of a report."""

    ZH = "zh"
    EN = "en"


@app.command("import")
def import_(
    file: Path = typer.Argument(help="CSV: fact_id,enterprise_id,kind,on,note.", show_default=False),
    dry_run: bool = typer.Option(False, "--dry-run", help="List everything that is wrong, take nothing."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """File credit facts: all rows, or none and every fault with its row."""
    from app.cli.errors import one_line

    with one_line():
        import json
        from dataclasses import asdict

        from app.credit import import_file

        done = import_file(file, dry_run=dry_run)
        if as_json:
            typer.echo(json.dumps(asdict(done), ensure_ascii=False))
            return
        for name in done.unknown:
            typer.echo(f"left out: {name}")
        verb = "would be filed" if dry_run else "filed"
        typer.echo(f"{file}: {done.facts} facts of {done.enterprises} enterprises {verb}")


@app.command("show")
def show(
    enterprise: str = ENTERPRISE,
    as_of: datetime | None = AS_OF,
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Explain an enterprise's credit and grade on a day, fact by fact."""
    from app.cli.errors import one_line

    with one_line():
        from app.credit import told_of

        typer.echo(told_of(enterprise, _day(as_of), as_json=as_json))


@app.command("grades")
def grades(
    as_of: datetime | None = AS_OF, as_json: bool = typer.Option(False, "--json", help="Machine-readable result.")
) -> None:
    """List everybody's grade, cap and visits on a day."""
    from app.cli.errors import one_line

    with one_line():
        from app.credit import all_grades

        typer.echo(all_grades(_day(as_of), as_json=as_json))


@app.command("report")
def report(
    enterprise: str = ENTERPRISE,
    out: Path = typer.Option(..., help="HTML file to write.", show_default=False),
    as_of: datetime | None = AS_OF,
    lang: Language = typer.Option(Language.ZH, help="Its language."),
) -> None:
    """Write an enterprise's credit report: one HTML file to print or to hand over."""
    from app.cli.errors import one_line

    with one_line():
        from app.credit import write_report

        write_report(enterprise, out, _day(as_of), lang)
        typer.echo(f"{out}: {out.stat().st_size} bytes")


def _day(as_of: datetime | None) -> date | None:
    return as_of.date() if as_of else None
