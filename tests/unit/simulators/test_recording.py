"""A recording says the same whichever of the contract's types, forms and row orders it was written in."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from domain.channels import CHANNEL_INDEX, CHANNELS
from domain.readings import Readings
from simulators.recording import Recording, read_recording
from tests.builders import LAT, LON, START_MS, a_site, some_readings
from tests.builders_recording import an_hour, long, moments, put, retyped, shuffled, weather_table, wide

SITE = a_site(side=2, vehicles=1)
T = START_MS


def table(**columns: object) -> pa.Table:
    return pa.table({"sensor_id": ["s-0-0", "s-0-1"], "time": moments([T, T + 1000]), "pm25": [1.0, 2.0], **columns})


def read(folder: Path, readings: pa.Table, weather: pa.Table | None = None, **span: int) -> Recording:
    return read_recording(put(folder, readings, weather), SITE, **span)


def same(one: Recording, other: Recording) -> bool:
    pairs = zip(
        (getattr(one.readings, name) for name in Readings.__slots__),
        (getattr(other.readings, name) for name in Readings.__slots__),
        strict=True,
    )
    equal = all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)
    return equal and one.input_hash == other.input_hash and one.refused == other.refused


def test_rows_come_in_order_of_receipt_then_sensor_then_time(tmp_path: Path) -> None:
    rows = pa.table(
        {
            "sensor_id": ["s-1-0", "s-0-0", "s-0-0", "s-0-1"],
            "time": moments([T, T + 5, T + 4, T + 1]),
            "received_at": moments([T + 9, T + 9, T + 9, T + 8]),
            "pm25": [1.0, 2.0, 3.0, 4.0],
        }
    )

    found = read(tmp_path, rows).readings

    assert found.values[:, 0].tolist() == [4.0, 3.0, 2.0, 1.0]
    assert found.received_ms.tolist() == [T + 8, T + 9, T + 9, T + 9]


def test_received_at_is_time_where_it_is_absent_or_null(tmp_path: Path) -> None:
    absent = read(tmp_path / "a", table()).readings
    null = read(tmp_path / "b", table(received_at=pa.array([None, T + 3000]).cast(pa.timestamp("ms")))).readings

    assert absent.received_ms.tolist() == [T, T + 1000]
    assert null.received_ms.tolist() == [T, T + 3000]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_a_time_is_the_same_in_any_unit_with_or_without_a_zone(tmp_path: Path, unit: str, zone: str | None) -> None:
    expected = read(tmp_path / "a", table())

    other = retyped(table(), unit, zone, as_dictionary=False, number=pa.float64())

    assert same(read(tmp_path / "b", other), expected)


def test_times_are_cut_to_milliseconds(tmp_path: Path) -> None:
    micro = pa.array([T * 1000 + 999, T * 1000 + 1999]).cast(pa.timestamp("us"))

    assert read(tmp_path, table(time=micro)).readings.time_ms.tolist() == [T, T + 1]


@pytest.mark.parametrize(
    "number", [pa.int16(), pa.uint8(), pa.int64(), pa.float32(), pa.float16(), pa.float64(), pa.decimal128(9, 2)]
)
def test_a_number_is_the_same_in_any_type(tmp_path: Path, number: pa.DataType) -> None:
    values = table(pm25=pa.array([7, None]).cast(pa.float64()).cast(number))

    found = read(tmp_path, values).readings.values

    assert found[0, 0] == 7.0
    assert np.isnan(found[1, 0])


def test_text_may_be_a_dictionary_or_large_or_a_view(tmp_path: Path) -> None:
    ids = pa.array(["s-0-0", "s-0-1"])
    expected = read(tmp_path / "a", table())

    for number, kind in enumerate((ids.dictionary_encode(), ids.cast(pa.large_string()), ids.cast(pa.string_view()))):
        assert same(read(tmp_path / str(number), table(sensor_id=kind)), expected)


def test_null_and_nan_are_missing_and_so_is_an_absent_key(tmp_path: Path) -> None:
    nan = read(tmp_path / "a", table(pm10=[np.nan, np.nan]))
    null = read(tmp_path / "b", table(pm10=pa.array([None, None], pa.float64())))
    untyped = read(tmp_path / "c", table(pm10=pa.nulls(2)))
    absent = read(tmp_path / "d", table())

    assert same(nan, null)
    assert same(null, absent)
    assert same(untyped, absent)


def test_the_wide_and_the_long_form_say_the_same(tmp_path: Path) -> None:
    rows = wide(an_hour(SITE, 5)[0], SITE)

    assert same(read(tmp_path / "l", long(rows)), read(tmp_path / "w", rows))


def test_the_long_form_takes_positions_as_columns_or_as_parameters(tmp_path: Path) -> None:
    rows = wide(some_readings(SITE, [("v-0", 1, 2, {"pm25": 5.0, "lon": LON, "lat": LAT})]), SITE)
    beside = long(rows)
    told = pa.concat_tables(
        [
            beside.select(["sensor_id", "time", "received_at", "parameter", "value"]),
            pa.table(
                {
                    "sensor_id": ["v-0", "v-0"],
                    "time": moments([T + 1000] * 2),
                    "received_at": moments([T + 2000] * 2),
                    "parameter": ["lon", "lat"],
                    "value": [LON, LAT],
                }
            ),
        ]
    )

    assert same(read(tmp_path / "b", told), read(tmp_path / "a", beside))


def test_the_order_of_rows_in_the_file_changes_nothing_even_where_readings_contradict(tmp_path: Path) -> None:
    twice = pa.concat_tables([table(), table(pm25=[9.0, None]), table()])

    expected = read(tmp_path / "a", twice)

    for seed in range(5):
        assert same(read(tmp_path / str(seed), shuffled(twice, seed)), expected)
        assert same(read(tmp_path / f"long{seed}", shuffled(long(twice), seed)), expected)


def test_unknown_columns_and_parameters_are_counted(tmp_path: Path) -> None:
    extra = table(colour=["red", "blue"])
    strange = pa.concat_tables([long(table()), long(table()).set_column(2, "parameter", pa.array(["benzene"] * 2))])

    assert read(tmp_path / "a", extra).unknown == {"colour": 2}
    assert read(tmp_path / "b", strange).unknown == {"parameter benzene": 2}


def test_each_refusal_is_counted_by_its_reason(tmp_path: Path) -> None:
    rows = pa.table(
        {
            "sensor_id": ["s-0-0", "nobody", None, "s-0-1", "v-0", "s-1-0", "s-1-1", "s-1-1"],
            "time": moments([T, T, T, T + 600_000, T, T, T, T]).take(pa.array([0, 1, 2, 3, 4, 5, None, 7])),
            "received_at": moments([T] * 8),
            "pm25": [1.0, 1.0, 1.0, 1.0, 1.0, np.inf, 1.0, 1.0],
            "lon": [np.nan] * 7 + [-np.inf],
        }
    )

    found = read(tmp_path, rows)

    assert found.refused == {
        "unknown_sensor": 2,
        "future_time": 1,
        "no_position": 1,
        "not_a_number": 2,
        "no_time": 1,
    }
    assert len(found.readings) + sum(found.refused.values()) == rows.num_rows


def test_registered_units_are_settled_as_at_the_live_door(tmp_path: Path) -> None:
    sensor = SITE.sensors[0]
    units = type(sensor)(sensor_id=sensor.sensor_id, lon=sensor.lon, lat=sensor.lat, units={"o3": "ppb"})
    site = a_site(side=2)
    site = type(site)(site_id="u", name="u", timezone="UTC", sensors=(units, *site.sensors[1:]))

    found = read_recording(put(tmp_path, table(o3=[10.0, 10.0])), site).readings

    assert found.values[:, CHANNEL_INDEX["o3"]].tolist() == [19.62, 10.0]


def test_a_span_is_of_receive_times_its_end_left_out(tmp_path: Path) -> None:
    readings, weather = an_hour(SITE, 10)
    span = {"since_ms": T + 120_000, "until_ms": T + 300_000}

    found = read(tmp_path, wide(readings, SITE), weather_table(weather), **span)

    for received_ms in (found.readings.received_ms, found.weather.received_ms):
        assert received_ms.min() >= span["since_ms"]
        assert received_ms.max() < span["until_ms"]
    inside = (readings.received_ms >= span["since_ms"]) & (readings.received_ms < span["until_ms"])
    assert len(found.readings) == inside.sum()


def test_another_value_another_hash(tmp_path: Path) -> None:
    one, other = (read(tmp_path / str(value), table(pm25=[1.0, value])) for value in (2.0, 2.5))

    assert one.input_hash != other.input_hash


def test_every_channel_of_the_contract_is_read(tmp_path: Path) -> None:
    rows = table(**{name: [float(column), 0.0] for column, name in enumerate(CHANNELS)})

    assert read(tmp_path, rows).readings.values[0].tolist() == [float(column) for column in range(len(CHANNELS))]
