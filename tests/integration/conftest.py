"""A Kafka for each test: the embedded one, and the real one where it is named."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded_kafka import BrokerMissing, embedded_kafka
from domain.wire import Topics


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.services)])
def bootstrap(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "kafka":
        address = os.environ.get("WUGAN_TEST_KAFKA")
        if not address:
            pytest.skip("WUGAN_TEST_KAFKA is not set: no Apache Kafka to test against")
        yield address
        return
    try:
        with embedded_kafka(tmp_path / "kafka.log") as address:
            yield address
    except BrokerMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def topics() -> Topics:
    return Topics(f"test-{uuid.uuid4().hex[:12]}")
