"""`wugan score`: a run against what truly happened."""

from pathlib import Path

import typer


def score(
    run: Path = typer.Argument(help="RUN/ folder that `wugan replay --to` wrote.", show_default=False),
    truth: Path = typer.Option(..., help="truth.parquet of the recording.", show_default=False),
    site: Path | None = typer.Option(
        None, help="Site folder; by default the one beside the truth, if there is one.", show_default=False
    ),
    html: Path | None = typer.Option(None, help="Write a page with maps and plots here.", show_default=False),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Print recall, precision, delay, attribution and calibration of a run, with bootstrap intervals."""
    import json
    from dataclasses import replace

    from app.cli.errors import one_line

    with one_line():
        from app.site_folder import read_site
        from simulators import scoring

        place = read_site(site)[0] if site is not None else scoring.read_site_beside(truth)
        events = scoring.read_truth(truth)
        seen = replace(scoring.read_run(run, place), winds=scoring.read_winds_beside(truth))
        judged = [scoring.score_run(seen, events, run.name)]
        if html is not None:
            html.write_text(scoring.page({run.name: judged}, f"{run.name} · 评分 Score"), encoding="utf-8")
        told = json.dumps(scoring.as_json(judged), ensure_ascii=False, indent=2) if as_json else scoring.as_text(judged)
    typer.echo(told)
