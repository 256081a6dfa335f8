"""Random histories of scans on the real store, in order and late, against the laws of visits."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from alerts.store.engine import writing
from alerts.store.models import CheckInRow, VisitRow
from tests.builders_check_ins import CHIEF, Door, an_enterprise
from tests.builders_supervision import NOON
from tests.ticket_stores import BACKENDS, fresh_store

CAP = 5
DAYS = 390
DAY_MS = 86_400_000
FEW = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""On a database each example takes a second; to shrink one takes minutes."""


@dataclass(frozen=True)
class Said:
    """One scan, what an inspector says when it is refused, and its outcome: filed at once, at the end, or never."""

    minutes: int
    who: str
    cause: str | None
    chief: bool
    found: bool | None
    later: bool


SAID = st.builds(
    Said,
    minutes=st.integers(0, DAYS * 4).map(lambda quarter: quarter * 360),
    who=st.sampled_from(["li", "li", "li", "zhao"]),
    cause=st.sampled_from([None, None, "special", "complaint", "clue"]),
    chief=st.sampled_from([False, False, True]),
    found=st.sampled_from([False, None, None, None, True]),
    later=st.booleans(),
)
HISTORIES = st.lists(SAID, min_size=8, max_size=25)


@pytest.fixture(params=BACKENDS, scope="module")
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with fresh_store(request.param, Path(tmp_path_factory.mktemp("laws"))) as engine:
        door = Door(engine, [an_enterprise(annual_check_cap=CAP)])
        door.add_complaint(at=NOON - timedelta(days=DAYS + 1))
        door.add_chief()
        yield door


def played(door: Door, history: list[Said]) -> list[VisitRow]:
    """Send the scans as they arrive, each again with what its inspector says, and file the outcomes; return visits."""
    with writing(door.engine) as session:
        session.execute(delete(VisitRow))
        session.execute(delete(CheckInRow))
    open_ones = []
    for number, said in enumerate(history):
        name, at = f"s{number}", NOON - timedelta(days=DAYS) + timedelta(minutes=said.minutes)
        result = door.scan(name, at=at, who=said.who).row.result
        if result == "blocked" and said.chief:
            result = door.scan(name, at=at, who=said.who, chief=CHIEF.name, cause=said.cause).row.result
        if result == "over_frequency" and said.cause:
            result = door.scan(name, at=at, who=said.who, cause=said.cause).row.result
        if result == "allowed" and said.found is not None:
            if said.later:
                open_ones.append((name, said.found))
            else:
                door.found(name, problem=said.found)
    for name, found in open_ones:
        door.found(name, problem=found)
    return door.visits()


def fourths(visits: list[VisitRow]) -> set[str]:
    """Return the visits with three fruitless ones of their inspector within 365 days before them, the plain way."""
    return {
        last.scan_id
        for row, last in enumerate(visits)
        if sum(
            one.inspector_id == last.inspector_id and not one.problem_found and last.at_ms - one.at_ms <= 365 * DAY_MS
            for one in visits[:row]
        )
        >= 3
    }


def above_cap(door: Door, visits: list[VisitRow]) -> set[str]:
    """Return the visits beyond the first `CAP` of their year in the zone, the plain way."""
    years: defaultdict[int, list[str]] = defaultdict(list)
    for visit in visits:
        years[door.office.at(visit.at_ms).year].append(visit.scan_id)
    return {name for names in years.values() for name in names[CAP:]}


def lacking(door: Door, visits: list[VisitRow]) -> dict[str, str]:
    """Return what should be in conflict: without a chief's word, or without a cause, which is told first."""
    unsaid = fourths(visits) - {visit.scan_id for visit in visits if visit.override_by}
    uncaused = above_cap(door, visits) - {visit.scan_id for visit in visits if visit.cause}
    return dict.fromkeys(unsaid, "fruitless_visits") | dict.fromkeys(uncaused, "cap_reached")


@FEW
@given(history=HISTORIES)
def test_scans_in_order_never_make_a_fourth_fruitless_visit_nor_pass_the_cap_without_a_word(door, history):
    visits = played(door, sorted(history, key=lambda said: said.minutes))

    assert lacking(door, visits) == {}
    assert [visit.conflict for visit in visits if visit.conflict] == []


@FEW
@given(history=HISTORIES)
def test_late_scans_leave_no_visit_without_its_word_that_is_not_named(door, history):
    visits = played(door, history)

    assert {visit.scan_id: visit.conflict for visit in visits if visit.conflict} == lacking(door, visits)


@FEW
@given(history=HISTORIES)
def test_every_answer_is_kept_and_only_allowed_ones_are_visits(door, history):
    visits = played(door, history)
    again = [door.scan(visit.scan_id, at=door.office.at(visit.at_ms), who=visit.inspector_id) for visit in visits]

    assert all(answer.repeated and answer.row.result == "allowed" for answer in again)
    assert [visit.scan_id for visit in door.visits()] == [visit.scan_id for visit in visits]


def test_the_laws_are_not_empty(door):
    scans = [Said(minutes=60 * hour, who="li", cause=None, chief=False, found=None, later=False) for hour in range(4)]
    late = Said(minutes=0, who="li", cause=None, chief=False, found=None, later=False)

    assert len(played(door, scans)) == 3
    visits = played(door, [*scans[1:], late])
    assert lacking(door, visits) == {"s2": "fruitless_visits"}
    assert [visit.conflict for visit in visits] == [None, None, None, "fruitless_visits"]
