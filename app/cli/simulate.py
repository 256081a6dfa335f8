"""`wugan simulate`: a seeded world as a recording folder, or live into MQTT."""

import json
from datetime import datetime
from pathlib import Path

import typer

from app.cli.errors import one_line


def simulate(
    scenario: str = typer.Argument(help="A packaged scenario's name, or a TOML file."),
    seed: int = typer.Option(7, min=0, help="Same seed, same bytes."),
    out: Path | None = typer.Option(None, help="Folder to write the recording to.", show_default=False),
    mqtt: str | None = typer.Option(None, metavar="HOST:PORT", help="Play live into this broker.", show_default=False),
    speed: float = typer.Option(1.0, min=0.01, help="With --mqtt: seconds of the zone per second."),
    start: datetime | None = typer.Option(
        None,
        formats=["%Y-%m-%dT%H:%M:%SZ"],
        help="When the world begins, UTC, in place of the scenario's own.",
        show_default=False,
    ),
    site_out: Path | None = typer.Option(None, help="Folder to write the site files to.", show_default=False),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable progress and result."),
) -> None:
    """Make a world with known truth: write it as a recording, or play it into MQTT up to now and on at --speed."""
    if out is None and mqtt is None and site_out is None:
        raise typer.BadParameter("say where to: --out RECORDING, --mqtt HOST:PORT or --site-out SITE")
    with one_line():
        from app import simulation

        made = simulation.load_simulation(scenario, seed, start)
        if site_out is not None:
            simulation.write_site(made, site_out)
        if out is not None:
            readings = simulation.write_out(made, out)
            if as_json:
                typer.echo(json.dumps({"readings": readings, "recording": str(out)}))
            else:
                typer.echo(f"{out}: {readings:,} readings, weather, truth and site/ of {scenario} with seed {seed}")
        if mqtt is not None:
            from app.live_play import play_live

            play_live(made, mqtt, speed, as_json=as_json)
