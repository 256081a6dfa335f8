"""The advice on a ticket as a sum of points, each input shown; what only a live system knows comes in here.

| input                                   | reason                    | points |
|-----------------------------------------|---------------------------|--------|
| several sensors agree                   | `*_sensors_agree`         | 2      |
| the leading candidate is sure           | `upwind_probability_high` | 2      |
| the evidence is firm                    | (no `evidence_thin`)      | 1      |
| the excess is many backgrounds          | `excess_strong`           | 0.2    |
| it has lasted an hour                   | `excess_long`             | 0.2    |
| a legal limit, the site's own level     | `limit_crossed`, `high_value` | 0.2 each |
| works or a drill are registered         | `registered_*`            | −4     |
| problems were found there before        | `problems_found_before`   | 1      |
| several visits found nothing            | `nothing_found_before`    | −2     |
| somebody is on the way there            | `dispatch_open_nearby`    | −3     |
| a clue from elsewhere opened the ticket | `clue_*`                  | 1      |
| it names an enterprise, or lies on its land | `enterprise_named`, `on_the_ground_of` | 2, 1 |
| further clues speak of place and time   | `corroborated_*`          | 1 each source, `other` 0.5 |
| a satellite saw the air raised there, or not | `satellite_raised`, `satellite_not_raised` | 1, −1 |
| calm, sensors excluded, cap, white list | named, shown              | 0      |

`dispatch` from 5 points on, `dismiss` at −2 or fewer, else `watch`. So nobody is sent on strength alone; agreement, a
sure candidate and firm evidence are needed together, and past findings stand in for firm evidence only. Calm and bad
sensors bear no points: the probabilities know of them already. However many clues of one source join a ticket, they
count once: who complains ten times is heard as one who complains. All points are design values.
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.ticket import Action, Recommendation, Ticket, TicketKind

DISPATCH_AT, DISMISS_AT = 5.0, -2.0
FIRM = 1.0
LONG = timedelta(minutes=60)
"""An excess that has lasted so long is long. Design value."""
NOTHING_FOUND_LEAST = 2
"""So many visits must have found nothing, and none anything. Design value."""
POINTS = {
    "two_sensors_agree": 2.0,
    "three_sensors_agree": 2.0,
    "many_sensors_agree": 2.0,
    "upwind_probability_high": 2.0,
    "evidence_thin": -FIRM,
    "excess_strong": 0.2,
    "excess_long": 0.2,
    "limit_crossed": 0.2,
    "high_value": 0.2,
    "registered_works": -4.0,
    "registered_drill": -4.0,
    "problems_found_before": 1.0,
    "nothing_found_before": -2.0,
    "dispatch_open_nearby": -3.0,
    "clue_complaint": 1.0,
    "clue_satellite": 1.0,
    "clue_data_check": 1.0,
    "clue_other": 1.0,
    "enterprise_named": 2.0,
    "on_the_ground_of": 1.0,
    "corroborated_complaint": 1.0,
    "corroborated_satellite": 1.0,
    "corroborated_data_check": 1.0,
    "corroborated_other": 0.5,
    "satellite_raised": 1.0,
    "satellite_not_raised": -1.0,
}
"""Points by reason; a reason that is not here bears none."""
_PERMITS = ("registered_works", "registered_drill")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseHistory:
    """What a live system knows of the leading candidate; a replay knows nothing of it.

    Attributes:
        found: Visits that found a problem.
        nothing: Visits that found none.
        visits: Visits in the last year.
        cap: Most visits in a year; None = no cap is known.
        whitelisted: On the white list: no routine visits.
        open_nearby: Tickets with a dispatch still open there.
        corroborated: Sources of the clues from elsewhere that joined the ticket, each once.
        satellite: What a satellite saw there and then, as text; empty = nothing.
        satellite_reason: What that is a reason for; empty = it says nothing.
    """

    found: int = 0
    nothing: int = 0
    visits: int = 0
    cap: int | None = None
    whitelisted: bool = False
    open_nearby: tuple[str, ...] = ()
    corroborated: tuple[str, ...] = ()
    satellite: str = ""
    satellite_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceInput:
    """One input of an advice: what it is, its value as text, and the points it bears."""

    name: str
    value: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised(Recommendation):
    """A recommendation with its score, which is the sum of the inputs' points."""

    score: float
    inputs: tuple[AdviceInput, ...]


def score_of(reasons: tuple[str, ...]) -> float:
    """Return the points of named reasons.

    >>> score_of(("two_sensors_agree", "upwind_probability_high"))
    5.0
    """
    return round(FIRM + sum(POINTS.get(reason, 0.0) for reason in reasons), 6)


def with_history(ticket: Ticket, history: EnterpriseHistory) -> Advised:
    """Return the advice on a ticket by all that is known now; of regional and sensor tickets the system's stands."""
    told = ticket.recommendation
    if ticket.kind is not TicketKind.LOCAL:
        return Advised(action=told.action, reasons=told.reasons, score=0.0, inputs=())
    more = tuple(reason for reason in _live_reasons(ticket, history) if reason not in told.reasons)
    reasons = (*told.reasons, *more)
    inputs = _inputs(ticket, reasons, history)
    score = round(sum(one.points for one in inputs), 6)
    weighs = any(POINTS.get(reason) for reason in more)
    action = action_of(score, reasons) if weighs else told.action
    return Advised(action=action, reasons=reasons, score=score, inputs=inputs)


def action_of(score: float, reasons: tuple[str, ...]) -> Action:
    """Return what so many points advise; registered works are watched, never dismissed."""
    if score >= DISPATCH_AT:
        return Action.DISPATCH
    is_permitted = any(reason in _PERMITS for reason in reasons)
    return Action.DISMISS if score <= DISMISS_AT and not is_permitted else Action.WATCH


def _live_reasons(ticket: Ticket, history: EnterpriseHistory) -> list[str]:
    known = {
        "excess_long": (ticket.event_end or ticket.updated_at) - ticket.event_start >= LONG,
        "problems_found_before": history.found > 0,
        "nothing_found_before": not history.found and history.nothing >= NOTHING_FOUND_LEAST,
        "dispatch_open_nearby": bool(history.open_nearby),
        "whitelisted_no_routine": history.whitelisted,
        "cap_reached": history.cap is not None and history.visits >= history.cap,
        "quota_unused": history.cap is not None and history.visits < history.cap,
    }
    held = [reason for reason, holds in known.items() if holds]
    held += [f"corroborated_{source}" for source in history.corroborated]
    return [*held, history.satellite_reason] if history.satellite_reason else held


def _inputs(ticket: Ticket, reasons: tuple[str, ...], history: EnterpriseHistory) -> tuple[AdviceInput, ...]:
    """Return every input with its value and the points of its reasons."""
    peak, lead = ticket.peak, ticket.candidates[0] if ticket.candidates else None
    lasted = (ticket.event_end or ticket.updated_at) - ticket.event_start
    crossed = [reason for reason in ("limit_crossed", "high_value") if reason in reasons]
    permits = [reason for reason in _PERMITS if reason in reasons]
    agree = [reason for reason in reasons if reason.endswith("_sensors_agree")]
    firm = "evidence_thin" not in reasons
    table: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("strength", f"{peak.excess:.1f} {peak.unit} over {peak.background:.1f}" if peak else "", ("excess_strong",)),
        ("duration", f"{lasted.total_seconds() / 60:.0f} min", ("excess_long",)),
        ("sensors", str(len(ticket.sensors)), tuple(agree)),
        ("top_probability", f"{lead.probability:.3f}" if lead else "0", ("upwind_probability_high",)),
        ("unknown_probability", f"{ticket.unknown_probability:.3f}", ()),
        ("calm", "yes" if ticket.wind.calm else "no", ("calm_no_direction",)),
        ("sensors_excluded", str(len(ticket.excluded)), ()),
        ("limits", "+".join(crossed) or "none", tuple(crossed)),
        ("registered", "+".join(permits) or "none", tuple(permits)),
        (
            "outcomes_before",
            f"{history.found} found, {history.nothing} nothing",
            ("problems_found_before", "nothing_found_before"),
        ),
        ("open_dispatches_nearby", "+".join(history.open_nearby) or "none", ("dispatch_open_nearby",)),
        ("visits_of_cap", f"{history.visits} of {'no cap' if history.cap is None else history.cap}", ("cap_reached",)),
        ("white_list", "yes" if "whitelisted_no_routine" in reasons else "no", ("whitelisted_no_routine",)),
    )
    if ticket.source != "air":
        named = tuple(one for one in ("enterprise_named", "on_the_ground_of") if one in reasons)
        table += (("clue", ticket.source, (f"clue_{ticket.source}", *named)),)
    if history.corroborated:
        sources = tuple(f"corroborated_{source}" for source in history.corroborated)
        table += (("corroborated", "+".join(history.corroborated), sources),)
    if history.satellite:
        table += (("satellite", history.satellite, ("satellite_raised", "satellite_not_raised")),)
    told = [AdviceInput(name="evidence", value="firm" if firm else "thin", points=FIRM if firm else 0.0)]
    return tuple(told) + tuple(
        AdviceInput(name=name, value=value, points=sum(POINTS.get(one, 0.0) for one in its if one in reasons))
        for name, value, its in table
    )
