"""Known releases among eight sensors at 40 m: the clue that a release raises names the source that released."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from simulators.importing import Tables
from tests.real.replayed import (
    DATA,
    MAPS,
    JsonTicket,
    Run,
    first_named,
    leading,
    overlapping,
    run_real,
    shared,
    square,
    table,
)

FOLDER = DATA / "controlled_release"
pytestmark = shared(FOLDER.name)

SENSORS = ["E", "N", "NE", "NW", "S", "SE", "SW", "W"]
HALF_M = 4.0
"""Half the side of a source's ground: a tank or a well head, as the releases lie within 5 m of it."""


def tables(folder: Path) -> Tables:
    """Return the tables in the forms that an import knows: one row a sensor and time, the mast by itself."""
    observed = pd.read_parquet(FOLDER / "observations_1min.parquet")
    long = observed.melt(id_vars="time", value_vars=SENSORS, var_name="sensor").assign(item="ch4_ppm")
    mast = observed[["time", "wind_speed_ms", "wind_from_deg"]]
    return Tables(
        readings=table(folder, "observed", long),
        weather=table(folder, "mast", mast),
        stations=FOLDER / "sensors.csv",
    )


RULES = """
[rules.detect]
floor_ugm3 = [5.0, 30.0, 40.0, 40.0]  # the instruments scatter by 1 µg/m³ (0.1 ppm), not as dust meters do
raise_sigma = 3.0
clear_sigma = 1.5
onset_min = 3                         # at 40 m a plume is narrow: it touches a sensor for minutes at a time,
clear_min = 20                        # and comes back
[rules.correlate]
link_m = 150.0                        # the field is 120 m across
reach_m = 200.0
"""
"""What an analyst would set for a field of this size."""


def replayed(folder: Path, rules: str) -> Run:
    """Replay the four days with the five sources registered."""
    sources = pd.read_csv(FOLDER / "sources.csv")
    columns = (sources[name].tolist() for name in ("name", "lon", "lat", "height"))
    places = [
        square(name, lon, lat, HALF_M, pollutants=["pm25"], stack_height_m=height)
        for name, lon, lat, height in zip(*columns, strict=True)
    ]
    return run_real(folder, MAPS / "controlled_release.toml", tables(folder), places=places, rules=rules)


@pytest.fixture(scope="module", params=[RULES, ""], ids=["site_rules", "default_rules"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return replayed(tmp_path_factory.mktemp("controlled_release"), request.param)


@pytest.fixture(scope="module")
def releases() -> pd.DataFrame:
    """The releases that begin within the recording: what began before it can't be told from the background."""
    known = pd.read_csv(FOLDER / "releases.csv", parse_dates=["start", "end"])
    return known[known.start > "2022-05-09 06:00Z"]


def clue_of(run: Run, release: pd.Series) -> JsonTicket | None:
    """Return the first clue of a release: of those that lived during it, the one that opened first after its start."""
    alive = overlapping(run.of_kind("local"), release.start, release.end, slack_min=15)
    opened = [
        one for one in alive if release.start <= pd.Timestamp(one["opened_at"]) <= release.end + timedelta(minutes=15)
    ]
    return min(opened, key=lambda one: one["opened_at"], default=None)


def test_every_release_raises_a_clue(run: Run, releases: pd.DataFrame) -> None:
    missed = [one.source for _, one in releases.iterrows() if clue_of(run, one) is None]

    assert len(releases) == 8
    assert len(missed) <= 1, missed


def test_the_clue_of_a_release_names_its_source_first(run: Run, releases: pd.DataFrame) -> None:
    clues = [(release.source, clue_of(run, release)) for _, release in releases.iterrows()]
    named = [(source, leading(clue) if clue else "no clue") for source, clue in clues]

    assert sum(source == first for source, first in named) >= 7, named


def test_a_source_that_everybody_knows_is_not_called_unknown(run: Run, releases: pd.DataFrame) -> None:
    clues = [clue for _, release in releases.iterrows() if (clue := clue_of(run, release))]

    assert sum(first_named(clue) is not None for clue in clues) >= 7
