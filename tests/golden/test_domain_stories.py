"""Stories frozen byte for byte: readings in, tickets out. `WUGAN_REWRITE_GOLDEN=1` rewrites what is expected."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from domain.channels import WEATHER_KEYS
from domain.pipeline import make_ready, start
from domain.readings import Readings, Weather, tick
from domain.site import Site
from tests.builders import LAT, LON, START_MS, Ran, a_site, messages, some_readings

CASES = Path(__file__).parent / "cases"
STORIES = sorted(folder.name for folder in CASES.iterdir() if (folder / "readings.ndjson").is_file())
SITE = a_site(4, vehicles=1)


def read(folder: Path, site: Site) -> tuple[Readings, Weather]:
    """Each line: {"s": sensor or "wind", "t": measured [s], "r": received [s], channel: value, …}, from `START_MS`."""
    lines = [json.loads(line) for line in (folder / "readings.ndjson").read_text("utf-8").splitlines()]
    said = [line for line in lines if line["s"] != "wind"]
    readings = some_readings(
        site, ((line["s"], line["t"], line["r"], {k: v for k, v in line.items() if k not in "str"}) for line in said)
    )
    blows = [line for line in lines if line["s"] == "wind"]
    values = np.array([[line.get(key, np.nan) for key in WEATHER_KEYS] for line in blows]).reshape(len(blows), -1)
    times = [START_MS + np.array([line[key] * 1000 for line in blows], np.int64) for key in "tr"]
    places = np.full(len(blows), LON), np.full(len(blows), LAT)
    return readings, Weather(("w-1",) * len(blows), times[0], times[1], *places, values)


def told(folder: Path) -> str:
    readings, weather = read(folder, SITE)
    last_ms = int(readings.received_ms.max()) + SITE.rules.close_after_min * 60_000
    ran = Ran(start(SITE)).take([*messages(readings, weather, ()), tick(last_ms)], make_ready(SITE))
    return "".join(line.decode() + "\n" for line in ran.closing)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_gives_the_tickets_it_gave(story: str) -> None:
    folder = CASES / story
    tickets = told(folder)
    if os.environ.get("WUGAN_REWRITE_GOLDEN"):
        (folder / "tickets.jsonl").write_text(tickets, "utf-8")
    assert tickets == (folder / "tickets.jsonl").read_text("utf-8")


def test_there_are_stories() -> None:
    assert {"plume", "stuck", "haze", "late"} <= set(STORIES)
