from alerts.delivery.circuit import FIRST_OPEN_MS, LONGEST_OPEN_MS, TRIPS_AT, Circuit, CircuitState


def tripped(at_ms: int = 0) -> Circuit:
    circuit = Circuit()
    for _ in range(TRIPS_AT):
        circuit = circuit.failed(at_ms)
    return circuit


def test_it_opens_after_failures_in_a_row():
    nearly = Circuit(failures=TRIPS_AT - 1)

    assert nearly.state(0) is CircuitState.CLOSED
    assert nearly.failed(0).state(0) is CircuitState.OPEN


def test_a_success_between_starts_the_count_anew():
    assert Circuit(failures=TRIPS_AT - 1).succeeded().failed(0).state(0) is CircuitState.CLOSED


def test_after_its_time_one_attempt_probes():
    circuit = tripped()

    assert circuit.state(FIRST_OPEN_MS - 1) is CircuitState.OPEN
    assert circuit.state(FIRST_OPEN_MS) is CircuitState.HALF_OPEN
    assert circuit.succeeded().state(FIRST_OPEN_MS) is CircuitState.CLOSED


def test_each_failed_probe_doubles_the_time_up_to_a_limit():
    circuit, spans = tripped(), []
    for _ in range(8):
        now = circuit.open_until_ms
        circuit = circuit.failed(now)
        spans.append(circuit.open_until_ms - now)

    assert spans[:3] == [2 * FIRST_OPEN_MS, 4 * FIRST_OPEN_MS, 8 * FIRST_OPEN_MS]
    assert max(spans) == LONGEST_OPEN_MS


def test_failures_of_attempts_under_way_when_it_opened_do_not_count():
    circuit = tripped()

    assert circuit.failed(1) == circuit


def test_a_receiver_that_asks_to_wait_is_held_not_failed():
    circuit = Circuit().held(1000)

    assert circuit.state(999) is CircuitState.HELD
    assert circuit.state(1000) is CircuitState.CLOSED


def test_disabled_is_for_good():
    assert Circuit(disabled="410").state(10**15) is CircuitState.DISABLED
