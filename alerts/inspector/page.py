"""A ticket in, the inspector's page out: everything to know and do on the way to a place, for a phone's width."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from alerts.inspector.form import MOST_PHOTOS, MOVES, Act
from alerts.inspector.map_apps import map_links
from alerts.inspector.photos import PhotoInfo
from alerts.inspector.still import map_still
from alerts.inspector.words import Language, page_words
from alerts.lifecycle import allowed_moves
from alerts.supervision.matter_told import Advice
from alerts.templates import environment
from alerts.view import TicketView
from domain.site import Site
from domain.supervision.compliance import Measure, Severity
from domain.ticket import HistoryEntry

STATIC = "/static/inspector/"
SHOWN_CANDIDATES = 3
ACCEPTED = "accepted"
_EIGHTH_DEG = 45
SharedWords = Callable[[str], Mapping[str, str]]

_ENVIRONMENT = environment(jinja2.PackageLoader("alerts.inspector"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page is drawn from.

    Attributes:
        path: The page's own address, without the query.
        who: Whom the link is made for; empty: the page asks.
        key: Of the forms, until one is sent.
        known: Names of matters in use there; None: no matters are filed here.
    """

    ticket: TicketView
    photos: Sequence[PhotoInfo]
    path: str
    who: str
    key: str
    keep_position: bool
    known: Sequence[str] | None = None


def open_acts(ticket: TicketView) -> tuple[Act, ...]:
    """Return what an inspector may tell now; who accepted need not again."""
    allowed = allowed_moves(ticket.state)
    acts = [act for act, move in MOVES.items() if move in allowed]
    return tuple(act for act in acts if act is not Act.ACCEPT or accepted(ticket) is None)


def accepted(ticket: TicketView) -> tuple[str, datetime] | None:
    """Return who accepted the last dispatch, and when; None where nobody has."""
    found = next((entry for entry in since_dispatch(ticket) if entry.what == ACCEPTED), None)
    return (found.who, found.at) if found else None


def since_dispatch(ticket: TicketView) -> tuple[HistoryEntry, ...]:
    """Return the history after a person's last decision, or after the ticket came back."""
    marks = [at for at, entry in enumerate(ticket.history) if entry.what in ("decided", "undone", "reopened")]
    return ticket.history[marks[-1] + 1 :] if marks else ticket.history


def _visits(ticket: TicketView, told: str) -> str:
    """Return how many of the year's visits the leading enterprise has had; empty where no cap is known."""
    known = next((one.value for one in ticket.recommendation.inputs if one.name == "visits_of_cap"), "")
    used, _, cap = known.partition(" of ")
    return told.format(used=used, cap=cap) if cap.isdigit() else ""


class Pages:
    """Draws pages of one zone; `shared` gives the words that the desk's pages show too, by language."""

    def __init__(self, site: Site, shared: SharedWords) -> None:
        self._site = site
        self._zone = ZoneInfo(site.timezone)
        self._words = {language: page_words(language, shared(language.value)) for language in Language}

    def ticket(self, shown: Shown, language: Language, nonce: str) -> str:
        """Return a ticket's page."""
        ticket, words = shown.ticket, self._words[language]
        title = words["clue"].format(number=ticket.number)
        return _ENVIRONMENT.get_template("ticket.html").render(
            w=words,
            lang=language.value,
            nonce=nonce,
            static=STATIC,
            site_name=self._site.name,
            title=title,
            ticket=ticket,
            candidates=ticket.candidates[:SHOWN_CANDIDATES],
            visits=_visits(ticket, words["visits_of_cap"]),
            reasons=[words.get(f"reason.{reason}", reason) for reason in ticket.recommendation.reasons],
            wind=self._wind(ticket, words),
            still=Markup(map_still(self._site, ticket, words["still"])),  # noqa: S704 - escapes its only text
            map_links=map_links(ticket.lon, ticket.lat, title),
            acts=open_acts(ticket),
            all_acts=tuple(Act),
            accepted=accepted(ticket),
            measures=tuple(Measure),
            severities=tuple(Severity),
            shown=shown,
            most_photos=MOST_PHOTOS,
            time=lambda at: self.time(at, ticket.opened_at),
            told={key: words[key] for key in words if key.startswith(("js.", "act."))},
        )

    def refusal(self, status: int, language: Language, back: str, detail: str = "") -> str:
        """Return the page of a refusal in plain words; `back` leads to the ticket, empty = nowhere."""
        words = self._words[language]
        title = words.get(f"refused.{status}", words["refused.else"])
        return _ENVIRONMENT.get_template("refused.html").render(
            w=words,
            lang=language.value,
            static=STATIC,
            site_name=self._site.name,
            title=title,
            mend=words.get(f"refused.{status}.mend", detail),
            back=back,
        )

    def told(self, status: int, language: Language, detail: str) -> str:
        """Return a refusal in one line of plain words."""
        words = self._words[language]
        title = words.get(f"refused.{status}", words["refused.else"])
        stop = "。" if language is Language.ZH else ". "
        return f"{title}{stop}{words.get(f'refused.{status}.mend', detail)}"

    def suggestion(self, advice: Advice, language: Language) -> str:
        """Return a suggested measure with its reason in one line."""
        words = self._words[language]
        days = [one.day.isoformat() for one in advice.earlier]
        told = words["suggested"].format(measure=words[f"measure.{advice.measure}"], why=words[f"why.{advice.reason}"])
        return told + (words["suggested_days"].format(days=", ".join(days)) if days else "")

    def state(self, ticket: TicketView, language: Language) -> str:
        """Return the word of a ticket's state."""
        return self._words[language].get(f"ticket.{ticket.state.value}", ticket.state.value)

    def time(self, at: datetime, beside: datetime) -> str:
        """Return a time of the zone's clock, with the day where it is another one than `beside`."""
        local = at.astimezone(self._zone)
        same_day = local.date() == beside.astimezone(self._zone).date()
        return f"{local:%H:%M}" if same_day else f"{local:%m-%d %H:%M}"

    def _wind(self, ticket: TicketView, words: Mapping[str, str]) -> str:
        wind = ticket.wind
        if wind.calm:
            return words["calm"]
        if wind.from_deg is None or wind.speed_ms is None:
            return words["wind_unknown"]
        name = words["directions"].split()[round(wind.from_deg / _EIGHTH_DEG) % 8]
        return words["wind_from"].format(dir=name, speed=f"{wind.speed_ms:.1f}")
