"""A foreign table comes in as the map says: units, zones, marks of missing values, long or wide, from any format."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from domain.site_files import parse_site
from simulators.importing import ImportResult, TableRefused, Tables, bring_in, parse_map, write_import
from simulators.recording import read_recording

HEAD = """
[readings]
sensor = "id"
time = "t"
"""
WIDE = HEAD + '[readings.values]\npm25 = "PM2.5"\n'


def bring(tmp_path: Path, text: str, column_map: str, name: str = "table.csv") -> ImportResult:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return bring_in(Tables(readings=tmp_path / name), parse_map(column_map))


def rows(result: ImportResult) -> list[dict[str, object]]:
    return result.readings.table.to_pylist()


def told(result: ImportResult) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in result.refused]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_wide_table_comes_in(tmp_path: Path) -> None:
    result = bring(tmp_path, "id,t,PM2.5,CO\na,2018-04-01T00:00:00Z,12.5,0.8\n", WIDE)

    assert rows(result) == [{"sensor_id": "a", "time": at(2018, 4, 1), "pm25": 12.5}]
    assert result.unused == ("CO",)


@pytest.mark.parametrize(
    ("cell", "more", "expected"),
    [
        ("2018-04-01 08:00", 'zone = "Asia/Shanghai"', at(2018, 4, 1)),
        ("2018-04-01 08:00", 'zone = "+08:00"', at(2018, 4, 1)),
        ("2018-04-01 08:00:00+08:00", "", at(2018, 4, 1)),
        ("2018-04-01T00:00:00.1239Z", "", at(2018, 4, 1, 0, 0, 0, 123_000)),
        ("2018-04-01", 'zone = "UTC"', at(2018, 4, 1)),
        ("01/04/2018 08h", 'time_format = "%d/%m/%Y %Hh"\nzone = "Asia/Shanghai"', at(2018, 4, 1)),
        ("1522540800", 'time_format = "unix_s"', at(2018, 4, 1)),
        ("1522540800000", 'time_format = "unix_ms"', at(2018, 4, 1)),
    ],
)
def test_a_time_in_any_writing_is_the_moment_it_means(tmp_path: Path, cell: str, more: str, expected: datetime) -> None:
    result = bring(tmp_path, f"id,t,PM2.5\na,{cell},1\n", WIDE.replace('time = "t"', f'time = "t"\n{more}'))

    assert [row["time"] for row in rows(result)] == [expected]


def test_rows_with_and_without_an_offset_may_be_mixed(tmp_path: Path) -> None:
    text = "id,t,PM2.5\na,2018-04-01 08:00,1\na,2018-04-01T01:00Z,2\n"

    result = bring(tmp_path, text, WIDE.replace('time = "t"', 'time = "t"\nzone = "Asia/Shanghai"'))

    assert [row["time"] for row in rows(result)] == [at(2018, 4, 1), at(2018, 4, 1, 1)]


def test_a_time_without_a_zone_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(TableRefused, match=r"carry no zone; add zone"):
        bring(tmp_path, "id,t,PM2.5\na,2018-04-01 08:00,1\n", WIDE)


def test_a_number_is_no_time_unless_the_map_says_so(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["a"], "t": [1522540800], "PM2.5": [1.0]}).to_parquet(tmp_path / "t.parquet")

    with pytest.raises(TableRefused, match="unix_s"):
        bring_in(Tables(readings=tmp_path / "t.parquet"), parse_map(WIDE))


def test_local_times_that_a_change_of_clocks_skips_or_doubles_are_refused(tmp_path: Path) -> None:
    text = "id,t,PM2.5\na,2018-03-25 02:30,1\na,2018-10-28 02:30,1\na,2018-10-28 04:30,1\n"

    result = bring(tmp_path, text, WIDE.replace('time = "t"', 'time = "t"\nzone = "Europe/Berlin"'))

    assert told(result) == [(2, "no_time"), (3, "no_time")]


@pytest.mark.parametrize(
    ("quantity", "source", "expected"),
    [
        ("o3", '{ from = "v", unit = "ppb" }', 19.62),
        ("no2", '{ from = "v", unit = "ppm" }', 18_800.0),
        ("pm10", '{ from = "v", unit = "mg/m3" }', 10_000.0),
        ("pm10", '{ from = "v", unit = "µg/m³" }', 10.0),
        ("pm25", '{ from = "v", scale = 10, offset = 3 }', 103.0),
        ("temperature_c", '{ from = "v", unit = "K" }', -263.15),
        ("temperature_c", '{ from = "v", unit = "F" }', -110.0 / 9.0),
        ("wind_speed_ms", '{ from = "v", unit = "km/h" }', 10.0 / 3.6),
        ("pressure_hpa", '{ from = "v", unit = "kPa", scale = 10.0 }', 1000.0),
    ],
)
def test_units_scale_and_offset_are_settled(tmp_path: Path, quantity: str, source: str, expected: float) -> None:
    result = bring(tmp_path, "id,t,v\na,2018-04-01T00:00Z,10\n", HEAD + f"[readings.values]\n{quantity} = {source}\n")

    assert rows(result)[0][quantity] == pytest.approx(expected)


def test_marks_of_missing_values_are_missing_and_rows_of_nothing_else_are_counted(tmp_path: Path) -> None:
    text = "id,t,PM2.5,PM10\n" + "".join(
        f"a,2018-04-01T0{hour}:00Z,{cell},{hour}\n" for hour, cell in enumerate(["-999", "-999.0", "BDL", "", "NA"])
    )
    both = 'missing = [-999, "bdl"]\n[readings.values]\npm25 = "PM2.5"\npm10 = "PM10"\n'
    one = 'missing = [-999, "bdl"]\n[readings.values]\npm25 = "PM2.5"\n'

    assert [row["pm25"] for row in rows(bring(tmp_path, text, HEAD + both))] == [None] * 5
    with pytest.raises(TableRefused, match="no row can be brought in"):
        bring(tmp_path, text, HEAD + one)
    assert bring(tmp_path, text + "a,2018-04-01T07:00Z,3,3\n", HEAD + one).readings.empty == 5


def test_each_bad_row_is_told_with_its_number_in_the_file_and_the_good_stay(tmp_path: Path) -> None:
    text = (
        "id,t,PM2.5\na,2018-04-01T00:00Z,1\n,2018-04-01T00:00Z,1\n\na,yesterday,1\na,2018-04-01T00:00Z,12;5\n"
        "a,2018-04-01T00:00Z,inf\nb,2018-04-01T00:00Z,2\n"
    )

    result = bring(tmp_path, text, WIDE)

    assert told(result) == [(3, "unknown_sensor"), (5, "no_time"), (6, "not_a_number"), (7, "not_a_number")]
    assert str(result.refused[2]) == "table.csv:6: not_a_number: PM2.5 is '12;5'"
    assert [row["sensor_id"] for row in rows(result)] == ["a", "b"]
    assert result.refusals == {"no_time": 1, "not_a_number": 2, "unknown_sensor": 1}


def test_a_reading_ahead_of_its_receipt_is_refused(tmp_path: Path) -> None:
    text = "id,t,r,PM2.5\na,2018-04-01T01:00Z,2018-04-01T00:00Z,1\na,2018-04-01T00:00Z,2018-04-01T00:01Z,1\n"

    result = bring(tmp_path, text, WIDE.replace('time = "t"', 'time = "t"\nreceived_at = "r"'))

    assert told(result) == [(2, "future_time")]
    assert rows(result)[0]["received_at"] == at(2018, 4, 1, 0, 1)


def test_the_long_form_comes_in_wide(tmp_path: Path) -> None:
    text = "id,t,item,v\n" + "".join(
        f"a,2018-04-01T00:00Z,{item},{value}\n" for item, value in [("PM2.5", 7), ("O3", 10), ("CO", "x"), ("PM2.5", 8)]
    )
    column_map = (
        '[readings]\nform = "long"\nsensor = "id"\ntime = "t"\nparameter = "item"\nvalue = "v"\n'
        '[readings.values]\npm25 = "PM2.5"\no3 = { from = "O3", unit = "ppb" }\n'
    )

    result = bring(tmp_path, text, column_map)

    assert [(row["pm25"], row["o3"]) for row in rows(result)] == [(7.0, pytest.approx(19.62)), (8.0, None)]
    assert result.unused == ("parameter CO",)
    assert result.refused == ()


def test_a_table_of_one_sensor_needs_no_column_for_it(tmp_path: Path) -> None:
    result = bring(tmp_path, "t,PM2.5\n2018-04-01T00:00Z,1\n", WIDE.replace('sensor = "id"', 'sensor_id = "node-3"'))

    assert rows(result)[0]["sensor_id"] == "node-3"


def test_the_same_table_in_any_format_comes_in_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [1001, 1002],
            "t": pd.to_datetime(["2018-04-01 08:00", "2018-04-01 09:00"]),
            "PM2.5": [1.5, None],
            "PM10": [3.0, 4.0],
        }
    )
    column_map = parse_map(HEAD + 'zone = "Asia/Shanghai"\n[readings.values]\npm25 = "PM2.5"\npm10 = "PM10"\n')
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_csv(tmp_path / "bom.csv", index=False, encoding="utf-8-sig")
    sheet = openpyxl.Workbook()
    sheet.active.append(["id", "t", "PM2.5", "PM10"])
    sheet.active.append(["1001", "2018-04-01T08:00+08:00", "1.5", 3])
    sheet.active.append([1002.0, datetime(2018, 4, 1, 9), None, "4.0"])  # noqa: DTZ001 - sheets know no zones
    sheet.save(tmp_path / "mixed.xlsx")

    found = [
        rows(bring_in(Tables(readings=tmp_path / name), column_map))
        for name in ("t.parquet", "t.xlsx", "t.csv", "bom.csv", "mixed.xlsx")
    ]

    assert found[0][0] == {"sensor_id": "1001", "time": at(2018, 4, 1), "pm25": 1.5, "pm10": 3.0}
    assert all(one == found[0] for one in found)


def test_a_chinese_table_in_gb18030_comes_in(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("站点;时间;PM2.5\n东四;2018-04-01 08:00;5\n".encode("gb18030"))
    column_map = WIDE.replace('"id"', '"站点"').replace('"t"', '"时间"\nzone = "Asia/Shanghai"\nseparator = ";"')

    result = bring_in(Tables(readings=tmp_path / "t.csv"), parse_map(column_map))

    assert rows(result)[0]["sensor_id"] == "东四"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"", "can't be read as csv"),
        ("t.csv", b"id,t,PM2.5\na,b,c,d,e\n", "can't be read as csv"),
        ("t.csv", b"id,t,PM2.5\na,b,1\na,b,c,d,e\n", "line 3"),
        ("t.xlsx", b"not a workbook", "can't be read as xlsx"),
        ("t.parquet", b"PAR1", "can't be read as parquet"),
        ("t.docx", b"", "is no table"),
        ("t.csv", b"id,when\na,b\n", "map: readings.time: t.csv has no column 't'"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(TableRefused) as refused:
        bring_in(Tables(readings=tmp_path / name), parse_map(WIDE))

    assert said in str(refused.value)


def test_no_such_table(tmp_path: Path) -> None:
    with pytest.raises(TableRefused, match="no such file"):
        bring_in(Tables(readings=tmp_path / "t.csv"), parse_map(WIDE))


FULL = (
    WIDE
    + """
[site]
id = "park"
name = "东区 \\"East\\""
timezone = "Asia/Shanghai"
[weather]
station = "w"
time = "t"
[weather.values]
wind_speed_ms = { from = "ws", unit = "km/h" }
wind_from_deg = "wd"
[stations]
sensor = "id"
lon = "x"
lat = "y"
name = "title"
kind = "kind"
"""
)


def full(tmp_path: Path, readings: str, stations: str) -> ImportResult:
    texts = {"r.csv": readings, "s.csv": stations, "w.csv": "w,t,ws,wd\ng1,2018-04-01T00:00Z,36,315\ng1,never,1,1\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    tables = Tables(readings=tmp_path / "r.csv", weather=tmp_path / "w.csv", stations=tmp_path / "s.csv")
    return bring_in(tables, parse_map(FULL), with_site=True)


STATIONS = "id,x,y,title,kind\na,116.4,39.9,東四 one,\nb,116.5,39.8,two,reference\nv,,,car,vehicle\n"


def test_what_is_written_is_a_recording_and_a_site_that_can_be_read(tmp_path: Path) -> None:
    result = full(tmp_path, "id,t,PM2.5\na,2018-04-01T00:00Z,12\nb,2018-04-01T01:00Z,13\n", STATIONS)
    write_import(result, tmp_path / "REC", tmp_path / "SITE")
    site, unknown = parse_site({file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "SITE").iterdir()})
    recording = read_recording(tmp_path / "REC", site)

    assert site.name == '东区 "East"'
    assert [(sensor.sensor_id, sensor.kind.value) for sensor in site.sensors] == [
        ("a", "station"),
        ("b", "reference"),
        ("v", "vehicle"),
    ]
    assert unknown == ("sensors.csv: column name",)
    assert recording.readings.values[:, 0].tolist() == [12.0, 13.0]
    assert recording.weather.values[0, :2].tolist() == [10.0, 315.0]
    assert recording.weather.station_id == ("g1",)
    assert [str(one) for one in result.refused] == ["w.csv:3: no_time: no time in 'never'"]


def test_readings_are_held_against_the_stations(tmp_path: Path) -> None:
    result = full(
        tmp_path, "id,t,PM2.5\na,2018-04-01T00:00Z,1\nz,2018-04-01T00:00Z,1\nv,2018-04-01T00:00Z,1\n", STATIONS
    )

    assert [(one.table, one.row, one.reason) for one in result.refused][:2] == [
        ("r.csv", 3, "unknown_sensor"),
        ("r.csv", 4, "no_position"),
    ]


def test_bad_stations_are_told_by_row(tmp_path: Path) -> None:
    stations = STATIONS + "a,1,1,again,\nc,,39,nowhere,\nd/e,1,1,bad id,\nf,1,1,odd,balloon\n"

    result = full(tmp_path, "id,t,PM2.5\na,2018-04-01T00:00Z,1\n", stations)

    assert [(one.row, one.reason) for one in result.refused if one.table == "s.csv"] == [
        (5, "unknown_sensor"),
        (6, "no_position"),
        (7, "unknown_sensor"),
        (8, "wrong_type"),
    ]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    result = bring(tmp_path, "id,t,PM2.5\na,2018-04-01T00:00Z,1\n", WIDE)

    with pytest.raises(TableRefused, match="which no import wrote"):
        write_import(result, tmp_path, None)

    write_import(result, tmp_path / "R", None)
    write_import(result, tmp_path / "R", None)
    assert pq.read_table(tmp_path / "R" / "readings.parquet").num_rows == 1
