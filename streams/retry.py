"""Waiting for a store that is away: try again, ever more slowly, and say so once."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")
FIRST_WAIT_S = 0.2
"""Before the second try. [s]"""
LONGEST_WAIT_S = 10.0
"""Between two tries. [s]"""
SLOW_S = 30.0
"""A call that lasts longer is told; it is not given up, as a thread can't be stopped. [s]"""


async def until_done(call: Callable[[], T], what: str) -> T:
    """Run a blocking call in a thread until it does not raise ConnectionError."""
    wait_s, told = FIRST_WAIT_S, False
    while True:
        try:
            result = await _patiently(call, what)
        except ConnectionError as error:
            if not told:
                log.warning("store_away", what=what, error=str(error))
                told = True
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        else:
            if told:
                log.info("store_back", what=what)
            return result


async def _patiently(call: Callable[[], T], what: str) -> T:
    task = asyncio.create_task(asyncio.to_thread(call))
    while not task.done():
        done, _ = await asyncio.wait({task}, timeout=SLOW_S)
        if not done:
            log.warning("store_slow", what=what)
    return task.result()
