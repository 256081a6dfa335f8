"""Clue tickets: store, decisions, and their HTTP routes."""
