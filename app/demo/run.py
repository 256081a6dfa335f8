"""The demo from start to end: brokers, processes, the simulated zone, a line a second, and the account."""

import contextlib
import json
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.child_process import free_port
from app.children import Child
from app.demo.account import Account, account_of
from app.embedded_kafka import kafka_command
from app.embedded_mqtt import mqtt_command
from app.operations import check_port
from app.stack import START_S, Stack, StackFailed

SETTLE_S = 60.0
"""Longest wait for the last reading to be accounted for, once the simulator has stopped. [s]"""
WARM_UP = timedelta(hours=2)
"""What is sent before now, as fast as it goes: the rules are production's and need a past."""
WEBHOOKS = Path("webhooks.toml")
"""Where it is there, tickets are told of to the endpoints in it; they may listen on this machine."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What a person can choose.

    Attributes:
        seconds: End by itself after so long; None = until Ctrl-C. [s]
        desk_port: The only port that is not free to choose by itself.
        speed: Seconds of the zone per second of the wall.
        data_dir: Where everything is kept; None = a folder that is removed at the end.
    """

    seconds: float | None = None
    desk_port: int = 8000
    speed: float = 1.0
    seed: int = 3
    scenario: str = "demo"
    data_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo came to; times since its start. [s]"""

    account: Account
    tickets: int
    first_red_s: float | None
    first_ticket_s: float | None

    @property
    def is_whole(self) -> bool:
        """Whether every reading is accounted for."""
        return self.account.lost == 0


def run_demo(options: DemoOptions, say: Say) -> Outcome:
    """Run until the time is over or Ctrl-C, and return the account.

    Raises:
        OSError: The desk's port is taken.
        StackFailed: A process did not start, or ended.
    """
    check_port("127.0.0.1", options.desk_port)
    with _data_dir(options.data_dir) as data_dir:
        demo = Demo(options, data_dir, say)
        try:
            return demo.run()
        finally:
            demo.stack.stop()


@contextlib.contextmanager
def _data_dir(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="wugan-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Demo:
    """One run of the demo."""

    def __init__(self, options: DemoOptions, data_dir: Path, say: Say) -> None:
        self._options = options
        self._say = say
        self._kafka_port, self._mqtt_port = free_port(), free_port()
        self._password = secrets.token_urlsafe(16)
        self._start = (datetime.now(UTC) - WARM_UP).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._site = data_dir / "site"
        self._begun_s = time.monotonic()
        self._published = 0
        self._firsts: dict[str, float] = {}
        self.stack = Stack(self._settings(data_dir), data_dir / "logs")

    def run(self) -> Outcome:
        """Start everything, show a line a second, settle, and account."""
        self._say(f"desk      http://127.0.0.1:{self._options.desk_port}   (Ctrl-C ends the demo)")
        self._say(f"logs      {self.stack.log_dir}")
        self._start_services()
        simulator = self._start_simulator()
        reader = threading.Thread(target=self._read_published, args=(simulator,), daemon=True)
        reader.start()
        self._watch()
        self._say("ending    the simulator sends its last reading, the rest is worked off")
        simulator.process.terminate()
        simulator.process.wait(timeout=SETTLE_S)
        reader.join(timeout=5.0)
        return self._settle()

    def _settings(self, data_dir: Path) -> dict[str, str]:
        told = {"WUGAN_WEBHOOKS": str(WEBHOOKS.resolve()), "WUGAN_WEBHOOK_ALLOW_INTERNAL": "true"}
        return (told if WEBHOOKS.is_file() else {}) | {
            "WUGAN_SITE": str(self._site),
            "WUGAN_DATA_DIR": str(data_dir),
            "WUGAN_MQTT_HOST": "127.0.0.1",
            "WUGAN_MQTT_PORT": str(self._mqtt_port),
            "WUGAN_MQTT_USERNAME": "wugan",  # amqtt keeps a session only for a named user (mqtt.md, M2)
            "WUGAN_MQTT_PASSWORD": self._password,
            "WUGAN_KAFKA": f"127.0.0.1:{self._kafka_port}",
            "WUGAN_REPLAY": "true",  # the zone clock runs on the simulator's receive times, at any speed
            "WUGAN_DESK_PORT": str(self._options.desk_port),
        }

    def _start_services(self) -> None:
        children = self.stack.children
        children.start("kafka", kafka_command(self._kafka_port), {"RUST_LOG": "error"})
        children.start("mqtt", mqtt_command(self._mqtt_port, "wugan"), {"WUGAN_MQTT_PASSWORD": self._password})
        self.stack.run_once("site", *self._simulate(), "--site-out", str(self._site))
        self.stack.run_once("database", "db", "upgrade")
        for command in ("ingest", "worker", "desk", *self._deliver()):
            self.stack.start(command)
        self.stack.await_ready()

    def _deliver(self) -> tuple[str, ...]:
        """Deliver where the folder in which the demo was started says to whom."""
        return ("deliver",) if WEBHOOKS.is_file() else ()

    def _simulate(self) -> tuple[str, ...]:
        return ("simulate", self._options.scenario, "--seed", str(self._options.seed), "--start", self._start)

    def _start_simulator(self) -> Child:
        where = f"127.0.0.1:{self._mqtt_port}"
        speed = str(self._options.speed)
        return self.stack.children.start_wugan(
            "simulator", *self._simulate(), "--mqtt", where, "--speed", speed, "--json", is_heard=True
        )

    def _read_published(self, simulator: Child) -> None:
        assert simulator.process.stdout is not None  # noqa: S101 - started with a pipe
        for line in simulator.process.stdout:
            self._published = int(json.loads(line)["published"])

    def _await_simulator(self) -> None:
        """Wait for its first reading: until then it makes its world.

        Raises:
            StackFailed: It sends none.
        """
        end_s = time.monotonic() + START_S
        while not self._published:
            self.stack.check()
            if time.monotonic() > end_s:
                raise StackFailed(f"the simulator sends nothing; its words are in {self.stack.log_dir}")
            time.sleep(0.1)

    def _watch(self) -> None:
        """Show a line a second until the time is over, counted from the first reading, or Ctrl-C."""
        with contextlib.suppress(KeyboardInterrupt):
            self._await_simulator()
            end_s = float("inf") if self._options.seconds is None else time.monotonic() + self._options.seconds
            before, next_s = 0.0, time.monotonic()
            while time.monotonic() < end_s:
                self.stack.check()
                before = self._show(before)
                next_s += 1.0
                time.sleep(max(min(next_s, end_s) - time.monotonic(), 0.0))

    def _show(self, before: float) -> float:
        ingest, worker = self.stack.metrics("ingest"), self.stack.metrics("worker")
        taken = ingest.get("ingest_readings", 0.0)
        red, tickets = worker.get("breached_sensors", 0.0), worker.get("tickets.opened", 0.0)
        lag = sum(value for name, value in worker.items() if name.startswith("lag_messages."))
        for name, value in (("red", red), ("ticket", tickets)):
            if value and name not in self._firsts:
                self._firsts[name] = time.monotonic() - self._begun_s
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        self._say(
            f"{clock}  readings {taken:>9,.0f}  {max(taken - before, 0.0):>6,.0f}/s  red sensors {red:>2.0f}"
            f"  tickets {tickets:>2.0f}  lag {lag:.0f}"
        )
        return taken

    def _settle(self) -> Outcome:
        """Wait until every published reading is accounted for, or the time for it is over."""
        end_s = time.monotonic() + SETTLE_S
        while True:
            if self.stack.unready().keys() & {"ingest", "worker"}:
                raise StackFailed(f"a process does not answer any more; see {self.stack.log_dir}")
            worker = self.stack.metrics("worker")
            account = account_of(self._published, self.stack.metrics("ingest"), worker)
            if account.lost == 0 or time.monotonic() > end_s:
                break
            time.sleep(0.2)
        tickets = int(worker.get("tickets.opened", 0.0))
        return Outcome(account, tickets, self._firsts.get("red"), self._firsts.get("ticket"))
