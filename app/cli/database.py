"""`wugan db`: the schema of the ticket database."""

import typer

app = typer.Typer(help="The schema of the ticket database.", no_args_is_help=True)


@app.command("upgrade")
def upgrade() -> None:
    """Bring the database to this version's schema; harmless to repeat."""
    from app.cli.errors import one_line

    with one_line():
        from alerts.store import current, upgrade
        from app.settings import load_settings
        from app.wiring import database_url

        url = database_url(load_settings())
        before = current(url)
        upgrade(url)
        after = current(url)
        typer.echo(f"database: {before or 'empty'} → {after}")
