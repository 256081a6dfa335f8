"""Declared tables and rules → findings with the rows that prove them."""

from domain.supervision.data_checks.findings import Finding, FindingState, follow
from domain.supervision.data_checks.rules import ChecksRefused, Rule, RuleBook, Table, parse_checks

__all__ = ["ChecksRefused", "Finding", "FindingState", "Rule", "RuleBook", "Table", "follow", "parse_checks"]
