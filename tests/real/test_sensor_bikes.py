"""Bicycles that are late, out of order, without a fix, or in a unit of their own: no clue of it, and no failure."""

from pathlib import Path

import pandas as pd
import pytest

from simulators.importing import Tables
from tests.real.replayed import DATA, MAPS, Run, run_real, shared, table

FOLDER = DATA / "sensor_bikes"
pytestmark = shared(FOLDER.name)


def tables(folder: Path) -> Tables:
    """Return the table as it is, the bicycles as vehicles, and a station that never speaks: a site needs one."""
    seen = pd.read_parquet(FOLDER / "observations_12s.parquet", columns=["entity_id"])
    bikes = pd.DataFrame({"entity_id": sorted(seen.entity_id.unique()), "kind": "vehicle"})
    station = pd.DataFrame({"entity_id": ["silent"], "kind": ["station"], "lon": [5.11], "lat": [52.092]})
    fleet = pd.concat([bikes, station]).astype({"entity_id": str})
    return Tables(readings=FOLDER / "observations_12s.parquet", stations=table(folder, "fleet", fleet))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("bikes")
    return run_real(folder, MAPS / "sensor_bikes.toml", tables(folder))


def test_late_readings_are_counted_and_never_lost(run: Run) -> None:
    counts = run.summary["counts"]

    assert counts["readings"] == counts["taken"] == 919
    assert counts["too_late"] > 80  # a bicycle's store empties when it is back in the network
    assert counts["late"] >= counts["too_late"]


def test_a_unit_of_its_own_is_no_clue(run: Run) -> None:
    assert [one["peak"] for one in run.of_kind("local")] == []


def test_no_clue_lies_off_the_coast_of_africa(run: Run) -> None:
    assert [one["id"] for one in run.tickets if abs(one["lon"]) < 1.0 and abs(one["lat"]) < 1.0] == []
