"""`wugan verify`: whether an evidence package is whole."""

from pathlib import Path

import typer


def verify(
    package: Path = typer.Argument(
        help="evidence.zip, as GET /api/v1/tickets/ID/evidence gives it.", show_default=False
    ),
    store: bool = typer.Option(False, "--store", help="Compare with this system's database too."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Check an evidence package: names the file that was changed, is missing or was added (exit 1)."""
    import json
    from dataclasses import asdict

    from app.cli.errors import one_line

    with one_line():
        from alerts.evidence.check import verify as verify_package
        from app.auditing import compare_with_store

        found = verify_package(package)
        if store:
            compare_with_store(found)
        if as_json:
            typer.echo(json.dumps(asdict(found) | {"whole": True, "compared_with_store": store}))
            return
        typer.echo(f"{package.name}: ticket {found.ticket}, {found.files} files, all whole")
        for occasion, digest in found.hashes.items():
            typer.echo(f"  {occasion:<12} evidence hash {digest}")
        told = "the database holds the same" if store else "with --store they are compared with the database"
        typer.echo(f"  these hashes stand in the audit; {told}")
