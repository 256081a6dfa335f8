"""The route of the past, and what the map's routes say when the history is away or a pollutant is unknown."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.concurrency import run_in_threadpool

from domain.channels import POLLUTANTS
from domain.problem import Problem
from maps.past import LONGEST_MIN, Past


@contextmanager
def answered() -> Iterator[None]:
    """Turn a history that is away into the problem that a desk is told."""
    try:
        yield
    except ConnectionError as error:
        raise Problem(503, "history_away", "History does not answer", str(error)) from error


def refuse_unknown(pollutant: str) -> None:
    """Raise the problem of a pollutant that is not supervised."""
    if pollutant not in POLLUTANTS:
        raise Problem(
            422,
            "unknown_pollutant",
            "Unknown pollutant",
            f"{pollutant!r} is not supervised; use one of {', '.join(POLLUTANTS)}",
            {"allowed": list(POLLUTANTS)},
        )


def add_past(router: APIRouter, past: Past, until_ms: Callable[[], int]) -> None:
    """Add the route; `until_ms` is the start of the last judged minute, where frames end. [ms]

    However many wait for an answer, one thread of the server's is busy with it.
    """
    turn = asyncio.Lock()

    @router.get("/map/past", summary="The last hours of all fixed sensors in frames: values, who was raised")
    async def get_past(
        pollutant: str = POLLUTANTS[0],
        minutes: Annotated[int, Query(ge=10, le=LONGEST_MIN)] = LONGEST_MIN,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        refuse_unknown(pollutant)
        with answered():
            async with turn:
                text = await run_in_threadpool(past.body, pollutant, minutes, until_ms())
        mark = f'"{hashlib.sha256(text).hexdigest()[:24]}"'
        headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
        if if_none_match == mark:
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type="application/json")
