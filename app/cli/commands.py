"""Every command in one list; each imports what it needs only when it runs."""

import typer

from app.cli import (
    audit,
    config,
    credit,
    data_checks,
    database,
    deliver,
    demo,
    doctor,
    explain,
    importing,
    map_file,
    plans,
    processes,
    replay,
    satellite,
    score,
    simulate,
    simulate_year,
    tickets,
    users,
    verify,
    webhooks,
)

app = typer.Typer(
    name="wugan",
    help="Non-site environmental supervision: clue tickets from the air of an industrial zone. 无感",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"wugan {version('wugan')}")
        raise typer.Exit


@app.callback()
def options(
    _wanted: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Take the options that stand before a command."""


app.command("demo")(demo.demo)
app.command("ingest")(processes.ingest)
app.command("worker")(processes.worker)
app.command("deliver")(deliver.deliver)
app.command("desk")(processes.desk)
app.command("simulate")(simulate.simulate)
app.command("simulate-year")(simulate_year.simulate_year)
app.command("replay")(replay.replay)
app.command("score")(score.score)
app.command("explain")(explain.explain)
app.command("import")(importing.import_table)
app.command("map")(map_file.map_file)
app.command("doctor")(doctor.doctor)
app.command("config")(config.config)
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(tickets.app, name="tickets")
app.add_typer(database.app, name="db")
app.command("verify")(verify.verify)
app.add_typer(audit.app, name="audit")
app.add_typer(users.app, name="users")
app.add_typer(credit.app, name="credit")
app.add_typer(plans.app, name="plans")
app.add_typer(data_checks.app, name="data-checks")
app.add_typer(satellite.app, name="satellite")
