"""`wugan config`: every setting with its value and where it came from."""

import typer


def config(
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """Print every setting, its source (environment, .env, wugan.toml or default) and what it means."""
    from app.cli.errors import one_line

    with one_line():
        from app.settings import PREFIX, load_settings, sources_of, unknown_variables

        settings = load_settings()
        sources = sources_of(settings)
        rows = [
            {
                "setting": f"{PREFIX}{name.upper()}",
                "value": _shown(getattr(settings, name)),
                "source": sources[name],
                "meaning": field.description or "",
            }
            for name, field in type(settings).model_fields.items()
        ]
        unknown = unknown_variables()
        if as_json:
            import json

            typer.echo(json.dumps({"settings": rows, "unknown_variables": unknown}, ensure_ascii=False, indent=2))
            return
        for row in rows:
            typer.echo(f"{row['setting']}={row['value']}  # {row['source']}: {row['meaning']}")
        for name in unknown:
            typer.echo(f"wugan: {name} is no setting; mend its name or unset it", err=True)


def _shown(value: object) -> str:
    return "" if value is None else str(value)  # a secret shows itself as stars
