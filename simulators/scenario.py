"""A scenario file (TOML) → what a simulated zone is to live through; every fault of the file is told at once."""

import tomllib
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.scenario_checks import cross_check
from simulators.scenario_tables import ScenarioFault, ScenarioRefused, read_table
from simulators.scenario_types import Scenario

__all__ = ["Scenario", "ScenarioFault", "ScenarioRefused", "load_scenario", "packaged_scenarios", "parse_scenario"]


def parse_scenario(text: str, source: str = "scenario") -> Scenario:
    """Return the scenario that a TOML text describes; `source` names it in complaints.

    Raises:
        ScenarioRefused: With every fault of the text.
    """
    faults: list[ScenarioFault] = []
    try:
        given = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioRefused(source, [ScenarioFault("file", f"not TOML ({error})", "mend the line")]) from error
    scenario = read_table(Scenario, given, "", faults)
    _check_timezone(scenario.site.timezone, faults)
    faults += cross_check(scenario)
    if faults:
        raise ScenarioRefused(source, faults)
    return scenario


def packaged_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package."""
    folder = files("simulators") / "scenarios"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Return a scenario by a file's path, or by the bare name of a packaged one.

    Raises:
        ScenarioRefused: There is no such file or name, or the file has faults.
    """
    path, name = Path(name_or_path), str(name_or_path)
    if path.is_file():
        try:
            return parse_scenario(path.read_text(encoding="utf-8"), name)
        except (UnicodeDecodeError, OSError) as error:
            raise ScenarioRefused(
                name, [ScenarioFault("file", f"can't be read ({error})", "save it as UTF-8")]
            ) from error
    if name.removesuffix(".toml") in packaged_scenarios():
        inside = files("simulators") / "scenarios" / f"{name.removesuffix('.toml')}.toml"
        return parse_scenario(inside.read_text(encoding="utf-8"), name)
    mend = f"give a TOML file, or one of {', '.join(packaged_scenarios())}"
    raise ScenarioRefused(name, [ScenarioFault("file", "does not exist", mend)])


def _check_timezone(name: str, faults: list[ScenarioFault]) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(
            ScenarioFault("site.timezone", f"{name!r} is unknown", 'use an IANA name such as "Asia/Shanghai"')
        )
