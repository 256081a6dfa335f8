"""What the sign-in forms carry: where to go afterwards, in which language, and the proof that the form is ours."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from alerts.people.cookies import FORM, read_cookie
from alerts.people.keys import is_form_token, new_key
from alerts.people.origin import check_origin
from domain.problem import Problem


class FormRefused(Problem):
    """A form that can't be taken; the page shows why."""

    def __init__(self, code: str, status: int = 422) -> None:
        super().__init__(status, code, "Form refused", "open the page again and fill it in anew")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person wants to go, and in which language."""

    next: str = "/"
    lang: str = "zh"

    def __post_init__(self) -> None:
        object.__setattr__(self, "next", may_go_to(self.next))
        object.__setattr__(self, "lang", "en" if self.lang.lower().startswith("en") else "zh")

    def query(self) -> str:
        """Return it as the query of an address."""
        return urlencode({"next": self.next, "lang": self.lang})


def place_of(request: Request) -> Place:
    """Read it off an address."""
    return Place(request.query_params.get("next", "/"), request.query_params.get("lang", "zh"))


def may_go_to(asked: str) -> str:
    r"""Return a path of ours; anything that a browser could take for another host becomes the desk.

    >>> may_go_to("/map?lang=en"), may_go_to("//evil.example"), may_go_to("/\\evil.example"), may_go_to("https://e.example")
    ('/map?lang=en', '/', '/', '/')
    """
    is_ours = asked.startswith("/") and asked[1:2] not in ("/", "\\") and asked.isprintable() and len(asked) < 1000
    return asked if is_ours else "/"


def form_key(request: Request) -> str:
    """Return the key of a browser's form cookie, a new one where it has none."""
    return read_cookie(request, FORM) or new_key()


def check_form(request: Request, key: str | None, token: str, form: str) -> None:
    """Refuse a form that a page of another site sent, or that carries no proof of having been drawn for this browser.

    Raises:
        Problem: 403.
    """
    check_origin(request)
    if not key or not is_form_token(token, key, form):
        raise FormRefused("stale_form", 403)
