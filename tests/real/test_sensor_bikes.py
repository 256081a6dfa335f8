"""Bicycles that are late, out of order, without a fix, or in a unit of their own: no clue of it, and no failure."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulators.importing import Tables
from tests.real.replayed import DATA, MAPS, Run, run_real, shared, table

FOLDER = DATA / "sensor_bikes"
pytestmark = shared(FOLDER.name)

RULES = """
[rules.qualify]
settle_s = 600    # half of the readings come more than 80 s after they were taken
"""
STATIONS = {"quiet-1": (5.108, 52.089), "quiet-2": (5.117, 52.093), "quiet-3": (5.125, 52.098)}
QUIET_UGM3 = 4.0
"""What the bicycles of the other firmware say of the same streets."""


def tables(folder: Path) -> Tables:
    """Return the table and three stations made up beside the streets, so that there is something to compare with."""
    ridden = pd.read_parquet(FOLDER / "observations_12s.parquet")
    minutes = pd.date_range("2024-11-10T20:00Z", "2024-11-12T09:00Z", freq="min")
    chance = np.random.default_rng(4)
    quiet = pd.concat(
        pd.DataFrame({"recording_timestamp": minutes, "receive_timestamp": minutes, "entity_id": name}).assign(
            pm2_5=chance.normal(QUIET_UGM3, 0.4, len(minutes)), pm10=chance.normal(6.0, 0.6, len(minutes))
        )
        for name in STATIONS
    )
    bikes = [(str(name), "vehicle", None, None) for name in sorted(ridden.entity_id.unique())]
    fleet = bikes + [(name, "station", *where) for name, where in STATIONS.items()]
    return Tables(
        readings=table(folder, "readings", pd.concat([ridden.astype({"entity_id": str}), quiet])),
        stations=table(folder, "fleet", pd.DataFrame(fleet, columns=["entity_id", "kind", "lon", "lat"])),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("bikes")
    return run_real(folder, MAPS / "sensor_bikes.toml", tables(folder), rules=RULES)


def test_late_readings_are_counted_and_never_lost(run: Run) -> None:
    counts = run.summary["counts"]

    assert counts["readings"] == counts["taken"] == 919 + 3 * 2_221
    assert counts["too_late"] > 80  # a bicycle's store empties when it is back in the network
    assert counts["late"] > 0


def test_a_unit_of_its_own_is_no_clue(run: Run) -> None:
    assert [one["peak"] for one in run.of_kind("local")] == []


def test_no_clue_lies_off_the_coast_of_africa(run: Run) -> None:
    assert [one["id"] for one in run.tickets if abs(one["lon"]) < 1.0 and abs(one["lat"]) < 1.0] == []
