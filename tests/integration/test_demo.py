"""`wugan demo` as a person runs it: a ticket, an account without a loss, and nothing left behind."""

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.child_process import BrokerMissing, free_port
from app.children import clean_environment
from app.embedded_kafka import kafka_command
from app.embedded_mqtt import mqtt_command
from tests.builders_full_path import until

END_S = 110.0
"""Longest wait for the demo to end once it is told to. [s]"""
ACCOUNT = re.compile(
    r"account   published ([\d,]+) = accepted ([\d,]+) \+ rejected ([\d,]+) \+ duplicates ([\d,]+), lost ([\d,]+)"
)


@pytest.fixture(autouse=True)
def _with_brokers() -> None:
    """Skip where the extra `demo` is not installed."""
    try:
        kafka_command(1), mqtt_command(1, "wugan")
    except BrokerMissing as error:
        pytest.skip(str(error))


class Demo:
    """A demo that runs: what it said so far, and every process that it ever had."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.port = free_port()
        self.lines: list[str] = []
        self._family: set[psutil.Process] = set()
        command = [sys.executable, "-P", "-m", "app.cli", "demo", "--port", str(self.port), *words]
        with (folder / "stderr").open("wb") as errors:
            self.process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=folder,
                env=clean_environment(),
            )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as words:
            self.lines.extend(line.rstrip("\n") for line in words)

    def meet(self) -> set[psutil.Process]:
        """Return every process that was ever seen."""
        if self.process.poll() is None:
            try:
                self._family |= set(psutil.Process(self.process.pid).children(recursive=True))
            except psutil.NoSuchProcess:
                return self._family
        return self._family

    def said(self, pattern: str) -> re.Match[str] | None:
        """Look for a line."""
        self.meet()
        return next((found for line in list(self.lines) if (found := re.search(pattern, line))), None)

    def end(self) -> int:
        """Return the exit code; by then all of the demo's words are read."""
        until(lambda: self.meet() and self.process.poll() is not None, "the demo's end", END_S)
        self._reader.join(timeout=10)
        return self.process.returncode

    @property
    def left(self) -> list[psutil.Process]:
        """Its processes that still run."""
        return [child for child in self._family if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]

    @property
    def account(self) -> list[int]:
        """Published, accepted, rejected, duplicates, lost."""
        found = self.said(ACCOUNT.pattern)
        assert found is not None, self.lines
        return [int(number.replace(",", "")) for number in found.groups()]

    @property
    def data_dir(self) -> Path:
        found = self.said(r"^logs +(\S+)$")
        assert found is not None
        return Path(found[1]).parent


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Demo]:
    demo = Demo(folder, *words)
    try:
        yield demo
    finally:
        for process in demo.meet():
            if process.is_running():
                process.kill()
        demo.process.kill()
        demo.process.wait()


def assert_nothing_left(demo: Demo, folder: Path) -> None:
    assert len(demo.meet()) >= 6  # two brokers, ingest, worker, desk, simulator
    assert demo.left == []
    assert not demo.data_dir.exists()
    assert (folder / "stderr").read_text() == ""


def test_until_ctrl_c(tmp_path: Path) -> None:
    """It shows a red sensor and a ticket, and Ctrl-C ends it with every reading accounted for."""
    with running(tmp_path) as demo:
        ticket = until(lambda: demo.said(r"red sensors +[1-9]\d* +tickets +[1-9]"), "a ticket", END_S)
        demo.process.send_signal(signal.SIGINT)
        code = demo.end()

        published, accepted, rejected, duplicates, lost = demo.account
        assert ticket is not None
        assert (code, lost) == (0, 0)
        assert published == accepted + rejected + duplicates
        assert accepted > 20_000
        assert demo.said(r"^tickets   [1-9]\d*; first red after \d+ s, first ticket after \d+ s$")
        assert demo.said(rf"^desk      http://127\.0\.0\.1:{demo.port} ")
        assert_nothing_left(demo, tmp_path)


def test_for_a_while(tmp_path: Path) -> None:
    """It ends by itself, in the middle of what it plays fast, and loses nothing."""
    with running(tmp_path, "--for", "3") as demo:
        code = demo.end()

        published, accepted, rejected, duplicates, lost = demo.account
        assert (code, lost) == (0, 0)
        assert published == accepted + rejected + duplicates > 0
        assert_nothing_left(demo, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_while_it_starts_it_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        until(lambda: len(demo.meet()) >= 3, "its first processes")
        demo.process.send_signal(number)
        code = demo.end()

        assert code == 130
        until(lambda: not demo.left, "the end of one that was just being started: the kernel ends it with its parent")
        assert not demo.data_dir.exists()
        assert "Traceback" not in (tmp_path / "stderr").read_text()


def test_a_busy_desk_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "app.cli", "demo", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=tmp_path,
            env=clean_environment(),
        )

    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"wugan: port {port} on 127.0.0.1 can't be taken")
    assert "choose another" in done.stderr
