"""A seed → a simulated year of supervision, the old way beside this one, as table, plot and JSON."""

from simulators.year.compare import Year, simulate_year
from simulators.year.drawing import as_svg
from simulators.year.telling import as_json, as_text

__all__ = ["Year", "as_json", "as_svg", "as_text", "simulate_year"]
