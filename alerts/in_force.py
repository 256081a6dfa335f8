"""Settings and rules as they are told to people: a name, a value without secrets, where it came from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value in force.

    Attributes:
        name: As `answer_minutes`, or of a rule `detect.raise_sigma`.
        value: As text; of a secret only whether it is set.
        source: Where it came from: environment, .env, a file's name, or default.
        meaning: What it is, in English; empty where the name says it.
    """

    name: str
    value: str
    source: str
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Everything that is in force: the desk's settings, and the site's rules of detection."""

    settings: tuple[Setting, ...] = ()
    rules: tuple[Setting, ...] = ()

    def values(self) -> dict[str, str]:
        """Return each value by its name; the name of a rule begins with `rule:`."""
        told = {one.name: one.value for one in self.settings}
        return told | {f"rule:{one.name}": one.value for one in self.rules}
