"""Sending to Kafka until Kafka has it."""

import asyncio
from collections.abc import Sequence

import structlog
from faust.types import TopicT

log = structlog.get_logger()

PATIENCE_S = 60.0
"""A broker that has not acknowledged by then is asked again. [s]"""
FIRST_WAIT_S = 0.2
"""Before the second try. [s]"""
LONGEST_WAIT_S = 10.0
"""Between two tries. [s]"""


async def send_all(topic: TopicT[bytes], messages: Sequence[tuple[bytes, bytes]]) -> None:
    """Send (key, value) pairs in order and return when all are acknowledged; while Kafka is away, try again.

    A message may arrive twice: readers know it by its offset, its minute or its id.
    """
    wait_s = FIRST_WAIT_S
    while messages:
        try:
            async with asyncio.timeout(PATIENCE_S):
                sent = [await topic.send(key=key, value=value) for key, value in messages]
                await asyncio.gather(*sent)
        except Exception as error:  # noqa: BLE001 - the client's errors are many; giving up on any would lose the event
            log.warning("kafka_away", topic=topic.get_topic_name(), messages=len(messages), error=repr(error))
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        else:
            return
