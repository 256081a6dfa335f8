"""No test waits for real: the pauses between two tries are none."""

import pytest

from streams import retry, sending


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (retry, sending):
        monkeypatch.setattr(module, "FIRST_WAIT_S", 0.0)
        monkeypatch.setattr(module, "LONGEST_WAIT_S", 0.0)
