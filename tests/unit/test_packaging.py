"""What is shipped: seven packages and their data in one wheel, and the layers' rules over all of them."""

import importlib.util
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_SHIPPED = {"tests", "benchmarks", "docs", "deploy", "build", "dist"}
DATA = (".html", ".jinja", ".js", ".css", ".toml", ".mako", ".typed")
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = set(CONFIG["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def folders() -> set[str]:
    """Return the packages that lie in the repository."""
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_SHIPPED


def test_every_package_on_disk_is_shipped_and_checked() -> None:
    assert folders() == PACKAGES
    assert set(CONFIG["tool"]["importlinter"]["root_packages"]) == PACKAGES
    assert set(CONFIG["tool"]["mypy"]["files"]) == PACKAGES


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    for module in ("build", "hatchling"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed here; a wheel can't be built without fetching it")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (built,) = out.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_the_packages_and_nothing_beside_them(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert {name for name in tops if not name.endswith(".dist-info")} == PACKAGES
    assert len(tops) == len(PACKAGES) + 1


def test_the_wheel_holds_every_file_of_data(wheel: zipfile.ZipFile) -> None:
    data = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in DATA
    }

    assert data >= {"simulators/scenarios/demo.toml", "maps/templates/page.html", "maps/static/desk.js"}
    assert data <= set(wheel.namelist())
    assert [name for name in wheel.namelist() if name.startswith("alerts/migrations/versions/")]
