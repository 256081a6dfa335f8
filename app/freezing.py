"""Freezes evidence beside the desk, each second, in a thread: neither the stream nor a request waits for it."""

import asyncio
from collections.abc import Callable

import structlog

from alerts.evidence.freezer import Freezer

EVERY_S = 1.0
AWAY_S = 5.0
"""After a database or history that did not answer. [s]"""

log = structlog.get_logger()


async def keep_freezing(freezer: Freezer, now_ms: Callable[[], int]) -> None:
    """Freeze what is due until cancelled."""
    away = False
    while True:
        try:
            frozen = await asyncio.to_thread(freezer.freeze_due, now_ms())
        except ConnectionError as error:
            if not away:
                log.warning("evidence_waits", error=str(error), waiting=freezer.waiting)
            away = True
            await asyncio.sleep(AWAY_S)
            continue
        except Exception:  # the desk shows tickets also where evidence can't be frozen
            log.exception("evidence_failed")
            await asyncio.sleep(AWAY_S)
            continue
        away = False
        if frozen:
            log.info("evidence_frozen", count=frozen)
        await asyncio.sleep(EVERY_S)
