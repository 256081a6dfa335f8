"""A way of supervising, month by month and day by day: plans get days, visits are judged and made, clues followed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.supervision.check_in import Answer, Known, Result, judge
from domain.supervision.credit import credit_on
from domain.supervision.grades import Grade
from domain.supervision.plans import Held, Limits, Plan, merge
from domain.supervision.visits import Cause, Cover, CoverKind, Scan
from domain.supervision.white_list import Listing
from simulators.plans.generate import DURATIONS_MIN, WINDOWS_DAYS
from simulators.year.assumptions import FIRST_YEAR, INSPECTORS
from simulators.year.books import Books
from simulators.year.world import FIRST, Dispatch, World, day_of, department

ZONE = ZoneInfo("Asia/Shanghai")
MORNING, AFTERNOON = time(9, 30), time(14, 0)
CLUE_MIN = 60
"""A visit that follows a clue takes so long. Design value. [min]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Which parts of the practice are in force; none = the old way.

    Attributes:
        merged: Plans of one enterprise become one visit.
        graded: Plans, caps and white list by grade, check-in at the door.
        clues: Tickets of the air send inspectors.
        planned: Departments file plans at all.
    """

    name: str
    merged: bool = False
    graded: bool = False
    clues: bool = False
    planned: bool = True


OLD = Way(name="old way")
LADDER = (
    OLD,
    Way(name="+ merged plans", merged=True),
    Way(name="+ grades, caps, white list, check-in", merged=True, graded=True),
    Way(name="this way: + clues of the air", merged=True, graded=True, clues=True),
)
"""The practice, part by part."""
ALONE = Way(name="clues alone, no plans", merged=True, graded=True, clues=True, planned=False)
"""What visits by clue find where nobody comes without one: the most that fewer plans can lift the rate to."""


def live(way: Way, books: Books, year: int, listed: frozenset[int] = frozenset()) -> None:
    """Let a calendar year pass under a way; `listed` are the white-listed where grades are in force."""
    run = _Run(way, books, year, listed if way.graded else frozenset())
    for month in range(12):
        run.month(month)


class _Run:
    """One year under one way."""

    def __init__(self, way: Way, books: Books, year: int, listed: frozenset[int]) -> None:
        self._way, self._books, self._year, self._listed = way, books, year, listed
        self._world: World = books.world
        self._days: dict[str, date] = {}
        self._waiting: list[Plan] = []
        self._field = {plan_field(field): field for one in self._world.enterprises for field in one.fields}
        self._row = {one.enterprise_id: i for i, one in enumerate(self._world.enterprises)}
        self._clues: defaultdict[int, list[Dispatch]] = defaultdict(list)
        for clue in self._world.dispatches if way.clues else ():
            self._clues[clue.day].append(clue)

    def month(self, month: int) -> None:
        """Plan a month, then live it."""
        first = date(self._year, month + 1, 1)
        after = date(self._year + month // 11, (month + 1) % 12 + 1, 1)
        self._plan(month, first)
        by_day = defaultdict(list)
        for plan in self._waiting:
            if plan.plan_id in self._days:
                by_day[self._days[plan.plan_id]].append(plan)
        for offset in range((after - first).days):
            day = first + timedelta(days=offset)
            for group in self._groups(by_day[day]):
                self._routine(day, group)
            self._follow((day - FIRST).days)
        self._waiting = [plan for plan in self._waiting if self._days.get(plan.plan_id, after) >= after]

    def _plan(self, month: int, first: date) -> None:
        """Give the month's new plans their days, and those of before that still wait."""
        new = list(_filed(self._way, self._books, self._year, month)) if self._way.planned else []
        if not self._way.merged:
            self._waiting += new
            self._days |= {one.plan_id: day for one in new if (day := self._lonely_day(one, month)) is not None}
            return
        kept = [replace(one, earliest=max(one.earliest, first)) for one in self._waiting if one.latest >= first]
        self._books.told["plans_expired"] += len(self._waiting) - len(kept)
        plans = [*kept, *new]
        published = {one.plan_id: self._days[one.plan_id] for one in kept if one.plan_id in self._days}
        merged = merge(plans, self._limits(first), published)
        self._days = dict(merged.schedule.days)
        refused = {one for one, why in merged.schedule.held.items() if why is Held.WHITE_LISTED}
        self._books.told["plans_white_listed"] += len(refused)
        self._waiting = [one for one in plans if one.plan_id not in refused]

    def _limits(self, first: date) -> Limits:
        """Return the white list, and what is left of each cap this year."""
        if not self._way.graded:
            return Limits(first=first)
        number, left = (first - FIRST).days, {}
        for i, one in enumerate(self._world.enterprises):
            cap = self._books.graded(i, number).cap
            left[one.enterprise_id, self._year] = max(0, cap - len(self._books.scans[i]))
        listed = frozenset(self._world.enterprises[i].enterprise_id for i in self._listed)
        return Limits(visits_left=left, white_listed=listed, first=first)

    def _lonely_day(self, plan: Plan, month: int) -> date | None:
        """Return any working day of a plan's window."""
        span = range((plan.latest - plan.earliest).days + 1)
        days = [day for i in span if Limits().is_open(day := plan.earliest + timedelta(days=i))]
        chance = self._world.chances[(*_place_of(plan), 12 * (self._year - FIRST_YEAR) + month, 4)]
        return days[int(chance * len(days))] if days else None

    def _groups(self, plans: Sequence[Plan]) -> Iterable[Sequence[Plan]]:
        """Return the plans of each visit of a day."""
        if not self._way.merged:
            return [[plan] for plan in plans]
        groups = defaultdict(list)
        for plan in plans:
            groups[plan.enterprise_id].append(plan)
        return groups.values()

    def _routine(self, day: date, plans: Sequence[Plan]) -> None:
        """Make a planned visit, where the door opens."""
        enterprise, number = self._row[plans[0].enterprise_id], (day - FIRST).days
        covers = [
            Cover(
                kind=CoverKind.PLAN,
                cover_id=plan.plan_id,
                enterprise_id=plan.enterprise_id,
                first=plan.earliest,
                last=plan.latest,
            )
            for plan in plans
        ]
        answer: Answer | None = None
        if self._way.graded:
            scan = Scan(
                scan_id=f"{plans[0].plan_id}@{day}",
                inspector_id=f"{plans[0].department}-{enterprise % INSPECTORS}",
                enterprise_id=plans[0].enterprise_id,
                at=datetime.combine(day, MORNING, ZONE),
                received_at=datetime.combine(day, MORNING, ZONE),
                plan_id=plans[0].plan_id,
            )
            answer = self._judge(scan, covers, enterprise, number)
            self._books.told[f"routine_{answer.result}"] += 1
        if answer is None or answer.result is Result.ALLOWED:
            fields, minutes = [self._field[plan.field] for plan in plans], sum(plan.duration_min for plan in plans)
            is_found = self._books.visit(number, enterprise, fields, minutes, by_clue=False)
            self._keep(answer, enterprise, is_found=is_found)

    def _follow(self, number: int) -> None:
        """Follow the day's clues, each enterprise once."""
        gone = set[int]()
        for clue in self._clues[number]:
            source = clue.problem_id
            if source in self._books.found or clue.named in gone:
                continue
            gone.add(clue.named)
            answer = self._clue_answer(clue, number)
            if answer is not None:
                fields = self._world.enterprises[clue.named].air
                is_found = self._books.visit(number, clue.named, fields, CLUE_MIN, by_clue=True)
                self._keep(answer, clue.named, is_found=is_found)

    def _clue_answer(self, clue: Dispatch, number: int) -> Answer | None:
        """Return what lets a clue's visit in: its cause above the cap, another inspector where one is blocked."""
        one, day = self._world.enterprises[clue.named], day_of(number)
        ticket = f"ticket-{clue.day}-{clue.named}"
        covers = [Cover(kind=CoverKind.TICKET, cover_id=ticket, enterprise_id=one.enterprise_id, first=day)]
        at = datetime.combine(day, AFTERNOON, ZONE)
        for turn in range(INSPECTORS):
            scan = Scan(
                scan_id=ticket,
                inspector_id=f"{department(one.fields[0])}-{(clue.named + turn) % INSPECTORS}",
                enterprise_id=one.enterprise_id,
                at=at,
                received_at=at,
                ticket_id=ticket,
            )
            answer = self._judge(scan, covers, clue.named, number)
            self._books.told[f"clue_{answer.result}"] += 1
            if answer.result is Result.OVER_FREQUENCY:
                answer = self._judge(replace(scan, cause=Cause.CLUE), covers, clue.named, number)
                self._books.told["clue_above_cap_with_cause"] += 1
            if answer.result is Result.ALLOWED:
                return answer
        return None

    def _judge(self, scan: Scan, covers: Sequence[Cover], enterprise: int, number: int) -> Answer:
        listings = [Listing(enterprise_id=scan.enterprise_id, first=FIRST)] if enterprise in self._listed else []
        known = Known(
            visits=self._books.scans[enterprise],
            covers=covers,
            listings=listings,
            cap=self._books.graded(enterprise, number).cap,
            zone=ZONE,
        )
        return judge(scan, known)

    def _keep(self, answer: Answer | None, enterprise: int, *, is_found: bool) -> None:
        if answer is not None and answer.visit is not None:
            self._books.scans[enterprise].append(replace(answer.visit, problem_found=is_found))


def _filed(way: Way, books: Books, year: int, month: int) -> Iterable[Plan]:
    """Return the plans that departments file for a month: each field with the programme's chance."""
    world, row = books.world, 12 * (year - FIRST_YEAR) + month
    first = date(year, month + 1, 1)
    for i, one in enumerate(world.enterprises):
        often = world.assumptions.programme(books.grade(i, (first - FIRST).days)) if way.graded else 1.0
        chances = world.chances[i, : len(one.fields), row]
        for k in (chances[:, 0] < often / 12).nonzero()[0].tolist():
            _, start, window, duration, _ = chances[k].tolist()
            earliest = first + timedelta(days=int(start * 28))
            span = WINDOWS_DAYS[int(window * len(WINDOWS_DAYS))]
            yield Plan(
                plan_id=f"{i}-{k}-{row}",
                department=department(one.fields[k]),
                field=plan_field(one.fields[k]),
                enterprise_id=one.enterprise_id,
                earliest=earliest,
                latest=min(earliest + timedelta(days=span - 1), date(year, 12, 31)),
                duration_min=DURATIONS_MIN[int(duration * len(DURATIONS_MIN))],
            )


def plan_field(field: int) -> str:
    """Return the name of a field."""
    return f"field-{1 + field:02d}"


def _place_of(plan: Plan) -> tuple[int, int]:
    enterprise, field, _ = plan.plan_id.split("-")
    return int(enterprise), int(field)


def white_list(books: Books, day: int) -> frozenset[int]:
    """Return the white-listed of a day: the share with the best scores of grade A, by row."""
    world = books.world
    good = [i for i in range(len(world.enterprises)) if books.grade(i, day) is Grade.A]
    score = {i: credit_on(day_of(day), world.enterprises[i].subject.credit, books.facts[i]).score for i in good}
    wanted = round(world.assumptions.white_listed * len(world.enterprises))
    return frozenset(sorted(good, key=lambda i: (-score[i], i))[:wanted])
