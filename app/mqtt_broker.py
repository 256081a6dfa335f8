"""The child process of `embedded_mqtt`: runs amqtt until it is told to end."""

import argparse
import asyncio
import hmac
import logging
import os
import signal
from dataclasses import dataclass

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from app.embedded_mqtt import PASSWORD_VARIABLE


class NamedOrAnonymous(BaseAuthPlugin):  # type: ignore[misc]  # ships no types
    """Lets in the one user with his password, and whoever gives no name; only the user keeps a session."""

    @dataclass
    class Config:
        """Who may log in by name."""

        username: str = ""
        password: str = ""

    async def authenticate(self, *, session: Session) -> bool:
        if not session.username:
            session.is_anonymous = True
            return True
        right = hmac.compare_digest((session.password or "").encode(), self.config.password.encode())
        return bool(session.username == self.config.username and right)


async def serve(port: int, username: str, password: str) -> None:
    """Run the broker until SIGTERM or SIGINT."""
    door = f"{NamedOrAnonymous.__module__}.{NamedOrAnonymous.__qualname__}"
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {door: {"username": username, "password": password}},
        }
    )
    await broker.start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await broker.shutdown()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(serve(options.port, options.user, os.environ[PASSWORD_VARIABLE]))


if __name__ == "__main__":
    # Not as __main__: the broker loads the door above by its module's name.
    from app.mqtt_broker import main as run

    run()
