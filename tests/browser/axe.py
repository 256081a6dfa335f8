"""axe-core, the checker of WCAG in a page: brought by npm when tests run, never kept in the repository."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

AXE = "axe-core@4.14.1"
NPM_LIMIT_S = 120
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
    const told = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
    return told.violations.flatMap((rule) => rule.nodes.map((node) =>
        `${rule.id}: ${node.target.join(" ")}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? rule.help}`));
}"""


@cache
def axe_source() -> str:
    """Return axe's script: the file at WUGAN_TEST_AXE, else what npm brings; skips where neither can be had."""
    named = os.environ.get("WUGAN_TEST_AXE")
    return (Path(named) if named else _installed()).read_text(encoding="utf-8")


def _installed() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "wugan-tests" / AXE
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    npm = shutil.which("npm")
    if script.is_file():
        return script
    if npm is None:
        pytest.skip(f"no npm to bring {AXE}, and WUGAN_TEST_AXE names no axe.min.js")
    folder.mkdir(parents=True, exist_ok=True)
    bring = [npm, "install", "--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", AXE]
    try:
        done = subprocess.run(bring, capture_output=True, text=True, timeout=NPM_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not bring {AXE} within {NPM_LIMIT_S} s")
    if done.returncode:
        pytest.skip(f"npm can't bring {AXE}: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}")
    return script


def violations(page: "playwright.Page") -> list[str]:
    """Return what breaks WCAG 2.2 AA on a page, each as rule: element: why."""
    page.evaluate(axe_source())  # as a debugger would, so the page's own policy stays as strict as it is
    found: list[str] = page.evaluate(RUN, TAGS)
    return found
