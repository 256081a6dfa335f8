"""`wugan demo`: everything embedded, a simulated zone, the desk in the browser."""

import signal
from pathlib import Path

import typer


def demo(
    seconds: float | None = typer.Option(
        None,
        "--for",
        min=1,
        metavar="SECONDS",
        help="End by itself so long after the first reading.",
        show_default=False,
    ),
    port: int = typer.Option(8000, min=1, max=65535, help="The desk's port."),
    speed: float = typer.Option(1.0, min=0.1, max=60.0, help="Seconds of the zone per second."),
    seed: int = typer.Option(3, help="Seed of the simulated zone."),
    scenario: str = typer.Option("demo", help="Scenario: a packaged name or a TOML file."),
    data_dir: Path | None = typer.Option(
        None,
        "--data-dir",
        envvar="WUGAN_DATA_DIR",
        help="Keep everything here (else a folder that is removed).",
        show_default=False,
    ),
) -> None:
    """Run a whole system on this machine and watch a simulated zone in the browser."""
    from app.cli.errors import FAILED, one_line

    # A supervisor's stop is a person's Ctrl-C; a script that started us in the background has SIGINT switched off.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with one_line():
        from app.demo.run import DemoOptions, run_demo

        options = DemoOptions(
            seconds=seconds, desk_port=port, speed=speed, seed=seed, scenario=scenario, data_dir=data_dir
        )
        outcome = run_demo(options, lambda line: typer.echo(line))
        typer.echo(f"account   {outcome.account}")
        typer.echo(
            f"tickets   {outcome.tickets}; first red {_after(outcome.first_red_s)},"
            f" first ticket {_after(outcome.first_ticket_s)}"
        )
    if not outcome.is_whole:
        raise typer.Exit(FAILED)


def _after(seconds: float | None) -> str:
    return "not seen" if seconds is None else f"after {seconds:.0f} s"
