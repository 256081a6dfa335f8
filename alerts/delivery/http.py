"""Messages over HTTPS: to an address that was checked, within a limited time, following no redirect.

The host is resolved here and the request sent to the address itself, so that a name server which answers otherwise the
second time (DNS rebinding) gains nothing; certificate and `Host` are still those of the name. Proxies of the
environment are not used: they would resolve by themselves.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Answer, Outgoing
from alerts.delivery.guard import AddressRefused, allowed
from alerts.delivery.ports import SendFailed

MOST_BODY = 64 * 1024
"""No more of an answer is read. [bytes]"""
KEEP_ALIVE_S = 2.0
"""Shorter than servers keep idle connections (5 s and more), so that we don't write into one just closed. [s]"""
USER_AGENT = "wugan-deliver/1"
_LONGEST_ERROR = 200

Resolve = Callable[[str, int], list[str]]
"""Host and port → its addresses; blocks. Raises OSError."""


def resolve(host: str, port: int) -> list[str]:
    """Ask the name server."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class HttpTransport:
    """Sends to one endpoint.

    Args:
        endpoint: Whose time-out and certificate authority count.
        internal_allowed: Take addresses inside networks too.
        ask: The name server; a thread of this endpoint's own waits for it, so that a slow one delays nobody else.
    """

    def __init__(self, endpoint: Endpoint, *, internal_allowed: bool = False, ask: Resolve = resolve) -> None:
        self._timeout_s = endpoint.timeout_s
        self._internal_allowed = internal_allowed
        self._ask = ask
        self._threads = ThreadPoolExecutor(1, thread_name_prefix=f"names-{endpoint.name}")
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=endpoint.ca_file),
            follow_redirects=False,
            trust_env=False,
            timeout=endpoint.timeout_s,
            limits=httpx.Limits(keepalive_expiry=KEEP_ALIVE_S),
            headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
        )

    async def send(self, outgoing: Outgoing) -> Answer:
        """Post once and return the answer.

        Raises:
            SendFailed: No answer in time, no connection, no trust, or an address that must not be sent to.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._send(outgoing)
        except TimeoutError:
            raise SendFailed(f"no answer within {self._timeout_s:g} s") from None
        except AddressRefused as error:
            raise SendFailed(f"not sent: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise SendFailed(f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]) from error

    async def _send(self, outgoing: Outgoing) -> Answer:
        url = httpx.URL(outgoing.url)
        host = url.raw_host.decode("ascii")
        loop = asyncio.get_running_loop()
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await loop.run_in_executor(self._threads, self._ask, host, port)
        checked = allowed(host, addresses, internal_allowed=self._internal_allowed)
        for address in checked[:-1]:
            try:
                return await self._post(outgoing, url, host, address)
            except httpx.ConnectError:
                continue
        return await self._post(outgoing, url, host, checked[-1])

    async def _post(self, outgoing: Outgoing, url: httpx.URL, host: str, address: str) -> Answer:
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address),
            content=outgoing.body,
            headers={**outgoing.headers, "host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": host},
        )
        response = await self._client.send(request, stream=True)
        try:
            body = b""
            async for part in response.aiter_raw():
                body += part
                if len(body) >= MOST_BODY:
                    break
        finally:
            await response.aclose()
        return Answer(
            status=response.status_code, body=body[:MOST_BODY], retry_after=response.headers.get("retry-after")
        )

    async def aclose(self) -> None:
        """Close connections; a name server that still hangs is not waited for."""
        await self._client.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)
