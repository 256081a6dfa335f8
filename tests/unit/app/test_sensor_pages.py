"""The pages `/sensors` and `/sensors/{id}` over the real application: live states, flags, tickets, the day's course."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from domain.ticket import Excluded, TicketKind
from domain.times import to_ms
from tests.builders_alerts import make_ticket
from tests.builders_duty import SITE, DutyDesk
from tests.builders_maps import TOPICS, FakeHistory, judged_message, judged_rows
from tests.ticket_stores import fresh_store

NOW = datetime.now(UTC)
NOW_MS = to_ms(NOW)


class Away(FakeHistory):
    """A history that does not answer."""

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int):
        raise ConnectionError("the history does not answer")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DutyDesk]:
    with fresh_store("sqlite", tmp_path) as engine:
        known = [replace(sensor, calibrated_on=None) for sensor in SITE.sensors]
        known[0] = replace(known[0], calibrated_on=NOW.date() - timedelta(days=400))
        yield DutyDesk(engine, site=replace(SITE, sensors=tuple(known)))


def fill(desk: DutyDesk) -> None:
    """Let ms-007 be silent, ms-003 stuck, ms-005 in care; the calibration of ms-000 is old."""
    desk.hear(NOW_MS, "ms-007")
    desk.feed.take_message(TOPICS.breaches, judged_message(desk.site, NOW_MS // 60_000 * 60_000, excluded=["ms-003"]))
    ticket = replace(
        make_ticket("s1", site=SITE.site_id, opened_at=NOW - timedelta(hours=1)),
        kind=TicketKind.SENSOR,
        sensors=("ms-005",),
        excluded=(Excluded(sensor_id="ms-005", reason="drift"),),
        peak=None,
        candidates=(),
    )
    healed = replace(ticket, id="s2", sensors=("ms-006",), event_end=NOW)
    desk.tickets.upsert([ticket, healed])


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("离线", "读数不变", "待维护", "校准超过一年", "从未")),
        ("en", ("Stuck", "Needs care", "never", "Calibrated over a year")),
    ],
)
async def test_those_with_trouble_are_listed_and_the_others_not(desk: DutyDesk, lang: str, words: tuple[str, ...]):
    fill(desk)
    page = await desk.get("/sensors", lang=lang)
    listed = [name for name in desk.site.sensor_ids if f'href="/sensors/{name}?' in page.text]

    assert page.status_code == 200
    assert listed == ["ms-000", "ms-003", "ms-005", "ms-007"]
    assert [word for word in words if word not in page.text] == []
    assert 'ticket=s1"' in page.text
    assert "s2" not in page.text


async def test_all_are_listed_where_all_are_asked_for(desk: DutyDesk):
    fill(desk)
    page = await desk.get("/sensors", show="all", lang="en")

    assert [name for name in desk.site.sensor_ids if f'href="/sensors/{name}?' not in page.text] == []
    assert "1–22 of 22" in page.text


async def test_a_desk_that_has_heard_nothing_says_so(desk: DutyDesk):
    page = await desk.get("/sensors", lang="en")

    assert page.status_code == 200
    assert "Nothing heard yet" in page.text


async def test_a_card_has_four_courses_and_the_flags_of_the_day(desk: DutyDesk):
    fill(desk)
    desk.history.hour = replace_time(judged_rows(np.full((90, 4), 41.0), flags=4), NOW_MS - 3 * 3_600_000)
    page = await desk.get("/sensors/ms-003", lang="en")

    assert page.status_code == 200
    assert page.text.count('<svg class="plot"') == 4
    assert page.text.count("<pattern id=") == 4
    flagged = page.text.split('id="flagged"')[1]
    assert flagged.count("stuck") == 4
    assert "Last values" in page.text
    assert "built-in" not in page.text
    assert "<style" not in page.text
    assert "style=" not in page.text


async def test_a_card_of_a_full_day_is_light(desk: DutyDesk):
    rng = np.random.default_rng(1)
    values = 40 + np.cumsum(rng.normal(0, 1, (1440, 4)), axis=0).clip(-30, 60) + rng.gamma(2, 6, (1440, 4))
    desk.history.hour = replace_time(judged_rows(values), NOW_MS - 86_400_000)
    page = await desk.get("/sensors/ms-003", lang="zh")

    assert page.text.count('<svg class="plot"') == 4
    assert len(page.content) < 60_000


def replace_time(rows, first_ms: int):
    return replace(rows, time_ms=rows.time_ms + first_ms // 60_000 * 60_000)


async def test_a_card_says_that_the_history_is_away(tmp_path: Path):
    with fresh_store("sqlite", tmp_path) as engine:
        page = await DutyDesk(engine, history=Away()).get("/sensors/pv-0", lang="en")

    assert page.status_code == 200
    assert "The history does not answer" in page.text
    assert "moves" in page.text


async def test_an_unknown_sensor_is_told_where_to_look(desk: DutyDesk):
    answer = await desk.get("/sensors/<b>x")

    assert answer.status_code == 404
    assert "/sensors lists them" in answer.json()["detail"]
