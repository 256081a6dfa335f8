"""What was measured and judged, kept and given back: SQLite beside the worker, or InfluxDB 2."""

from streams.history.open import AnyHistory, open_history
from streams.history.settings import HistorySettings

__all__ = ["AnyHistory", "HistorySettings", "open_history"]
