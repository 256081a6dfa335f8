"""Watches the tickets and freezes what is due, beside the stream: a slow history delays evidence, never a ticket."""

from dataclasses import dataclass

import structlog

from alerts.evidence.build import build
from alerts.evidence.ports import Records
from alerts.evidence.store import Due, Evidence
from domain.site import Site

SETTLE_MS = 15_000
"""The last seconds must have reached the history, and a dispatch can be undone for 10 s; design value. [ms]"""
RETRY_MS = 600_000
"""A ticket that cannot be frozen does not hold up the others; it is tried again after this. [ms]"""
MOST_AT_ONCE = 20

log = structlog.get_logger()


@dataclass(slots=True)
class _Waiting:
    due: Due
    from_ms: int


class Freezer:
    """Freezes each occasion once; two of these side by side do no harm.

    Args:
        evidence: Where it is kept.
        site: Whose tickets.
        records: What was measured and judged.
        settle_ms: How long after an occasion it is frozen. [ms]
    """

    def __init__(self, evidence: Evidence, site: Site, records: Records, settle_ms: int = SETTLE_MS) -> None:
        self._evidence = evidence
        self._site = site
        self._records = records
        self._settle_ms = settle_ms
        self._change = 0
        self._waiting: dict[tuple[str, str], _Waiting] = {}
        self.failed = 0

    @property
    def waiting(self) -> int:
        """How many occasions are still to be frozen."""
        return len(self._waiting)

    def freeze_due(self, now_ms: int) -> int:
        """Look for new occasions and freeze those that have settled; return how many were frozen.

        Raises:
            ConnectionError: Database or history is away; what is due stays due.
        """
        self._look(now_ms)
        settled = [key for key, one in self._waiting.items() if one.from_ms <= now_ms][:MOST_AT_ONCE]
        return sum(self._freeze(key, now_ms) for key in settled)

    def _look(self, now_ms: int) -> None:
        self._change, found = self._evidence.due_after(self._change)
        for due in found:
            key = (due.ticket_id, due.occasion.name)
            known = self._waiting.get(key)
            if known is None or known.due != due:  # taken back and decided anew while it settled
                self._waiting[key] = _Waiting(due, now_ms + self._settle_ms)

    def _freeze(self, key: tuple[str, str], now_ms: int) -> bool:
        due = self._waiting[key].due
        try:
            kept = self._stands(due) and self._build_and_keep(due, now_ms)
        except ConnectionError:
            raise
        except Exception as error:  # one odd ticket must not keep the others from being frozen
            self.failed += 1
            self._waiting[key].from_ms = now_ms + RETRY_MS
            log.exception("evidence_failed", ticket=due.ticket_id, occasion=due.occasion.name, error=repr(error))
            return False
        del self._waiting[key]
        return kept

    def _stands(self, due: Due) -> bool:
        """Say whether the occasion stands: a dispatch may have been taken back while it settled."""
        return due.occasion in self._evidence.standing(due.ticket_id)

    def _build_and_keep(self, due: Due, now_ms: int) -> bool:
        ticket = self._evidence.ticket(due.ticket_id)
        texts = build(ticket, self._site, self._records, due.occasion, now_ms)
        return self._evidence.keep(due, texts, now_ms)
