"""`wugan tickets`: list, show, decide and export, straight from the ticket store."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import typer

app = typer.Typer(help="Clue tickets: list, show, decide, export.", no_args_is_help=True)

TICKET = typer.Argument(help="A ticket's id, its beginning, or its number.", show_default=False)


class Format(StrEnum):
    """How tickets are exported."""

    JSONL = "jsonl"
    CSV = "csv"


class Decided(StrEnum):
    """What a person may do from here."""

    ACKNOWLEDGE = "acknowledge"
    DISPATCH = "dispatch"
    WATCH = "watch"
    DISMISS = "dismiss"
    UNDO = "undo"
    SHELVE = "shelve"
    MERGE = "merge"


@app.command("list")
def list_(
    state: list[str] = typer.Option([], help="Only in this state; may be repeated."),
    since: datetime | None = typer.Option(None, help="Changed at or after; UTC.", show_default=False),
    limit: int = typer.Option(50, min=1, help="How many at most, last opened first."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable result."),
) -> None:
    """List tickets, last opened first."""
    import json

    from app.cli.errors import one_line

    with one_line():
        from app.ticketing import line_of, some_tickets
        from domain.wire import ticket_fields

        found = some_tickets(state, since.replace(tzinfo=UTC) if since else None, limit)
        if as_json:
            typer.echo(json.dumps([ticket_fields(one) for one in found], ensure_ascii=False))
            return
        for one in found:
            typer.echo(line_of(one))


@app.command("show")
def show(ticket: str = TICKET, as_json: bool = typer.Option(False, "--json", help="The whole ticket as JSON.")) -> None:
    """Show a ticket: what was seen, what is advised and why, what was done."""
    from app.cli.errors import one_line

    with one_line():
        from app.ticketing import one_ticket, text_of
        from domain.wire import encode_ticket

        found = one_ticket(ticket)
        typer.echo(encode_ticket(found).decode() if as_json else text_of(found))


@app.command("decide")
def decide(
    ticket: str = TICKET,
    action: Decided = typer.Argument(help="What to do.", show_default=False),
    reason: str | None = typer.Option(None, help="Reason code; needed to dismiss.", show_default=False),
    note: str | None = typer.Option(None, help="In words; needed with the reason `other`.", show_default=False),
    enterprise: str | None = typer.Option(None, help="Where to.", show_default=False),
    minutes: int | None = typer.Option(None, help="How long to watch or to shelve.", show_default=False),
    into: str | None = typer.Option(None, help="The ticket that takes this one in.", show_default=False),
    version: int | None = typer.Option(None, help="Refuse unless the ticket is at this version.", show_default=False),
    key: str | None = typer.Option(None, help="The same key twice is one decision.", show_default=False),
    who: str | None = typer.Option(None, "--as", help="In whose name; else the system's user.", show_default=False),
    as_json: bool = typer.Option(False, "--json", help="The ticket as it is then."),
) -> None:
    """Decide on a ticket, as at the desk; whoever may write the database may do so."""
    from app.cli.errors import one_line

    with one_line():
        from app.ticketing import Said, decide_on, line_of
        from domain.wire import encode_ticket

        said = Said(
            action=action.value,
            reason=reason,
            note=note,
            enterprise=enterprise,
            minutes=minutes,
            into=into,
            version=version,
        )
        found = decide_on(ticket, said, who, key)
        typer.echo(encode_ticket(found).decode() if as_json else line_of(found))


@app.command("export")
def export(
    out: Path | None = typer.Option(None, help="File to write; else standard output.", show_default=False),
    state: list[str] = typer.Option([], help="Only in this state; may be repeated."),
    kind: Format = typer.Option(Format.JSONL, "--format", help="One JSON object a line, or a table."),
) -> None:
    """Write tickets, sorted by id."""
    import sys

    from app.cli.errors import one_line

    with one_line():
        from app.ticketing import as_csv, as_lines, every_ticket

        found = every_ticket(state)
        raw = as_csv(found) if kind is Format.CSV else as_lines(found)
        if out is None:
            sys.stdout.buffer.write(raw)
            sys.stdout.buffer.flush()
            return
        out.write_bytes(raw)
        typer.echo(f"tickets: {len(found)} written to {out}", err=True)
