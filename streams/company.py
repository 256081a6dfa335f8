"""Events in company: what comes in quick succession is written together."""

import asyncio
from collections.abc import AsyncIterator

from faust.types import EventT, StreamT

AT_ONCE = 40
"""Messages written together: at up to 500 readings each, a few requests to InfluxDB."""
LONGEST_WAIT_S = 1.0
"""No message waits longer for company. [s]"""


async def together(
    stream: StreamT[bytes], at_once: int = AT_ONCE, longest_wait_s: float = LONGEST_WAIT_S
) -> AsyncIterator[list[EventT[bytes]]]:
    """Yield events that are not acknowledged, in order: up to `at_once`, none waiting longer than `longest_wait_s`.

    Not Faust's `take`, which loses events on a rebalance (faust.md, F7).
    """
    loop = asyncio.get_running_loop()
    events = aiter(stream.noack().events())
    company: list[EventT[bytes]] = []
    coming: asyncio.Future[EventT[bytes]] | None = None
    until_s = 0.0
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(events))
            await asyncio.wait({coming}, timeout=max(until_s - loop.time(), 0.0) if company else None)
            if coming.done():
                if not company:
                    until_s = loop.time() + longest_wait_s
                company.append(coming.result())
                coming = None
            if company and (len(company) >= at_once or loop.time() >= until_s):
                yield company
                company = []
    except StopAsyncIteration:
        if company:
            yield company
    finally:
        if coming is not None:
            coming.cancel()
