"""What the demo promises, under each of its first seeds: a ticket with its history, another one, and passes, by now."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.field import ChannelState
from domain.pipeline import make_ready, start
from domain.site_files import parse_site
from domain.ticket import TicketKind
from domain.wire import decode_judged
from simulators.scenario import load_scenario
from simulators.world import World
from tests.builders import Ran
from tests.builders_world import lived

NOW_MIN = 120
"""What comes before is played fast, in less than half a minute: `app.demo.run.WARM_UP`. [min]"""


@pytest.mark.parametrize(("seed", "hour"), [(1, 1), (2, 8), (3, 14), (4, 20), (5, 6)])
def test_a_ticket_with_a_history_is_there_and_another_opens_before_now(seed: int, hour: int) -> None:
    scenario = replace(load_scenario("demo"), duration_min=NOW_MIN)
    world = World(scenario, seed, datetime(2026, 11, 25, hour, 7, tzinfo=UTC))
    site, _ = parse_site(world.site_texts())
    ran = Ran(start(site)).take(lived(world), make_ready(site))
    local = [ticket for ticket in ran.last.values() if ticket.kind is TicketKind.LOCAL]
    opened_min = sorted((ticket.opened_at.timestamp() - world.start_ms / 1000) / 60 for ticket in local)

    assert opened_min[0] < 95
    assert opened_min[1] <= NOW_MIN
    assert len(min(local, key=lambda ticket: ticket.opened_at).history) >= 2
    assert (decode_judged(ran.judged[-1]).state == ChannelState.BREACH).any()
    leaders = [place for ticket in local for place in ticket.candidates[:3]]
    assert all(place.passes is not None for place in leaders)
    assert any(place.passes.count for place in leaders if place.passes)
    assert all(place.passes is None for ticket in local for place in ticket.candidates[3:])
