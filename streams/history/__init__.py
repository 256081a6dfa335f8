"""What was measured and judged, kept and given back: SQLite beside the worker, or InfluxDB 2."""
