"""One mail over SMTP, always encrypted: STARTTLS on `smtp://`, TLS from the start on `smtps://`; blocks."""

import smtplib
import socket
import ssl
from email import message_from_bytes
from email.policy import SMTP
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from alerts.delivery.forms.base import Answer, Outgoing

PORT, TLS_PORT = 587, 465
"""Submission, and submission over TLS (RFC 8314)."""
_TAKEN, _NO_STARTTLS = 250, 554
_MOST_TOLD = 200


def send_mail(
    outgoing: Outgoing, *, timeout_s: float, ca_file: Path | None = None, address: str | None = None
) -> Answer:
    """Send a mail and return the server's answer.

    Args:
        outgoing: `smtp[s]://USER:PASSWORD@HOST:PORT` and the whole message; its From and To are the envelope's.
        timeout_s: Longest wait for one answer. [s]
        ca_file: Authority of the server's certificate; None: the public ones.
        address: Where HOST was found; the certificate must still be HOST's. None: looked up here.

    Raises:
        OSError: The server is away, or its certificate is not to be trusted (ssl.SSLError).
    """
    parts = urlsplit(outgoing.url)
    mail = message_from_bytes(outgoing.body, policy=SMTP)
    to = [one for _, one in getaddresses([str(mail["To"])])]
    sender = getaddresses([str(mail["From"])])[0][1]
    context = ssl.create_default_context(cafile=ca_file)
    try:
        with _connected(parts, address, context, timeout_s) as server:
            if parts.scheme == "smtp":
                server.starttls(context=context)
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            refused = server.sendmail(sender, to, outgoing.body)
    except smtplib.SMTPException as error:
        return _answer(error)
    told = "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in refused.values())
    return Answer(
        status=_TAKEN, body=(f"not taken for {len(refused)}: {told}" if refused else "").encode()[:_MOST_TOLD]
    )


def _connected(parts: SplitResult, address: str | None, context: ssl.SSLContext, timeout_s: float) -> smtplib.SMTP:
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        return _PinnedTls(address or host, host, parts.port or TLS_PORT, context, timeout_s)
    return _Pinned(address or host, host, parts.port or PORT, timeout_s)


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
    """Return what went wrong as an answer; a server without STARTTLS or log-in is refused for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = max(error.recipients.values(), key=lambda refusal: -refusal[0])
        return Answer(status=code, body=text[:_MOST_TOLD])
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return Answer(status=error.smtp_code, body=text[:_MOST_TOLD])
    if isinstance(error, smtplib.SMTPServerDisconnected):
        raise ConnectionError(str(error)) from error
    return Answer(status=_NO_STARTTLS, body=str(error).encode()[:_MOST_TOLD])
