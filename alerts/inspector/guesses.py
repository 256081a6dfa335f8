"""How many wrong links an address may try; a right link always opens: nobody is locked out behind a shared address."""

import threading
from collections import OrderedDict

MOST_WRONG = 20
"""Wrong links from one address within the window. Design value."""
WINDOW_MS = 600_000
"""Length of the window. [ms]"""
MOST_ADDRESSES = 10_000
"""How many addresses are remembered; the one that was quiet longest is forgotten first."""


class Guesses:
    """Counts wrong links by address; calls come from several threads."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wrong(self, address: str, now_ms: int) -> int:
        """Count a wrong link; return after how many seconds the next may be tried, 0 = at once. [s]"""
        with self._lock:
            began_ms, count = self._wrong.pop(address, (now_ms, 0))
            if not 0 <= now_ms - began_ms < WINDOW_MS:
                began_ms, count = now_ms, 0
            self._wrong[address] = (began_ms, count + 1)
            while len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)
        return -(-(began_ms + WINDOW_MS - now_ms) // 1000) if count >= MOST_WRONG else 0
