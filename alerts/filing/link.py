"""An enterprise in, a signed link to its page out, and back; it holds for half a year."""

from alerts.signed import LinkRefused, sign, unsign

PATH = "/e/"
LIFETIME_MS = 183 * 86_400_000
"""A rectification may be long in coming. Design value. [ms]"""
_SALT = "wugan.enterprise.link.v1"


def link(enterprise_id: str, secret: str, now_ms: int, base_url: str) -> str:
    """Return the address of an enterprise's page.

    Args:
        enterprise_id: Whose.
        secret: What the desk signs with.
        now_ms: The link's time is counted from here.
        base_url: Where enterprises reach the desk, as `https://desk.example.org`.
    """
    return f"{base_url.rstrip('/')}{PATH}{sign((enterprise_id,), _SALT, secret, now_ms)}"


def read_link(token: str, secret: str, now_ms: int) -> str:
    """Return whose page a link opens.

    Raises:
        LinkRefused: Forged or past its time.
    """
    told = unsign(token, _SALT, secret, now_ms, LIFETIME_MS)
    if len(told) != 1:
        raise LinkRefused("link refused")
    return told[0]
