"""A column map is refused with every fault of it at once, each with its key and how to mend it."""

from pathlib import Path

import pytest

from simulators.importing import MapRefused, Tables, bring_in, parse_map

DOCS = Path(__file__).parents[3] / "docs"

GOOD = '[readings]\nsensor = "id"\ntime = "t"\n[readings.values]\npm25 = "PM2.5"\n'


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(MapRefused) as refused:
        parse_map(text, "m.toml")

    assert all(fault.startswith("m.toml: ") and "; " in fault for fault in refused.value.faults)
    return refused.value.faults


def test_all_faults_are_told_at_once() -> None:
    text = """
    [readings]
    form = "tall"
    sensor = "id"
    zone = "Mars/Base"
    colour = "red"
    lon = "x"
    [readings.values]
    pm25 = { from = "PM2.5", unit = "ppb" }
    pm10 = 10
    o3 = { column = "O3", scale = "ten" }
    benzene = "C6H6"
    [weather]
    time = "t"
    [stations]
    sensor = "id"
    default_kind = "balloon"
    """

    keys = [fault.split(": ")[1] for fault in faults(text)]

    assert keys == [
        "readings.colour",
        "readings.form",
        "readings.lon",
        "readings.zone",
        "readings.time",
        "readings.values.benzene",
        "readings.values.pm25.unit",
        "readings.values.pm10",
        "readings.values.o3.column",
        "readings.values.o3.scale",
        "weather.values",
        "stations.lon",
        "stations.lat",
        "stations.default_kind",
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("readings = 5", "readings"),
        ("", "readings"),
        (GOOD + "[rockets]\n", "rockets"),
        (GOOD.replace('sensor = "id"', ""), "readings.sensor"),
        (GOOD.replace('sensor = "id"', 'sensor = "id"\nsensor_id = "a"'), "readings.sensor"),
        (GOOD.replace('time = "t"', 'time = "t"\nvalue = "v"'), "readings.value"),
        (GOOD.replace('time = "t"', 'time = "t"\nform = "long"\nvalue = "v"'), "readings.parameter"),
        (GOOD.replace('time = "t"', 'time = "t"\nseparator = "::"'), "readings.separator"),
        (GOOD.replace('time = "t"', 'time = "t"\nmissing = [true]'), "readings.missing"),
        (GOOD.replace('pm25 = "PM2.5"', ""), "readings.values"),
        (GOOD.replace('time = "t"', 'time = "t"\nzone = "+99:00"'), "readings.zone"),
        (GOOD + '[site]\nid = "a"\nname = 5\ntimezone = "UTC"\n', "site.name"),
    ],
)
def test_one_fault_is_one_line(text: str, key: str) -> None:
    assert [fault.split(": ")[1] for fault in faults(text)] == [key]


def test_no_toml_names_the_line() -> None:
    assert "line 2" in faults("[readings]\nsensor = id")[0]


def test_a_table_without_its_section_is_told(tmp_path: Path) -> None:
    tables = Tables(readings=tmp_path / "r.csv", weather=tmp_path / "w.csv", stations=tmp_path / "s.csv")

    with pytest.raises(MapRefused) as refused:
        bring_in(tables, parse_map(GOOD), with_site=True)

    assert [fault.split("]")[0] for fault in refused.value.faults] == ["map: [weather", "map: [stations", "map: [site"]


def test_the_maps_in_the_documents_can_be_read() -> None:
    maps = [part.split("```")[0] for part in (DOCS / "import.md").read_text(encoding="utf-8").split("```toml")[1:]]
    examples = [file.read_text(encoding="utf-8") for file in (DOCS / "examples").glob("beijing*.toml")]

    assert [parse_map(text).readings.is_long for text in [*maps, *examples]] == [False, True, False]
