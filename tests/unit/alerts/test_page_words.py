"""Every word of every page is there in Chinese and in English, with the same places to fill in."""

import importlib
import pkgutil
import re

import pytest

from alerts.pages import words as package

TABLES = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(package.__path__)
    for name, value in vars(importlib.import_module(f"alerts.pages.words.{module.name}")).items()
    if isinstance(value, dict) and name.isupper()
}


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_are_complete(table: str) -> None:
    for name, (chinese, english) in TABLES[table].items():
        assert chinese.strip(), name
        assert english.strip(), name
        assert re.findall(r"\{\w+\}", chinese) == re.findall(r"\{\w+\}", english), name


def test_tables_are_found() -> None:
    assert "shell.SHELL" in TABLES


def test_no_word_hides_behind_a_method_of_the_table() -> None:
    assert {name for table in TABLES.values() for name in table if hasattr(dict, name)} == set()
