"""Which steps a worker runs: history is heavy with many readings, and may have a process of its own."""

from enum import StrEnum


class Steps(StrEnum):
    """A share of the flow: `zone` = readings to tickets, `record` = readings and judged minutes to history."""

    ALL = "all"
    ZONE = "zone"
    RECORD = "record"
