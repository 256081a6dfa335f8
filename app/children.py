"""Child processes: started in a session of their own, watched, and ended together."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.child_process import ends_with_parent

STOP_S = 8.0
"""A process that has not ended so long after SIGTERM is killed. [s]"""


@dataclass(frozen=True, slots=True)
class Child:
    """One process, and where its words go."""

    name: str
    process: "subprocess.Popen[bytes]"
    log_path: Path

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """Return the last line that it logged."""
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


class Children:
    """Starts processes and ends them in the reverse order."""

    def __init__(self, log_dir: Path, environment: Mapping[str, str]) -> None:
        self._log_dir = log_dir
        self._environment = dict(environment)
        self._children: list[Child] = []
        log_dir.mkdir(parents=True, exist_ok=True)

    def start_wugan(
        self, name: str, *arguments: str, environment: Mapping[str, str] | None = None, is_heard: bool = False
    ) -> Child:
        """Start one of our own commands, with this very Python; `is_heard`: its standard output is a pipe for us."""
        # -P: a folder named `app` where the user stands must not be taken for ours.
        command = [sys.executable, "-P", "-m", "app.cli", *arguments]
        return self.start(name, command, environment or {}, is_heard=is_heard)

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, is_heard: bool = False
    ) -> Child:
        """Start a process whose words go to `{name}.log`; a pipe that nobody reads would fill up."""
        log_path = self._log_dir / f"{name}.log"
        with log_path.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if is_heard else log,
                stderr=log,
                env=self._environment | dict(environment),
                start_new_session=True,  # Ctrl-C is for the parent, which then ends them in order
                preexec_fn=ends_with_parent(),
            )
        child = Child(name, process, log_path)
        self._children.append(child)
        return child

    def named(self, name: str) -> Child:
        """Return the process of that name."""
        return next(child for child in self._children if child.name == name)

    def ended(self) -> Child | None:
        """Return a process that ended by itself, if any did."""
        return next((child for child in self._children if child.has_ended), None)

    def stop(self, child: Child) -> None:
        """End one process and forget it."""
        self._children.remove(child)
        _end(child)

    def stop_all(self) -> None:
        """End every process, the last started first."""
        while self._children:
            _end(self._children.pop())


def _end(child: Child) -> None:
    if not child.has_ended:
        child.process.terminate()
    try:
        child.process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()
    if child.process.stdout is not None:
        child.process.stdout.close()


def clean_environment() -> dict[str, str]:
    """Return the environment without settings of ours: the parent chooses its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WUGAN_")}
