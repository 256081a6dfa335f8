"""The three stateful agents: qualify, detect, correlate. Each decodes, advances, sends on; nothing else."""

from dataclasses import asdict
from functools import partial
from typing import Any

import faust
from faust.types import AgentT

from domain import correlate, detect, qualify
from domain.channels import MINUTE_MS
from domain.field import ChannelState, JudgedField, MinuteField
from domain.packing import Packer
from domain.pipeline import VERSION, Zoned
from domain.qualify_state import QualifyState
from domain.qualify_state import start as start_qualify
from domain.readings import Arrivals
from domain.wire import (
    decode_judged,
    decode_minute,
    decode_rows,
    encode_judged,
    encode_minute,
    encode_outcome,
)
from streams.agents import add_agent
from streams.carry import Carrier, Step
from streams.degraded import tell_missing
from streams.meter import Meter
from streams.ports import SnapshotStore
from streams.settings import StreamSettings
from streams.snapshot import Snapshots, mark_of
from streams.topics import raw_topic

Results = list[tuple[bytes, bytes]]
ZONE_KEY = b"0"
"""A site is one zone; its messages share one key and so one order."""


def add_qualify(
    app: faust.App, settings: StreamSettings, zoned: Zoned, snapshots: SnapshotStore, meter: Meter
) -> AgentT[Any]:
    """Attach readings → minutes."""

    def advance(state: QualifyState, arrivals: Arrivals) -> tuple[QualifyState, Results]:
        state, fields = qualify.advance(state, arrivals, zoned.site, zoned.rules)
        _tell_counts(meter, state)
        return state, [(ZONE_KEY, encode_minute(field)) for field in fields]

    step = Step(
        name="qualify",
        decode=partial(decode_rows, sensor_ids=zoned.sensor_ids),
        advance=advance,
        is_news=lambda state, arrivals: arrivals.clock_ms > state.clock_ms,
        start=partial(start_qualify, zoned.site),
        packer=Packer(QualifyState),
        mark=mark_of(VERSION, zoned.site.sensor_ids),
        output=raw_topic(app, settings.topics.minutes),
        rejects=raw_topic(app, settings.topics.rejects),
    )
    return _attach(app, settings, settings.topics.readings, Carrier(step, snapshots, meter), "qualify")


async def saved_qualify(store: SnapshotStore, zoned: Zoned) -> QualifyState:
    """Return qualify's newest snapshot: its account, and how far the zone clock is."""
    mark = mark_of(VERSION, zoned.site.sensor_ids)
    start = partial(start_qualify, zoned.site)
    held = await Snapshots(store, "qualify", Packer(QualifyState), start, mark).load(partition=0)
    return held.state


def _tell_counts(meter: Meter, state: QualifyState) -> None:
    """Show qualify's own account; it is part of the state, so a restarted worker goes on counting."""
    for name, amount in asdict(state.counts).items():
        meter.stands(f"qualify.{name}", float(amount))
    meter.stands("qualify.clock_ms", float(state.clock_ms))
    meter.stands("qualify.wait_ms", float(state.patience.wait_ms))


def add_detect(
    app: faust.App, settings: StreamSettings, zoned: Zoned, snapshots: SnapshotStore, meter: Meter
) -> AgentT[Any]:
    """Attach minutes → judged minutes."""

    def advance(state: detect.DetectState, field: MinuteField) -> tuple[detect.DetectState, Results]:
        state, judged = detect.advance(state, field, zoned.network, zoned.rules.detect)
        meter.stands("breached_sensors", float((state.onset.state == ChannelState.BREACH).any(axis=1).sum()))
        return state, [] if judged is None else [(ZONE_KEY, encode_judged(judged))]

    step = Step(
        name="detect",
        decode=decode_minute,
        advance=advance,
        is_news=lambda state, field: field.minute_ms // MINUTE_MS > state.minute,
        start=partial(detect.start, zoned.site),
        packer=Packer(detect.DetectState),
        mark=mark_of(VERSION, zoned.site.sensor_ids),
        output=raw_topic(app, settings.topics.breaches),
        rejects=raw_topic(app, settings.topics.rejects),
    )
    return _attach(app, settings, settings.topics.minutes, Carrier(step, snapshots, meter), "detect")


def add_correlate(
    app: faust.App, settings: StreamSettings, zoned: Zoned, snapshots: SnapshotStore, meter: Meter
) -> AgentT[Any]:
    """Attach judged minutes → incidents, written up as tickets, and the decisions beside them."""

    def advance(state: correlate.CorrelateState, judged: JudgedField) -> tuple[correlate.CorrelateState, Results]:
        state, outcome = correlate.advance(state, judged, zoned.zone)
        meter.count("minutes_judged")
        tell_missing(meter, judged, state.vanes, zoned.zone)
        tickets = [(ticket.id.encode(), encode_outcome(ticket)) for ticket in outcome.tickets]
        return state, tickets + [(made.key.encode(), encode_outcome(made)) for made in outcome.decisions]

    step = Step(
        name="correlate",
        decode=decode_judged,
        advance=advance,
        is_news=lambda state, judged: judged.minute_ms // MINUTE_MS > state.minute,
        start=correlate.CorrelateState,
        packer=Packer(correlate.CorrelateState),
        mark=mark_of(VERSION, zoned.site.sensor_ids),
        output=raw_topic(app, settings.topics.incidents),
        rejects=raw_topic(app, settings.topics.rejects),
    )
    return _attach(app, settings, settings.topics.breaches, Carrier(step, snapshots, meter), "correlate")


def _attach(app: faust.App, settings: StreamSettings, topic: str, carrier: Carrier[Any, Any], name: str) -> AgentT[Any]:
    app.timer(interval=settings.snapshot_s, name=f"save_{name}")(carrier.save)
    app.on_partitions_revoked.connect(carrier.forget)
    app.on_partitions_assigned.connect(carrier.forget)
    return add_agent(app, topic, name, carrier.run)
