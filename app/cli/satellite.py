"""`wugan satellite`: products as grids, a layer on the map and a reason in the advice."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

import typer

app = typer.Typer(help="Satellite products: import a grid, list them (卫星产品).", no_args_is_help=True)


class Measured(StrEnum):
    """What a product measures."""

    NO2 = "no2"
    AEROSOL = "aerosol"


@app.command("import")
def import_product(
    file: Path = typer.Argument(help="CSV (lon,lat,value), NetCDF or GeoTIFF."),
    product: str = typer.Option(..., help="What to call it, as TROPOMI-NO2."),
    quantity: Measured = typer.Option(..., help="What it measures."),
    time: str | None = typer.Option(
        None, help="When it was taken, RFC 3339; else as the file says.", show_default=False
    ),
    unit: str = typer.Option("", help="Unit of the values; else as the file says.", show_default=False),
    variable: str | None = typer.Option(None, help="NetCDF: which variable.", show_default=False),
    dry_run: bool = typer.Option(False, "--dry-run", help="Read and check, keep nothing."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """Keep a product, cut to the zone and half a degree around it; the same again is one."""
    from app.cli.errors import one_line

    with one_line():
        from alerts.satellite.asked import Asked
        from app.satellite_files import import_grid
        from domain.supervision.grids import Quantity

        if not 0 < len(product) <= 60 or not product.isprintable():
            raise ValueError("--product: call it in 1 to 60 signs")
        asked = Asked(
            product=product, quantity=Quantity(quantity.value), at=_moment(time), unit=unit, variable=variable
        )
        kept = import_grid(file, asked, dry_run=dry_run)
        what = "would be kept" if kept.dry_run else "kept" if kept.is_new else "known already"
        text = f"{file}: {kept.rows} × {kept.columns} cells {what}, {len(kept.tickets)} tickets advised anew"
        typer.echo(kept.model_dump_json() if as_json else text)


@app.command("list")
def list_products(
    limit: int = typer.Option(50, min=1, max=500, help="At most so many."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """List products, the last taken first."""
    from app.cli.errors import one_line

    with one_line():
        from app.satellite_files import some_grids

        for one in some_grids(limit):
            text = f"{one.time} {one.product} {one.quantity.value} {one.rows} × {one.columns} {one.unit} {one.grid_id}"
            typer.echo(one.model_dump_json() if as_json else text)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"--time {text!r}: write RFC 3339 with offset, as 2026-03-01T13:30:00+08:00")
    return at
