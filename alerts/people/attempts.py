"""How often somebody tried to sign in; who tries too often must wait."""

import ipaddress
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLimits:
    """Failures within a window before all further ones wait. Design values.

    A name alone has the widest limit, for else anybody could lock a person out.
    """

    window_ms: int = 15 * 60_000
    name_and_address: int = 5
    address: int = 20
    name: int = 50
    remembered: int = 20_000


LIMITS = AttemptLimits()


class Attempts:
    """Counts failures by name and address, in this process's memory."""

    def __init__(self, now_ms: Callable[[], int], limits: AttemptLimits = LIMITS) -> None:
        self._now_ms = now_ms
        self._limits = limits
        self._times: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, address: str) -> int:
        """Count an attempt as failed before it is tried, so that many at once don't pass; `succeeded` takes it back.

        Returns:
            How long to wait before the next, 0 where it may be tried now. [ms]
        """
        with self._lock:
            keys = self._keys(name, address)
            wait_ms = max(self._wait_ms(key, limit) for key, limit in keys.items())
            if not wait_ms:
                for key in keys:
                    self._times.setdefault(key, deque()).append(self._now_ms())
                    self._times.move_to_end(key)
            while len(self._times) > self._limits.remembered:
                self._times.popitem(last=False)
            return wait_ms

    def succeeded(self, name: str, address: str) -> None:
        """Forget what this name failed from this address, and that this attempt counted elsewhere."""
        with self._lock:
            both, *others = self._keys(name, address)
            self._times.pop(both, None)
            for key in others:
                if self._times.get(key):
                    self._times[key].pop()

    def _keys(self, name: str, address: str) -> dict[str, int]:
        place = _place(address)
        limits = self._limits
        return {
            f"both {place} {name}": limits.name_and_address,
            f"address {place}": limits.address,
            f"name {name}": limits.name,
        }

    def _wait_ms(self, key: str, limit: int) -> int:
        times = self._times.get(key)
        if not times:
            return 0
        begin_ms = self._now_ms() - self._limits.window_ms
        while times and times[0] <= begin_ms:
            times.popleft()
        return times[0] - begin_ms if len(times) >= limit else 0


def _place(address: str) -> str:
    """Return an IPv4 address, or the /64 of an IPv6 address: one subscriber has all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return (
        str(ipaddress.ip_network(f"{parsed}/64", strict=False))
        if parsed.ipv4_mapped is None
        else str(parsed.ipv4_mapped)
    )
