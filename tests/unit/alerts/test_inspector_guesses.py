"""Wrong links are counted by address, for a while, in bounded memory."""

from alerts.inspector import guesses
from alerts.inspector.guesses import MOST_WRONG, WINDOW_MS, Guesses


def test_an_address_waits_after_too_many_and_others_do_not():
    counted = Guesses()

    waits = [counted.wrong("10.0.0.1", 1000 * number) for number in range(MOST_WRONG + 1)]

    assert waits == [0] * MOST_WRONG + [WINDOW_MS // 1000 - MOST_WRONG]
    assert counted.wrong("10.0.0.2", 21_000) == 0
    assert counted.wrong("10.0.0.1", WINDOW_MS) == 0


def test_a_clock_that_goes_back_does_not_lock_anybody_out():
    counted = Guesses()
    for _ in range(MOST_WRONG + 5):
        counted.wrong("10.0.0.1", WINDOW_MS)

    assert counted.wrong("10.0.0.1", 0) == 0


def test_only_so_many_addresses_are_remembered(monkeypatch):
    monkeypatch.setattr(guesses, "MOST_ADDRESSES", 3)
    counted = Guesses()
    for number in range(100):
        counted.wrong(f"10.0.0.{number}", 0)

    assert len(counted._wrong) == 3
