"""A running system as child processes of this one: for the demo, a replay through the brokers, tests and benchmarks."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.child_process import free_port
from app.children import Child, Children, clean_environment
from app.gauges import metrics_at, readiness_at

START_S = 60.0
"""Longest wait for a process to be ready. [s]"""


class StackFailed(RuntimeError):
    """A process did not start or ended by itself; the message says which, and what it said last."""


@dataclass(slots=True)
class Stack:
    """Processes of one system that share settings.

    Attributes:
        settings: `WUGAN_*` variables of every process; its desk asks nobody to sign in.
        log_dir: Where their words go, a file each.
        ports: Process name to the port of its /readyz and /metrics.
    """

    settings: Mapping[str, str]
    log_dir: Path
    ports: dict[str, int] = field(default_factory=dict)
    children: Children = field(init=False)

    def __post_init__(self) -> None:
        self.children = Children(self.log_dir, clean_environment() | {"WUGAN_LOGIN": "auto"} | dict(self.settings))

    def run_once(self, name: str, *arguments: str) -> None:
        """Run one of our commands to its end.

        Raises:
            StackFailed: It failed.
        """
        child = self.children.start_wugan(name, *arguments)
        if child.process.wait(timeout=START_S):
            raise StackFailed(f"{name} failed: {child.last_words()}")
        self.children.stop(child)

    def start(self, command: str, name: str | None = None, *options: str) -> Child:
        """Start ingest or worker with an operations port of its own, or the desk."""
        name = name or command
        if command == "desk":
            self.ports[name] = int(self.settings["WUGAN_DESK_PORT"])
            return self.children.start_wugan(name, command, *options)
        self.ports[name] = free_port()
        own = {"WUGAN_OPERATIONS_PORT": str(self.ports[name])}
        return self.children.start_wugan(name, command, *options, environment=own)

    def kill(self, name: str) -> None:
        """End a process as a loss of power would, and forget it."""
        child = self.children.named(name)
        child.process.kill()
        child.process.wait()
        self.children.stop(child)
        del self.ports[name]

    def await_ready(self) -> None:
        """Wait until every started process says that it is ready.

        Raises:
            StackFailed: One ended, or is not ready in time.
        """
        end_s = time.monotonic() + START_S
        waiting: dict[str, str] = {}
        while time.monotonic() < end_s:
            self.check()
            waiting = self.unready()
            if not waiting:
                return
            time.sleep(0.1)
        slow = ", ".join(f"{name} ({why})" for name, why in waiting.items())
        raise StackFailed(f"not ready after {START_S:.0f} s: {slow}; their words are in {self.log_dir}")

    def unready(self) -> dict[str, str]:
        """Return what hinders which process."""
        answers = {name: readiness_at(port) for name, port in self.ports.items()}
        return {
            name: "no answer" if why is None else "; ".join(f"{part}: {text}" for part, text in why.items())
            for name, why in answers.items()
            if why is None or why
        }

    def check(self) -> None:
        """Look whether every process still runs.

        Raises:
            StackFailed: One ended by itself.
        """
        ended = self.children.ended()
        if ended is not None:
            raise StackFailed(f"{ended.name} ended by itself (exit {ended.process.returncode}): {ended.last_words()}")

    def metrics(self, name: str) -> dict[str, float]:
        """Return the metrics of a process; nothing while it does not answer."""
        return metrics_at(self.ports[name])

    def stop(self) -> None:
        """End every process."""
        self.children.stop_all()
