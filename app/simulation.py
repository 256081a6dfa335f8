"""A scenario under a seed: as a recording, as a site folder, or live into MQTT."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from simulators.scenario import load_scenario
from simulators.world import World
from simulators.write_recording import write_recording


@dataclass(frozen=True, slots=True)
class Simulation:
    """A world, and the scenario's name for messages."""

    name: str
    world: World


def load_simulation(scenario: str, seed: int, start: datetime | None) -> Simulation:
    """Build the world.

    Raises:
        ScenarioRefused: The scenario has faults; all are listed.
    """
    moment = start.replace(tzinfo=UTC) if start is not None else None
    return Simulation(scenario, World(load_scenario(scenario), seed, moment))


def write_site(simulation: Simulation, folder: Path) -> None:
    """Write the site folder, in place of what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in simulation.world.site_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


def write_out(simulation: Simulation, folder: Path) -> int:
    """Write the recording with a progress bar on standard error; return how many readings it holds."""
    world = simulation.world
    with Progress(console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(f"simulate {simulation.name}", total=(world.end_ms - world.start_ms) / 1000)
        return write_recording(
            folder, world, lambda clock_ms: bar.update(task, completed=(clock_ms - world.start_ms) / 1000)
        )
