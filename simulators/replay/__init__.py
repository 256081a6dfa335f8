"""A recording through the domain's steps on a virtual clock, and the RUN/ folder that tells what came out."""

from simulators.replay.collect import collect
from simulators.replay.judging import can_run_ahead
from simulators.replay.minutes import MinutesFile
from simulators.replay.record import RunResult
from simulators.replay.run import Progress, replay
from simulators.replay.run_folder import RunRefused, check_run_folder, write_run
from simulators.replay.summary import RunMeta, run_json

__all__ = [
    "MinutesFile",
    "Progress",
    "RunMeta",
    "RunRefused",
    "RunResult",
    "can_run_ahead",
    "check_run_folder",
    "collect",
    "replay",
    "run_json",
    "write_run",
]
