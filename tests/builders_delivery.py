"""For tests of deliveries: real receivers on this machine, events in an outbox, a clock that is set by hand."""

import contextlib
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine

from alerts.delivery.attempt import Way
from alerts.delivery.courier import Courier
from alerts.delivery.endpoint import Endpoint
from alerts.delivery.events import EventType, put
from alerts.delivery.forms.webhook import WebhookForm
from alerts.delivery.http import HttpTransport
from alerts.delivery.ledger import Ledger
from alerts.store.engine import writing
from alerts.store.numbering import Numbering
from alerts.view import PersonSide, view
from domain.ticket import TicketState
from tests.builders_alerts import make_ticket

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # noqa: S105 - for tests
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs="  # noqa: S105 - for tests


@dataclass
class Clock:
    """Begins now, so that signatures are fresh, and moves only when a test says so."""

    now_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def subject(self) -> str:
        return str(json.loads(self.body)["subject"])


Reply = tuple[int, dict[str, str]]


@dataclass
class Receiver:
    """A web server that keeps what it gets and answers what a test wants.

    Attributes:
        answer: Given a request, the status and headers; 204 by default.
        took: Requests that were answered with 2xx, in order of arrival.
    """

    answer: Callable[[Request], Reply] = lambda _: (204, {})
    got: list[Request] = field(default_factory=list)
    took: list[Request] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    def always(self, status: int, **headers: str) -> None:
        self.answer = lambda _: (status, {name.replace("_", "-"): value for name, value in headers.items()})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is part of the tests."""


@contextlib.contextmanager
def receiving(tls: tuple[Path, Path] | None = None, port: int = 0) -> Iterator[Receiver]:
    """Run a receiver on 127.0.0.1."""
    receiver = Receiver(scheme="https" if tls else "http")
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it died meanwhile
                self.close_connection = True
                return
            request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            with lock:
                receiver.got.append(request)
            status, headers = receiver.answer(request)
            if 200 <= status < 300:
                with lock:
                    receiver.took.append(request)
            self.send_response(status)
            for name, value in {"content-length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", port), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(folder: Path, *names: str) -> tuple[Path, Path]:
    """Make a certificate that signs itself, for the names; return the files of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_path, key_path


def put_event(engine: Engine, ticket_id: str, at_ms: int, *, change: int = 1, wait_ms: int = 0) -> str:
    """Put an event of a made-up ticket into the outbox; return its id."""
    seen = view(make_ticket(ticket_id), PersonSide(number=1, state=TicketState.NEW))
    with writing(engine) as session:
        Numbering(session)
        return put(session, EventType.UPDATED, seen, at_ms, change, wait_ms)


def endpoint_to(receiver: Receiver, name: str = "city", **changes: object) -> Endpoint:
    values: dict[str, object] = {"name": name, "url": receiver.url, "secrets": (SECRET,), "timeout_s": 5.0} | changes
    return Endpoint(**values)  # type: ignore[arg-type]


@dataclass
class Bench:
    """One courier over a store, moved by hand."""

    engine: Engine
    clock: Clock
    endpoints: list[Endpoint]
    couriers: dict[str, Courier]
    ledger: Ledger
    counts: Counter[str]

    async def step(self) -> None:
        """Spread what is due, let every courier send what it may, and wait for the answers."""
        self.ledger.spread(self.endpoints, self.clock())
        for courier in self.couriers.values():
            await courier.round()
            await courier.settle()

    async def run_for(self, seconds: float, step_s: float = 1.0) -> None:
        """Let virtual time pass."""
        end_ms = self.clock() + round(seconds * 1000)
        while self.clock() < end_ms:
            await self.step()
            self.clock.advance(step_s)
        await self.step()


@contextlib.asynccontextmanager
async def bench(engine: Engine, *endpoints: Endpoint, internal_allowed: bool = True):
    """Give couriers for the endpoints."""
    clock, counts = Clock(), Counter()
    ledger = Ledger(engine, Random(7))
    ledger.register(endpoints)
    couriers = {
        one.name: Courier(
            Way(one, WebhookForm(), HttpTransport(one, internal_allowed=internal_allowed)), ledger, clock, counts
        )
        for one in endpoints
    }
    try:
        yield Bench(engine, clock, list(endpoints), couriers, ledger, counts)
    finally:
        for courier in couriers.values():
            await courier.close(1.0)
