"""checks.toml → the tables that are registered and the rules across them.

A rule is data: the columns of the tables it `uses`, a `select` (one SQL query that gives a row a finding, with columns
`enterprise_id` and `subject`), the `message` with {column} in braces, and for each table under `proof` the condition
that picks the proving rows ($subject is the finding's). $as_of is the day of the check.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

TYPES = ("text", "number", "date")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}\Z")
_LEAST = {"tables": ("columns",), "rules": ("uses", "select", "message", "proof")}
_MOST = {"tables": (*_LEAST["tables"], "file", "sql", "database", "key"), "rules": _LEAST["rules"]}


class ChecksRefused(ValueError):
    """One line for each thing that is wrong: file, where, what, and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A registered table: where it comes from, its columns by type of `TYPES`, and the column unique to a row.

    It comes from `file` (CSV or Parquet beside checks.toml), or is what the query `sql` gives in the database whose
    SQLAlchemy URL the environment variable `database` holds: no password stands in a file.
    """

    name: str
    columns: Mapping[str, str]
    file: str = ""
    sql: str = ""
    database: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule across tables."""

    rule_id: str
    uses: Mapping[str, tuple[str, ...]]
    select: str
    message: str
    proof: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All tables and rules of a folder; `as_of` is the day of the check when none is given."""

    tables: tuple[Table, ...]
    rules: tuple[Rule, ...]
    as_of: date | None = None


def parse_checks(text: str, name: str = "checks.toml") -> RuleBook:
    """Read tables and rules.

    Raises:
        ChecksRefused: With a line for everything that is wrong.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ChecksRefused(f"{name}: not TOML, {error}; a rule that stands twice is one reason") from None
    faults = _faults_of_shape(told)
    tables = [] if faults else [_table(n, t, faults) for n, t in told["tables"].items()]
    rules = [] if faults else [_rule(n, r) for n, r in told["rules"].items()]
    columns = {table.name: table.columns for table in tables}
    for rule in rules:
        faults += _missing(rule, columns)
    if faults:
        raise ChecksRefused("\n".join(f"{name}: {fault}" for fault in faults))
    return RuleBook(tables=tuple(tables), rules=tuple(rules), as_of=told.get("as_of"))


def _faults_of_shape(told: Mapping[str, Any]) -> list[str]:
    faults = [f"{key} is unknown; leave it out" for key in told if key not in ("as_of", *_LEAST)]
    if type(told.get("as_of", date.min)) is not date:
        faults.append("as_of is no date; write as_of = 2026-06-30")
    for part, least in _LEAST.items():
        entries = told.get(part)
        if not isinstance(entries, dict) or not entries:
            faults.append(f"no [{part}.NAME]; declare at least one")
            continue
        for name, entry in entries.items():
            faults += _faults_of_entry(f"{part}.{name}", name, entry, least, _MOST[part])
    return faults


def _faults_of_entry(where: str, name: str, entry: object, least: tuple[str, ...], most: tuple[str, ...]) -> list[str]:
    if not _NAME.match(name) or not isinstance(entry, dict):
        return [f"[{where}] is no table with a name of a-z, 0-9, _; rename it"]
    faults = [f"[{where}] has no {key}; add it" for key in least if key not in entry]
    faults += [f"[{where}] {key} is unknown; leave it out" for key in entry if key not in most]
    for key, value in entry.items():
        wanted = dict if key in ("columns", "uses", "proof") else str
        if not isinstance(value, wanted):
            faults.append(f"[{where}] {key} is not {'a table' if wanted is dict else 'text'}; mend it")
    return faults


def _table(name: str, told: Mapping[str, Any], faults: list[str]) -> Table:
    for column, kind in told["columns"].items():
        if kind not in TYPES or not _NAME.match(column):
            faults.append(
                f"[tables.{name}] column {column} = {kind!r}; name it in a-z, 0-9, _ and use {', '.join(TYPES)}"
            )
    faults += [f"[tables.{name}] {fault}" for fault in _faults_of_source(told)]
    if told.get("key", None) not in (None, *told["columns"]):
        faults.append(f"[tables.{name}] key {told['key']!r} is none of its columns; name one of them")
    source = {key: told.get(key, "") for key in ("file", "sql", "database")}
    return Table(name=name, columns=told["columns"], key=told.get("key"), **source)


def _faults_of_source(told: Mapping[str, Any]) -> list[str]:
    file, sql, database = (told.get(key, "") for key in ("file", "sql", "database"))
    if bool(file) == bool(sql):
        return ["has a file and a query; keep one" if file else "has no file; add it, or sql and database"]
    if file and database:
        return ["database belongs to sql; leave it out beside a file"]
    if sql and not _VARIABLE.match(database):
        return [f"database {database!r}; name the environment variable that holds the database's URL, as LAB_DATABASE"]
    if file and (not file.endswith((".csv", ".parquet")) or "/" in file or "\\" in file):
        return [f"file {file!r}; name a .csv or .parquet in this folder"]
    return []


def _rule(name: str, told: Mapping[str, Any]) -> Rule:
    uses = {t: tuple(c) if isinstance(c, list) else (str(c),) for t, c in told["uses"].items()}
    proof = {table: str(condition) for table, condition in told["proof"].items()}
    return Rule(rule_id=name, uses=uses, select=told["select"], message=told["message"], proof=proof)


def _missing(rule: Rule, columns: Mapping[str, Mapping[str, str]]) -> list[str]:
    faults = []
    for table, used in rule.uses.items():
        if table not in columns:
            faults.append(f"[rules.{rule.rule_id}] uses table {table!r} that is not registered; add [tables.{table}]")
            continue
        faults += [
            f"[rules.{rule.rule_id}] uses column {c!r} that table {table!r} lacks; it has {', '.join(columns[table])}"
            for c in used
            if c not in columns[table]
        ]
    faults += [
        f"[rules.{rule.rule_id}] proves by table {table!r} that is not among its uses; add it there"
        for table in rule.proof
        if table not in rule.uses
    ]
    return faults
