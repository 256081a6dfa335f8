"""What came out of a run, gathered as it goes: the last version of each ticket, breached minutes, named decisions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from domain.channels import POLLUTANTS
from domain.decisions import DecisionMade
from domain.field import ChannelState, JudgedField
from domain.qualify_state import Counts
from domain.site import Site
from domain.ticket import Ticket

_MOMENT = pa.timestamp("ms", tz="UTC")
BREACHES_SCHEMA = pa.schema(
    [
        pa.field("minute", _MOMENT, nullable=False),
        pa.field("sensor_id", pa.string(), nullable=False),
        pa.field("pollutant", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("background", pa.float64()),
        pa.field("upper", pa.float64()),
        pa.field("excess", pa.float64()),
        pa.field("state", pa.string(), nullable=False),
        pa.field("since", _MOMENT, nullable=False),
    ]
)
"""`breaches.parquet`: a row for each sensor's pollutant in each minute in which it was hot or in breach; µg/m³."""

_STATES = {ChannelState.HOT: "hot", ChannelState.BREACH: "breach"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What came out of a run.

    Attributes:
        tickets: The last version of each, sorted by id.
        breaches: As `BREACHES_SCHEMA`, by minute, sensor and pollutant.
        decisions: Name to how often it was taken.
        readings: Readings that were looked at.
        duplicates: Those that said nothing new.
        late: Those that came after their minute was settled.
        too_late: Those beyond the horizon, left out.
        minutes: Minutes judged.
    """

    tickets: tuple[Ticket, ...]
    breaches: pa.Table
    decisions: Mapping[str, int]
    readings: int
    duplicates: int
    late: int
    too_late: int
    minutes: int


class Gatherer:
    """Takes judged minutes, tickets and decisions in order; what comes twice counts once."""

    def __init__(self, site: Site) -> None:
        self._sensor_ids = pa.array(site.sensor_ids, type=pa.string())
        self._tickets: dict[str, Ticket] = {}
        self._decisions: set[DecisionMade] = set()
        self._parts: list[tuple[np.ndarray, ...]] = []
        self._last_minute_ms = -1
        self.minutes = 0

    def take_judged(self, field: JudgedField) -> None:
        """Keep the channels of a minute that are hot or in breach."""
        if field.minute_ms <= self._last_minute_ms:
            return
        self._last_minute_ms = field.minute_ms
        self.minutes += 1
        if not len(field.sensor):
            return
        row, channel = np.nonzero((field.state == ChannelState.HOT) | (field.state == ChannelState.BREACH))
        if not len(row):
            return
        cells = (field.value, field.background, field.upper, field.state, field.since_ms)
        minute_ms = np.full(len(row), field.minute_ms)
        self._parts.append((minute_ms, field.sensor[row], channel, *(cell[row, channel] for cell in cells)))

    def take_ticket(self, ticket: Ticket) -> None:
        """Keep a ticket in place of its earlier version."""
        self._tickets[ticket.id] = ticket

    def take_decisions(self, decisions: Iterable[DecisionMade]) -> None:
        """Keep decisions."""
        self._decisions.update(decisions)

    @property
    def ticket_count(self) -> int:
        """How many tickets there are so far."""
        return len(self._tickets)

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The last version of each ticket, sorted by id."""
        return tuple(self._tickets[name] for name in sorted(self._tickets))

    @property
    def decisions(self) -> dict[str, int]:
        """Name to how often it was taken, by name."""
        return dict(sorted(Counter(made.name.value for made in self._decisions).items()))

    def result(self, counts: Counts) -> RunResult:
        """Return all of it, beside what qualify counted."""
        return RunResult(
            tickets=self.tickets,
            breaches=self.breaches(),
            decisions=self.decisions,
            readings=counts.readings,
            duplicates=counts.duplicates,
            late=counts.late,
            too_late=counts.too_late,
            minutes=self.minutes,
        )

    def breaches(self) -> pa.Table:
        """Return what was hot or in breach as a table."""
        if not self._parts:
            return BREACHES_SCHEMA.empty_table()
        minute, sensor, channel, value, background, upper, state, since = (
            np.concatenate(part) for part in zip(*self._parts, strict=True)
        )
        words = np.array([_STATES.get(ChannelState(code), "") for code in range(len(ChannelState))], dtype=object)
        columns = {
            "minute": pa.array(minute).cast(_MOMENT),
            "sensor_id": self._sensor_ids.take(pa.array(sensor)),
            "pollutant": pa.array(np.array(POLLUTANTS, dtype=object)[channel], type=pa.string()),
            "value": pa.array(value, from_pandas=True),
            "background": pa.array(background, from_pandas=True),
            "upper": pa.array(upper, from_pandas=True),
            "excess": pa.array(value - background, from_pandas=True),
            "state": pa.array(words[state], type=pa.string()),
            "since": pa.array(since).cast(_MOMENT),
        }
        return pa.Table.from_pydict(columns, schema=BREACHES_SCHEMA)
