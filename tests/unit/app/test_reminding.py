"""Reminding beside the desk: it outlives a store that is away and a fault, and leaves when told to."""

import asyncio

import pytest

from app import reminding
from app.reminding import keep_reminding


@pytest.mark.parametrize(
    "faults", [(), (ConnectionError("away"), ConnectionError("still away")), (ValueError("odd"),)], ids=len
)
async def test_it_goes_on_until_it_is_told_to_leave(
    monkeypatch: pytest.MonkeyPatch, faults: tuple[Exception, ...]
) -> None:
    monkeypatch.setattr(reminding, "EVERY_S", 0)
    left, done, loop = list(faults), asyncio.Event(), asyncio.get_running_loop()

    def remind() -> int:
        if left:
            raise left.pop(0)
        loop.call_soon_threadsafe(done.set)
        return 1

    running = asyncio.create_task(keep_reminding(remind))
    async with asyncio.timeout(10):
        await done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert running.cancelled()
    assert left == []
