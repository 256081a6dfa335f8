"""Streams that last for hours end soon after their reader may no longer look."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi import Request

from domain.problem import Problem
from maps.ports import Guard

AGAIN_S = 30.0
"""How often an open stream asks whether its reader may still look. Design value. [s]"""


async def while_admitted(
    stream: AsyncGenerator[bytes, None], guard: Guard, request: Request, again_s: float = AGAIN_S
) -> AsyncIterator[bytes]:
    """Yield a stream's chunks until it ends or the guard refuses; a guard that can't tell now is asked later."""
    asked_s = time.monotonic()
    async with aclosing(stream):
        async for chunk in stream:
            yield chunk
            if time.monotonic() - asked_s >= again_s:
                asked_s = time.monotonic()
                if not await asyncio.to_thread(_admits, guard, request):
                    return


def _admits(guard: Guard, request: Request) -> bool:
    try:
        guard(request)
    except Problem:
        return False
    except ConnectionError:
        return True
    return True
