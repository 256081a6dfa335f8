"""Ctrl-C and SIGTERM as an event that a process waits for."""

import asyncio
import signal


def stop_event() -> asyncio.Event:
    """Return an event that is set at the first SIGINT or SIGTERM; call it inside the running loop."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, event.set)
    return event


async def first_of(stop: asyncio.Event, *tasks: "asyncio.Task[None]") -> None:
    """Wait until `stop` is set or a task ends; a task's failure is raised.

    Raises:
        Exception: Whatever ended the task.
    """
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task in done:
                task.result()
    finally:
        stopping.cancel()
