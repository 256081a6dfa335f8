"""What is wrong with a device, and what of its day can be drawn."""

from datetime import date, timedelta

import numpy as np
import pytest

from alerts.pages.course_svg import Course, course_svg
from alerts.pages.words import say
from alerts.pages.words.duty import DUTY
from alerts.pages.words.sensors import SENSORS
from alerts.sensors.care import CALIBRATION_D, CareTicket, Trouble, cared, tally
from alerts.sensors.course import pieces, stretches
from alerts.sensors.ports import SensorNow
from domain.channels import N_POLLUTANTS
from domain.field import ChannelState, Flag
from domain.series import JudgedRows
from domain.ticket import DismissalReason
from maps.standing import SensorState

TODAY = date(2026, 6, 1)
A_TICKET = CareTicket(ticket_id="s1", number=4, state="new", since_ms=0, reasons=("sensor_stuck",))


def device(sensor_id: str = "ms-1", **told: object) -> SensorNow:
    known: dict[str, object] = {"state": "normal", "age_s": 5.0, "flags": {}, "calibrated_on": TODAY}
    return SensorNow(
        **{"sensor_id": sensor_id, "kind": "station", "measured_ms": 1, "values": {}, **known, **told},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, ()),
        ({"state": "offline", "age_s": None}, (Trouble.OFFLINE,)),
        ({"state": "stale"}, (Trouble.STALE,)),
        ({"flags": {"pm25": ["stuck"], "o3": ["drift", "spike"]}}, (Trouble.STUCK, Trouble.DRIFT, Trouble.FLAGGED)),
        ({"flags": {"pm25": ["offline"]}}, (Trouble.OFFLINE,)),
        ({"calibrated_on": TODAY - timedelta(days=CALIBRATION_D)}, ()),
        ({"calibrated_on": TODAY - timedelta(days=CALIBRATION_D + 1)}, (Trouble.CALIBRATION,)),
        ({"calibrated_on": None}, ()),
    ],
)
def test_what_is_wrong_with_a_device(told: dict[str, object], expected: tuple[Trouble, ...]):
    assert cared([device(**told)], {}, TODAY)[0].troubles == expected


def test_the_gravest_comes_first():
    devices = [device("a"), device("b", state="stale"), device("c"), device("d", state="offline")]
    found = cared(devices, {"c": [A_TICKET]}, TODAY)

    assert [one.now.sensor_id for one in found] == ["d", "b", "c", "a"]


def test_a_device_counts_once_for_each_trouble():
    devices = [device("a", flags={"pm25": ["stuck"]}), device("b", calibrated_on=None)]
    found = tally(cared(devices, {"a": [A_TICKET]}, TODAY))

    assert found == {
        "total": 2,
        "well": 1,
        "offline": 0,
        "stale": 0,
        "stuck": 1,
        "drift": 0,
        "flagged": 0,
        "ticket": 1,
        "calibration": 0,
        "uncalibrated": 1,
    }


def rows(minutes: list[int], flags: dict[int, int], excluded: set[int] = frozenset()) -> JudgedRows:
    """Return judged minutes; `flags` and `excluded` are by position, of the first pollutant."""
    shape = (len(minutes), N_POLLUTANTS)
    bits, state = np.zeros(shape, np.uint16), np.zeros(shape, np.uint8)
    for row, mask in flags.items():
        bits[row, 0] = mask
    for row in excluded:
        state[row, 0] = ChannelState.EXCLUDED
    block = np.full(shape, 40.0)
    time_ms = 60_000 * np.array(minutes, np.int64)
    return JudgedRows(time_ms, block, block, block + 9, state, bits, block)


def test_a_hole_breaks_the_line_and_a_slow_devices_steps_do_not():
    assert pieces(rows([0, 1, 2, 20, 21], {}).time_ms) == [slice(0, 3), slice(3, 5)]
    assert pieces(rows([0, 60, 120, 180], {}).time_ms) == [slice(0, 4)]
    assert pieces(rows([], {}).time_ms) == []


def test_minutes_in_a_row_with_the_same_flags_are_one_stretch():
    found = stretches(rows([0, 1, 2, 3, 30, 31], {1: 4, 2: 4, 3: 4 | 1024, 4: 4}, {2, 3}), 0)

    assert [(one.since_ms // 60_000, one.until_ms // 60_000, one.flags, one.excluded) for one in found] == [
        (1, 2, ("stuck",), False),
        (2, 3, ("stuck",), True),
        (3, 4, ("stuck", "drift"), True),
        (30, 31, ("stuck",), False),
    ]
    assert stretches(rows([0, 1], {}), 0) == []


def drawn(judged: JudgedRows) -> str:
    one = Course(
        name="pm25",
        title="<b>PM2.5",
        since_ms=0,
        until_ms=86_400_000,
        series=judged.series(0),
        marks=stretches(judged, 0),
        told=lambda mark: f"{mark.flags[0]} <i>",
        hour=lambda at_ms: f"{at_ms // 3_600_000}h",
    )
    return course_svg(one, say("en", SENSORS))


def test_a_course_shows_lines_band_hours_and_flags_as_text():
    svg = drawn(rows(list(range(100)), {7: 4}))

    assert svg.count('fill="none" stroke="#1b1f23"') == 1
    assert svg.count('stroke-dasharray="4 3"') == 1
    assert "stuck &lt;i&gt;" in svg
    assert "&lt;b&gt;PM2.5" in svg
    assert ">4h<" in svg
    assert ">24h<" not in svg


def test_a_day_without_minutes_says_so():
    assert SENSORS["no_minutes"][1] in drawn(rows([], {}))


def test_every_flag_state_trouble_and_reason_has_words():
    named = {f"flag.{flag.name.lower()}" for flag in Flag if flag.name and flag}
    named |= {f"standing.{state}" for state in SensorState} | {f"trouble.{trouble}" for trouble in Trouble}
    named |= {f"dismissal.{reason}" for reason in DismissalReason}

    assert named - DUTY.keys() == set()
