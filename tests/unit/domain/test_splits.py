"""A ticket tells once that another's source has taken over sensors of it."""

from dataclasses import replace

import numpy as np
import pytest

from domain.decisions import Decision
from domain.finding import Belief
from domain.incident import Incident, Member, PeakExcess
from domain.splits import tell_splits
from domain.ticket import Ticket
from domain.times import to_datetime
from tests.builders import START_MS, a_site, air, an_enterprise, joined, run, whole, wind
from tests.builders_plume import emit

SOURCE = (250.0, 500.0)
LATER = to_datetime(START_MS + 3_600_000)
PEAK = PeakExcess(sensor=1, channel=0, time_ms=START_MS, value_ugm3=90.0, background_ugm3=30.0, x_m=0.0, y_m=0.0)
BELIEF = Belief(odds=3.0, evidence=6.0, share=np.ones(1), probability=np.ones(1), unknown=0.0, x_m=0.0, y_m=0.0)


@pytest.fixture(scope="module")
def ticket() -> Ticket:
    site = a_site(5, enterprises=(an_enterprise("south", *SOURCE),))
    rows = emit(air(site, 60), site, SOURCE, (20, 45), 80.0, from_deg=270.0)
    (found,) = run(site, whole(joined(rows), wind(60, 270.0))).last.values()
    return found


def an_incident(ticket: Ticket | None, members: tuple[int, ...], claimed: tuple[int, ...]) -> Incident:
    return Incident(
        members=tuple(
            Member(sensor=sensor, channel=0, since_ms=START_MS, heard_ms=START_MS, x_m=0.0, y_m=0.0)
            for sensor in members
        ),
        peak=PEAK,
        found_minute=0,
        belief=BELIEF,
        early_belief=BELIEF,
        first_bin=0,
        claimed=claimed,
        ticket=ticket,
    )


def test_a_ticket_tells_who_took_over_its_sensors(ticket: Ticket) -> None:
    first = an_incident(ticket, (1, 2, 3), (1, 2))
    second = an_incident(replace(ticket, id="second"), (3, 4), (3, 4))

    incidents, tickets, made = tell_splits([first, second], [], LATER)

    (told,) = tickets
    assert (told.id, told.state, told.updated_at) == (ticket.id, ticket.state, LATER)
    assert (told.history[-1].what, told.history[-1].why, told.history[-1].at) == ("split", ("second",), LATER)
    assert told.history[:-1] == ticket.history
    assert incidents == [replace(first, ticket=told), second]
    assert [(one.name, one.key) for one in made] == [(Decision.SPLIT, ticket.id)]


def test_it_is_told_once(ticket: Ticket) -> None:
    pair = [an_incident(ticket, (1, 2), (1,)), an_incident(replace(ticket, id="second"), (2,), (2,))]
    incidents, _, _ = tell_splits(pair, [], LATER)

    assert tell_splits(incidents, [], LATER) == (incidents, [], [])


def test_a_ticket_is_brought_forth_once_a_minute(ticket: Ticket) -> None:
    second = replace(ticket, id="second")
    pair = [an_incident(ticket, (1, 2), (1,)), an_incident(second, (2,), (2,))]

    _, tickets, _ = tell_splits(pair, [ticket, second], LATER)

    assert sorted(one.id for one in tickets) == sorted((ticket.id, "second"))


@pytest.mark.parametrize(
    ("first_claims", "second_claims"), [((1, 2), (3, 4)), ((1, 2), (2, 3))], ids=["apart", "still claimed"]
)
def test_sources_that_keep_their_sensors_are_no_split(
    ticket: Ticket, first_claims: tuple[int, ...], second_claims: tuple[int, ...]
) -> None:
    first = an_incident(ticket, (1, 2), first_claims)
    second = an_incident(replace(ticket, id="second"), second_claims, second_claims)

    assert tell_splits([first, second], [], LATER) == ([first, second], [], [])


def test_what_has_no_ticket_yet_splits_nothing(ticket: Ticket) -> None:
    pair = [an_incident(ticket, (1, 2), (1,)), an_incident(None, (2,), (2,))]

    assert tell_splits(pair, [], LATER)[1:] == ([], [])
