from pathlib import Path

import pytest

from simulators.scenario import ScenarioRefused, load_scenario, packaged_scenarios, parse_scenario

FAULTY = """
speed = 3
start = "yesterday"
[counts]
roads = 2
stations = "many"
[noise]
residual = [0.2, 0.1]
[site]
timezone = "Mars/Olympus"
[[events]]
kind = "volcano"
[[events]]
place = "e-999"
start_min = 5
[[faults]]
kind = "gps_glitch"
sensors = ["ms-001", "nobody"]
[[permits]]
place = "nowhere"
start_min = 0
"""


def test_an_empty_file_is_a_whole_scenario():
    scenario = parse_scenario("")

    assert scenario.counts.stations >= 120
    assert scenario.counts.vehicles >= 4
    assert scenario.counts.enterprises + scenario.counts.construction_sites >= 200
    assert scenario.counts.roads >= 20


def test_every_fault_of_a_file_is_told_at_once():
    with pytest.raises(ScenarioRefused) as refused:
        parse_scenario(FAULTY, "storm.toml")

    assert sorted(fault.key for fault in refused.value.faults) == [
        "counts.roads",
        "counts.stations",
        "events[1].kind",
        "events[1].start_min",
        "events[2].place",
        "faults[1].sensors",
        "faults[1].sensors",
        "noise.residual",
        "permits[1].place",
        "site.timezone",
        "speed",
        "start",
    ]
    lines = str(refused.value).splitlines()
    assert len(lines) == len(refused.value.faults)
    assert all(line.startswith("storm.toml: ") and "; " in line for line in lines)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("duration_min = [", "not TOML", id="broken TOML"),
        pytest.param("duration_min = nan", "no number from 1", id="not a number"),
        pytest.param("[site]\nid = 'a/b'", "site.id", id="an id that splits the topic"),
        pytest.param("counts = 3", "is no table", id="a number for a table"),
        pytest.param("events = 3", "is no list of tables", id="a number for tables"),
        pytest.param("[[events]]\nstart_min = 400", "is after the end", id="an event after the end"),
        pytest.param("[[events]]\nstart_min = 1\nkind = 'outside'\npermit = 'works'", "no place", id="works nowhere"),
        pytest.param("[counts]\nstations = 3.5", "no whole number", id="half a station"),
        pytest.param("[[faults]]\nkind = 'stuck'", "names no sensor", id="a fault without sensors"),
        pytest.param("[[recurring]]\nstart_min = 9\nuntil_min = 3", "is not after", id="an empty series"),
    ],
)
def test_a_refusal_says_what_is_wrong(text, complaint):
    with pytest.raises(ScenarioRefused, match=complaint):
        parse_scenario(text)


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_lets_the_detector_warm_up(name):
    scenario = load_scenario(name)
    begins = [event.start_min for event in (*scenario.events, *scenario.recurring)]

    assert scenario.name == name
    assert min(begins, default=120) >= (60 if name == "demo" else 120)


def test_the_promised_scenarios_are_there():
    promised = (
        "demo quiet strong weak two_at_once calm turning_wind dust traffic faults network_faults construction "
        "unregistered outside tiny humid unit_slips channels_out clocks half_offline backlog one_station no_weather "
        "vane_stuck vehicles day"
    )

    assert set(promised.split()) <= set(packaged_scenarios())


def test_a_path_is_loaded_as_a_file(tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text("name = 'mine'\nduration_min = 7", encoding="utf-8")

    assert load_scenario(file).duration_min == 7


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(ScenarioRefused, match=r"does not exist; give a TOML file, or one of .*demo"):
        load_scenario("dmeo")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ScenarioRefused, match="can't be read"):
        load_scenario(file)
