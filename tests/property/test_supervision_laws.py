"""Random histories of scans and facts against the laws of supervision."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.supervision.caps import year_of
from domain.supervision.check_in import Known, Result, judge
from domain.supervision.credit import CreditTable, credit_on
from domain.supervision.grades import Grade
from domain.supervision.late_scans import conflicts
from domain.supervision.visits import Cause, CoverKind, Scan, Visit
from tests.builders_supervision import CHIEF, ZONE, make_cover, make_fact, make_scan

START = datetime(2024, 1, 1, tzinfo=ZONE)
RECEIVED = datetime(2030, 1, 1, tzinfo=ZONE)
CAP = 5
COVERS = tuple(make_cover(kind) for kind in CoverKind)
SCANS = st.lists(
    st.builds(
        lambda day, who, cause, override, found: (
            make_scan(
                f"{day}{who}{cause}{override}",
                START + timedelta(days=day),
                inspector=who,
                cause=cause,
                override=CHIEF if override else None,
                received_at=RECEIVED,
            ),
            found,
        ),
        st.integers(0, 900),
        st.sampled_from(["i1", "i2"]),
        st.sampled_from([None, None, *Cause]),
        st.sampled_from([False, False, False, True]),
        st.sampled_from([False, False, None, True]),
    ),
    max_size=40,
)
FACTS = st.lists(
    st.tuples(st.sampled_from(sorted(CreditTable().kinds)), st.dates(date(2024, 1, 1), date(2027, 1, 1))), max_size=12
).map(lambda rows: [make_fact(f"f{number}", kind, on) for number, (kind, on) in enumerate(rows)])
DAYS = st.dates(date(2023, 1, 1), date(2030, 1, 1))


def let_in(scans: list[tuple[Scan, bool | None]]) -> list[Visit]:
    """Return the visits of scans that arrive in this order; each outcome is filed before the next."""
    visits: list[Visit] = []
    for scan, found in scans:
        answer = judge(scan, Known(visits=tuple(visits), covers=COVERS, listings=(), cap=CAP, zone=ZONE))
        if answer.visit is not None and not answer.repeated:
            visits.append(replace(answer.visit, problem_found=found))
    return visits


def fourths(visits: list[Visit]) -> set[str]:
    """Return every visit that has three fruitless ones of its inspector within 365 days before it, the plain way."""
    ordered = sorted(visits, key=lambda visit: visit.at)
    return {
        last.scan_id
        for row, last in enumerate(ordered)
        if sum(
            one.inspector_id == last.inspector_id and not one.problem_found and last.at - one.at <= timedelta(days=365)
            for one in ordered[:row]
        )
        >= 3
    }


def above_cap(visits: list[Visit]) -> set[str]:
    """Return every visit beyond the first `CAP` of its year, the plain way."""
    years: defaultdict[int, list[str]] = defaultdict(list)
    for visit in sorted(visits, key=lambda visit: visit.at):
        years[year_of(visit.at, ZONE)].append(visit.scan_id)
    return {name for names in years.values() for name in names[CAP:]}


@given(SCANS)
def test_no_inspector_makes_a_fourth_fruitless_visit_within_365_days_without_a_chiefs_word(scans):
    visits = let_in(sorted(scans, key=lambda pair: pair[0].at))
    overridden = {visit.scan_id for visit in visits if visit.override}

    assert fourths(visits) == overridden


@given(SCANS)
def test_no_visit_is_above_the_cap_without_a_recorded_cause(scans):
    visits = let_in(sorted(scans, key=lambda pair: pair[0].at))
    caused = {visit.scan_id for visit in visits if visit.cause}

    assert above_cap(visits) <= caused


@given(SCANS)
def test_scans_in_order_make_no_conflict(scans):
    visits = let_in(sorted(scans, key=lambda pair: pair[0].at))

    assert conflicts(visits, lambda at: CAP, ZONE) == ()


@given(SCANS)
def test_in_any_order_of_arrival_every_visit_without_its_word_is_named(scans):
    visits = let_in(scans)
    found = conflicts(visits, lambda at: CAP, ZONE)
    named = {
        reason: {one.scan_id for one in found if one.reason == reason} for reason in ("fruitless_visits", "cap_reached")
    }

    assert named["fruitless_visits"] == fourths(visits) - {visit.scan_id for visit in visits if visit.override}
    assert named["cap_reached"] == above_cap(visits) - {visit.scan_id for visit in visits if visit.cause}


@given(SCANS)
def test_every_scan_sent_twice_is_one_visit(scans):
    assert let_in([pair for pair in scans for _ in range(2)]) == let_in(scans)
    visits = let_in(scans)
    known = Known(visits=tuple(visits), covers=(), listings=(), cap=0, zone=ZONE)
    names = {visit.scan_id for visit in visits}

    assert all(judge(scan, known).repeated for scan, _ in scans if scan.scan_id in names)


@given(SCANS, SCANS)
def test_what_comes_after_a_scan_does_not_change_its_answer(scans, others):
    scan = make_scan("asked", START + timedelta(days=450), received_at=RECEIVED)
    before = [visit for visit in let_in(scans) if visit.at <= scan.at]
    after = [
        replace(visit, scan_id=f"after{visit.scan_id}", at=scan.at + timedelta(seconds=1)) for visit in let_in(others)
    ]

    known = Known(visits=tuple(before), covers=COVERS, listings=(), cap=CAP, zone=ZONE)
    assert judge(scan, replace(known, visits=(*after, *before))) == judge(scan, known)


@given(FACTS, DAYS, st.sampled_from(list(Grade)), st.randoms(use_true_random=False))
def test_credit_is_the_same_in_any_order_and_whatever_comes_later(facts, day, registered, random):
    shuffled = [fact for fact in facts if fact.on <= day]
    random.shuffle(shuffled)

    assert credit_on(day, registered, shuffled) == credit_on(day, registered, facts)


@given(FACTS, DAYS, st.sampled_from(list(Grade)))
def test_the_lines_add_up_and_no_kind_is_above_its_limit(facts, day, registered):
    credit = credit_on(day, registered, facts)
    kinds = CreditTable().kinds

    assert abs(sum(line.points for line in credit.lines) - credit.score) < 1e-5
    for name, kind in kinds.items():
        total = sum(line.points for line in credit.lines if name in (line.reason, line.about))
        assert abs(total) <= kind.limit + 1e-9


@given(FACTS, DAYS, st.sampled_from(list(Grade)))
def test_a_penalty_more_never_makes_a_credit_better(facts, day, registered):
    worse = [*facts, make_fact("more", "penalty", day)]

    assert credit_on(day, registered, worse).score <= credit_on(day, registered, facts).score
    assert credit_on(day, registered, worse).grade >= credit_on(day, registered, facts).grade


def test_the_laws_are_not_empty():
    scans = [(make_scan(f"s{day}", START + timedelta(days=day), received_at=RECEIVED), False) for day in range(9)]
    known = Known(visits=let_in(scans), covers=COVERS, listings=(), cap=CAP, zone=ZONE)

    assert len(known.visits) == 3
    assert judge(scans[-1][0], known).result is Result.BLOCKED
