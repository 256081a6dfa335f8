"""A micro-station beside the national station: the difference of two instruments is no source."""

from pathlib import Path

import pandas as pd
import pytest

from simulators.importing import Tables
from tests.real.replayed import DATA, MAPS, Run, run_real, shared, table

FOLDER = DATA / "microstation_vs_reference"
pytestmark = shared(FOLDER.name)

POLLUTANTS = ["PM2.5", "PM10", "NO2", "O3"]
WEATHER = ["temp", "rh", "pres", "ws"]
SINCE, UNTIL = "2019-01-01T00:00:00Z", "2019-01-31T00:00:00Z"


def tables(folder: Path) -> Tables:
    """Return both instruments one below the other; the micro-station's weather goes with it alone."""
    hourly = pd.read_parquet(FOLDER / "hourly.parquet")
    micro = hourly[["time", *WEATHER, *(f"{name}_m" for name in POLLUTANTS)]].assign(sensor="micro")
    national = hourly[["time", *(f"{name}_r" for name in POLLUTANTS)]].assign(sensor="national")
    parts = [part.rename(columns=lambda name: name.removesuffix("_m").removesuffix("_r")) for part in (micro, national)]
    places = {
        "sensor": ["micro", "national"],
        "kind": ["station", "reference"],
        "lon": [118.78, 118.7801],
        "lat": 32.06,
    }
    return Tables(
        readings=table(folder, "both", pd.concat(parts)), stations=table(folder, "stations", pd.DataFrame(places))
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("micro")
    brought = tables(folder)
    return run_real(folder, MAPS / "microstation_vs_reference.toml", brought, since=SINCE, until=UNTIL)


def test_local_time_without_a_zone_is_beijings(run: Run) -> None:
    first = run.brought.readings.table.column("time")[0].as_py()

    assert first.isoformat() == "2018-11-14T02:00:00+00:00"


def test_two_instruments_that_disagree_are_no_source(run: Run) -> None:
    assert len(run.of_kind("local")) <= 3, run.per_day("local")


def test_two_instruments_send_nobody_out(run: Run) -> None:
    assert {one["recommendation"]["action"] for one in run.tickets} <= {"watch", "dismiss"}
