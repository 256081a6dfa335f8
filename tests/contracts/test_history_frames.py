"""What every history promises of a look at the past: all sensors in frames; one suite over both adapters."""

from dataclasses import replace

import numpy as np
import pytest

from domain.channels import POLLUTANTS
from domain.field import ChannelState
from domain.frames import Frames, FrameSpan
from domain.site import Site
from streams.history import AnyHistory, HistorySettings, open_history
from tests.builders_history import NOW_MS, ODD, ODD_ID, PLAIN, SENSOR_IDS, judged, site
from tests.contracts.test_history import history, settings, zone  # noqa: F401 - fixtures

MINUTE_MS = 60_000
STEP_MS = 5 * MINUTE_MS
SINCE_MS = NOW_MS // STEP_MS * STEP_MS
SPAN = FrameSpan(SINCE_MS, SINCE_MS + 4 * STEP_MS, STEP_MS)
NORMAL, HOT, BREACH, EXCLUDED, UNJUDGED = (int(state) for state in ChannelState)


def kept(history: AnyHistory, zone: Site, *minutes: dict[str, float]) -> None:  # noqa: F811
    """Write judged minutes, each so many minutes after the first frame's start."""
    for cells in minutes:
        at_ms = SINCE_MS + MINUTE_MS * int(cells.pop("after", 0))
        sensors = (int(cells.pop("sensor", PLAIN)),)
        history.write_judged([judged(sensors, at_ms, **cells)], zone)


def told(frames: Frames, sensor: int = 0) -> list[tuple[float | None, list[int]]]:
    values = [None if np.isnan(value) else value for value in frames.value[:, sensor].tolist()]
    return list(zip(values, frames.state[:, sensor].tolist(), strict=True))


NOTHING = (None, [UNJUDGED] * len(POLLUTANTS))


def test_a_frame_tells_its_greatest_minute(history: AnyHistory, zone: Site) -> None:  # noqa: F811
    kept(history, zone, {"value_pm10": 40.0}, {"after": 4, "value_pm10": 90.0}, {"after": 5, "value_pm10": 50.0})

    frames = history.frames(SENSOR_IDS, "pm10", SPAN)

    assert frames.time_ms.tolist() == [SINCE_MS + number * STEP_MS for number in range(4)]
    assert frames.value[:, 0].tolist()[:2] == [90.0, 50.0]
    assert np.isnan(frames.value[2:]).all()


def test_a_frame_is_as_bad_as_its_worst_judged_minute(history: AnyHistory, zone: Site) -> None:  # noqa: F811
    kept(
        history,
        zone,
        {"state_nox": NORMAL},
        {"after": 1, "state_nox": BREACH},
        {"after": 2, "state_nox": HOT},
        {"after": 3, "state_nox": EXCLUDED},
        {"after": 5, "state_nox": EXCLUDED, "state_o3": UNJUDGED},
        {"after": 6, "state_nox": UNJUDGED, "state_o3": UNJUDGED},
        {"after": 10, "state_nox": HOT},
    )

    states = history.frames(SENSOR_IDS, "pm25", SPAN).state[:, 0]

    assert states[:, POLLUTANTS.index("nox")].tolist() == [BREACH, EXCLUDED, HOT, UNJUDGED]
    assert states[:, POLLUTANTS.index("o3")].tolist() == [NORMAL, UNJUDGED, NORMAL, UNJUDGED]


def test_where_nothing_was_judged_nothing_is_told(history: AnyHistory) -> None:  # noqa: F811
    frames = history.frames(SENSOR_IDS, "pm25", SPAN)

    assert [told(frames, sensor) for sensor in range(3)] == [[NOTHING] * 4] * 3
    assert frames.value.shape == (4, 3)


def test_columns_stand_in_the_order_asked_for_and_odd_names_are_names(history: AnyHistory, zone: Site) -> None:  # noqa: F811
    kept(history, zone, {"value_pm25": 5.0}, {"sensor": ODD, "value_pm25": 7.0})

    frames = history.frames((ODD_ID, "nobody", "ms-001"), "pm25", SPAN)

    assert frames.value[0].tolist() == pytest.approx([7.0, float("nan"), 5.0], nan_ok=True)


def test_frames_begin_with_since_and_end_before_until(history: AnyHistory, zone: Site) -> None:  # noqa: F811
    kept(history, zone, *({"after": after, "value_pm25": 10.0 + after} for after in range(-1, 9)))
    cut = FrameSpan(SINCE_MS, SINCE_MS + STEP_MS + 2 * MINUTE_MS, STEP_MS)

    frames = history.frames(SENSOR_IDS, "pm25", cut)

    assert frames.value[:, 0].tolist() == [14.0, 16.0]


def test_another_sites_minutes_are_not_told(history: AnyHistory, zone: Site) -> None:  # noqa: F811
    kept(history, site("elsewhere"), {"value_pm25": 5.0, "state_pm25": BREACH})

    assert told(history.frames(SENSOR_IDS, "pm25", SPAN)) == [NOTHING] * 4


def test_a_reader_of_every_site_tells_the_worst_of_one_name(settings: HistorySettings, tmp_path: object) -> None:  # noqa: F811
    if not settings.url.startswith("sqlite"):
        pytest.skip("the buckets are shared: other runs' minutes would be in it")
    everybody = open_history(replace(settings, site=""))
    kept(everybody, site("here"), {"value_pm25": 5.0, "state_pm25": HOT})
    kept(everybody, site("there"), {"value_pm25": 9.0})
    frames = everybody.frames(SENSOR_IDS, "pm25", SPAN)
    everybody.close()

    assert told(frames)[0] == (9.0, [HOT, NORMAL, NORMAL, NORMAL])


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/history.sqlite", "http://127.0.0.1:9"])
def test_a_history_that_is_away_may_come_back(url: str) -> None:
    away = open_history(HistorySettings(url=url, site="etown", retries=0, timeout_s=2.0))

    with pytest.raises(ConnectionError, match="away"):
        away.frames(SENSOR_IDS, "pm25", SPAN)
    away.close()
