"""The MQTT broker of the demo and the tests: amqtt, in memory, as a child process on the loopback.

Who logs in by name keeps a session; sensors may come without a name, as in a first trial with a command-line client.
"""

import contextlib
import importlib.util
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.child_process import BrokerMissing, child_process, free_port

PASSWORD_VARIABLE = "WUGAN_MQTT_PASSWORD"  # noqa: S105 - the variable's name
"""Tells the child the password: other users can read a command line, not an environment."""
USER = "ingest"


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """Where the broker is, who keeps a session there, and with `ca_file` whose certificate it shows over TLS."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    ca_file: Path | None = None


@contextlib.contextmanager
def embedded_mqtt(log_path: Path, port: int | None = None) -> Iterator[MqttAddress]:
    """Run the broker and give its address; it ends with the block, whatever happens in it.

    Raises:
        BrokerMissing: The extra `demo` is not installed.
        TimeoutError: The broker does not answer.
    """
    port = port or free_port()
    password = secrets.token_urlsafe(16)
    with child_process(mqtt_command(port, USER), log_path, port, {PASSWORD_VARIABLE: password}):
        yield MqttAddress("127.0.0.1", port, USER, password)


def mqtt_command(port: int, username: str) -> list[str]:
    """Return the command that runs the broker on a loopback port; it wants the password as `PASSWORD_VARIABLE`.

    Raises:
        BrokerMissing: The extra `demo` is not installed.
    """
    if importlib.util.find_spec("amqtt") is None:
        raise BrokerMissing("the embedded brokers are missing; pip install 'wugan[demo]'")
    return [sys.executable, "-P", "-m", "app.mqtt_broker", "--port", str(port), "--user", username]
