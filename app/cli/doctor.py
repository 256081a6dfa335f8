"""`wugan doctor`: what is wrong, and how to mend it."""

import typer


def doctor(
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """Check Python, ports, broker, Kafka, history, database, clock and site files."""
    from app.cli.errors import FAILED, one_line

    with one_line():
        from app.doctor import Verdict, examine
        from app.settings import load_settings

        settings = load_settings()
        findings = []
        for finding in examine(settings):
            findings.append(finding)
            if not as_json:
                mend = f" → {finding.mend}" if finding.mend else ""
                typer.echo(f"{finding.verdict.upper():<8}{finding.check:<13}{finding.detail}{mend}")
        if as_json:
            import msgspec

            typer.echo(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        raise typer.Exit(FAILED)
