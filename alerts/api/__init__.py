"""HTTP routes of the clue tickets, and errors as problem details."""

from alerts.api.problems import install_problem_handlers
from alerts.api.tickets import build_router

__all__ = ["build_router", "install_problem_handlers"]
