"""`wugan audit`: whether the audit is whole, and the audit as a file."""

import sys
from pathlib import Path

import typer

app = typer.Typer(help="The audit: what was done, by whom and when.", no_args_is_help=True)


@app.command("verify")
def verify(
    export: Path | None = typer.Argument(None, help="An export to check; else the database.", show_default=False),
    head: str | None = typer.Option(None, help="Hash that an earlier check told; it must be among the rows."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Walk the chain of hashes; name the first row that is changed, missing or out of order (exit 1)."""
    import json
    from dataclasses import asdict

    from app.cli.errors import FAILED, one_line

    with one_line():
        from app.auditing import check

        found = check(export, head)
        if as_json:
            typer.echo(json.dumps(asdict(found) | {"whole": found.whole}))
        elif found.whole:
            typer.echo(f"audit: {found.rows} rows, all whole; head {found.head}")
        else:
            typer.echo(f"wugan: audit: {found.fault}; the {found.rows} rows before it are whole", err=True)
    if not found.whole:
        raise typer.Exit(FAILED)


@app.command("export")
def export(
    out: Path | None = typer.Option(None, help="File to write; else standard output.", show_default=False),
    subject: str | None = typer.Option(None, help="Only what was done to this, as a ticket's id.", show_default=False),
) -> None:
    """Write the audit as JSON lines, oldest first; `wugan audit verify FILE` checks a whole one."""
    from app.cli.errors import one_line

    with one_line():
        from app.auditing import export_lines

        if out is None:
            sys.stdout.buffer.writelines(export_lines(subject))
            sys.stdout.buffer.flush()
            return
        with out.open("wb") as file:
            file.writelines(export_lines(subject))
        typer.echo(f"{out}: {out.stat().st_size} bytes")
