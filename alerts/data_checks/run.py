"""A folder with checks.toml and its tables → findings with the rows that prove them."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from alerts.data_checks.tables import load_tables
from domain.supervision.data_checks import ChecksRefused, Finding, Rule, RuleBook, parse_checks

PROOF_ROWS = 50
"""At most so many proving rows of a table stand in a finding. Design value."""


def read_checks(folder: Path) -> RuleBook:
    """Read a folder's checks.toml; OSError when there is none, ChecksRefused when it is wrong."""
    return parse_checks((folder / "checks.toml").read_text(encoding="utf-8"))


def run_checks(folder: Path, book: RuleBook, as_of: date) -> tuple[Finding, ...]:
    """Judge all rules on that day; rules can read the registered tables and nothing else.

    Raises:
        ChecksRefused: With a line for each bad cell, or each rule that can't be judged.
    """
    with duckdb.connect(config={"threads": 2}) as db:
        load_tables(db, folder, book.tables)
        db.execute("SET enable_external_access = false; SET lock_configuration = true")
        found, faults = list[Finding](), list[str]()
        for rule in book.rules:
            try:
                found += _judge(db, rule, as_of)
            except (duckdb.Error, ChecksRefused) as error:
                faults.append(
                    f"checks.toml: [rules.{rule.rule_id}] {' '.join(str(error).split())[:400]}; mend the rule"
                )
    if faults:
        raise ChecksRefused("\n".join(faults))
    return tuple(found)


def _judge(db: duckdb.DuckDBPyConnection, rule: Rule, as_of: date) -> Iterator[Finding]:
    rows = _rows(db, rule.select, {"as_of": as_of})
    seen: set[tuple[str, str]] = set()
    for row in rows:
        missing = [c for c in ("enterprise_id", "subject") if row.get(c) is None]
        if missing:
            raise ChecksRefused(f"select gives no {' and no '.join(missing)}")
        who = (str(row["enterprise_id"]), str(row["subject"]))
        if who not in seen:
            seen.add(who)
            yield _finding(db, rule, row, as_of)


def _finding(db: duckdb.DuckDBPyConnection, rule: Rule, row: Mapping[str, Any], as_of: date) -> Finding:
    try:
        message = rule.message.format_map({name: _said(value) for name, value in row.items()})
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise ChecksRefused(f"message names {error} that select does not give") from None
    proof = {
        table: tuple(
            {name: _said(value) for name, value in proving.items()}
            for proving in _rows(
                db,
                f'SELECT * FROM "{table}" WHERE ({condition}) ORDER BY ALL LIMIT {PROOF_ROWS}',  # noqa: S608 - read-only, closed
                {"as_of": as_of, "subject": str(row["subject"])},
            )
        )
        for table, condition in rule.proof.items()
    }
    return Finding(
        rule_id=rule.rule_id,
        enterprise_id=str(row["enterprise_id"]),
        subject=str(row["subject"]),
        message=message,
        proof=proof,
        first_seen=as_of,
        last_seen=as_of,
    )


def _rows(db: duckdb.DuckDBPyConnection, sql: str, given: Mapping[str, object]) -> list[dict[str, Any]]:
    statements = db.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ChecksRefused("only one SELECT is allowed")
    wanted = statements[0].named_parameters
    unknown = sorted(set(wanted) - set(given))
    if unknown:
        raise ChecksRefused(f"${unknown[0]} is not known here; use $as_of, and in a proof $subject")
    answer = db.execute(statements[0], {name: given[name] for name in wanted})
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]


def _said(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
