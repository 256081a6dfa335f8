"""Keeps deliveries from being pointed at our own network: every address of a host must be a public one."""

import ipaddress
from collections.abc import Iterable

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that carry an IPv4 address in their last 32 bits (RFC 6052)."""
_LOW_32 = 0xFFFFFFFF

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """A host resolves to an address that must not be sent to; the message says which and how to mend it."""


def allowed(host: str, addresses: Iterable[str], *, internal_allowed: bool) -> tuple[str, ...]:
    """Return a host's addresses when all may be sent to.

    One forbidden address among public ones refuses all: it is what an attacker's name server would mix in.

    Raises:
        AddressRefused: There is none, or one is internal and that is not allowed.
    """
    found = tuple(dict.fromkeys(addresses))
    if not found:
        raise AddressRefused(f"{host} has no address; mend the name in webhooks.toml or the name server")
    if internal_allowed:
        return found
    for address in found:
        if not is_public(address):
            mend = "give a public address, or set WUGAN_WEBHOOK_ALLOW_INTERNAL=true where receivers stand inside"
            raise AddressRefused(f"{host} is {address}, an address inside a network; {mend}")
    return found


def is_public(text: str) -> bool:
    """Say whether an address belongs to the public internet, looking through IPv6 forms that carry an IPv4 address.

    >>> [is_public(one) for one in ("8.8.8.8", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False, False]
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = _carried(address)
    return _is_public(address) if inner is None else _is_public(inner)


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _carried(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & _LOW_32)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
