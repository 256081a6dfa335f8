"""Arrivals → judged minutes, in this process or in one of its own that runs ahead on another core."""

import multiprocessing
import os
import queue
import signal
import threading
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

from domain.field import JudgedField
from domain.pipeline import Zoned, judge, start
from domain.qualify_state import Counts
from domain.readings import Arrivals
from domain.wire import decode_judged, encode_judged

AHEAD = 6
"""So many slices of an hour at most are judged before they are asked for: a quiet morning makes up for a busy noon."""


@dataclass(frozen=True, slots=True)
class JudgedSlice:
    """What became of one slice.

    Attributes:
        readings: How many it held.
        clock_ms: Where the zone clock stands after it. [ms]
        judged: Its minutes, in order.
        counts: What became of all readings so far.
    """

    readings: int
    clock_ms: int
    judged: tuple[JudgedField, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class _Packed:
    """A `JudgedSlice` on its way from one process to the other: its minutes as the live system sends them."""

    readings: int
    clock_ms: int
    minutes: tuple[bytes, ...]
    counts: Counts


_Told = _Packed | Exception | None
"""A slice, what went wrong, or that there are no more."""


def judged_here(arrivals: Iterable[Arrivals], zoned: Zoned) -> Iterator[JudgedSlice]:
    """Judge slice by slice as it is asked for."""
    begun = start(zoned.site)
    state = (begun.qualify, begun.detect)
    for part in arrivals:
        state, _, judged = judge(state, part, zoned)
        yield JudgedSlice(len(part.readings), part.clock_ms, judged, state[0].counts)


def can_run_ahead() -> bool:
    """Say whether there is a second core, and a system on which a process can take the recording along as it is."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return cores > 1 and not multiprocessing.current_process().daemon


def judged_ahead(arrivals: Iterable[Arrivals], zoned: Zoned) -> Iterator[JudgedSlice]:
    """Judge in a process of its own while this one does what comes after: the very same minutes.

    Raises:
        ChildProcessError: That process has ended before its time.
    """
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    judging = fork.Process(target=_tell, args=(theirs, arrivals, zoned), daemon=True)
    with warnings.catch_warnings():  # Arrow's threads stay behind: the new process reads no file
        warnings.simplefilter("ignore", DeprecationWarning)
        judging.start()
    theirs.close()
    try:
        while (part := _next(ours)) is not None:
            yield part
    finally:
        judging.terminate()
        judging.join()
        ours.close()


def _next(told: Connection) -> JudgedSlice | None:
    try:
        part: _Told = told.recv()
    except EOFError:
        raise ChildProcessError("the process that judges minutes has ended; replay again") from None
    if isinstance(part, Exception):
        raise part
    if part is None:
        return None
    return JudgedSlice(part.readings, part.clock_ms, tuple(map(decode_judged, part.minutes)), part.counts)


def _tell(out: Connection, arrivals: Iterable[Arrivals], zoned: Zoned) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    waiting: queue.Queue[_Told] = queue.Queue(AHEAD)
    sender = threading.Thread(target=_send, args=(out, waiting))
    sender.start()
    try:
        for part in judged_here(arrivals, zoned):
            waiting.put(_Packed(part.readings, part.clock_ms, tuple(map(encode_judged, part.judged)), part.counts))
        waiting.put(None)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the minutes were asked for
        waiting.put(error)
    sender.join()


def _send(out: Connection, waiting: "queue.Queue[_Told]") -> None:
    try:
        while isinstance(part := waiting.get(), _Packed):
            out.send(part)
        out.send(part)
    except OSError:
        os._exit(1)  # nobody listens any more
