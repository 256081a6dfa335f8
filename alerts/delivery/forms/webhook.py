"""Standard Webhooks 1.0: the CloudEvents envelope as it is, signed with every secret.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence

from standardwebhooks import Webhook

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Event, Outgoing, Verdict, http_verdict
from domain.times import to_datetime

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Length of a secret, from the specification. [bytes]"""
_MEND = 'write "whsec_" and 24 to 64 random bytes in base64; `wugan webhooks secret` makes one'


class WebhookForm:
    """Any receiver that speaks Standard Webhooks."""

    def faults(self, endpoint: Endpoint) -> Sequence[str]:
        """Return what is wrong with the secrets."""
        if not endpoint.secrets:
            return [f"secrets: none; {_MEND}"]
        return [
            f"secrets: number {number} is no webhook secret; {_MEND}"
            for number, secret in enumerate(endpoint.secrets, 1)
            if not _is_secret(secret)
        ]

    def message(self, event: Event, endpoint: Endpoint, now_ms: int) -> Outgoing:
        """Return the signed request; with several secrets the header holds several signatures."""
        at = to_datetime(now_ms)
        signatures = [Webhook(secret).sign(event.id, at, event.body) for secret in endpoint.secrets]
        return Outgoing(
            url=endpoint.url,
            body=event.body.encode(),
            headers={
                "content-type": "application/cloudevents+json; charset=utf-8",
                "webhook-id": event.id,
                "webhook-timestamp": str(now_ms // 1000),
                "webhook-signature": " ".join(signatures),
            },
        )

    def verdict(self, status: int, body: bytes) -> Verdict:  # noqa: ARG002 - the status says all
        """Judge by the status."""
        return http_verdict(status)


def _is_secret(secret: str) -> bool:
    if not secret.startswith(PREFIX):
        return False
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return SHORTEST <= len(key) <= LONGEST
