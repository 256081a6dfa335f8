"""The laws of carrying, on a step that adds numbers up: nothing lost, nothing twice, whatever stops the worker."""

import asyncio
import itertools
from dataclasses import dataclass

import pytest

from domain.packing import Packer
from streams.carry import Carrier, Step
from streams.meter import Meter
from streams.snapshot import mark_of
from tests.builders_streams import Event, MemorySnapshots, Stream, Topic, until

MARK = mark_of("1", ["a"])


@dataclass(frozen=True, slots=True)
class Sum:
    clock: int = 0
    total: int = 0


def advance(state: Sum, value: tuple[int, int]) -> tuple[Sum, list[tuple[bytes, bytes]]]:
    clock, number = value
    if number == 13:
        raise ArithmeticError("13 can't be added")
    total = state.total + number
    return Sum(max(state.clock, clock), total), [(b"0", f"{clock}:{total}".encode())]


def decode(raw: bytes) -> tuple[int, int]:
    clock, number = raw.split(b"+")
    return int(clock), int(number)


class World:
    """One log, one store, and workers that come and go."""

    def __init__(self, numbers: list[int], store: MemorySnapshots | None = None) -> None:
        self.log = [f"{clock}+{number}".encode() for clock, number in enumerate(numbers, start=1)]
        self.store = store or MemorySnapshots()
        self.output, self.rejects = Topic(), Topic()
        self.meter = Meter()

    def worker(self, mark: bytes = MARK) -> Carrier[Sum, tuple[int, int]]:
        step = Step(
            name="sum",
            decode=decode,
            advance=advance,
            is_news=lambda state, value: value[0] > state.clock,
            start=Sum,
            packer=Packer(Sum),
            mark=mark,
            output=self.output,
            rejects=self.rejects,
        )
        return Carrier(step, self.store, self.meter)

    def events(self, since: int = 0, until: int | None = None) -> list[Event]:
        return [Event(value, offset) for offset, value in enumerate(self.log)][since:until]

    @property
    def totals(self) -> list[str]:
        return [value.decode() for value in self.output.values]


def expected(numbers: list[int]) -> list[str]:
    return [f"{clock}:{sum(numbers[:clock])}" for clock in range(1, len(numbers) + 1)]


NUMBERS = [5, 1, 4, 2, 3, 9]


async def test_events_are_carried_in_order() -> None:
    world = World(NUMBERS)

    await world.worker().run(Stream(world.events()))

    assert world.totals == expected(NUMBERS)
    assert world.meter.counts["sum"] == len(NUMBERS)
    assert world.meter.offsets["sum", 0] == len(NUMBERS) - 1


async def test_nothing_is_acknowledged_before_a_snapshot_covers_it() -> None:
    world = World(NUMBERS)
    worker, events = world.worker(), world.events()

    await worker.run(Stream(events))
    before = [event.acknowledged for event in events]
    await worker.save()

    assert before == [0] * len(NUMBERS)
    assert [event.acknowledged for event in events] == [1] * len(NUMBERS)


async def test_while_the_store_is_away_nothing_is_acknowledged() -> None:
    world = World(NUMBERS)
    worker, events = world.worker(), world.events()
    await worker.run(Stream(events))
    world.store.away = 3

    await worker.save()

    assert world.store.away == 0
    assert all(event.acknowledged == 1 for event in events)
    assert world.store.kept["sum", "0"][0] == len(NUMBERS) - 1


@pytest.mark.parametrize(("saved", "killed"), list(itertools.combinations_with_replacement(range(len(NUMBERS) + 1), 2)))
async def test_a_killed_worker_goes_on_with_the_same_outputs(saved: int, killed: int) -> None:
    """It is saved after some events, killed after more, and re-reads from any offset that was acknowledged."""
    world = World(NUMBERS)
    first = world.worker()
    await first.run(Stream(world.events(0, saved)))
    await first.save()
    await first.run(Stream(world.events(saved, killed)))

    await world.worker().run(Stream(world.events(saved)))

    assert world.totals == expected(NUMBERS)[:killed] + expected(NUMBERS)[saved:]


@pytest.mark.parametrize("back", range(4))
async def test_events_that_the_snapshot_covers_are_passed_over(back: int) -> None:
    world = World(NUMBERS)
    first = world.worker()
    await first.run(Stream(world.events(0, 4)))
    await first.save()

    events = world.events(back)
    second = world.worker()
    await second.run(Stream(events))
    await second.save()

    assert world.totals == expected(NUMBERS)
    assert world.meter.counts["sum.repeated"] == 4 - back
    assert all(event.acknowledged == 1 for event in events)


async def test_partitions_have_their_own_states() -> None:
    world = World([1, 2, 3])
    others = [Event(event.value, event.offset, partition=1) for event in world.events()]
    events = [event for pair in zip(world.events(), others, strict=True) for event in pair]

    await world.worker().run(Stream(events))

    assert sorted(world.totals) == sorted(expected([1, 2, 3]) * 2)


async def test_an_undecodable_event_is_rejected_and_the_stream_goes_on() -> None:
    world = World([1, 2, 3])
    world.log[1] = b"no number"
    events = world.events()
    worker = world.worker()

    await worker.run(Stream(events))
    await worker.save()

    assert world.totals == ["1:1", "3:4"]
    assert [key for key, _ in world.rejects.sent] == [b"undecodable"]
    assert world.meter.counts["rejects.undecodable"] == 1
    assert world.meter.counts["sum.missing"] == 0
    assert all(event.acknowledged == 1 for event in events)


async def test_an_event_without_a_body_is_rejected_too() -> None:
    world = World([])

    await world.worker().run(Stream([Event(None, 0)]))

    assert [key for key, _ in world.rejects.sent] == [b"undecodable"]


async def test_an_event_that_the_step_can_not_take_is_rejected_and_the_stream_goes_on() -> None:
    world = World([1, 13, 3])

    await world.worker().run(Stream(world.events()))

    assert world.totals == ["1:1", "3:4"]
    assert [key for key, _ in world.rejects.sent] == [b"step_failed"]


async def test_a_rejected_event_that_is_read_again_is_not_rejected_again() -> None:
    world = World([1, 2, 3])
    world.log[1] = b"no number"
    first = world.worker()
    await first.run(Stream(world.events()))
    await first.save()

    await world.worker().run(Stream(world.events()))

    assert len(world.rejects.sent) == 1


async def test_results_that_kafka_does_not_take_are_sent_again() -> None:
    world = World([1, 2])
    world.output.failures = [OSError("away"), TimeoutError(), RuntimeError("closed")]

    await world.worker().run(Stream(world.events()))

    assert world.totals == expected([1, 2])


async def test_a_dead_letter_that_kafka_does_not_take_is_sent_again() -> None:
    world = World([13])
    world.rejects.failures = [OSError("away")]

    await world.worker().run(Stream(world.events()))

    assert len(world.rejects.sent) == 1


async def test_a_log_that_began_anew_is_carried_on_with_the_state() -> None:
    """The broker lost its log: offsets are small again, the clock is not."""
    world = World([1, 2, 3])
    first = world.worker()
    await first.run(Stream(world.events()))
    await first.save()

    anew = [Event(b"10+4", 0), Event(b"11+5", 1)]
    second = world.worker()
    await second.run(Stream(anew))
    await second.save()
    await world.worker().run(Stream([*anew, Event(b"12+6", 2)]))

    assert world.totals == ["1:1", "2:3", "3:6", "10:10", "11:15", "12:21"]


async def test_a_log_that_was_cut_is_told() -> None:
    world = World(NUMBERS)
    first = world.worker()
    await first.run(Stream(world.events(0, 2)))
    await first.save()

    await world.worker().run(Stream(world.events(4)))

    assert world.meter.counts["sum.missing"] == 2
    assert len(world.totals) == 4


async def test_after_a_rebalance_another_workers_snapshot_counts() -> None:
    world = World(NUMBERS)
    standby, other = world.worker(), world.worker()
    await standby.run(Stream(world.events(0, 2)))
    await standby.save()
    await standby.forget()
    await other.run(Stream(world.events(2, 4)))
    await other.save()
    await other.forget()

    await standby.run(Stream(world.events(4)))

    assert world.totals == expected(NUMBERS)


async def test_acknowledging_after_a_rebalance_is_harmless() -> None:
    """A save that was waiting for the store acknowledges events of a lost partition: the store covers them."""
    world = World(NUMBERS)
    worker, events = world.worker(), world.events(0, 3)
    await worker.run(Stream(events))
    world.store.away = 2

    saving = asyncio.create_task(worker.save())
    await until(lambda: world.store.away < 2)
    await worker.forget()
    await saving
    await world.worker().run(Stream(world.events(3)))

    assert all(event.acknowledged == 1 for event in events)
    assert world.totals == expected(NUMBERS)


async def test_an_event_in_flight_at_a_rebalance_is_left_to_be_read_again() -> None:
    world = World(NUMBERS)
    worker, stream = world.worker(), Stream(stays_open=True)
    running = asyncio.create_task(worker.run(stream))
    world.output.failures = [OSError("away")] * 3
    stream.put(world.events()[0])
    await until(lambda: len(world.output.failures) < 3)

    await worker.forget()
    again = world.events()
    for event in again:
        stream.put(event)
    stream.put(None)
    await running
    await worker.save()

    assert world.totals == [expected(NUMBERS)[0], *expected(NUMBERS)]
    assert all(event.acknowledged == 1 for event in again)


async def test_a_worker_that_lost_its_partition_can_not_put_the_snapshot_back() -> None:
    world = World(NUMBERS)
    slow, other = world.worker(), world.worker()
    await slow.run(Stream(world.events(0, 2)))
    await other.run(Stream(world.events(0, 5)))
    await other.save()

    await slow.save()
    await world.worker().run(Stream(world.events(5)))

    assert world.totals[-1] == expected(NUMBERS)[-1]


async def test_a_snapshot_of_other_sensors_is_set_aside() -> None:
    world = World([1, 2, 3])
    first = world.worker(mark_of("1", ["a", "b"]))
    await first.run(Stream(world.events(0, 2)))
    await first.save()

    second = world.worker()
    await second.run(Stream(world.events(2)))
    await second.save()
    third = world.worker()
    await third.run(Stream([*world.events(2), Event(b"4+7", 3)]))

    assert world.totals == ["1:1", "2:3", "3:3", "4:10"]


@pytest.mark.parametrize(
    "blob", [b"", b"too short", MARK + b"\0" * 16 + b"no zstd", MARK + (1).to_bytes(16, "big") * 2]
)
async def test_a_snapshot_that_can_not_be_read_is_set_aside(blob: bytes) -> None:
    world = World([1, 2])
    world.store.kept["sum", "0"] = (7, blob)

    first = world.worker()
    await first.run(Stream(world.events()))
    await first.save()
    await world.worker().run(Stream([*world.events(), Event(b"3+4", 2)]))

    assert world.totals == ["1:1", "2:3", "3:7"]


def test_the_mark_tells_sites_and_versions_apart() -> None:
    marks = {mark_of("1", ["a", "b"]), mark_of("1", ["b", "a"]), mark_of("2", ["a", "b"]), mark_of("1", ["ab"])}

    assert len(marks) == 4
