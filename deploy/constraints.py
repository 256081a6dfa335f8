"""pyproject.toml → constraints.txt: what pip resolves on each Python, one `name==version` a line.

Usage: python deploy/constraints.py PYTHON [PYTHON ...]    for example python3.11 python3.12 python3.13

Every extra is resolved. Where two Pythons need different versions, each line carries a `python_version` marker.
Nothing is installed: each interpreter only gets a throw-away environment that asks pip for a plan.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "constraints.txt"
HEADER = """\
# What pip resolves for Wugan and all its extras on Linux, Python {pythons}. Written by `make constraints`.
# A name with markers needs different versions on different Pythons.
"""


def plan(python: str) -> tuple[str, dict[str, str]]:
    """Return a Python's version (as 3.11) and what pip would install on it, name to version.

    Raises:
        subprocess.CalledProcessError: There is no such Python, or pip finds no solution.
    """
    extras = ",".join(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    with tempfile.TemporaryDirectory() as folder:
        _run(python, "-m", "venv", folder)
        inside = str(Path(folder, "bin", "python"))
        version = _run(inside, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
        report = Path(folder, "report.json")
        _run(
            *(inside, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"),
            *("--report", str(report), f"{ROOT}[{extras}]"),
        )
        found = (item["metadata"] for item in json.loads(report.read_text())["install"])
        return version, {item["name"].lower().replace("_", "-"): item["version"] for item in found}


def merge(plans: dict[str, dict[str, str]]) -> list[str]:
    """Return the lines for plans by Python version; a marker stands only where versions differ.

    >>> merge({"3.11": {"numpy": "2.4.6", "six": "1.17.0"}, "3.13": {"numpy": "2.5.1", "six": "1.17.0"}})
    ["numpy==2.4.6; python_version == '3.11'", "numpy==2.5.1; python_version == '3.13'", 'six==1.17.0']
    """
    lines: list[str] = []
    for name in sorted({name for wanted in plans.values() for name in wanted} - {"wugan"}):
        versions = {python: wanted[name] for python, wanted in plans.items() if name in wanted}
        if len(set(versions.values())) == 1:
            lines.append(f"{name}=={next(iter(versions.values()))}")
        else:
            lines += [f"{name}=={version}; python_version == '{python}'" for python, version in versions.items()]
    return lines


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own command


def main(pythons: list[str]) -> None:
    """Resolve on each Python and write the file."""
    if not pythons:
        sys.exit("constraints: name the Pythons to resolve for, as python3.11 python3.12 python3.13")
    plans: dict[str, dict[str, str]] = {}
    for python in pythons:
        sys.stderr.write(f"constraints: asking pip on {python}\n")
        version, wanted = _by_version(python)
        plans[version] = wanted
    header = HEADER.format(pythons=", ".join(plans))
    TARGET.write_text(header + "\n".join(merge(plans)) + "\n")
    sys.stderr.write(f"constraints: {TARGET.name} written\n")


def _by_version(python: str) -> tuple[str, dict[str, str]]:
    try:
        return plan(python)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"constraints: {python}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
