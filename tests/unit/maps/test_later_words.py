"""Words of what comes after the page: complete in both languages, none missing and none left over."""

import re

from maps.assets import own_text, static_folder

PAIRS = re.findall(r'^  "?([\w.]+)"?: \["(.*)", "(.*)"\],$', own_text("later_words.js"), re.MULTILINE)
KEYS = {key for key, _, _ in PAIRS}
SCRIPTS = "".join(
    text
    for text in (own_text(file.name) for file in sorted(static_folder().glob("*.js")))
    if 'from "./later_words.js"' in text
)


def is_used(key: str) -> bool:
    """Say whether a script names a key: as text, as a table's name, or by what stands before its dot."""
    return bool(re.search(rf'"{re.escape(key)}"|^  {re.escape(key)}: \[', SCRIPTS, re.MULTILINE)) or (
        "." in key and f"`{key.split('.')[0]}.$" in SCRIPTS
    )


def test_no_later_word_is_missing_or_left_over():
    assert set(re.findall(r'say\("([\w.]+)"', SCRIPTS)) <= KEYS
    assert [key for key in sorted(KEYS) if not is_used(key)] == []


def test_each_later_word_stands_once_in_both_languages_with_the_same_places():
    assert len(PAIRS) == len(KEYS) == own_text("later_words.js").count('", "')
    assert all(zh and en for _, zh, en in PAIRS)
    assert all(set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)) for _, zh, en in PAIRS)
