"""Whatever a ticket, a run or the log names has words for people, Chinese and English, and is documented."""

import ast
import re
from pathlib import Path

import pytest

from domain import recommend, regional_notice
from domain.advice import POINTS
from domain.care_ticket import ADVICE
from domain.circumstances import MISSING
from domain.decisions import Decision
from domain.field import Flag
from maps.words import Language
from maps.words import words as page_words
from simulators.replay.wording import words as run_words

DOCUMENTED = set(re.findall(r"`(\w+)`", (Path(__file__).parents[2] / "docs/interfaces.md").read_text(encoding="utf-8")))
TOLD = ("opened", "reopened", "amended", "candidates", "recommendation", "ended", "merged", "split")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def constants(module: object) -> set[str]:
    """Return the strings of a module's code that look like a reason of several words."""
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in found if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)}


ADVISED = constants(recommend) | set(regional_notice._ADVICE.reasons) | set(ADVICE.values())
REASONS = sorted(
    {
        *ADVISED,
        *POINTS,
        "cap_reached",
        "quota_unused",
        *MISSING,
        Decision.LIMIT_CROSSED.value,
        Decision.HIGH_VALUE.value,
    }
)
FLAGS = [flag.name.lower() for flag in Flag if flag.name and flag]


def test_what_is_advised_is_found_in_the_code() -> None:
    assert {"two_sensors_agree", "excess_strong", "registered_works", "evidence_thin", "regional"} <= ADVISED


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words_and_is_documented(reason: str) -> None:
    assert CHINESE.search(page_words(Language.ZH)[f"reason.{reason}"])
    assert not CHINESE.search(page_words(Language.EN)[f"reason.{reason}"])
    assert CHINESE.search(run_words(reason))
    assert reason in DOCUMENTED


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_has_words_and_is_documented(flag: str) -> None:
    assert CHINESE.search(page_words(Language.ZH)[f"flag.{flag}"])
    assert not CHINESE.search(page_words(Language.EN)[f"flag.{flag}"])
    assert CHINESE.search(run_words(flag))
    assert flag in DOCUMENTED


@pytest.mark.parametrize("name", [*(one.value for one in Decision), *TOLD])
def test_every_decision_has_words(name: str) -> None:
    assert CHINESE.search(run_words(name))


@pytest.mark.parametrize("name", list(Decision))
def test_every_decision_is_documented(name: Decision) -> None:
    assert name.value in DOCUMENTED


def test_several_flags_are_told_one_by_one() -> None:
    assert run_words("stuck+drift") == f"{run_words('stuck')} + {run_words('drift')}"
