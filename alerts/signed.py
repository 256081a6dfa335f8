"""A few texts in, a signed token for an address out, and back; what it was signed for it opens, and nothing else."""

import hashlib
from collections.abc import Sequence

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

LONGEST_TOKEN = 1024
"""A longer token is not ours. [characters]"""


class LinkRefused(ValueError):
    """A token is forged, damaged, for something else or past its time; which of them is not told."""


def sign(parts: Sequence[str], salt: str, secret: str, now_ms: int) -> str:
    """Return a token.

    Args:
        parts: What it names.
        salt: What it is for; with another it opens nothing.
        secret: What the desk signs with (`secret_of`).
        now_ms: Its time is counted from here.
    """
    token = _serializer(salt, secret, now_ms).dumps(list(parts))
    return token if isinstance(token, str) else token.decode()


def unsign(token: str, salt: str, secret: str, now_ms: int, lifetime_ms: int) -> tuple[str, ...]:
    """Return what a token names.

    Raises:
        LinkRefused: Forged, for something else, or past its time.
    """
    if len(token) > LONGEST_TOKEN:
        raise LinkRefused("link refused")
    try:
        told = _serializer(salt, secret, now_ms).loads(token, max_age=lifetime_ms // 1000)
    except BadData:
        raise LinkRefused("link refused") from None
    if not isinstance(told, list) or not all(isinstance(part, str) for part in told):
        raise LinkRefused("link refused")
    return tuple(told)


class _OnOurClock(TimestampSigner):
    """Signs with the time that it is given, so that replays and tests run on their own clock."""

    now_ms = 0

    def get_timestamp(self) -> int:
        return self.now_ms // 1000


def _serializer(salt: str, secret: str, now_ms: int) -> URLSafeTimedSerializer:
    signer = type("Signer", (_OnOurClock,), {"now_ms": now_ms})
    return URLSafeTimedSerializer(
        secret, salt=salt, signer=signer, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
