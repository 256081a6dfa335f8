"""`wugan users`: who may sign in at the desk, at the database itself: for the first steps and for a lost password."""

from typing import TYPE_CHECKING

import typer

from alerts.people.person import Role

if TYPE_CHECKING:
    from app.accounts import Accounts

app = typer.Typer(help="Who may sign in at the desk.", no_args_is_help=True)

Name = typer.Argument(help="The person's name.")


@app.command("add")
def add(name: str = Name, role: Role = typer.Option(..., help="What they are here for.")) -> None:
    """Add a person; prints the one-time password that they change at the first sign-in."""
    from app.cli.errors import one_line

    with one_line():
        password = _accounts().users.add(name, role, _who())
        typer.echo(f"{name}: one-time password {password}")


@app.command("list")
def list_users(as_json: bool = typer.Option(False, "--json", help="Print as JSON.")) -> None:
    """List everybody, and their tokens."""
    from app.cli.errors import one_line

    with one_line():
        import json
        from dataclasses import asdict

        accounts = _accounts()
        users, tokens = accounts.users.all(), accounts.tokens.all()
        if as_json:
            told = {"users": [asdict(user) for user in users], "tokens": [asdict(token) for token in tokens]}
            typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
            return
        for user in users:
            notes = [("disabled", user.disabled), ("must change password", user.must_change)]
            notes.append(("identity provider", not user.has_password))
            typer.echo("  ".join([f"{user.name:<20} {user.role:<10}", *(note for note, holds in notes if holds)]))
        for token in tokens:
            state = "revoked" if token.revoked else f"until {_day(token.expires_ms)}"
            typer.echo(f"token {token.id}  {token.user:<20} {token.role:<10} {state}  {token.label}")


@app.command("disable")
def disable(
    name: str = Name,
    undo: bool = typer.Option(False, "--undo", help="Let them in again."),
) -> None:
    """Shut a person out: sessions and tokens end at once."""
    from app.cli.errors import one_line

    with one_line():
        user = _accounts().users.set_disabled(name, _who(), disabled=not undo)
        typer.echo(f"{user.name}: {'disabled' if user.disabled else 'enabled'}")


@app.command("password")
def password(
    name: str = Name,
    ask: bool = typer.Option(False, "--ask", help="Ask for a password instead of making a one-time one."),
) -> None:
    """Give a person a new one-time password; their sessions end."""
    from app.cli.errors import one_line

    with one_line():
        users = _accounts().users
        if ask:
            chosen = typer.prompt("new password", hide_input=True, confirmation_prompt=True)
            users.set_password(name, chosen, _who())
            typer.echo(f"{name}: password set")
            return
        typer.echo(f"{name}: one-time password {users.reset_password(name, _who())}")


@app.command("token")
def token(
    name: str = Name,
    label: str = typer.Option("", help="What it is for."),
    role: Role | None = typer.Option(None, help="Role of the token; default the person's."),
    days: int = typer.Option(90, min=1, max=366, help="How long it holds."),
    revoke: str = typer.Option("", help="End the token of this id instead.", show_default=False),
) -> None:
    """Make an API token for a person (`Authorization: Bearer`); printed this once."""
    from app.cli.errors import one_line

    with one_line():
        from alerts.people.tokens import Wish
        from alerts.people.users import settled_name

        tokens = _accounts().tokens
        if revoke:
            ended = tokens.revoke(revoke, _who(), settled_name(name))
            typer.echo(f"token {ended.id}: revoked")
            return
        made, text = tokens.make(name, Wish(label=label, role=role, days=days), _who())
        typer.echo(f"token {made.id} of {made.user}, role {made.role}, until {_day(made.expires_ms)}")
        typer.echo(text)


def _accounts() -> "Accounts":
    from alerts.store import current, newest, open_store
    from app.accounts import accounts_of
    from app.settings import SettingsRefused, load_settings
    from app.wiring import database_url
    from maps.api import now_ms

    settings = load_settings()
    url = database_url(settings)
    if current(url) != newest():
        raise SettingsRefused("WUGAN_DATABASE: the tables are missing or of another version; run `wugan db upgrade`")
    return accounts_of(settings, open_store(url), now_ms)


def _who() -> str:
    """Return who the audit names: the account of the operating system."""
    import getpass

    try:
        return f"cli:{getpass.getuser()}"
    except OSError:
        return "cli"


def _day(time_ms: int) -> str:
    from domain.times import rfc3339, to_datetime

    return rfc3339(to_datetime(time_ms))[:10]
