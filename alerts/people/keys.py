"""Random keys that open something, and the hash that is kept of them."""

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "wgn_"  # noqa: S105 - what every API token begins with, so that scanners for secrets can find one


def new_key() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """Return a new API token."""
    return TOKEN_PREFIX + new_key()


def key_hash(key: str) -> str:
    """Return what is kept of a key; 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def form_token(key: str, form: str) -> str:
    """Return what a form of ours carries for the cookie `key`: nobody without the cookie can make it."""
    return hmac.new(key.encode(), form.encode(), hashlib.sha256).hexdigest()


def is_form_token(given: str, key: str, form: str) -> bool:
    """Say whether a form carried the right token."""
    return hmac.compare_digest(given.encode(), form_token(key, form).encode())
