"""Weather of a recording: stations told apart, in order of receipt, refused rows counted."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from simulators.recording import Recording, read_recording
from tests.builders import LAT, LON, START_MS, a_site
from tests.builders_recording import moments, put, shuffled

SITE = a_site(side=2)
T = START_MS
READINGS = pa.table({"sensor_id": ["s-0-0"], "time": moments([T]), "pm25": [1.0]})


def read(folder: Path, **columns: object) -> Recording:
    return read_recording(put(folder, READINGS, pa.table(columns)), SITE)


def test_stations_are_told_apart_by_id_else_by_place(tmp_path: Path) -> None:
    place = {"time": moments([T, T, T]), "lon": [LON, LON, LON + 1], "lat": [LAT, LAT, LAT], "wind_speed_ms": [1, 2, 3]}

    by_id = read(tmp_path / "a", **place, weather_id=["w1", "w2", "w1"]).weather
    by_place = read(tmp_path / "b", **place).weather

    assert by_id.station_id == ("w1", "w1", "w2")
    assert len(set(by_place.station_id)) == 2


def test_weather_without_a_place_stands_at_the_middle_of_the_site(tmp_path: Path) -> None:
    weather = read(tmp_path, time=moments([T]), wind_speed_ms=[2.0]).weather

    assert weather.lon[0] == np.mean([sensor.lon for sensor in SITE.sensors])
    assert weather.lat[0] == np.mean([sensor.lat for sensor in SITE.sensors])


def test_a_recording_may_have_no_weather(tmp_path: Path) -> None:
    assert len(read_recording(put(tmp_path, READINGS), SITE).weather) == 0


def test_weather_rows_are_refused_with_a_reason(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        time=moments([T, T, T + 3_600_000, T]).take(pa.array([0, 1, 2, None])),
        received_at=moments([T, T, T, T]),
        lon=[LON] * 4,
        lat=[LAT] * 4,
        wind_speed_ms=[1.0, np.inf, 1.0, 1.0],
    )

    assert len(found.weather) == 1
    assert found.refused_weather == {"not_a_number": 1, "future_time": 1, "no_time": 1}
    assert found.refused == {}


def test_the_order_of_weather_rows_in_the_file_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    table = pa.table(
        {
            "time": moments(T + 1000 * rng.integers(0, 5, 40)),
            "weather_id": rng.choice(["a", "b"], 40),
            "lon": rng.uniform(116, 117, 40),
            "lat": rng.uniform(39, 40, 40),
            "wind_speed_ms": rng.uniform(0, 5, 40),
        }
    )

    hashes = {
        read_recording(put(tmp_path / str(seed), READINGS, shuffled(table, seed)), SITE).input_hash for seed in range(4)
    }

    assert len(hashes) == 1
