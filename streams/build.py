"""The topology on one screen: two Faust apps, each with its own consumer group."""

from collections.abc import Sequence

import faust

from domain.pipeline import Zoned
from streams.meter import Meter
from streams.ports import History, SnapshotStore, TicketSink
from streams.record import add_record
from streams.settings import StreamSettings
from streams.steps import add_correlate, add_detect, add_qualify
from streams.ticketing import add_ticketing


def build_zone_app(
    settings: StreamSettings, zoned: Zoned, snapshots: SnapshotStore, tickets: TicketSink, meter: Meter
) -> faust.App:
    """Return the app that carries readings to tickets: qualify → detect → correlate → ticketing."""
    app = _app(settings, "zone")
    add_qualify(app, settings, zoned, snapshots, meter)
    add_detect(app, settings, zoned, snapshots, meter)
    add_correlate(app, settings, zoned, snapshots, meter)
    add_ticketing(app, settings, tickets, meter)
    return app


def build_record_app(settings: StreamSettings, zoned: Zoned, history: History, meter: Meter) -> faust.App:
    """Return the app that carries readings and judged minutes to the history, at its own pace."""
    app = _app(settings, "record")
    add_record(app, settings, zoned, history, meter)
    return app


def group_of(settings: StreamSettings, role: str) -> str:
    """Return the consumer group of one of the two apps."""
    return f"{settings.topics.prefix}-{role}"


def _app(settings: StreamSettings, role: str) -> faust.App:
    home = settings.data_dir / "faust" / role
    home.mkdir(parents=True, exist_ok=True)
    urls: Sequence[str] = [f"aiokafka://{address.strip()}" for address in settings.bootstrap.split(",")]
    return faust.App(
        group_of(settings, role),
        broker=urls,
        store="memory://",
        datadir=str(home),
        web_enabled=False,
        topic_allow_declare=False,  # the topics are made before any worker starts (faust.md, F16)
        topic_disable_leader=True,
        stream_wait_empty=False,  # F10
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=settings.session_timeout_s,  # F11
        broker_heartbeat_interval=settings.heartbeat_s,
        broker_rebalance_timeout=settings.rebalance_timeout_s,
        broker_commit_interval=1.0,
        producer_request_timeout=30.0,  # not Faust's 20 minutes: a send that failed is tried again (F4)
        producer_max_request_size=32 * 1024 * 1024,
        consumer_max_fetch_size=32 * 1024 * 1024,
        logging_config=None,
    )
