"""The agents of a zone, attached to a stand-in app and run on real steps: as the plain calls, whatever restarts."""

import asyncio

import pytest

from domain.circumstances import MISSING
from domain.decisions import DecisionMade
from domain.pipeline import make_ready
from domain.wire import Topics, decode_outcome, encode_ticket
from streams.agents import add_agent
from streams.degraded import missing
from streams.meter import Meter
from streams.settings import StreamSettings
from streams.steps import add_correlate, add_detect, add_qualify
from streams.ticketing import add_ticketing
from tests.builders import START_MS, Ran, a_site, air, by_receipt, messages, raise_readings, run, wind
from tests.builders_streams import App, Event, MemorySnapshots, MemoryTickets, Stream, encode_arrivals, log_of, until

MINUTES = 45
SITE = a_site()
ZONED = make_ready(SITE)
SETTINGS = StreamSettings(topics=Topics("t"))
FLOW = {"qualify": "readings", "detect": "minutes", "correlate": "breaches", "ticketing": "incidents"}


class Worker:
    """One process: its memory is its own, the logs and the stores are not."""

    def __init__(self, logs: App, snapshots: MemorySnapshots, tickets: MemoryTickets) -> None:
        self.app, self.meter = App(), Meter()
        self.app.topics = logs.topics
        for add in (add_qualify, add_detect, add_correlate):
            add(self.app, SETTINGS, ZONED, snapshots, self.meter)  # type: ignore[arg-type]
        add_ticketing(self.app, SETTINGS, tickets, self.meter)  # type: ignore[arg-type]

    async def carry(self, step: str, events: list[Event]) -> None:
        await self.app.agents[step](Stream(events))

    async def save(self, step: str) -> None:
        await self.app.timers[f"save_{step}"]()


@pytest.fixture(scope="module")
def readings() -> list[bytes]:
    rows = raise_readings(air(SITE, MINUTES), SITE, ("s-0-0", "s-0-1", "s-1-0"), (20, 40), {"pm10": 300.0})
    bounds = range(START_MS, START_MS + MINUTES * 60_000, 20_000)
    return [encode_arrivals(part, SITE) for part in messages(by_receipt(rows), wind(MINUTES), bounds)]


@pytest.fixture(scope="module")
def expected() -> Ran:
    rows = raise_readings(air(SITE, MINUTES), SITE, ("s-0-0", "s-0-1", "s-1-0"), (20, 40), {"pm10": 300.0})
    return run(SITE, messages(by_receipt(rows), wind(MINUTES), ()))


class System:
    """The logs and stores that outlive workers."""

    def __init__(self) -> None:
        self.logs, self.snapshots, self.tickets = App(), MemorySnapshots(), MemoryTickets()

    def worker(self) -> Worker:
        return Worker(self.logs, self.snapshots, self.tickets)

    def log(self, name: str) -> list[Event]:
        return log_of(self.logs.topics[f"t.{name}"].values)


async def test_the_agents_bring_forth_what_the_plain_calls_do(readings: list[bytes], expected: Ran) -> None:
    system = System()
    worker = system.worker()
    await worker.carry("qualify", log_of(readings))
    for step in ("detect", "correlate", "ticketing"):
        await worker.carry(step, system.log(FLOW[step]))

    assert [event.value for event in system.log("breaches")] == expected.judged
    assert [encode_ticket(ticket) for ticket in system.tickets.upserts] == expected.written
    assert expected.written
    assert system.logs.topics["t.rejects"].sent == []
    assert worker.meter.counts["tickets.opened"] == 1


@pytest.mark.parametrize("killed_at", [1, 40, 70, 100, 130])
@pytest.mark.parametrize("step", ["qualify", "detect", "correlate"])
async def test_a_killed_step_goes_on_from_its_snapshot(
    readings: list[bytes], expected: Ran, step: str, killed_at: int
) -> None:
    """It is saved at two thirds of its way, killed, and its successor reads again from the half."""
    system = System()
    for name in ("qualify", "detect", "correlate", "ticketing"):
        events = log_of(readings) if name == "qualify" else system.log(FLOW[name])
        worker = system.worker()
        if name == step:
            killed = min(killed_at, len(events))
            await worker.carry(name, events[: killed * 2 // 3])
            await worker.save(name)
            await worker.carry(name, events[killed * 2 // 3 : killed])
            await system.worker().carry(name, events[killed // 2 :])
        else:
            await worker.carry(name, events)

    distinct = list(dict.fromkeys(event.value for event in system.log("breaches")))
    outcomes = [decode_outcome(event.value) for event in system.log("incidents")]
    written = [encode_ticket(outcome) for outcome in outcomes if not isinstance(outcome, DecisionMade)]
    assert distinct == expected.judged
    assert list(dict.fromkeys(written)) == expected.written


async def test_a_rebalance_makes_every_step_forget(readings: list[bytes]) -> None:
    worker = System().worker()

    assert len(worker.app.on_partitions_revoked.listeners) == 3
    assert len(worker.app.on_partitions_assigned.listeners) == 3


async def test_a_ticket_waits_for_its_store(readings: list[bytes], expected: Ran) -> None:
    system = System()
    system.tickets.failures = [ConnectionError("away")] * 3
    incidents = log_of(await _incidents(system, readings))

    await system.worker().carry("ticketing", incidents)

    assert [encode_ticket(ticket) for ticket in system.tickets.upserts] == expected.written
    assert all(event.acknowledged == 1 for event in incidents)


async def test_a_ticket_that_the_store_refuses_is_a_dead_letter_and_the_others_go_on(
    readings: list[bytes], expected: Ran
) -> None:
    system = System()
    system.tickets.failures = [RuntimeError("no such column")]
    worker = system.worker()

    await worker.carry("ticketing", log_of([b"no ticket", *await _incidents(system, readings)]))

    assert [key for key, _ in system.logs.topics["t.rejects"].sent] == [b"undecodable", b"step_failed"]
    assert [encode_ticket(ticket) for ticket in system.tickets.upserts] == expected.written[1:]


@pytest.mark.parametrize(("wind_min", "lacks_weather"), [(12, False), (0, True)], ids=["weather", "no_weather"])
async def test_what_detection_has_to_do_without_is_told_and_withdrawn(wind_min: int, *, lacks_weather: bool) -> None:
    rows = by_receipt(air(SITE, 12))
    parts = messages(rows, wind(wind_min), range(START_MS, START_MS + 12 * 60_000, 60_000))
    system = System()
    worker = system.worker()
    worker.meter.stands("degraded.wind_stuck", 1.0)
    assert missing(worker.meter) == ("wind_stuck",)

    await worker.carry("qualify", log_of(encode_arrivals(part, SITE) for part in parts))
    await worker.carry("detect", system.log("minutes"))
    await worker.carry("correlate", system.log("breaches"))

    assert ("no_weather" in missing(worker.meter)) is lacks_weather
    assert {name for name in worker.meter.gauges if name.startswith("degraded.")} == {f"degraded.{n}" for n in MISSING}
    assert "wind_stuck" not in missing(worker.meter)


async def _incidents(system: System, readings: list[bytes]) -> list[bytes]:
    worker = system.worker()
    await worker.carry("qualify", log_of(readings))
    await worker.carry("detect", system.log("minutes"))
    await worker.carry("correlate", system.log("breaches"))
    return [event.value for event in system.log("incidents")]


async def test_an_exception_in_a_body_ends_the_app_and_takes_no_further_event() -> None:
    app, taken = App(), []

    async def body(stream: Stream) -> None:
        async for event in stream.events():
            taken.append(event.offset)
            raise KeyError("a bug")

    add_agent(app, "t.readings", "qualify", body)  # type: ignore[arg-type]
    events = log_of([b"1", b"2"])
    running = asyncio.create_task(app.agents["qualify"](Stream(events)))
    await until(lambda: bool(app.crashes))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert taken == [0]
    assert isinstance(app.crashes[0], KeyError)
    assert [event.acknowledged for event in events] == [0, 0]
