"""Settings and a site's rules to what people are told of them; a secret is told as set or not."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from urllib.parse import urlsplit

from pydantic import SecretStr

from alerts.in_force import InForce, Setting
from app.settings import Settings, sources_of
from domain.pipeline import rule_version
from domain.rules import Rules
from domain.site import Site

SET = "***"
"""Told instead of a secret."""


def in_force(settings: Settings, site: Site) -> InForce:
    """Return all settings of a desk and its site's rules."""
    sources = sources_of(settings)
    told = tuple(
        Setting(name=name, value=shown(getattr(settings, name)), source=sources[name], meaning=field.description or "")
        for name, field in type(settings).model_fields.items()
    )
    return InForce(settings=told, rules=rules_of(site))


def rules_of(site: Site) -> tuple[Setting, ...]:
    """Return the version of method and limits, and every parameter with whether the site set it itself."""
    limits = f"{site.limits_edition} · {site.limits_class}"
    heads = {"wugan": version("wugan"), "rule_version": rule_version(site.rules), "limits": limits}
    levels = {f"warning_ugm3.{name}": f"{value:g}" for name, value in sorted(site.warning_ugm3.items())}
    usual = dict(_parameters(Rules()))
    return (
        *(Setting(name=name, value=value, source="") for name, value in heads.items()),
        *(Setting(name=name, value=value, source="site.toml") for name, value in levels.items()),
        *(
            Setting(name=name, value=value, source="default" if usual[name] == value else "site.toml")
            for name, value in _parameters(site.rules)
        ),
    )


def _parameters(rules: object, under: str = "") -> Iterator[tuple[str, str]]:
    if not is_dataclass(rules):
        return
    for one in fields(rules):
        value = getattr(rules, one.name)
        if is_dataclass(value):
            yield from _parameters(value, f"{one.name}.")
        else:
            yield f"{under}{one.name}", shown(value)


def shown(value: object) -> str:
    """Return a value as text; nothing of a secret, and of an address neither password nor what it asks for.

    >>> shown("postgresql://wugan:pw@db/wugan?sslkey=x")
    'postgresql://wugan@db/wugan?***'
    """
    if isinstance(value, SecretStr):
        return SET if value.get_secret_value() else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(shown, value))
    text = str(value)
    return _without_secrets(text) if "://" in text else text


def _without_secrets(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return SET
    who, at, host = parts.netloc.rpartition("@")
    name = who.partition(":")[0]
    asked = f"?{SET}" if parts.query else ""
    return f"{parts.scheme}://{name}{at}{host}{parts.path}{asked}"
