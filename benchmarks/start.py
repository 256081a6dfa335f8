"""How long `wugan --help` and the demo's start take, and the memory that the demo's processes hold after a minute.

Memory is PSS: pages that processes share count once, in parts; what Linux tells in /proc. The sum of resident sets
(RSS), which counts shared pages several times, is printed beside it.
"""

import argparse
import os
import subprocess
import sys
import time

import psutil

from app.child_process import free_port
from benchmarks.common import pss_mb, say

HELP_BAR_S, MEMORY_BAR_MB, RED_BAR_S = 0.5, 1024.0, 60.0
WUGAN = [sys.executable, "-m", "app.cli"]
TRIES = 5


def help_s() -> float:
    """Return the best of some tries of `wugan --help`, as a shell's user waits for it. [s]"""
    best_s = float("inf")
    for _ in range(TRIES):
        begun_s = time.perf_counter()
        subprocess.run([*WUGAN, "--help"], check=True, stdout=subprocess.DEVNULL)
        best_s = min(best_s, time.perf_counter() - begun_s)
    return best_s


def memory(pid: int) -> None:
    """Print what each process of a tree holds."""
    root = psutil.Process(pid)
    rows = [(name_of(process), pss_mb(process.pid), rss_mb(process)) for process in (root, *root.children())]
    for name, pss, rss in sorted(rows, key=lambda row: -row[1]):
        print(f"  {name:20} PSS {pss:7.0f} MB   RSS {rss:7.0f} MB")
    say("the demo's processes after a minute, RSS", sum(row[2] for row in rows), "MB")
    say("the demo's processes after a minute, PSS", sum(row[1] for row in rows), "MB", most=MEMORY_BAR_MB)


def name_of(process: psutil.Process) -> str:
    """Return which of our processes, or which broker, this is."""
    words = process.cmdline()
    if "app.cli" in words:
        return words[words.index("app.cli") + 1]
    return "MQTT broker" if "app.mqtt_broker" in words else words[0].rsplit("/", 1)[-1]


def rss_mb(process: psutil.Process) -> float:
    """Return a process's resident set. [MB = 1024² bytes]"""
    return float(process.memory_info().rss) / 1024**2


def demo(seconds: int) -> None:
    """Run the demo, and look at its memory after a minute."""
    command = [*WUGAN, "demo", "--for", str(seconds), "--port", str(free_port())]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    begun_s = time.monotonic()
    ready_s = 0.0
    shown = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe
        for line in process.stdout:
            if "readings" in line:
                shown += 1
                if shown == 1:
                    ready_s = time.monotonic() - begun_s
                    say("demo, from its start until all processes are ready", ready_s, "s")
                if shown == seconds - 2:
                    memory(process.pid)
            if line.startswith(("account", "tickets")):
                print(line.rstrip())
    if process.returncode:
        raise SystemExit(f"the demo failed with exit code {process.returncode}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="of the demo")
    options = parser.parse_args()
    say("wugan --help", help_s(), "s", most=HELP_BAR_S)
    demo(options.seconds)


if __name__ == "__main__":
    main()
