"""How readings travel: rows measured → rows received, late, twice, out of order, or after the network was away."""

from dataclasses import replace

import numpy as np

from domain.readings import IntArray, Readings, concat_readings
from simulators.scenario_types import NetworkTable

CATCH_UP = 20.0
"""After an outage a device sends what it kept this much faster than it measured. Design value."""
REORDER_S = (3.0, 15.0)
"""How much later than its successors a reordered reading comes. Design values. [s]"""
JITTER = 0.45
"""Standard deviation of the logarithm of the usual delay. Design value."""


class Network:
    """Carries rows; `start_ms` is the scenario's start."""

    def __init__(self, table: NetworkTable, sensors: int, start_ms: int, rng: np.random.Generator) -> None:
        self._table = table
        self._rng = rng
        self._outages = [
            (
                start_ms + round(outage.start_min * 60_000),
                start_ms + round((outage.start_min + outage.duration_min) * 60_000),
                rng.random(sensors) < outage.share,
            )
            for outage in table.outages
        ]

    def carry(self, rows: Readings) -> Readings:
        """Return the rows with the moment of receipt, repeats included, in no order."""
        if not len(rows):
            return rows
        table, chance = self._table, self._rng.random((4, len(rows)))
        delay_s = self._usual_delay_s(len(rows))
        late, out_of_order = chance[0] < table.late_share, chance[1] < table.reorder_share
        delay_s += np.where(late, table.late_s[0] + chance[3] * (table.late_s[1] - table.late_s[0]), 0.0)
        delay_s += np.where(out_of_order, REORDER_S[0] + chance[3] * (REORDER_S[1] - REORDER_S[0]), 0.0)
        sent_ms = self._sent_ms(rows)
        received = replace(rows, received_ms=sent_ms + np.round(delay_s * 1000).astype(np.int64))
        twice = np.flatnonzero(chance[2] < table.duplicate_share)
        if not len(twice):
            return received
        again = received.take(twice)
        later_ms = np.round(self._rng.uniform(50, 5000, len(twice))).astype(np.int64)
        return concat_readings([received, replace(again, received_ms=again.received_ms + later_ms)])

    def delays_ms(self, count: int) -> IntArray:
        """Return usual delays, shape (count,). [ms]"""
        return np.round(self._usual_delay_s(count) * 1000).astype(np.int64)

    def _usual_delay_s(self, count: int) -> np.ndarray:
        return np.asarray(self._table.delay_s * np.exp(self._rng.normal(0.0, JITTER, count)))

    def _sent_ms(self, rows: Readings) -> IntArray:
        sent_ms = rows.received_ms
        for begin_ms, end_ms, away in self._outages:
            kept = (rows.received_ms >= begin_ms) & (rows.received_ms < end_ms) & away[rows.sensor]
            caught_up_ms = end_ms + ((rows.received_ms - begin_ms) / CATCH_UP).astype(np.int64)
            sent_ms = np.where(kept, np.maximum(caught_up_ms, rows.received_ms), sent_ms)
        return np.asarray(sent_ms)
