"""The canonical rows that a ticket rests on, as a running hash: the same rows, the same hash, on any machine."""

import hashlib


def evidence_row(minute_ms: int, sensor_id: str, pollutant: str, value_ugm3: float, background_ugm3: float) -> str:
    """Return one canonical row: minute, sensor, pollutant, value and background to 0.001 µg/m³.

    >>> evidence_row(60_000, "ms-1", "pm25", 186.0, 41.25)
    '60000,ms-1,pm25,186.000,41.250'
    """
    return f"{minute_ms},{sensor_id},{pollutant},{value_ugm3:.3f},{background_ugm3:.3f}"


def add_evidence(known: str, row: str) -> str:
    """Return the hash of all rows so far: SHA-256 of the hash before, a line break, and the row."""
    return hashlib.sha256(f"{known}\n{row}".encode()).hexdigest()
