"""`wugan map`: the map as one file that works offline."""

from pathlib import Path

import typer

from app.cli.errors import one_line


def map_file(
    out: Path = typer.Option(Path("map.html"), help="File to write."),
    site: Path | None = typer.Option(None, "--site", help="Site folder (else WUGAN_SITE).", show_default=False),
) -> None:
    """Write the map of the site, with the latest values and open tickets, as one HTML file."""
    with one_line():
        from app.map_file import write_map
        from app.settings import load_settings

        written = write_map(load_settings(site=site), out)
        if written.away:
            typer.echo(f"wugan: the sensors' values are left out: {written.away}", err=True)
        size_mb = out.stat().st_size / 1e6
        typer.echo(f"{out}: {written.tickets} tickets, {size_mb:.1f} MB, opens without a network")
