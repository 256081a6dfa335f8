"""A broker as a child process: started with its words in a file, awaited by its port, and stopped for certain."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
_PR_SET_PDEATHSIG = 1


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
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C is for the parent, which then ends it in order
            preexec_fn=ends_with_parent(),
        )
    try:
        _await_port(process, port, log_path)
        yield
    finally:
        _stop(process)


def ends_with_parent() -> Callable[[], None] | None:
    """Return what makes Linux end a child when the thread that started it ends, killed or not; elsewhere nothing."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def set_death_signal() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return set_death_signal


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
