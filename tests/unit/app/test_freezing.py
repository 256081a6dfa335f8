"""Freezing beside the desk: it outlives a store that is away and a fault, and leaves when told to."""

import asyncio

import pytest

from app import freezing
from app.freezing import keep_freezing


class Freezer:
    """Fails as a test says, then freezes one thing a time."""

    waiting = 1

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.asked: list[int] = []
        self.done = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def freeze_due(self, now_ms: int) -> int:
        self.asked.append(now_ms)
        if self.faults:
            raise self.faults.pop(0)
        self._loop.call_soon_threadsafe(self.done.set)
        return 1


@pytest.mark.parametrize(
    "faults",
    [(), (ConnectionError("away"), ConnectionError("still away")), (ValueError("odd"),)],
    ids=["none", "away twice", "a fault"],
)
async def test_it_goes_on_until_it_is_told_to_leave(monkeypatch, faults):
    monkeypatch.setattr(freezing, "EVERY_S", 0)
    monkeypatch.setattr(freezing, "AWAY_S", 0)
    freezer = Freezer(*faults)

    running = asyncio.create_task(keep_freezing(freezer, lambda: 7))
    async with asyncio.timeout(10):
        await freezer.done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert running.cancelled()
    assert set(freezer.asked) == {7}
    assert len(freezer.asked) > len(faults)
