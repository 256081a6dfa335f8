"""What stands beside a ticket: a day in which stations went together, and tickets of the past that were like it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from zlib import crc32

import numpy as np

from alerts.inspector.photo import read_photo
from alerts.inspector.photos import Photos
from alerts.lifecycle import Measure, MoveKind, Outcome
from domain.channels import CHANNEL_INDEX, MINUTE_MS, N_CHANNELS, N_POLLUTANTS
from domain.field import ChannelState
from domain.series import JudgedRows, ReadingRows
from domain.ticket import DismissalReason, Ticket
from tests.builders_alerts import make_move
from tests.builders_desk import WholeDesk, an_hour
from tests.builders_inspector import a_picture
from tests.builders_maps import FakeHistory, judged_rows, now_ms

AIR = 40.0 + 20.0 * np.sin(np.arange(1440) / 40.0)


class DayHistory(FakeHistory):
    """A day in which all stations went together but for a little of their own; some were hot at its end."""

    def __init__(self, hot: Collection[str] = (), own: float = 0.0, humidity: float = np.nan) -> None:
        super().__init__(an_hour(now_ms()))
        self.hot, self.own, self.humidity = hot, own, humidity

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        value = AIR + self.own * np.random.default_rng(crc32(sensor_id.encode())).normal(size=len(AIR))
        rows = judged_rows(np.tile(value[:, np.newaxis], (1, N_POLLUTANTS)))
        state = rows.state.copy()
        if sensor_id in self.hot:
            state[-30:] = ChannelState.HOT
        last_ms = until_ms // MINUTE_MS * MINUTE_MS
        return replace(rows, time_ms=last_ms - MINUTE_MS * np.arange(len(AIR) - 1, -1, -1), state=state)

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        values = np.full((1, N_CHANNELS), np.nan)
        values[0, CHANNEL_INDEX["humidity_pct"]] = self.humidity
        return ReadingRows(np.array([until_ms - 1]), np.full(1, np.nan), np.full(1, np.nan), values)


def fill_past(desk: WholeDesk, ticket: Ticket, days: Collection[int] = (1, 2, 3, 4)) -> None:
    """Put tickets like one into the days before: the second found nothing, the last was dismissed, others confirmed."""
    for day in days:
        began = ticket.opened_at - timedelta(days=day)
        times = {"opened_at": began, "updated_at": began, "event_start": began - timedelta(minutes=3)}
        desk.open(replace(ticket, id=f"old{day}", **times))  # type: ignore[arg-type]
    *visited, last = days
    for day in visited:
        found = day != visited[1]
        result = Outcome(problem_found=found, measure=Measure.RECTIFICATION if found else Measure.NONE)
        place = {"enterprise_id": ticket.candidates[0].enterprise_id}
        for kind, more in ((MoveKind.DISPATCH, place), (MoveKind.ARRIVE, {}), (MoveKind.OUTCOME, {"outcome": result})):
            desk.tickets.decide(f"old{day}", make_move(kind, **more))  # type: ignore[attr-defined]
        if found:
            Photos(desk.engine).add(f"old{day}", "王五", now_ms(), read_photo(a_picture(60 + day)))
    dismissal = make_move(MoveKind.DISMISS, reason_code=DismissalReason.HUMIDITY)
    desk.tickets.decide(f"old{last}", dismissal)  # type: ignore[attr-defined]
