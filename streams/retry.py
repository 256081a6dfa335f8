"""Waiting for a store that is away: try again, ever more slowly, and say so once."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")
LONGEST_WAIT_S = 10.0
"""Between two tries. [s]"""


async def until_done(call: Callable[[], T], what: str) -> T:
    """Run a blocking call in a thread until it does not raise ConnectionError."""
    wait_s = 0.2
    while True:
        try:
            result = await asyncio.to_thread(call)
        except ConnectionError as error:
            if wait_s < 0.3:
                log.warning("store_away", what=what, error=str(error))
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        else:
            if wait_s > 0.3:
                log.info("store_back", what=what)
            return result
