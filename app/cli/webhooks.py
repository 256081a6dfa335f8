"""`wugan webhooks`: the endpoints, a test message, dead letters and their re-send."""

from pathlib import Path

import typer

app = typer.Typer(help="Endpoints that are told of tickets, and what is on its way to them.", no_args_is_help=True)

File = typer.Option(None, "--webhooks", help="webhooks.toml (else WUGAN_WEBHOOKS).", show_default=False)
Json = typer.Option(False, "--json", help="Machine-readable result.")


@app.command("list")
def list_endpoints(
    state: str | None = typer.Option(
        None, help="List deliveries instead: waiting, delivered or dead.", show_default=False
    ),
    endpoint: str | None = typer.Option(None, help="Only deliveries to this endpoint.", show_default=False),
    limit: int = typer.Option(50, min=1, max=500, help="At most so many deliveries."),
    as_json: bool = Json,
) -> None:
    """List endpoints and how they fare, or deliveries."""
    from app.cli.errors import one_line

    with one_line():
        from app.delivery_desk import deliveries, endpoints

        lines = endpoints() if state is None and endpoint is None else deliveries(state, endpoint, limit)
        for line in lines.as_json() if as_json else lines.as_text():
            typer.echo(line)


@app.command("test")
def try_endpoint(
    name: str = typer.Argument(help="Which endpoint."),
    webhooks: Path | None = File,
    as_json: bool = Json,
) -> None:
    """Send one test message at once and tell the answer; exit 0 when it was taken."""
    from app.cli.errors import FAILED, one_line

    with one_line():
        from app.delivery_desk import try_out

        tried = try_out(name, webhooks)
        typer.echo(tried.as_json() if as_json else tried.as_text())
    if not tried.taken:
        raise typer.Exit(FAILED)


@app.command("resend")
def resend(
    delivery: str | None = typer.Argument(None, help="Id of a delivery, as listed.", show_default=False),
    dead_of: str | None = typer.Option(None, help="All dead letters of this endpoint.", show_default=False),
) -> None:
    """Send again with the same id: one delivery, or every dead letter of an endpoint."""
    from app.cli.errors import one_line

    with one_line():
        from app.delivery_desk import resend_dead, resend_one

        if (delivery is None) == (dead_of is None):
            raise typer.BadParameter("give the id of a delivery, or --dead-of ENDPOINT")
        typer.echo(resend_one(delivery) if delivery is not None else resend_dead(str(dead_of)))


@app.command("enable")
def enable(name: str = typer.Argument(help="Which endpoint.")) -> None:
    """Use an endpoint again that its own answer 410 had disabled."""
    from app.cli.errors import one_line

    with one_line():
        from app.delivery_desk import enable_endpoint

        typer.echo(enable_endpoint(name))


@app.command("secret")
def secret() -> None:
    """Print a new secret for a webhook."""
    from base64 import b64encode
    from secrets import token_bytes

    typer.echo(f"whsec_{b64encode(token_bytes(32)).decode()}")
