"""An answer that costs something: made once, given to all who ask within some seconds."""

import threading
import time
from collections.abc import Callable


class Kept:
    """Keeps what `make` returned for `most_s`; who asks meanwhile waits for the one that makes it."""

    def __init__(self, make: Callable[[], bytes], most_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._most_s = most_s
        self._clock = clock
        self._turn = threading.Lock()
        self._made_s = float("-inf")
        self._answer = b""

    def get(self) -> bytes:
        """Return the answer; blocks while it is made."""
        with self._turn:
            if self._clock() - self._made_s >= self._most_s:
                self._answer = self._make()
                self._made_s = self._clock()
            return self._answer
