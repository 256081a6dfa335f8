"""`webhooks.toml` while `wugan deliver` runs: read again when it changes or SIGHUP comes; faults keep what was read."""

import asyncio
import signal
import ssl
from collections.abc import Callable
from pathlib import Path

import structlog

from alerts.delivery.endpoint import Endpoint

LOOK_S = 1.0
"""How often the file is looked at. Design value. [s]"""
DEGRADED = "webhooks"
"""How `/readyz` names a file whose change was refused."""

Stamp = tuple[int, int] | None

log = structlog.get_logger()


class WebhooksFile:
    """Holds the endpoints that are told.

    Args:
        path: The file; None: there is none, and nothing changes.
        read: Reads it; raises ValueError or OSError with what is wrong.
        needed: Names of endpoints that contacts are told through: a file without one of them is refused.
    """

    def __init__(self, path: Path | None, read: Callable[[], tuple[Endpoint, ...]], needed: frozenset[str]) -> None:
        self._path = path
        self._read = read
        self._needed = needed
        self._asked = False
        self._stamp = self._stamp_now()
        self.endpoints = read()
        self.edition = 0
        self.fault: str | None = None

    def ask(self) -> None:
        """Have it read again at the next look, changed or not: files that it names may have changed."""
        self._asked = True

    def look(self) -> None:
        """Read the file if it changed since the last look, or somebody asked; blocks."""
        stamp, asked = self._stamp_now(), self._asked
        if self._path is None or (stamp == self._stamp and not asked):
            return
        self._stamp, self._asked = stamp, False
        try:
            endpoints = self._checked(self._read())
        except (ValueError, OSError) as error:
            self.fault = " | ".join(str(error).splitlines())
            log.warning(
                "webhooks_kept", why=self.fault, mend="mend the file; what was read before is in use until then"
            )
            return
        self.fault = None
        if endpoints != self.endpoints or asked:
            self.endpoints = endpoints
            self.edition += 1
        log.info("webhooks_read", endpoints=[endpoint.name for endpoint in endpoints])

    def missing(self) -> tuple[str, ...]:
        """Return what `/readyz` shows as degraded."""
        return (DEGRADED,) if self.fault else ()

    async def follow(self) -> None:
        """Look each second, and at once at SIGHUP, until cancelled."""
        hangup, loop = asyncio.Event(), asyncio.get_running_loop()

        def hang_up() -> None:
            self.ask()
            hangup.set()

        loop.add_signal_handler(signal.SIGHUP, hang_up)
        try:
            while True:
                await asyncio.to_thread(self.look)
                hangup.clear()
                try:
                    async with asyncio.timeout(LOOK_S):
                        await hangup.wait()
                except TimeoutError:
                    continue
        finally:
            loop.remove_signal_handler(signal.SIGHUP)

    def _checked(self, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        gone = sorted(self._needed - {endpoint.name for endpoint in endpoints})
        if gone:
            raise ValueError(
                f"{self._path}: {', '.join(gone)} is gone, through which contacts.toml tells people; "
                "keep it, or change both files and start again"
            )
        for endpoint in endpoints:
            if endpoint.ca_file is not None:
                _check_authority(endpoint.name, endpoint.ca_file)
        return endpoints

    def _stamp_now(self) -> Stamp:
        try:
            told = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return (told.st_mtime_ns, told.st_size) if told else None


def _check_authority(name: str, file: Path) -> None:
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        raise ValueError(f"{name}: ca_file {file} is no certificate ({error}); give the authority's as PEM") from error
