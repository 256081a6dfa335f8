"""`wugan simulate-year`: a year of supervision the old way and this way, in a simulated zone."""

from pathlib import Path

import typer


def simulate_year(
    seed: int = typer.Option(7, min=0, help="Same seed, same figures."),
    out: Path | None = typer.Option(
        None, help="Folder to write year.svg (plot), year.json and year.txt to.", show_default=False
    ),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Compare routine visits with merged plans, grades, caps, check-in and clues: what is found, and where."""
    import json

    from app.cli.errors import one_line

    with one_line():
        from simulators import year

        if out is not None:
            out.mkdir(parents=True, exist_ok=True)  # refused now rather than after a minute
        lived = year.simulate_year(seed, on_way=lambda name: typer.echo(f"simulating: {name}", err=True))
        as_data = json.dumps(year.as_json(lived), ensure_ascii=False, indent=2)
        if out is not None:
            files = {
                "year.svg": year.as_svg(lived),
                "year.json": f"{as_data}\n",
                "year.txt": f"{year.as_text(lived)}\n",
            }
            for name, text in files.items():
                (out / name).write_text(text, encoding="utf-8", newline="")
    typer.echo(as_data if as_json else year.as_text(lived))
