"""What a person checks before calling for help: each check says what is wrong and how to mend it."""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.kafka import missing_topics
from app.settings import PREFIX, Settings, unknown_variables
from app.stage_settings import site_of, topics_of
from app.wiring import database_url, history_of
from domain.channels import POLLUTANTS
from domain.times import to_datetime

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
WAIT_S = 5.0
"""Longest wait for an answer. [s]"""
LEAST_FREE_BYTES = 1_000_000_000


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was found, and how to mend it where it is not well."""

    check: str
    verdict: Verdict
    detail: str
    mend: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield every finding, one check after the other; none needs another to be well."""
    yield _python()
    for name in unknown_variables():
        yield Finding("settings", Verdict.WARNING, f"{name} is no setting", "mend its name or unset it")
    yield _guarded("site files", lambda: _site(settings), "mend the files; each line names file, row and remedy")
    if settings.base_map_file is not None:
        yield _guarded("base map", lambda: _base_map(settings), "mend what the line names, or leave the setting empty")
    yield _guarded("data folder", lambda: _data_folder(settings.data_dir), f"set {PREFIX}DATA_DIR to a writable folder")
    yield _desk_port(settings)
    yield _guarded("mqtt broker", lambda: _mqtt(settings), f"start the broker, or set {PREFIX}MQTT_HOST and _PORT")
    yield _guarded("kafka", lambda: _kafka(settings), f"start Kafka, or set {PREFIX}KAFKA to its host:port")
    yield _guarded("history", lambda: _history(settings), f"start it, or set {PREFIX}HISTORY and the INFLUXDB settings")
    yield _guarded("database", lambda: _database(settings), f"set {PREFIX}DATABASE; then `wugan db upgrade`")
    yield _clock()


def _guarded(check: str, look: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(check, Verdict.OK, look())
    except Exception as error:  # noqa: BLE001 - whatever is wrong there is the finding
        return Finding(check, Verdict.FAILED, " | ".join(str(error).splitlines()) or repr(error), mend)


def _python() -> Finding:
    version = sys.version_info[:2]
    shown = f"Python {sys.version.split()[0]}"
    if version < OLDEST_PYTHON:
        return Finding("python", Verdict.FAILED, shown, "install Python 3.11, 3.12 or 3.13")
    if version > NEWEST_PYTHON:
        return Finding("python", Verdict.WARNING, f"{shown} is newer than what was tried", "use 3.11, 3.12 or 3.13")
    return Finding("python", Verdict.OK, shown)


def _site(settings: Settings) -> str:
    site = site_of(settings)
    return f"{site.name}: {len(site.sensors)} sensors, {len(site.enterprises)} enterprises, {len(site.roads)} roads"


def _data_folder(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".doctor-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
    stat = os.statvfs(folder)
    free = stat.f_bavail * stat.f_frsize
    if free < LEAST_FREE_BYTES:
        raise OSError(f"{folder} has {free / 1e6:.0f} MB free")
    return f"{folder} is writable, {free / 1e9:.0f} GB free"


def _desk_port(settings: Settings) -> Finding:
    place = f"{settings.desk_host}:{settings.desk_port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.desk_host, settings.desk_port))
        except OSError as error:
            mend = f"stop what uses it (a desk that runs already?) or set {PREFIX}DESK_PORT"
            return Finding("desk port", Verdict.WARNING, f"{place} is taken ({error.strerror})", mend)
    return Finding("desk port", Verdict.OK, f"{place} is free")


def _base_map(settings: Settings) -> str:
    from app.base_map import base_map_of

    base_map = base_map_of(settings)
    if base_map is None:
        return "none"
    with contextlib.closing(base_map):
        return f"{settings.base_map_file}: {base_map.media_type}, zooms {base_map.zooms[0]} to {base_map.zooms[1]}"


def _mqtt(settings: Settings) -> str:
    from app.stage_settings import ingest_settings
    from ingest.probe import probe_broker

    return probe_broker(ingest_settings(settings), WAIT_S)


def _kafka(settings: Settings) -> str:
    async def look() -> str:
        absent = await asyncio.wait_for(missing_topics(settings.kafka, topics_of(settings)), WAIT_S)
        return f"{settings.kafka} answers; " + (
            f"topics still to be made at the first start: {', '.join(absent)}" if absent else "all topics are there"
        )

    return asyncio.run(look())


def _history(settings: Settings) -> str:
    with contextlib.closing(history_of(settings, site_of(settings))) as history:
        history.series("doctor", POLLUTANTS[0], 0, 1)
    return f"{settings.history_url} answers"


def _database(settings: Settings) -> str:
    from alerts.store import current, newest

    url = database_url(settings)
    there, wanted = current(url), newest()
    if there != wanted:
        raise ValueError(f"schema {there or 'is missing'}, this version needs {wanted}; run `wugan db upgrade`")
    return f"schema {there}"


def _clock() -> Finding:
    installed_s = Path(__file__).stat().st_mtime
    now_s = time.time()
    shown = to_datetime(int(now_s * 1000)).isoformat(timespec="seconds")
    if now_s < installed_s:
        return Finding("clock", Verdict.FAILED, f"{shown} is before this program was installed", "set it, or use NTP")
    return Finding("clock", Verdict.OK, shown)
