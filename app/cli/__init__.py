"""The command line `wugan`, a file a command."""


def main() -> None:
    """Run the command line."""
    from app.cli.commands import app

    app(prog_name="wugan")
