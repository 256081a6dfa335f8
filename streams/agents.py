"""How a body becomes an agent: wrapped once, here, so that no exception can take an event with it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import faust
import structlog
from faust.types import AgentT, StreamT

from streams.topics import raw_topic

log = structlog.get_logger()

Body = Callable[[StreamT[bytes]], Awaitable[None]]


def add_agent(app: faust.App, topic: str, name: str, body: Body) -> AgentT[Any]:
    """Attach `body` to a topic of bytes.

    Faust goes on with the next event after an exception, and the one before is lost (faust.md, F3). Here it ends the
    whole app instead, nothing acknowledged: whoever started the process starts it anew, and it reads the event again.
    """

    async def agent(stream: StreamT[bytes]) -> None:
        try:
            await body(stream)
        except Exception as error:
            log.critical("agent_failed", agent=name, exc_info=error)
            await app.crash(error)
            await asyncio.Future()  # takes no further event until the app has stopped

    return app.agent(raw_topic(app, topic), name=name)(agent)
