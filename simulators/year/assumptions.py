"""What the simulated year takes for granted, in one place, and the same as lines to read."""

from dataclasses import dataclass, field

from domain.supervision.grades import Grade, GradeRules
from domain.supervision.visits import Cause
from simulators.plans.generate import DURATIONS_MIN, WINDOWS_DAYS
from simulators.year.measured import AirScores

FIRST_YEAR = 2025
"""The year before, spent the old way: its findings are the credit with which the compared year begins."""
DEPARTMENTS, FIELDS, AIR_FIELDS = 26, 64, 8
"""Departments and fields as the zone reported; the first fields are the air's. Air's share: design value."""
INSPECTORS = 4
"""Inspectors of a department, each with his own part of the zone. Design value."""
REPORTED_OLD_RATE = 0.10
"""Share of visits that found a problem the old way, as the zone reported. `problems_a_year` is set by it."""
REPORTED_NEW_RATE = 0.60
"""… and after the change."""
REPORTED_A, REPORTED_D = "75 % fewer", "three times more"
"""Visits to enterprises graded A and D after the change, as the zone reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Design values, but where a source is told.

    Attributes:
        enterprises: So many.
        class_one: Share of risk class I.
        credits: Shares of registered credit A, B, C, D: the careful ones are more often A, by a noisy view.
        fields_least, fields_most: So many fields of inspection apply to an enterprise; two of them are the air's.
        problems_a_year: Mean of new problems at an enterprise in a year.
        spread: Sigma of the log-normal by which enterprises differ in this.
        lasts_days: Mean time until a problem that nobody finds is mended by itself. [d]
        seen_on_site: A visit sees an open problem of a field that it looks at.
        shows_in_air: Share of the air fields' problems that are strong enough to show in the air.
        every_days: Mean time between two episodes of such a problem. [d]
        lawful: Share of episodes, were nothing mended early, that come from lawful work: nothing is found on site.
        slight, ordinary: Shares of severity; the rest is grave.
        on_the_spot: Slight matters mended while the inspector looks.
        in_time: Rectifications filed in time; the others are ten days late.
        white_listed: Share of all that stands on the white list: the best scores of grade A.
        air: Measured precision of the air's tickets.
    """

    enterprises: int = 1000
    class_one: float = 0.15
    credits: tuple[float, ...] = (0.30, 0.45, 0.18, 0.07)
    fields_least: int = 8
    fields_most: int = 16
    problems_a_year: float = 11.5
    spread: float = 0.8
    lasts_days: float = 60.0
    seen_on_site: float = 0.85
    shows_in_air: float = 0.3
    every_days: float = 14.0
    lawful: float = 0.25
    slight: float = 0.6
    ordinary: float = 0.35
    on_the_spot: float = 0.5
    in_time: float = 0.9
    white_listed: float = 0.03
    air: AirScores = field(default_factory=AirScores)

    def programme(self, grade: Grade) -> float:
        """Return how often a year a field is planned at an enterprise of a grade: its cap over that of grade B."""
        caps = GradeRules().caps
        return caps[grade] / caps[Grade.B]

    def lines(self) -> tuple[str, ...]:
        """Return the assumptions as lines."""
        air, caps = self.air, GradeRules().caps
        shares = ", ".join(f"{one} {share:.0%}" for one, share in zip(Grade, self.credits, strict=True))
        often = ", ".join(f"{one} {self.programme(one):.2g}" for one in Grade)
        return (
            f"{self.enterprises:,} enterprises, {self.class_one:.0%} of risk class I; registered credit {shares}.",
            f"{DEPARTMENTS} departments, {FIELDS} fields, {AIR_FIELDS} of them the air's; "
            f"{self.fields_least}–{self.fields_most} fields apply to an enterprise, two of them the air's.",
            f"New problems: {self.problems_a_year:g} a year at the mean enterprise (log-normal, sigma {self.spread:g}) "
            f"in any of its fields, mended unseen after {self.lasts_days:g} days in the mean. This number is set so "
            f"that the old way finds something in about {REPORTED_OLD_RATE:.0%} of its visits, as the zone reported; "
            "nothing else is set by a result.",
            f"A visit sees {self.seen_on_site:.0%} of the open problems of its fields; what is found is mended.",
            "Old way: each field once a year in the mean, whoever it is; each plan is a visit of its own.",
            f"This way: a field is planned as often a year as the grade's cap to that of B ({often}); caps "
            + ", ".join(f"{one} {caps[one]}" for one in Grade)
            + f"; {self.white_listed:.0%} of all are white-listed; plans are merged and published month by month "
            "within caps left; each visit is judged at check-in.",
            f"Plans' windows of {', '.join(map(str, WINDOWS_DAYS))} days and durations of "
            f"{', '.join(map(str, DURATIONS_MIN))} min, each as likely, in both ways; no holidays but weekends.",
            f"Air: {self.shows_in_air:.0%} of the air fields' problems show, every {self.every_days:g} days in the "
            f"mean; {self.lawful:.0%} of all episodes, were nothing mended early, are lawful work: nothing is found.",
            f"Tickets as measured (docs/scores.md): recall {air.recall}, precision {air.precision}, dispatched "
            f"{air.dispatched}, to the true place {air.dispatch_right}; false tickets are dispatched as often as true "
            "ones, though none was in the measurement; a wrong place is any other enterprise. The duty officer follows "
            "the advice, the inspector is there the same day and looks at the air's fields.",
            f"A clue above the cap goes on with the cause `{Cause.CLUE}`; a blocked one is taken by another of the "
            f"{INSPECTORS} inspectors of the department; a blocked or over-frequent routine visit is not made.",
            f"Outcomes: {self.slight:.0%} slight, {self.ordinary:.0%} ordinary, the rest grave; {self.on_the_spot:.0%} "
            f"of slight ones mended on the spot; {self.in_time:.0%} of rectifications in time; measures as suggested.",
            "Not simulated: complaints, satellites, checks of data, deterrence (a visit changes no later behaviour).",
        )
