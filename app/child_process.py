"""A broker as a child process: started with its words in a file, awaited by its port, and stopped for certain."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0


class BrokerMissing(RuntimeError):
    """An embedded broker is not installed here; the message names the command that installs it."""


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def child_process(command: Sequence[str], log_path: Path, port: int, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a command that listens on a loopback port; it ends with the block, whatever happens in it.

    Args:
        command: The program and its arguments.
        log_path: Where its words are added.
        port: Awaited before the block begins.
        environment: Added to ours.

    Raises:
        TimeoutError: Nobody answers on the port.
    """
    with log_path.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            list(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment}
        )
    try:
        _await_port(process, port, log_path)
        yield
    finally:
        _stop(process)


def _await_port(process: "subprocess.Popen[bytes]", port: int, log_path: Path) -> None:
    end_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end_s and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port}; the broker's words are in {log_path}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
