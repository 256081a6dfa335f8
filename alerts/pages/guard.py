"""Who may see a page: the port that pages ask."""

from collections.abc import Callable
from typing import Any

from fastapi import Depends
from starlette.requests import Request

Guard = Callable[[Request], object]
"""A dependency that lets a request in, or leads it to the sign-in page."""


def kept_by(guard: Guard | None) -> list[Any]:
    """Return the dependencies of pages that a guard keeps; without one everybody may see them."""
    return [Depends(guard)] if guard else []
