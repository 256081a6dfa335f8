import filecmp
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from domain.site_files import parse_site
from simulators.world import World
from simulators.write_recording import RecordingExists, write_recording
from tests.builders_world import small

NOISY = "[[events]]\nstart_min = 2\n[network]\nlate_share = 0.05\nduplicate_share = 0.02\nreorder_share = 0.05"
FILES = ("readings.parquet", "weather.parquet", "truth.parquet", "site/site.toml", "site/sensors.csv",
         "site/enterprises.geojson", "site/roads.geojson")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings") / "A"
    write_recording(folder, World(small(NOISY), 7))
    return folder


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path):
    write_recording(tmp_path / "B", World(small(NOISY), 7))

    same, different, missing = filecmp.cmpfiles(folder, tmp_path / "B", FILES, shallow=False)
    assert (sorted(same), different, missing) == (sorted(FILES), [], [])


def test_another_seed_writes_other_bytes(folder: Path, tmp_path: Path):
    write_recording(tmp_path / "B", World(small(NOISY), 8))

    assert filecmp.cmpfiles(folder, tmp_path / "B", FILES[:3], shallow=False)[1] == list(FILES[:3])


def test_a_recording_has_the_contracts_columns(folder: Path):
    readings, weather = (pq.read_table(folder / name) for name in FILES[:2])
    moment = pa.timestamp("ms", tz="UTC")

    assert readings.schema.field("time").type == readings.schema.field("received_at").type == moment
    assert {"sensor_id", "lon", "lat", "pm25", "pm10", "nox", "o3"} <= set(readings.schema.names)
    assert {"weather_id", "time", "lon", "lat", "wind_speed_ms", "wind_from_deg"} <= set(weather.schema.names)
    assert pq.read_table(folder / "truth.parquet").schema.names[:9] == [
        "event_id",
        "enterprise_id",
        "start",
        "end",
        "pollutants",
        "lon",
        "lat",
        "expect",
        "kind",
    ]


def test_rows_stand_in_order_of_receipt(folder: Path):
    received = pq.read_table(folder / "readings.parquet", columns=["received_at"]).column(0).cast(pa.int64())

    assert pc.min(pc.pairwise_diff(received.combine_chunks(), 1)).as_py() >= 0


def test_every_reading_of_the_world_is_written(tmp_path: Path):
    world = World(small(NOISY, duration_min=4), 7)
    count = write_recording(tmp_path / "A", world)

    assert count == sum(step.readings.num_rows for step in world.steps())
    assert pq.read_metadata(tmp_path / "A" / "readings.parquet").num_rows == count


def test_the_site_folder_beside_it_is_accepted(folder: Path):
    site, unknown = parse_site({file.name: file.read_text("utf-8") for file in (folder / "site").iterdir()})

    assert (len(site.sensors), unknown) == (32, ())


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(RecordingExists, match=r"is not empty; give another folder"):
        write_recording(tmp_path, World(small(duration_min=2), 7))
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_crash_leaves_nothing_half(tmp_path: Path):
    def crash(clock_ms: int) -> None:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_recording(tmp_path / "A", World(small(duration_min=2), 7), crash)
    assert list(tmp_path.iterdir()) == []
