"""Passwords in, argon2id hashes out; what a new password must be."""

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from domain.problem import Problem

SHORTEST, LONGEST = 10, 200
"""Length of a password. Design value; NIST SP 800-63B-4 asks for 8 at least beside a second factor. [characters]"""
FEWEST_DIFFERENT = 4
AT_ONCE = 2
"""How many passwords are hashed at once: each takes 64 MiB. Design value."""
WAIT_S = 5
"""Longest wait for one's turn; a flood of sign-ins must not hold every thread of the desk. Design value. [s]"""
_LETTERS = "abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"
"""Without those that look like another."""
_GROUPS, _GROUP = 4, 5


class Passwords:
    """Hashes and checks; the parameters are RFC 9106's second recommended option (t=3, p=4, 64 MiB)."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._parameters = parameters
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """Return the text that is kept."""
        with self._place():
            return self._hasher.hash(_settled(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Say whether a password is the one that `kept` was made of; takes as long where there is none."""
        if len(password) > LONGEST:
            return False
        with self._place():
            try:
                return self._hasher.verify(kept or self._nobodys(), _settled(password)) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, kept: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=WAIT_S):
            raise Problem(503, "busy", "Too many sign-ins", "try again in a moment", {"retry_after_s": WAIT_S})
        try:
            yield
        finally:
            self._places.release()

    def _nobodys(self) -> str:
        """Return a hash with our parameters that no password gives."""
        told = self._parameters
        head = f"$argon2id$v={told.version}$m={told.memory_cost},t={told.time_cost},p={told.parallelism}"
        return f"{head}${'A' * 22}${'A' * 43}"


def one_time_password() -> str:
    """Return a random password that a person can type from paper: 20 letters, 112 bits."""
    groups = ["".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)]
    return "-".join(groups)


def check_password(name: str, password: str) -> None:
    """Refuse a new password that is too easy.

    Raises:
        Problem: 422, with what it must be.
    """
    settled = _settled(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise _refused("bad_length", f"take {SHORTEST} to {LONGEST} characters")
    if name.casefold() in settled.casefold() or len(set(settled)) < FEWEST_DIFFERENT:
        raise _refused("easy", "it is easily guessed; take several words, without the name in them")


def _refused(why: str, mend: str) -> Problem:
    return Problem(422, "weak_password", "Password not taken", mend, {"why": why})


def _settled(password: str) -> str:
    """Return one form of a text that keyboards and input methods send in several (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
