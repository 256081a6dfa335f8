import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from alerts.delivery.endpoint import FormName
from alerts.delivery.events import EventType
from alerts.delivery.forms import Verdict, forms
from alerts.delivery.forms.base import Answer, Event
from alerts.delivery.http import HttpTransport
from alerts.delivery.mail import MailTransport
from alerts.delivery.ports import SendFailed
from alerts.delivery.transports import transports
from tests.builders_letters import NOON_MS, PAGE, make_endpoint, make_event, page
from tests.certificates import Certificate, certificate

PASSWORD = "p@ss/word: 1"  # noqa: S105 - of a mail server that lives for a test
FORM = forms(page, ZoneInfo("Asia/Shanghai"))[FormName.EMAIL]


@dataclass
class Mailbox:
    """A mail server's memory; `refusal` is what it says instead of taking mail."""

    mails: list[Envelope] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    refusal: str | None = None

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        assert session.ssl is not None
        if to.startswith("nobody"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        if self.refusal:
            return self.refusal
        self.mails.append(envelope)
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        name, password = getattr(data, "login", b""), getattr(data, "password", b"")
        self.users.append(name.decode())
        return AuthResult(success=password == PASSWORD.encode(), handled=False)


class AnyPort(Controller):
    """Takes a free port; the library connects once to the port that it was told."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="module")
def trusted(tmp_path_factory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "localhost")


@contextmanager
def server(mailbox: Mailbox, cert: Certificate | None) -> Iterator[int]:
    context = None
    if cert is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert.file, cert.key)
    controller = AnyPort(
        mailbox,
        hostname="127.0.0.1",
        port=0,
        tls_context=context,
        require_starttls=cert is not None,
        authenticator=mailbox.authenticate,
        auth_require_tls=cert is not None,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


async def post(
    port: int,
    ca_file: Path | None,
    event: Event | None = None,
    *,
    password: str = PASSWORD,
    to: str = "duty@a.example",
    internal_allowed: bool = True,
    host: str = "localhost",
) -> tuple[Verdict, Answer]:
    options = {"from": "wugan@a.example", "to": [to, "chief@a.example"]}
    endpoint = make_endpoint(FormName.EMAIL, f"smtp://robot@{host}:{port}", password, **options)
    endpoint = replace(endpoint, ca_file=ca_file, timeout_s=5.0)
    transport = MailTransport(endpoint, internal_allowed=internal_allowed, ask=lambda host, port: ["127.0.0.1"])
    try:
        answer = await transport.send(FORM.message(event or make_event(), endpoint, NOON_MS))
    finally:
        await transport.aclose()
    return FORM.verdict(answer.status, answer.body), answer


async def test_a_mail_goes_over_starttls_with_log_in_and_says_the_same_as_a_robot(trusted):
    box = Mailbox()
    with server(box, trusted) as port:
        verdict, _ = await post(port, trusted.file)
    mail = message_from_bytes(box.mails[0].original_content, policy=default)

    assert verdict is Verdict.OK
    assert box.users == ["robot"]
    assert (box.mails[0].mail_from, box.mails[0].rcpt_tos) == ("wugan@a.example", ["duty@a.example", "chief@a.example"])
    assert mail["subject"] == "【线索】#17 疑似PM2.5、PM10局地抬升（优先级 1）"
    assert (mail["message-id"], mail["auto-submitted"]) == ("<evt_1@wugan.invalid>", "auto-generated")
    lines = mail.get_content().splitlines()
    assert len(lines) <= 8
    assert lines[-1] == PAGE


async def test_a_retry_is_the_same_mail_to_whoever_receives_it(trusted):
    box = Mailbox()
    with server(box, trusted) as port:
        await post(port, trusted.file)
        await post(port, trusted.file)

    assert len({message_from_bytes(mail.original_content)["message-id"] for mail in box.mails}) == 1


async def test_a_directed_message_goes_to_the_contact_alone(trusted):
    box = Mailbox()
    told = {"contact": "张伟", "mention": "zhang@a.example", "round": 1}
    with server(box, trusted) as port:
        await post(port, trusted.file, make_event(kind=EventType.UPDATED, extensions=told))

    assert box.mails[0].rcpt_tos == ["zhang@a.example"]


async def test_a_server_without_starttls_gets_neither_password_nor_mail():
    box = Mailbox()
    with server(box, None) as port:
        verdict, answer = await post(port, None)

    assert verdict is Verdict.STOP
    assert b"STARTTLS" in answer.body
    assert (box.mails, box.users) == ([], [])


async def test_a_certificate_that_is_not_trusted_ends_the_attempt(trusted):
    box = Mailbox()
    with server(box, trusted) as port, pytest.raises(SendFailed, match="CERTIFICATE_VERIFY_FAILED"):
        await post(port, None)

    assert (box.mails, box.users) == ([], [])


async def test_a_certificate_of_another_host_ends_the_attempt(tmp_path):
    other = certificate(tmp_path, "mail.example")
    with server(Mailbox(), other) as port, pytest.raises(SendFailed, match="CERTIFICATE_VERIFY_FAILED"):
        await post(port, other.file)


async def test_a_wrong_password_is_refused_for_good(trusted):
    with server(Mailbox(), trusted) as port:
        verdict, answer = await post(port, trusted.file, password="wrong")  # noqa: S106 - wrong on purpose

    assert (verdict, answer.status) == (Verdict.STOP, 535)


@pytest.mark.parametrize(
    ("refusal", "verdict"),
    [("451 4.3.0 try later", Verdict.RETRY), ("452 4.2.2 full", Verdict.RETRY), ("554 5.7.1 spam", Verdict.STOP)],
)
async def test_the_servers_code_decides(trusted, refusal, verdict):
    with server(Mailbox(refusal=refusal), trusted) as port:
        assert (await post(port, trusted.file))[0] is verdict


async def test_one_unknown_recipient_keeps_nobody_else_from_the_mail(trusted):
    box = Mailbox()
    with server(box, trusted) as port:
        verdict, answer = await post(port, trusted.file, to="nobody@a.example")

    assert verdict is Verdict.OK
    assert box.mails[0].rcpt_tos == ["chief@a.example"]
    assert answer.body.startswith(b"not taken for 1: 550")


async def test_a_server_that_is_away_is_an_error_of_the_connection():
    with server(Mailbox(), None) as port:
        pass
    with pytest.raises(SendFailed, match="refused"):
        await post(port, None)


async def test_a_mail_server_inside_our_network_is_not_asked_unless_allowed(trusted):
    box = Mailbox()
    with server(box, trusted) as port, pytest.raises(SendFailed, match="an address inside a network"):
        await post(port, trusted.file, internal_allowed=False)

    assert box.mails == []


async def test_a_server_that_says_nothing_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = make_endpoint(FormName.EMAIL, "smtp://localhost", **{"from": "a@b.example", "to": ["c@d.example"]})
        endpoint = replace(endpoint, url=f"smtp://localhost:{mute.getsockname()[1]}", timeout_s=0.2)
        transport = MailTransport(endpoint, internal_allowed=True)
        with pytest.raises(SendFailed, match=r"no answer|timed out"):
            await transport.send(FORM.message(make_event(), endpoint, NOON_MS))
        await transport.aclose()


async def test_mail_goes_by_mail_and_the_rest_by_https():
    make = transports(internal_allowed=True)
    mail = make(make_endpoint(FormName.EMAIL, "smtp://localhost"))
    robot = make(make_endpoint(FormName.DINGTALK, "https://localhost"))

    assert (type(mail), type(robot)) == (MailTransport, HttpTransport)
    await mail.aclose()
    await robot.aclose()
