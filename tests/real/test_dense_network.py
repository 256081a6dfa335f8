"""Eleven low-cost sensors of one town: a network's own noise, with no source known in it, raises next to no clue."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulators.importing import Tables
from tests.real.replayed import DATA, MAPS, Run, run_real, shared, table

FOLDER = DATA / "dense_network"
pytestmark = shared(FOLDER.name)

SINCE, UNTIL = "2023-09-28T00:00:00Z", "2023-10-28T00:00:00Z"
"""The loudest month: stoves are lit, single sensors stand at a hundred times the town's level for an hour."""
SPACING_M = 800.0


def tables(folder: Path) -> Tables:
    """Return readings, and positions on a grid: nobody published them."""
    seen = pd.read_parquet(FOLDER / "readings_10min.parquet", columns=["sensor_id"])
    names = sorted(seen.sensor_id.unique())
    number = np.arange(len(names))
    lat = 40.0 + (number // 4) * SPACING_M / 111_195.0
    lon = -120.0 + (number % 4) * SPACING_M / 85_180.0
    stations = pd.DataFrame({"sensor_id": names, "lon": lon, "lat": lat})
    return Tables(readings=FOLDER / "readings_10min.parquet", stations=table(folder, "stations", stations))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("dense")
    return run_real(folder, MAPS / "dense_network.toml", tables(folder), since=SINCE, until=UNTIL)


def test_a_towns_own_noise_is_next_to_no_clue(run: Run) -> None:
    days = (pd.Timestamp(UNTIL) - pd.Timestamp(SINCE)).days

    assert len(run.of_kind("local")) / days <= 0.2, run.per_day("local")


def test_nobody_is_sent_out_without_wind(run: Run) -> None:
    """The recording holds no weather: nothing in it can say where a source lies."""
    assert {one["recommendation"]["action"] for one in run.tickets} <= {"watch", "dismiss"}


def test_smoke_is_at_most_one_notice_a_day(run: Run) -> None:
    assert max(run.per_day("regional").values(), default=0) <= 1
