"""A courier over a store that answers late: what ended meanwhile must not be sent again."""

import asyncio
import threading
from collections import Counter

from alerts.delivery.attempt import Attempt, Way
from alerts.delivery.circuit import Circuit
from alerts.delivery.courier import Courier
from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Answer, Outgoing, Verdict
from alerts.delivery.forms.webhook import WebhookForm
from alerts.delivery.ledger import Due
from alerts.delivery.sample import sample_event
from tests.builders_delivery import SECRET

ENDPOINT = Endpoint(name="city", url="https://a.example", secrets=(SECRET,))


class StubLedger:
    """Tells of one event; `hold`, when set, is waited for before a stale answer is given."""

    def __init__(self) -> None:
        self.hold: threading.Event | None = None
        self.recorded: list[Attempt] = []
        self.away_for = 0

    def circuit(self, endpoint: str) -> Circuit:
        return Circuit()

    def due(self, endpoint: str, limit: int) -> list[Due]:
        found = [Due(event=sample_event("evt_1", "etown", 0), next_ms=0)] if not self.recorded else []
        if self.hold is not None:
            assert self.hold.wait(5)
        return found

    def record(self, attempt: Attempt, now_ms: int) -> Circuit:
        if self.away_for:
            self.away_for -= 1
            raise ConnectionError("away")
        self.recorded.append(attempt)
        return Circuit()


class StubTransport:
    """Answers when it is let go."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go = asyncio.Event()
        self.sent = 0
        self._error = error

    async def send(self, outgoing: Outgoing) -> Answer:
        self.sent += 1
        await self.go.wait()
        if self._error is not None:
            raise self._error
        return Answer(status=204)

    async def aclose(self) -> None:
        self.go.set()


def courier_of(ledger: StubLedger, transport: StubTransport) -> Courier:
    return Courier(Way(ENDPOINT, WebhookForm(), transport), ledger, lambda: 1000, Counter())


async def test_what_ends_while_the_store_is_read_is_not_sent_again():
    ledger, transport = StubLedger(), StubTransport()
    courier = courier_of(ledger, transport)
    await courier.round()
    ledger.hold = threading.Event()
    second = asyncio.create_task(courier.round())
    transport.go.set()
    await courier.settle()
    ledger.hold.set()
    await second
    await courier.settle()

    assert transport.sent == 1


async def test_an_answer_is_written_down_however_long_the_store_is_away(monkeypatch):
    monkeypatch.setattr("alerts.delivery.courier.AWAY_S", 0.001)
    ledger, transport = StubLedger(), StubTransport()
    ledger.away_for = 3
    courier = courier_of(ledger, transport)
    transport.go.set()
    await courier.round()
    await courier.settle()

    assert [attempt.verdict for attempt in ledger.recorded] == [Verdict.OK]
    assert transport.sent == 1


async def test_a_fault_of_a_transport_is_an_attempt_that_may_be_repeated():
    ledger, transport = StubLedger(), StubTransport(RuntimeError("our fault"))
    courier = courier_of(ledger, transport)
    transport.go.set()
    await courier.round()
    await courier.settle()

    (attempt,) = ledger.recorded
    assert attempt.verdict is Verdict.RETRY
    assert "our fault" in str(attempt.error)


async def test_closing_waits_for_the_answer_that_is_under_way():
    ledger, transport = StubLedger(), StubTransport()
    courier = courier_of(ledger, transport)
    await courier.round()
    closing = asyncio.create_task(courier.close(5.0))
    await asyncio.sleep(0)
    transport.go.set()
    await closing

    assert len(ledger.recorded) == 1
