"""A simulated world played live into MQTT: its past as fast as it goes, then on at the wanted speed."""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from app.settings import load_settings
from app.simulation import Simulation
from domain.site_files import parse_site
from simulators.player import PlayCounts, Player, PlayerSettings, Step
from simulators.world import World

TELL_EVERY_S = 0.5
LAST_TICK_MS = 120_000
"""The last tick lies so far after the last reading that its minute is settled. [ms]"""
BEAT_MS = 1000
"""Live, the zone's sensors are heard each second. [ms]"""


def play_live(simulation: Simulation, where: str, speed: float, *, as_json: bool) -> None:
    """Play until the world ends, or SIGTERM or Ctrl-C, with the last tick sent; user and password as in the settings.

    Raises:
        ConnectionError: The broker does not answer or refuses us.
        ValueError: `where` is not HOST:PORT.
    """
    host, port = host_and_port(where)
    settings = load_settings()
    site, _ = parse_site(simulation.world.site_texts())
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    own = PlayerSettings(
        host=host,
        port=port,
        site_id=site.site_id,
        username=settings.mqtt_username,
        password=settings.secret("mqtt_password"),
        tls_ca=settings.mqtt_ca_file,
        speed=speed,
        live_from_ms=time.time_ns() // 1_000_000,
    )
    with Player(own) as player:
        teller = threading.Thread(target=_tell, args=(player.counts, stop, as_json), daemon=True)
        teller.start()
        steps = beats(simulation.world, own.live_from_ms or 0)
        player.play(steps, stop=stop, final_clock_ms=lambda end_ms: end_ms + LAST_TICK_MS)
        stop.set()
        teller.join()
        _say(player.counts, as_json=as_json)


def host_and_port(where: str) -> tuple[str, int]:
    """Part `HOST:PORT`.

    Raises:
        ValueError: It is not that.
    """
    host, _, port = where.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"--mqtt {where!r} is not HOST:PORT; write as 127.0.0.1:1883")
    return host, int(port)


@dataclass(frozen=True, slots=True)
class Beat:
    """A part of a world's step, as the player takes it."""

    clock_ms: int
    readings: pa.RecordBatch
    weather: pa.RecordBatch


def beats(world: World, live_from_ms: int) -> Iterator[Step]:
    """Yield the world's steps; from `live_from_ms` on cut into seconds, so that readings come as they are measured."""
    for step in world.steps():
        if step.clock_ms <= live_from_ms:
            yield step
            continue
        begin_ms = step.clock_ms - step.clock_ms % BEAT_MS - 9 * BEAT_MS
        for clock_ms in range(begin_ms, step.clock_ms + 1, BEAT_MS):
            after_ms = 0 if clock_ms == begin_ms else clock_ms - BEAT_MS
            yield Beat(
                clock_ms, _between(step.readings, after_ms, clock_ms), _between(step.weather, after_ms, clock_ms)
            )


def _between(batch: pa.RecordBatch, since_ms: int, until_ms: int) -> pa.RecordBatch:
    received_ms = batch.column("received_ms").to_numpy()
    first, last = np.searchsorted(received_ms, [since_ms, until_ms], side="left").tolist()
    return batch.slice(first, last - first)


def _tell(counts: PlayCounts, stop: threading.Event, as_json: bool) -> None:  # noqa: FBT001 - a thread's argument
    while not stop.wait(TELL_EVERY_S):
        _say(counts, as_json=as_json)


def _say(counts: PlayCounts, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"published": counts.readings, "clock_ms": counts.clock_ms}), flush=True)  # noqa: T201
    elif sys.stderr.isatty():
        print(f"\rpublished {counts.readings:,} readings", end="", file=sys.stderr, flush=True)  # noqa: T201
