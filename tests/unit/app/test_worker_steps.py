"""A worker runs the steps that it is told to, and opens no store of the others."""

from pathlib import Path

import pytest

from alerts.store import upgrade
from app.settings import Settings
from app.steps import Steps
from app.wiring import database_url
from app.worker import _apps
from domain.pipeline import make_ready
from streams.meter import Meter
from tests.builders import a_site


@pytest.mark.parametrize(
    ("steps", "roles"), [(Steps.ALL, ["zone", "record"]), (Steps.ZONE, ["zone"]), (Steps.RECORD, ["record"])]
)
def test_a_worker_runs_the_apps_of_its_steps(steps: Steps, roles: list[str], tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    upgrade(database_url(settings))

    apps = _apps(settings, steps, make_ready(a_site()), Meter())

    assert list(apps) == roles


def test_history_alone_needs_no_ticket_store(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database=f"sqlite:///{tmp_path / 'missing' / 'tickets.db'}")

    assert list(_apps(settings, Steps.RECORD, make_ready(a_site()), Meter())) == ["record"]
