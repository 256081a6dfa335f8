"""`webhooks.toml` → endpoints; every fault is listed at once, with where it is and how to mend it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from alerts.delivery.endpoint import TIMEOUT_S, Endpoint, Filter, FormName, Point
from alerts.delivery.events import EventType
from alerts.delivery.forms.base import Form
from alerts.toml_file import read_toml

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
LONGEST_S = 60.0
"""Longest that an attempt may be allowed to take. Design value. [s]"""
ROBOT_LIMITS = {FormName.DINGTALK: 20, FormName.WECOM: 20, FormName.FEISHU: 100}
"""What the platforms take from one robot; DingTalk shuts out whoever sends more. [1/min]"""
HIGHEST_PRIORITY, LOWEST_PRIORITY = 1, 3
_FEWEST_CORNERS = 3
_KEYS = frozenset(
    {
        *("name", "url", "form", "secrets", "secrets_file", "types", "priorities", "area"),
        *("timeout_s", "per_minute", "ca_file", "options"),
    }
)
_TYPES = {event.value.split(".")[-2]: event.value for event in EventType}
"""Short name of an event → its CloudEvents type."""


class EndpointsRefused(ValueError):
    """`webhooks.toml` holds faults; the message has one line for each."""


def read_endpoints(
    path: Path, forms: Mapping[FormName, Form], *, internal_allowed: bool = False
) -> tuple[Endpoint, ...]:
    """Read the endpoints.

    Args:
        path: The file; other files that it names are looked for beside it.
        forms: What can be spoken; each form checks its own endpoints.
        internal_allowed: Take `http://` too: the receivers stand in our own network.

    Raises:
        EndpointsRefused: All that is wrong, one line a fault.
    """
    return _Reader(path, forms, internal_allowed).endpoints(read_toml(path, EndpointsRefused))


class _Reader:
    """Collects the faults of one file."""

    def __init__(self, path: Path, forms: Mapping[FormName, Form], internal_allowed: bool) -> None:  # noqa: FBT001
        self._path = path
        self._forms = forms
        self._internal_allowed = internal_allowed
        self._faults: list[str] = []
        self._where = ""

    def endpoints(self, content: dict[str, Any]) -> tuple[Endpoint, ...]:
        for key in content.keys() - {"endpoint"}:
            self._fault(f"{key}: unknown; endpoints are written as [[endpoint]] tables")
        tables = content.get("endpoint", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._fault("endpoint: is no list of tables; write [[endpoint]] above each")
            tables = []
        found = [self._endpoint(number, table) for number, table in enumerate(tables, 1)]
        self._where = ""
        names = [endpoint.name for endpoint in found]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._fault(f"name {name!r}: {names.count(name)} endpoints have it; give each its own")
        if self._faults:
            raise EndpointsRefused("\n".join(self._faults))
        return tuple(found)

    def _fault(self, what: str) -> None:
        self._faults.append(f"{self._path}{self._where}: {what}")

    def _endpoint(self, number: int, table: dict[str, Any]) -> Endpoint:
        self._where = f", endpoint {number}" + (f" ({table['name']})" if isinstance(table.get("name"), str) else "")
        for key in sorted(table.keys() - _KEYS):
            self._fault(f"{key}: unknown; known are {', '.join(sorted(_KEYS))}")
        form = self._form(table.get("form", "webhook"))
        endpoint = Endpoint(
            name=self._name(table.get("name")),
            url=self._url(table.get("url"), form),
            form=form,
            secrets=self._secrets(table),
            filter=self._filter(table),
            timeout_s=self._number(table, "timeout_s", TIMEOUT_S, LONGEST_S),
            per_minute=self._per_minute(table.get("per_minute", ROBOT_LIMITS.get(form))),
            ca_file=self._ca_file(table.get("ca_file")),
            options=self._options(table.get("options", {})),
        )
        if form in self._forms:
            for fault in self._forms[form].faults(endpoint):
                self._fault(fault)
        return endpoint

    def _name(self, name: object) -> str:
        if isinstance(name, str) and NAME.fullmatch(name):
            return name
        self._fault(f"name {name!r}: give 1 to 63 small letters, digits and hyphens")
        return ""

    def _form(self, form: object) -> FormName:
        if isinstance(form, str) and form in set(self._forms):
            return FormName(form)
        self._fault(f"form {form!r}: unknown; choose {' or '.join(name.value for name in self._forms)}")
        return FormName.WEBHOOK

    def _url(self, url: object, form: FormName) -> str:
        if not isinstance(url, str):
            self._fault("url: is missing; give the receiver's address")
            return ""
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            self._fault(f"url: is no address ({error}); write https://HOST/PATH")
            return ""
        if form is FormName.EMAIL:
            allowed: tuple[str, ...] = ("smtp", "smtps")
        else:
            allowed = ("https", "http") if self._internal_allowed else ("https",)
        if parts.scheme not in allowed or not parts.hostname:
            hint = "" if self._internal_allowed or parts.scheme != "http" else "; inside WUGAN_WEBHOOK_ALLOW_INTERNAL"
            self._fault(f"url: must begin with {' or '.join(f'{scheme}://HOST' for scheme in allowed)}{hint}")
        elif parts.password and form is not FormName.EMAIL:
            self._fault("url: holds a password, which receivers never see; leave it out, the signature tells who sends")
        return url

    def _secrets(self, table: dict[str, Any]) -> tuple[str, ...]:
        given, file = table.get("secrets", []), table.get("secrets_file")
        if not _is_texts(given):
            self._fault('secrets: is no list of texts; write ["…"], the newest first')
            return ()
        if file is None:
            return tuple(given)
        if given or not isinstance(file, str):
            self._fault("secrets_file: name one file, one secret a line, and leave secrets out")
            return ()
        path = self._path.parent / file
        try:
            return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
        except (OSError, UnicodeDecodeError) as error:
            self._fault(f"secrets_file: {path} can't be read ({error}); write it, one secret a line")
            return ()

    def _filter(self, table: dict[str, Any]) -> Filter:
        return Filter(
            types=self._types(table.get("types")),
            priorities=self._priorities(table.get("priorities")),
            area=self._area(table.get("area")),
        )

    def _types(self, types: object) -> frozenset[str] | None:
        if types is None:
            return None
        full = {*_TYPES.values()}
        if isinstance(types, list) and all(isinstance(one, str) and (one in _TYPES or one in full) for one in types):
            return frozenset(_TYPES.get(str(one), str(one)) for one in types)
        self._fault(f"types {types!r}: give a list of {', '.join(_TYPES)}")
        return None

    def _priorities(self, priorities: object) -> frozenset[int] | None:
        if priorities is None:
            return None
        allowed = range(HIGHEST_PRIORITY, LOWEST_PRIORITY + 1)
        if (
            isinstance(priorities, list)
            and priorities
            and all(type(one) is int and one in allowed for one in priorities)
        ):
            return frozenset(priorities)
        self._fault(f"priorities {priorities!r}: give a list of {', '.join(map(str, allowed))}, or leave it out")
        return None

    def _area(self, area: object) -> tuple[Point, ...] | None:
        if area is None:
            return None
        corners = area if isinstance(area, list) else []
        if len(corners) < _FEWEST_CORNERS or not all(_is_point(corner) for corner in corners):
            self._fault("area: is no polygon; give at least 3 corners as [[longitude, latitude], …], WGS-84")
            return None
        return tuple((float(lon), float(lat)) for lon, lat in corners)

    def _number(self, table: dict[str, Any], key: str, default: float, most: float) -> float:
        value = table.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most:
            return float(value)
        self._fault(f"{key} {value!r}: give a number above 0, at most {most:g}")
        return default

    def _per_minute(self, value: object) -> int | None:
        if value is None or (type(value) is int and value > 0):
            return value
        self._fault(f"per_minute {value!r}: give a whole number above 0, or leave it out")
        return None

    def _ca_file(self, file: object) -> Path | None:
        if file is None:
            return None
        path = self._path.parent / str(file)
        if not path.is_file():
            self._fault(f"ca_file: {path} is not there; give the authority's certificate as PEM")
        return path

    def _options(self, options: object) -> Mapping[str, object]:
        if isinstance(options, dict):
            return options
        self._fault("options: is no table; write [endpoint.options] below the endpoint")
        return {}


def _is_texts(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str) and all(isinstance(one, str) for one in value)


def _is_point(corner: object) -> bool:
    if not isinstance(corner, list) or len(corner) != 2:
        return False
    lon, lat = corner
    are_numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in corner)
    return are_numbers and -180 <= lon <= 180 and -90 <= lat <= 90
