"""Faust agents that only carry: qualify, detect, correlate, ticketing, record."""
