"""One low-cost node beside a reference: a single reading's spike is no clue, and a gap is nothing at all."""

from pathlib import Path

import pandas as pd
import pytest

from simulators.importing import Tables
from tests.real.replayed import DATA, MAPS, Run, run_real, shared, table

FOLDER = DATA / "london_node3"
pytestmark = shared(FOLDER.name)

SINCE, UNTIL = "2025-04-21T00:00:00Z", "2025-04-26T00:00:00Z"
"""Four single readings of PM2.5 at 148 to 698 µg/m³ stand in these days among neighbours of 3 to 17."""
ITEMS = {"particles_pm2_5": "pm2_5", "particles_pm10": "pm10", "temperature": "temperature", "humidity": "humidity"}


def tables(folder: Path) -> Tables:
    """Return node and reference in one long table, and where they stand: beside each other (the place is not told)."""
    node = pd.read_parquet(FOLDER / "lowcost_49s.parquet").rename(columns=ITEMS)
    node = node.melt(id_vars="time", value_vars=list(ITEMS.values()), var_name="item").assign(sensor="node-3")
    reference = pd.read_parquet(FOLDER / "reference_15min.parquet").rename(columns={"param": "item"})
    both = pd.concat([node, reference.assign(sensor="reference")])
    both = both[(both.time >= SINCE) & (both.time < UNTIL)]
    places = {"sensor": ["node-3", "reference"], "kind": ["station", "reference"], "lon": [-0.10, -0.0999], "lat": 51.5}
    return Tables(
        readings=table(folder, "both", both[["sensor", "time", "item", "value"]]),
        stations=table(folder, "stations", pd.DataFrame(places)),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("london")
    brought = tables(folder)
    return run_real(folder, MAPS / "london_node3.toml", brought, since=SINCE, until=UNTIL)


def test_every_reading_is_taken_across_the_gaps(run: Run) -> None:
    counts = run.summary["counts"]

    assert counts["taken"] == counts["readings"] > 8_000
    assert (counts["late"], counts["too_late"], counts["refused"]) == (0, 0, {})


def test_a_spike_is_no_clue(run: Run) -> None:
    assert [one["peak"] for one in run.of_kind("local")] == []


def test_a_lone_node_makes_no_weather(run: Run) -> None:
    assert run.of_kind("regional") == []
