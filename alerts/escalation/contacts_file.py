"""`contacts.toml` → the schedule of contacts; every fault is listed at once, with where it is and how to mend it."""

import re
from collections.abc import Collection
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.escalation.schedule import Contact, Hours, OnHolidays, Schedule, Shift
from alerts.toml_file import read_toml

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_WEEK = DAYS[:5]
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
MENTION = re.compile(r"[A-Za-z0-9_.@+-]{1,64}")
"""Telephone numbers, user ids and e-mail addresses; nothing that could be markup on any platform."""
WAIT_MIN, REPEAT_MIN = 10, 30
"""How long a contact has, and the time between reminders, where the file says nothing. Design values. [min]"""
LONGEST_MIN = 24 * 60
LONGEST_NAME = 16
_KEYS = frozenset(
    {
        *("order", "chief", "wait_min", "repeat_min", "urgent_priority", "holidays", "workdays"),
        *("duty_hours", "people", "shift"),
    }
)
_PERSON_KEYS = frozenset({"name", "endpoint", "mention"})
_HOUR_KEYS = frozenset({"days", "from", "to", "holidays"})
_PRIORITIES = range(4)


class ContactsRefused(ValueError):
    """`contacts.toml` holds faults; the message has one line for each."""


def read_contacts(path: Path, zone: ZoneInfo, endpoints: Collection[str]) -> Schedule:
    """Read the schedule.

    Args:
        path: The file.
        zone: The site's zone: all its hours are in it.
        endpoints: Names in `webhooks.toml`, which contacts are told through.

    Raises:
        ContactsRefused: All that is wrong, one line a fault.
    """
    return _Reader(str(path), zone, endpoints).schedule(read_toml(path, ContactsRefused))


class _Reader:
    """Collects the faults of one file."""

    def __init__(self, path: str, zone: ZoneInfo, endpoints: Collection[str]) -> None:
        self._path = path
        self._zone = zone
        self._endpoints = endpoints
        self._faults: list[str] = []

    def schedule(self, content: dict[str, Any]) -> Schedule:
        self._unknown("", content, _KEYS)
        contacts = self._contacts(content.get("people"))
        shifts = self._shifts(content.get("shift"), contacts)
        order = self._order(content.get("order"), contacts, shifts)
        holidays = self._dates("holidays", content.get("holidays", []))
        workdays = self._dates("workdays", content.get("workdays", []))
        for day in sorted(holidays & workdays):
            self._fault(f"{day} is a holiday and a workday; leave it in one of the two")
        schedule = Schedule(
            zone=self._zone,
            contacts=contacts,
            order=order,
            chief=self._chief(content.get("chief"), contacts),
            shifts=shifts,
            duty_hours=self._duty_hours(content.get("duty_hours", {})),
            holidays=holidays,
            workdays=workdays,
            wait_ms=self._minutes(content, "wait_min", WAIT_MIN),
            repeat_ms=self._minutes(content, "repeat_min", REPEAT_MIN),
            urgent_priority=self._priority(content.get("urgent_priority", 1)),
        )
        if self._faults:
            raise ContactsRefused("\n".join(self._faults))
        return schedule

    def _fault(self, what: str) -> None:
        self._faults.append(f"{self._path}: {what}")

    def _unknown(self, where: str, table: dict[str, Any], known: frozenset[str]) -> None:
        for key in sorted(table.keys() - known):
            self._fault(f"{where}{key}: unknown; known are {', '.join(sorted(known))}")

    def _contacts(self, people: object) -> dict[str, Contact]:
        if not isinstance(people, dict) or not people:
            self._fault("people: nobody is named; write [people.zhang] with name, endpoint and mention")
            return {}
        return {key: self._contact(key, told) for key, told in people.items()}

    def _contact(self, key: str, told: object) -> Contact:
        where = f"people.{key}"
        if not KEY.fullmatch(key):
            self._fault(f"{where}: the key must be 1 to 32 small letters, digits, - or _")
        if not isinstance(told, dict):
            self._fault(f"{where}: is no table; write [{where}] with name, endpoint and mention")
            return Contact(key=key, name=key, endpoint="")
        self._unknown(f"{where}.", told, _PERSON_KEYS)
        name, endpoint, mention = told.get("name", key), told.get("endpoint"), told.get("mention", "")
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
            self._fault(f"{where}.name: give a text of at most {LONGEST_NAME} characters")
        if endpoint not in self._endpoints:
            known = ", ".join(sorted(self._endpoints)) or "nothing"
            self._fault(f"{where}.endpoint {endpoint!r}: webhooks.toml has no such endpoint; it has {known}")
        if mention != "" and not (isinstance(mention, str) and MENTION.fullmatch(mention)):
            self._fault(f"{where}.mention: give a telephone number, a user id of the platform or an e-mail address")
        return Contact(key=key, name=str(name), endpoint=str(endpoint), mention=str(mention))

    def _shifts(self, shifts: object, contacts: dict[str, Contact]) -> tuple[Shift, ...]:
        if not isinstance(shifts, list) or not shifts or not all(isinstance(shift, dict) for shift in shifts):
            self._fault("shift: there is none; write [[shift]] with people, days, from and to")
            return ()
        return tuple(self._shift(f"shift {number}", shift, contacts) for number, shift in enumerate(shifts, 1))

    def _shift(self, where: str, shift: dict[str, Any], contacts: dict[str, Contact]) -> Shift:
        self._unknown(f"{where}: ", shift, _HOUR_KEYS | {"people"})
        return Shift(
            people=self._names(f"{where}: people", shift.get("people"), contacts), hours=self._hours(where, shift)
        )

    def _names(self, where: str, names: object, contacts: dict[str, Contact]) -> tuple[str, ...]:
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            self._fault(f'{where}: give a list of people, as ["zhang", "li"]')
            return ()
        for name in names:
            if name not in contacts:
                self._fault(f"{where}: {name!r} is not under [people]; add it or mend the name")
        return tuple(names)

    def _order(self, order: object, contacts: dict[str, Contact], shifts: tuple[Shift, ...]) -> tuple[str, ...]:
        names = self._names("order", order, contacts)
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._fault(f"order: {name!r} stands there more than once; name each once")
        missing = {name for shift in shifts for name in shift.people} - set(names)
        for name in sorted(missing & contacts.keys()) if names else ():
            self._fault(f"order: {name!r} has a shift and no place in it; add it")
        return names

    def _chief(self, chief: object, contacts: dict[str, Contact]) -> str:
        if chief not in contacts:
            self._fault(f"chief {chief!r}: is not under [people]; name who is told when all on duty were")
        return str(chief)

    def _duty_hours(self, told: object) -> Hours:
        if not isinstance(told, dict):
            self._fault("duty_hours: is no table; write [duty_hours] with days, from and to")
            told = {}
        self._unknown("duty_hours.", told, _HOUR_KEYS)
        return self._hours("duty_hours", {"from": "08:00", "to": "18:00"} | told)

    def _hours(self, where: str, told: dict[str, Any]) -> Hours:
        return Hours(
            days=self._days(where, told.get("days", list(WORKING_WEEK))),
            since=self._time(where, "from", told.get("from")),
            until=self._time(where, "to", told.get("to")),
            holidays=self._on_holidays(where, told.get("holidays", "off")),
        )

    def _days(self, where: str, days: object) -> frozenset[int]:
        if isinstance(days, list) and days and all(isinstance(day, str) and day in DAYS for day in days):
            return frozenset(DAYS.index(day) for day in days)
        self._fault(f"{where}: days {days!r}: give a list of {', '.join(DAYS)}")
        return frozenset()

    def _time(self, where: str, key: str, told: object) -> time:
        if isinstance(told, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", told):
            return time.fromisoformat(told)
        if isinstance(told, time) and told.tzinfo is None:
            return told
        self._fault(f'{where}: {key} {told!r}: give the hour as "08:00", in the site\'s zone; midnight is "00:00"')
        return time(0)

    def _on_holidays(self, where: str, told: object) -> OnHolidays:
        if isinstance(told, str) and told in set(OnHolidays):
            return OnHolidays(told)
        self._fault(f"{where}: holidays {told!r}: choose {' or '.join(OnHolidays)}")
        return OnHolidays.OFF

    def _dates(self, key: str, told: object) -> frozenset[date]:
        found = []
        for one in told if isinstance(told, list) else [told]:
            try:
                found.append(one if type(one) is date else date.fromisoformat(str(one)))
            except ValueError:
                self._fault(f'{key}: {one!r} is no date; write ["2026-10-01"]')
        return frozenset(found)

    def _minutes(self, content: dict[str, Any], key: str, default: int) -> int:
        value = content.get(key, default)
        if type(value) is int and 0 < value <= LONGEST_MIN:
            return value * 60_000
        self._fault(f"{key} {value!r}: give whole minutes, 1 to {LONGEST_MIN}")
        return default * 60_000

    def _priority(self, value: object) -> int:
        if type(value) is int and value in _PRIORITIES:
            return value
        self._fault(f"urgent_priority {value!r}: give 0 (none) to 3 (all): tickets up to it are escalated at any hour")
        return 1
