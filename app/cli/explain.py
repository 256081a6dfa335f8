"""`wugan explain`: why a run's ticket says what it says."""

from pathlib import Path

import typer


def explain(
    run: Path = typer.Argument(help="RUN/ folder that `wugan replay --to` wrote.", show_default=False),
    ticket: str = typer.Argument(help="Id of a ticket, or its beginning.", show_default=False),
    truth: Path | None = typer.Option(None, help="truth.parquet: say whether it was right.", show_default=False),
    site: Path | None = typer.Option(None, help="Site folder; by default the run's copy.", show_default=False),
    figure: Path | None = typer.Option(None, help="SVG to write; by default RUN/explain-ID.svg.", show_default=False),
    no_figure: bool = typer.Option(False, "--no-figure", help="Draw nothing."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Print what was seen, excluded, compared and concluded, step by step, and draw it (needs the extra `report`)."""
    import json
    from dataclasses import asdict

    from app.cli.errors import one_line

    with one_line():
        from simulators import explaining
        from simulators.scoring import read_truth

        events = read_truth(truth) if truth is not None else None
        part = explaining.read_part(run, ticket, site)
        told = explaining.explain(part)
        judged = explaining.judge(part.ticket, events, part.zoned.site) if events is not None else None
        if as_json:
            plain = explaining.as_json(told, asdict(judged) if judged else None)
            typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        else:
            typer.echo(explaining.as_text(told, judged.words if judged else None))
        if not no_figure:
            place = figure or run / f"explain-{part.ticket.id}.svg"
            explaining.draw(part, place)
            typer.echo(f"figure: {place}", err=True)
