"""What streams.ports.SnapshotStore promises, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from alerts.store import Snapshots
from streams.ports import SnapshotStore
from tests.ticket_stores import BACKENDS, fresh_store


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path) -> Iterator[Engine]:
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def snapshots(engine) -> SnapshotStore:
    return Snapshots(engine, "wugan")


def test_nothing_is_kept_at_first(snapshots):
    assert snapshots.load("detect", "0") is None


def test_the_newest_snapshot_wins(snapshots):
    kept = [snapshots.save("detect", "0", offset, bytes([offset])) for offset in (5, 3, 9, 8)]

    assert kept == [True, False, True, False]
    assert snapshots.load("detect", "0") == (9, b"\x09")


def test_a_snapshot_of_the_same_offset_takes_the_place_of_the_one_before(snapshots):
    snapshots.save("detect", "0", 5, b"old")

    assert snapshots.save("detect", "0", 5, b"new")
    assert snapshots.load("detect", "0") == (5, b"new")


def test_steps_zones_and_systems_do_not_mix(engine, snapshots):
    snapshots.save("detect", "0", 1, b"a")
    snapshots.save("detect", "1", 2, b"b")
    snapshots.save("qualify", "0", 3, b"c")
    Snapshots(engine, "run-2").save("detect", "0", 4, b"d")

    assert snapshots.load("detect", "0") == (1, b"a")
    assert snapshots.load("detect", "1") == (2, b"b")
    assert snapshots.load("qualify", "0") == (3, b"c")


def test_of_many_at_once_the_newest_is_kept(snapshots):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda offset: snapshots.save("detect", "0", offset, str(offset).encode()), range(64)))

    assert snapshots.load("detect", "0") == (63, b"63")


def test_a_large_state_comes_back_as_it_was(snapshots):
    blob = bytes(range(256)) * 20_000

    snapshots.save("correlate", "0", 2**40, blob)

    assert snapshots.load("correlate", "0") == (2**40, blob)
