"""A stream ends soon after its reader may no longer look, and only then."""

from collections.abc import AsyncGenerator

import pytest
from fastapi import Request

from domain.problem import Problem
from maps.admission import while_admitted

REQUEST = Request({"type": "http", "headers": []})


class Source:
    """A stream of ten chunks that knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            for number in range(10):
                yield b"%d" % number
        finally:
            self.closed = True


class Guard:
    """Admits so many times, then raises."""

    def __init__(self, times: int, error: Exception) -> None:
        self.times, self.error = times, error

    def __call__(self, _: Request) -> None:
        self.times -= 1
        if self.times < 0:
            raise self.error


@pytest.mark.parametrize(
    ("guard", "again_s", "heard"),
    [
        (Guard(3, Problem(401, "x", "x", "x")), 0.0, 4),
        (Guard(0, Problem(401, "x", "x", "x")), 3600.0, 10),
        (Guard(0, ConnectionError("the store is away")), 0.0, 10),
    ],
    ids=["refused at the fourth look", "not asked yet", "cannot tell"],
)
async def test_a_stream_lasts_while_its_reader_may_look(guard, again_s, heard):
    source = Source()
    chunks = [chunk async for chunk in while_admitted(source.chunks(), guard, REQUEST, again_s)]

    assert len(chunks) == heard
    assert source.closed
