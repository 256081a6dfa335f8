"""`wugan deliver`: the process that tells inspectors and other systems."""

from pathlib import Path

import typer

from app.cli.processes import Site


def deliver(
    site: Path | None = Site,
    webhooks: Path | None = typer.Option(None, help="webhooks.toml (else WUGAN_WEBHOOKS).", show_default=False),
    contacts: Path | None = typer.Option(None, help="contacts.toml (else WUGAN_CONTACTS).", show_default=False),
) -> None:
    """Deliver what happens to tickets; several may run beside each other, one of them delivers."""
    from app.cli.errors import one_line

    with one_line():
        from app.cli.processes import run_process
        from app.deliver import run_deliver

        run_process(run_deliver, site=site, webhooks=webhooks, contacts=contacts)
