"""`wugan ingest | worker | desk`: the processes of a running system."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from app.steps import Steps

if TYPE_CHECKING:
    from app.settings import Settings

Site = typer.Option(None, "--site", help="Site folder (else WUGAN_SITE).", show_default=False)


def ingest(site: Path | None = Site) -> None:
    """Take readings from MQTT, check them, and carry them to Kafka."""
    from app.cli.errors import one_line

    with one_line():
        from app.ingest_process import run_ingest_process

        run_process(run_ingest_process, site=site)


def worker(
    site: Path | None = Site,
    steps: Steps = typer.Option(Steps.ALL, help="All, or readings to tickets, or readings to history."),
) -> None:
    """Run the stream steps: qualify, detect, correlate, ticketing and record."""
    from app.cli.errors import one_line

    with one_line():
        from app.worker import run_worker

        run_process(lambda settings: run_worker(settings, steps), site=site)


def desk(
    site: Path | None = Site,
    host: str | None = typer.Option(None, help="Address to listen on (else WUGAN_DESK_HOST)."),
    port: int | None = typer.Option(None, min=1, max=65535, help="Port (else WUGAN_DESK_PORT)."),
) -> None:
    """Serve the map, the tickets and the API."""
    from app.cli.errors import one_line

    with one_line():
        from app.desk import run_desk

        run_process(run_desk, site=site, desk_host=host, desk_port=port)


def run_process(process: "Callable[[Settings], Awaitable[None]]", **overrides: object) -> None:
    """Run a process until it is told to stop."""
    import asyncio

    from app.logs import set_up_logs
    from app.settings import load_settings

    settings = load_settings(**overrides)
    set_up_logs(settings.log_format, settings.log_level)

    async def run() -> None:
        await process(settings)

    asyncio.run(run())
