"""Mails over SMTP, always encrypted: STARTTLS on `smtp://`, TLS from the start on `smtps://`.

As with HTTPS the host is resolved once and checked, and the connection goes to that address; the certificate must be
the host's. The standard library's client blocks, so each endpoint has threads of its own.
"""

import asyncio
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.policy import SMTP
from email.utils import getaddresses
from urllib.parse import SplitResult, unquote, urlsplit

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Answer, Outgoing
from alerts.delivery.guard import AddressRefused, allowed
from alerts.delivery.http import Resolve, resolve
from alerts.delivery.ports import SendFailed

PORT, TLS_PORT = 587, 465
"""Submission, and submission over TLS (RFC 8314)."""
SIDE_BY_SIDE = 4
"""Mails to one server at the same time. Design value."""
_TAKEN, _REFUSED = 250, 554
_MOST_TOLD = 200


class MailTransport:
    """Sends mail to one endpoint's server.

    Args:
        endpoint: Whose time-out and certificate authority count.
        internal_allowed: Take addresses inside networks too.
        ask: The name server.
    """

    def __init__(self, endpoint: Endpoint, *, internal_allowed: bool = False, ask: Resolve = resolve) -> None:
        self._timeout_s = endpoint.timeout_s
        self._internal_allowed = internal_allowed
        self._ask = ask
        self._context = ssl.create_default_context(cafile=endpoint.ca_file)
        self._threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix=f"mail-{endpoint.name}")

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send one mail; its From and To are the envelope's.

        Raises:
            SendFailed: No answer in time, no connection, no trust, or an address that must not be sent to.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await loop.run_in_executor(self._threads, self._send, outgoing)
        except TimeoutError:
            raise SendFailed(f"no answer within {self._timeout_s:g} s") from None
        except AddressRefused as error:
            raise SendFailed(f"not sent: {error}") from error
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise SendFailed(f"{type(error).__name__}: {error}"[:_MOST_TOLD]) from error

    async def aclose(self) -> None:
        """Let go of the threads; a server that still hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, outgoing: Outgoing) -> Answer:
        parts = urlsplit(outgoing.url)
        mail = message_from_bytes(outgoing.body, policy=SMTP)
        sender, to = (getaddresses([str(mail[name])]) for name in ("From", "To"))
        try:
            with self._connected(parts) as server:
                if parts.scheme == "smtp":
                    server.starttls(context=self._context)
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                refused = server.sendmail(sender[0][1], [one for _, one in to], outgoing.body)
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPException as error:
            return _answer(error)
        told = "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in refused.values())
        return Answer(status=_TAKEN, body=f"not taken for {len(refused)}: {told}".encode() if refused else b"")

    def _connected(self, parts: SplitResult) -> smtplib.SMTP:
        host, tls = parts.hostname or "", parts.scheme == "smtps"
        port = parts.port or (TLS_PORT if tls else PORT)
        address = allowed(host, self._ask(host, port), internal_allowed=self._internal_allowed)[0]
        if tls:
            return _PinnedTls(address, host, port, self._context, self._timeout_s)
        return _Pinned(address, host, port, self._timeout_s)


class _Pinned(smtplib.SMTP):
    """Connects to a checked address, and speaks with the host of that name."""

    def __init__(self, address: str, host: str, port: int, timeout_s: float) -> None:
        self._address = address
        super().__init__(host, port, timeout=timeout_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's signature
        return socket.create_connection((self._address, port), timeout)


class _PinnedTls(smtplib.SMTP_SSL):
    """The same over TLS from the start."""

    def __init__(self, address: str, host: str, port: int, context: ssl.SSLContext, timeout_s: float) -> None:
        self._address = address
        super().__init__(host, port, timeout=timeout_s, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=host)


def _answer(error: smtplib.SMTPException) -> Answer:
    """Return a refusal as an answer; a server without STARTTLS or without log-in is refused by us, for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = min(error.recipients.values(), key=lambda refusal: refusal[0])
        return Answer(status=code, body=text[:_MOST_TOLD])
    if isinstance(error, smtplib.SMTPResponseException):
        told = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return Answer(status=error.smtp_code, body=told[:_MOST_TOLD])
    return Answer(status=_REFUSED, body=str(error).encode()[:_MOST_TOLD])
