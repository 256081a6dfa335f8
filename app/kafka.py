"""The home of aiokafka: topics, a producer for ingest, a tail for the desk, and the lag of a group."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import IncompatibleBrokerVersion, KafkaError, TopicAlreadyExistsError, for_code

from domain.wire import Topics
from ingest.ports import BusUnavailable

log = structlog.get_logger()

LOOK_MS = 400
"""How long to wait for one more message before a topic is taken to have ended. [ms]"""
MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""A judged minute of 10,000 sensors is about 5 MB. [bytes]"""


class KafkaBus:
    """Ingest's way into Kafka: idempotent, acknowledged by all replicas, in order."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect; raises `BusUnavailable` where Kafka does not answer."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            enable_idempotence=False,
            linger_ms=0,
            max_request_size=MAX_MESSAGE_BYTES,
            request_timeout_ms=10_000,
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            raise BusUnavailable(f"Kafka at {self._bootstrap} does not answer: {error!r}") from error
        self._producer = producer

    async def stop(self) -> None:
        """Send what is left and disconnect."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def send(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        """Send one message and return when Kafka has acknowledged it."""
        if self._producer is None:
            await self.start()
        assert self._producer is not None  # noqa: S101 - start raises otherwise
        try:
            await self._producer.send_and_wait(topic, value, key=key)
        except KafkaError as error:
            raise BusUnavailable(f"{topic}: {error!r}") from error


async def create_topics(bootstrap: str, topics: Topics, replication: int = 1) -> None:
    """Make the topics that are not there yet; harmless to repeat.

    Raises:
        BusUnavailable: Kafka does not answer, or refuses a topic.
    """
    config = {"max.message.bytes": str(MAX_MESSAGE_BYTES)}
    async with _admin(bootstrap) as admin:
        missing = [
            NewTopic(name, num_partitions=1, replication_factor=replication, topic_configs=config)
            for name in await _missing(admin, topics)
        ]
        if not missing:
            return
        answer = await admin.create_topics(missing)
        for name, code, *_ in answer.topic_errors:
            if code and not issubclass(for_code(code), TopicAlreadyExistsError):
                raise BusUnavailable(f"topic {name} can't be made: {for_code(code).__name__}")


async def delete_topics(bootstrap: str, prefix: str) -> None:
    """Delete every topic whose name begins with a prefix; a broker that can't (the embedded one) keeps them.

    Raises:
        BusUnavailable: Kafka does not answer.
    """
    async with _admin(bootstrap) as admin:
        ours = [name for name in await admin.list_topics() if name.startswith(prefix)]
        if ours:
            with contextlib.suppress(IncompatibleBrokerVersion):
                await admin.delete_topics(ours)


async def missing_topics(bootstrap: str, topics: Topics) -> tuple[str, ...]:
    """Return the topics that are still to be made.

    Raises:
        BusUnavailable: Kafka does not answer.
    """
    async with _admin(bootstrap) as admin:
        return await _missing(admin, topics)


async def _missing(admin: AIOKafkaAdminClient, topics: Topics) -> tuple[str, ...]:
    there = set(await admin.list_topics())
    return tuple(name for name in topics.all() if name not in there)


@contextlib.asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError) as error:
        raise BusUnavailable(f"Kafka at {bootstrap} does not answer: {error!r}") from error
    finally:
        with contextlib.suppress(KafkaError, OSError):
            await admin.close()


class KafkaTail:
    """Follows topics without a group: every desk sees everything from `back` messages before now on."""

    def __init__(self, bootstrap: str, back: int = 400, *, from_start: bool = False) -> None:
        self._bootstrap = bootstrap
        self._back = back
        self._from_start = from_start

    async def follow(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """Yield (topic, message) for ever; connects again by itself."""
        while True:
            try:
                async for message in self._follow(topics):
                    yield message
            except (KafkaError, OSError) as error:
                log.warning("tail_broken", error=repr(error))
                await asyncio.sleep(1.0)

    async def _follow(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        consumer = self._consumer()
        await consumer.start()
        try:
            places = await _assign(consumer, topics)
            ends = await consumer.end_offsets(places)
            starts = await consumer.beginning_offsets(places)
            for place in places:
                back = starts[place] if self._from_start else ends[place] - self._back
                consumer.seek(place, max(starts[place], back))
            async for message in consumer:
                yield message.topic, message.value
        finally:
            await consumer.stop()

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            fetch_max_wait_ms=50,
            max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
        )

    async def read_all(self, topic: str) -> AsyncIterator[bytes]:
        """Yield what a topic holds now, and end."""
        async for _, raw in self._read([topic], back=None):
            yield raw

    async def recent(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """Yield (topic, message) of the last `back` messages of each topic, and end.

        Raises:
            ConnectionError: Kafka does not answer.
        """
        try:
            async for message in self._read(topics, self._back):
                yield message
        except KafkaError as error:
            raise BusUnavailable(f"Kafka at {self._bootstrap} does not answer: {error!r}") from error

    async def _read(self, topics: Sequence[str], back: int | None) -> AsyncIterator[tuple[str, bytes]]:
        consumer = self._consumer()
        try:
            await consumer.start()
            places = await _assign(consumer, topics)
            ends = await consumer.end_offsets(places)
            starts = await consumer.beginning_offsets(places)
            for place in places:
                consumer.seek(place, starts[place] if back is None else max(starts[place], ends[place] - back))
            while True:
                batches = await consumer.getmany(timeout_ms=LOOK_MS)
                # Past the named end as well: the embedded broker names the first message of the last batch.
                if not batches and all([await consumer.position(place) >= ends[place] for place in places]):
                    return
                for place, messages in batches.items():
                    for message in messages:
                        yield place.topic, message.value
        finally:
            await consumer.stop()


async def _assign(consumer: AIOKafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
    places = [TopicPartition(topic, 0) for topic in topics]
    consumer.assign(places)
    return places


class KafkaPlaces:
    """Says where topics end and how far a group has acknowledged; one connection, kept."""

    def __init__(self, bootstrap: str, group: str) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
        self._started = False

    async def ends(self, topics: Sequence[str]) -> dict[str, int]:
        """Return the offset after the last message, per topic."""
        places = await self._places(topics)
        ends = await self._consumer.end_offsets(places)
        return {place.topic: ends[place] for place in places}

    async def true_ends(self, topics: Sequence[str]) -> dict[str, int]:
        """Return the offset after the last message by reading on from where the broker says the topic ends.

        The embedded broker names the first message of the last batch instead.
        """
        ends = await self.ends(topics)
        for place in await self._places(topics):
            self._consumer.seek(place, ends[place.topic])
        while batches := await self._consumer.getmany(timeout_ms=LOOK_MS):
            for place, messages in batches.items():
                ends[place.topic] = max(ends[place.topic], messages[-1].offset + 1)
        return ends

    async def committed(self, topics: Sequence[str]) -> dict[str, int]:
        """Return the offset that the group goes on from, per topic; 0 where it never acknowledged."""
        places = await self._places(topics)
        return {place.topic: await self._consumer.committed(place) or 0 for place in places}

    async def _places(self, topics: Sequence[str]) -> list[TopicPartition]:
        if not self._started:
            await self._consumer.start()
            self._started = True
        return await _assign(self._consumer, topics)

    async def stop(self) -> None:
        """Disconnect."""
        if self._started:
            await self._consumer.stop()
