"""Where every reading of the demo went."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Counts in readings; `lost` must be 0 once everything has settled.

    Attributes:
        published: What the simulator sent and the broker acknowledged.
        accepted: What qualify took as new.
        rejected: What went to dead letters.
        duplicates: What had come before, told by ingest or by qualify.
    """

    published: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0

    @property
    def lost(self) -> int:
        """Readings that nobody accounts for."""
        return self.published - self.accepted - self.rejected - self.duplicates

    def __str__(self) -> str:
        return (
            f"published {self.published:,} = accepted {self.accepted:,} + rejected {self.rejected:,}"
            f" + duplicates {self.duplicates:,}, lost {self.lost:,}"
        )


def account_of(published: int, ingest: dict[str, float], worker: dict[str, float]) -> Account:
    """Read the account off the metrics of ingest and worker.

    >>> ingest = {"ingest_duplicates": 2.0, "ingest_rejected.not_json": 1.0}
    >>> worker = {"qualify.readings": 7.0, "qualify.duplicates": 1.0}
    >>> account_of(10, ingest, worker).lost
    0
    """
    rejected = sum(value for name, value in ingest.items() if name.startswith("ingest_rejected."))
    repeated = worker.get("qualify.duplicates", 0.0)
    return Account(
        published=published,
        accepted=int(worker.get("qualify.readings", 0.0) - repeated),
        rejected=int(rejected),
        duplicates=int(ingest.get("ingest_duplicates", 0.0) + repeated),
    )
