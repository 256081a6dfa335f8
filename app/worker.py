"""`wugan worker`: one or both Faust apps in a process, with readiness and metrics."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from typing import TypeVar

import faust
import structlog

from app.kafka import KafkaPlaces, create_topics
from app.metrics import meter_metrics
from app.operations import operations
from app.progress import Progress
from app.settings import Settings
from app.signals import first_of, stop_event
from app.stage_settings import site_of, stream_settings
from app.steps import Steps
from app.wiring import history_of, store_of
from domain.pipeline import Zoned, make_ready
from domain.wire import Topics
from streams.build import build_record_app, build_zone_app, group_of
from streams.degraded import missing
from streams.meter import Meter
from streams.settings import StreamSettings

log = structlog.get_logger()

T = TypeVar("T")


async def run_worker(settings: Settings, steps: Steps = Steps.ALL) -> None:
    """Carry readings to tickets and history, or to one of the two, until SIGTERM or Ctrl-C.

    Raises:
        ValueError: Settings or site folder are wrong.
        ConnectionError: Kafka or a store does not answer at start.
        RuntimeError: A Faust app crashed; the process ends so that its supervisor starts it anew.
    """
    stop = stop_event()
    zoned = make_ready(site_of(settings))
    streams = stream_settings(settings)
    meter = Meter()
    apps = _apps(settings, steps, zoned, meter)
    await create_topics(streams.bootstrap, streams.topics, settings.kafka_replication)
    async with AsyncExitStack() as cleanup:
        progress = [await _progress(cleanup, streams, role, app, meter) for role, app in apps.items()]
        registry = meter_metrics(meter, lambda: {**meter.gauges, **_merged(part.gauges() for part in progress)})
        await cleanup.enter_async_context(
            operations(
                settings.operations_host,
                settings.operations_port,
                lambda: _merged(part.hindrances() for part in progress),
                registry,
                lambda: _missing(apps, meter),
            )
        )
        await _run_apps(stop, *apps.values())


def _apps(settings: Settings, steps: Steps, zoned: Zoned, meter: Meter) -> dict[str, faust.App]:
    """Build what is wanted, role to app; stores that nobody needs are not opened."""
    streams = stream_settings(settings)
    apps: dict[str, faust.App] = {}
    if steps is not Steps.RECORD:
        store = store_of(settings, zoned.site)
        apps["zone"] = build_zone_app(streams, zoned, store.snapshots, store.tickets, meter)
    if steps is not Steps.ZONE:
        apps["record"] = build_record_app(streams, zoned, history_of(settings, zoned.site), meter)
    return apps


def _missing(apps: Mapping[str, faust.App], meter: Meter) -> tuple[str, ...]:
    """Return what detection works without; a worker that stands by knows nothing of it."""
    return missing(meter) if "zone" in apps and _is_active(apps["zone"]) else ()


def _merged(parts: Iterable[dict[str, T]]) -> dict[str, T]:
    return {name: value for part in parts for name, value in part.items()}


async def _run_apps(stop: asyncio.Event, *apps: faust.App) -> None:
    await asyncio.gather(*(app.start() for app in apps))
    log.info("worker_started", site_apps=[app.conf.id for app in apps])
    watches = [asyncio.create_task(_watch(app)) for app in apps]
    try:
        await first_of(stop, *watches)
    finally:
        for watch in watches:
            watch.cancel()
        for app in apps:
            await app.stop()
        log.info("worker_stopped")


async def _watch(app: faust.App) -> None:
    await app.wait_until_stopped()
    raise RuntimeError(f"the stream {app.conf.id} stopped by itself: {app.crash_reason!r}")


async def _progress(
    cleanup: AsyncExitStack, streams: StreamSettings, role: str, app: faust.App, meter: Meter
) -> Progress:
    places = KafkaPlaces(streams.bootstrap, group_of(streams, role))
    progress = Progress(places, topics_of(role, streams.topics), meter, lambda: _is_active(app))
    task = asyncio.create_task(progress.follow())
    cleanup.push_async_callback(places.stop)
    cleanup.callback(task.cancel)
    return progress


def _is_active(app: faust.App) -> bool | None:
    """Say whether an app owns partitions; None while it has not joined its group yet."""
    joined = app.rebalancing_count and not app.rebalancing
    return bool(app.consumer.assignment()) if joined else None


def topics_of(role: str, topics: Topics) -> Mapping[str, str]:
    """Return which topic each step of an app reads."""
    if role == "zone":
        return {
            "qualify": topics.readings,
            "detect": topics.minutes,
            "correlate": topics.breaches,
            "ticketing": topics.incidents,
        }
    return {"record_readings": topics.readings, "record_judged": topics.breaches}
