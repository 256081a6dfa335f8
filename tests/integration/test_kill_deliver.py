"""The delivering process dies at random: what it had not written down comes again, with the same id, in order."""

import subprocess
import time

import psutil

from alerts.delivery.letters import Letters
from alerts.store import open_store, upgrade
from tests.builders_delivery import put_event, receiving
from tests.builders_kill_deliver import deliver_process, kill_while_delivering, put_many

LIMIT_S = 60.0


def test_killed_at_random_nothing_is_lost_and_nothing_is_new(tmp_path):
    result = kill_while_delivering(tmp_path, events=80, kills=3, seed=5)

    assert result.dead_or_waiting == 0
    assert result.in_order == result.told


def test_of_two_processes_one_delivers_and_the_other_takes_over(tmp_path):
    url = f"sqlite:///{tmp_path / 'tickets.db'}"
    upgrade(url)
    engine = open_store(url)
    with receiving() as receiver:
        receiver.answer = lambda _: (time.sleep(0.01), (204, {}))[1]
        both = [deliver_process(tmp_path, receiver.url) for _ in range(2)]
        try:
            told = put_many(engine, 40, time.time_ns() // 1_000_000)
            _until(lambda: len(receiver.took) >= 40)
            _until(lambda: Letters(engine).endpoints(0)[0].waiting == 0)
            once = [request.id for request in receiver.took]
            active = _active_of(tmp_path, both)
            active.kill()
            active.wait()
            later = _put_one(engine)
            _until(lambda: any(request.id == later for request in receiver.took))
        finally:
            for process in both:
                process.kill()
                process.wait()
            engine.dispose()

    assert sorted(once) == sorted(one for ids in told.values() for one in ids)


def _put_one(engine) -> str:
    return put_event(engine, "later", time.time_ns() // 1_000_000)


def _active_of(folder, processes) -> "subprocess.Popen[bytes]":
    """Return the one that holds the lock file open and locked."""
    lock = str(folder / "tickets.db.deliver")
    holders = [one for one in processes if any(file.path == lock for file in psutil.Process(one.pid).open_files())]
    assert len(holders) == 1
    return holders[0]


def _until(condition) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)
