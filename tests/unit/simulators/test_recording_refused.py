"""A broken recording is refused in one line that says which file, what, and how to mend it."""

from pathlib import Path

import pyarrow as pa
import pytest

from simulators.recording import RecordingRefused, read_recording
from tests.builders import START_MS, a_site, wind
from tests.builders_recording import moments, put, weather_table

SITE = a_site(side=2)
T = START_MS
GOOD = pa.table({"sensor_id": ["s-0-0"], "time": moments([T]), "pm25": [1.0]})


def refusal(folder: Path) -> str:
    with pytest.raises(RecordingRefused) as refused:
        read_recording(folder, SITE)
    said = str(refused.value)

    assert "\n" not in said
    assert str(folder) in said
    assert "; " in said
    return said


def test_no_such_folder_or_file(tmp_path: Path) -> None:
    assert "readings.parquet: no such file" in refusal(tmp_path / "nowhere")


def test_not_parquet(tmp_path: Path) -> None:
    (tmp_path / "readings.parquet").write_text("sensor_id,time\n")

    assert "can't be read as Parquet" in refusal(tmp_path)


def test_cut_off_parquet(tmp_path: Path) -> None:
    file = put(tmp_path, GOOD) / "readings.parquet"
    file.write_bytes(file.read_bytes()[:-200])

    assert "can't be read as Parquet" in refusal(tmp_path)


@pytest.mark.parametrize("column", ["sensor_id", "time"])
def test_a_missing_column_is_named_beside_those_that_are_there(tmp_path: Path, column: str) -> None:
    said = refusal(put(tmp_path, GOOD.drop_columns([column])))

    assert f"no column {column}" in said
    assert "pm25" in said


def test_a_long_form_without_values(tmp_path: Path) -> None:
    table = GOOD.drop_columns(["pm25"]).append_column("parameter", pa.array(["pm25"]))

    assert "no column value" in refusal(put(tmp_path, table))


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("time", pa.array([T]), "int64"),
        ("time", pa.array(["2026-03-01T00:00:00Z"]), "string"),
        ("pm25", pa.array(["12.5"]), "string"),
        ("pm25", pa.array([True]), "bool"),
        ("sensor_id", pa.array([52]), "int64"),
        ("received_at", pa.array([T]), "int64"),
    ],
)
def test_a_wrong_type_is_named(tmp_path: Path, column: str, values: pa.Array, kind: str) -> None:
    table = GOOD.drop_columns([column]) if column in GOOD.schema.names else GOOD

    assert f"column {column} is {kind}" in refusal(put(tmp_path, table.append_column(column, values)))


def test_no_rows(tmp_path: Path) -> None:
    assert "holds no row" in refusal(put(tmp_path, GOOD.slice(0, 0)))


def test_nobody_known_of_this_site(tmp_path: Path) -> None:
    strangers = GOOD.set_column(0, "sensor_id", pa.array(["of another site"]))

    assert "unknown_sensor 1" in refusal(put(tmp_path, strangers))


def test_an_empty_span_tells_what_the_recording_holds(tmp_path: Path) -> None:
    with pytest.raises(RecordingRefused, match=r"it holds 2026-03-01T00:00:00.000Z"):
        read_recording(put(tmp_path, GOOD), SITE, since_ms=T + 1)


def test_a_wrong_clock_that_would_take_years_to_replay(tmp_path: Path) -> None:
    table = pa.concat_tables([GOOD, GOOD.set_column(1, "time", moments([0]))])

    assert "a clock was wrong; leave such rows out with --from" in refusal(put(tmp_path, table))


def test_broken_weather_is_named_too(tmp_path: Path) -> None:
    table = weather_table(wind(2)).set_column(5, "wind_speed_ms", pa.array(["calm", "gale"]))

    assert "weather.parquet: column wind_speed_ms is string" in refusal(put(tmp_path, GOOD, table))
