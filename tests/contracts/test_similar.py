"""Tickets that are alike, on each database: what counts as alike, how they ended, found by an index."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, insert, text

from alerts.inspector.photo import read_photo
from alerts.inspector.photos import Photos
from alerts.lifecycle import Measure, MoveKind, Outcome
from alerts.store import Tickets
from alerts.store.models import TicketRow
from alerts.store.similar import SHOWN, similar
from domain.likeness import End
from domain.problem import Problem
from domain.ticket import Candidate, DismissalReason, Ticket, TicketKind
from domain.times import to_ms
from tests.builders_alerts import NOON, make_move, make_ticket, merged
from tests.builders_inspector import a_picture

FAR = {"lon": 116.55, "lat": 39.75}


def before(ticket_id: str, days: float = 10, **told: object) -> Ticket:
    return replace(make_ticket(ticket_id, opened_at=NOON - timedelta(days=days)), **told)


def of_another(ticket_id: str, days: float = 10, **told: object) -> Ticket:
    lead = Candidate(enterprise_id="e-9", name="示例九厂", probability=0.8, distance_m=100)
    return before(ticket_id, days, candidates=(lead,), unknown_probability=0.2, **told)


@pytest.fixture
def tickets(engine: Engine) -> Tickets:
    return Tickets(engine)


def alike(engine: Engine, ticket_id: str = "a1") -> Sequence[str]:
    return [one.id for one in similar(engine, ticket_id).tickets]


def test_the_same_leading_source_or_the_same_place_is_alike(engine, tickets):
    tickets.upsert(
        [make_ticket(), before("led", 3, **FAR), of_another("near", 2, lat=39.7935), of_another("neither", 1, **FAR)]
    )

    told = {one.id: (one.same_lead, one.same_place) for one in similar(engine, "a1").tickets}

    assert told == {"near": (False, True), "led": (True, False)}


def test_a_corner_of_the_box_is_not_the_place(engine, tickets):
    tickets.upsert([make_ticket(), of_another("corner", lon=116.515, lat=39.7942)])

    assert alike(engine) == []


def test_another_pollutant_kind_or_time_is_not_alike(engine, tickets):
    peak = make_ticket().peak
    assert peak is not None
    tickets.upsert(
        [
            make_ticket(),
            before("ozone", peak=replace(peak, pollutant="o3")),
            before("old", 366),
            before("later", -1),
            before("device", kind=TicketKind.SENSOR),
            before("elsewhere", site="other"),
            before("whole"),
            merged(before("part"), "whole"),
        ]
    )

    assert alike(engine) == ["whole"]


def test_a_place_that_unknown_leads_has_no_leading_source(engine, tickets):
    lost = {"unknown_probability": 0.7} | FAR
    tickets.upsert([replace(make_ticket(), unknown_probability=0.7), before("x", **lost)])

    assert alike(engine) == []


def test_what_was_found_is_counted_over_all_and_the_newest_are_told(engine, tickets):
    tickets.upsert([make_ticket(), *(before(f"t{day}", day) for day in range(1, 9))])
    for day, found in ((1, True), (2, True), (3, False), (8, True)):
        close(tickets, f"t{day}", found=found)
    tickets.decide("t4", make_move(MoveKind.DISMISS, reason_code=DismissalReason.HUMIDITY))

    told = similar(engine, "a1")

    assert (told.confirmed, told.visited, told.dismissed, told.alike) == (3, 4, 1, 8)
    assert [one.id for one in told.tickets] == ["t1", "t2", "t3", "t4", "t5"]
    assert [one.ending.end for one in told.tickets] == [
        End.CONFIRMED,
        End.CONFIRMED,
        End.NOTHING_FOUND,
        End.DISMISSED,
        End.OPEN,
    ]
    assert told.tickets[0].ending.measure == "guidance"
    assert told.tickets[3].ending.reason_code == "humidity"
    assert (told.tickets[0].leading, told.tickets[0].peak) == ("示例一厂", 186.0)


def close(tickets: Tickets, ticket_id: str, *, found: bool) -> None:
    result = Outcome(problem_found=found, measure=Measure.GUIDANCE if found else Measure.NONE)
    for kind, more in ((MoveKind.DISPATCH, {}), (MoveKind.ARRIVE, {}), (MoveKind.OUTCOME, {"outcome": result})):
        tickets.decide(ticket_id, make_move(kind, **more))


def test_photographs_of_the_spot_come_with_the_tickets_that_are_shown(engine, tickets):
    tickets.upsert([make_ticket(), before("t1")])
    photos = Photos(engine)
    for width in (20, 21, 22, 23):
        photos.add("t1", "王五", to_ms(NOON) + width, read_photo(a_picture(width)))

    shots = similar(engine, "a1").tickets[0].photos

    assert [to_ms(one.at) - to_ms(NOON) for one in shots] == [23, 22, 21]
    assert photos.file("t1", shots[0].id)[0] == "image/jpeg"


def test_a_ticket_that_has_moved_is_found_where_it_is_now(engine, tickets):
    there = of_another("t1", **FAR)
    tickets.upsert([make_ticket(), there])
    assert alike(engine) == []

    moved = replace(there, lon=116.51, lat=39.79, updated_at=there.updated_at + timedelta(minutes=1))
    tickets.upsert([moved])

    assert alike(engine) == ["t1"]


def test_an_unknown_ticket_is_not_found(engine, tickets):
    with pytest.raises(Problem, match="no ticket has the id"):
        similar(engine, "nobody")


def test_a_year_of_tickets_is_not_read_through(engine, tickets):
    tickets.upsert([make_ticket(), *(before(f"t{day}", day) for day in range(1, 4))])
    fill_a_year(engine, 3000)
    asked: list[tuple[str, object]] = []

    def listen(connection, cursor, statement, parameters, context, many):
        if "FROM tickets" in statement and "ORDER BY" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", listen)
    assert len(alike(engine)) == 3 <= SHOWN
    event.remove(engine, "before_cursor_execute", listen)

    assert len(asked) == 2
    for (statement, parameters), index in zip(asked, ("lead_opened_ms", "site_lat_lon"), strict=True):
        assert index in plan(engine, statement, parameters), statement


def fill_a_year(engine: Engine, count: int) -> None:
    """Put tickets of others into the year before, scattered over the zone; nobody reads them."""
    noon = to_ms(NOON)
    same = {"site": "etown", "kind": "local", "priority": 1, "system": "{}", "system_entries": 1, "state": "closed"}
    rows = [
        same
        | {"id": f"x{n}", "number": 100 + n, "change_seq": 100 + n, "version": 0, "lead": f"o-{n % 200}"}
        | {"pollutant": ("pm25", "pm10", "nox", "o3")[n % 4], "lon": 116.55 + n % 97 / 5000, "lat": 39.7 + n % 89 / 500}
        | dict.fromkeys(("opened_ms", "updated_ms", "system_ms"), noon - n * 86_400_000 * 360 // count)
        for n in range(count)
    ]
    with engine.begin() as connection:
        connection.execute(insert(TicketRow), rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def plan(engine: Engine, statement: str, parameters: object) -> str:
    words = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(words + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)
