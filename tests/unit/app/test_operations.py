"""What an operator is told of a process: whether it is ready, and what it has to do without."""

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from app.metrics import meter_metrics
from app.operations import Missing, routes
from app.worker import _missing
from streams.meter import Meter


async def ready(hindrances: dict[str, str], missing: Missing | None) -> httpx.Response:
    app = Starlette(routes=routes(lambda: hindrances, CollectorRegistry(), missing))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get("/readyz")


async def test_what_is_missing_is_named_and_hinders_nothing() -> None:
    answer = await ready({}, lambda: ("no_weather", "one_station"))

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "why": {}, "degraded": ["no_weather", "one_station"]}


async def test_what_hinders_does_so_whatever_is_missing() -> None:
    answer = await ready({"kafka": "does not answer"}, lambda: ())

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "why": {"kafka": "does not answer"}, "degraded": []}


async def test_a_process_that_judges_nothing_names_nothing() -> None:
    assert (await ready({}, None)).json() == {"ready": True, "why": {}}


class Group:
    """What `worker` asks of a Faust app: whether it has joined its group, and what it owns."""

    rebalancing_count, rebalancing = 1, False

    def __init__(self, *owned: str) -> None:
        self.consumer, self._owned = self, set(owned)

    def assignment(self) -> set[str]:
        return self._owned


@pytest.mark.parametrize(
    ("apps", "named"),
    [
        ({"zone": Group("p0")}, ("no_weather",)),
        ({"zone": Group()}, ()),
        ({"record": Group("p0")}, ()),
    ],
    ids=["carries", "stands_by", "records"],
)
def test_only_a_worker_that_detects_names_what_is_missing(apps: dict[str, Group], named: tuple[str, ...]) -> None:
    meter = Meter()
    meter.stands("degraded.no_weather", 1.0)

    assert _missing(apps, meter) == named  # type: ignore[arg-type]


def test_what_is_missing_is_a_gauge_by_name() -> None:
    meter = Meter()
    meter.stands("degraded.no_weather", 1.0)
    registry = meter_metrics(meter, lambda: meter.gauges)

    assert registry.get_sample_value("wugan_degraded", {"what": "no_weather"}) == 1.0
