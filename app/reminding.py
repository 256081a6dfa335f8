"""Tells of rectifications that come due or are overdue, beside the desk, in a thread."""

import asyncio
from collections.abc import Callable

import structlog

EVERY_S = 60.0
"""A day of the site's zone begins to count within so long."""

log = structlog.get_logger()


async def keep_reminding(remind: Callable[[], int]) -> None:
    """Tell of what is due until cancelled.

    Args:
        remind: Tells of what is due now and returns of how many; blocks.
    """
    while True:
        try:
            told = await asyncio.to_thread(remind)
        except ConnectionError as error:
            log.warning("reminders_wait", error=str(error))
        except Exception:  # the desk shows tickets also where nobody can be reminded
            log.exception("reminders_failed")
        else:
            if told:
                log.info("rectifications_told", count=told)
        await asyncio.sleep(EVERY_S)
