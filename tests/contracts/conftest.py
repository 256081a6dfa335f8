"""A throw-away database on each backend, and a clock in the test's hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.builders_office import Clock
from tests.ticket_stores import BACKENDS, fresh_store


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def clock() -> Clock:
    return Clock()
