import threading

import pytest

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Outgoing
from alerts.delivery.http import HttpTransport
from alerts.delivery.ports import SendFailed
from tests.builders_delivery import endpoint_to, receiving


async def send(transport: HttpTransport, url: str) -> int:
    try:
        return (await transport.send(Outgoing(url=url, body=b"{}"))).status
    finally:
        await transport.aclose()


async def test_the_connection_goes_to_the_checked_address_and_the_name_stays_in_the_request():
    with receiving() as receiver:
        asked: list[tuple[str, int]] = []

        def ask(host: str, port: int) -> list[str]:
            asked.append((host, port))
            return ["127.0.0.1"]

        transport = HttpTransport(endpoint_to(receiver), internal_allowed=True, ask=ask)
        status = await send(transport, f"http://hooks.invalid:{receiver.port}/a?b=c")

        assert status == 204
        assert asked == [("hooks.invalid", receiver.port)]
        assert receiver.got[0].headers["host"] == f"hooks.invalid:{receiver.port}"
        assert receiver.got[0].path == "/a?b=c"


async def test_a_name_that_turns_inward_the_second_time_is_refused():
    with receiving() as receiver:
        answers = iter([["8.8.8.8"], ["127.0.0.1"]])
        transport = HttpTransport(endpoint_to(receiver, timeout_s=0.05), ask=lambda host, port: next(answers))
        outgoing = Outgoing(url=f"http://hooks.invalid:{receiver.port}/", body=b"{}")
        for _ in range(2):
            with pytest.raises(SendFailed) as failed:
                await transport.send(outgoing)
        await transport.aclose()

        assert "127.0.0.1" in str(failed.value)
        assert receiver.got == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0"]
)
async def test_every_way_to_write_this_machine_is_refused(host):
    with receiving() as receiver:
        transport = HttpTransport(endpoint_to(receiver))
        with pytest.raises(SendFailed, match="not sent"):
            await send(transport, f"http://{host}:{receiver.port}/")

        assert receiver.got == []


async def test_when_one_address_does_not_listen_the_next_is_tried():
    with receiving() as receiver:
        transport = HttpTransport(endpoint_to(receiver), internal_allowed=True, ask=lambda *_: ["::1", "127.0.0.1"])

        assert await send(transport, f"http://hooks.invalid:{receiver.port}/") == 204


async def test_a_redirect_is_told_not_followed():
    with receiving() as receiver:
        receiver.always(307, location=f"http://127.0.0.1:{receiver.port}/other")
        transport = HttpTransport(endpoint_to(receiver), internal_allowed=True)

        assert await send(transport, receiver.url) == 307
        assert [request.path for request in receiver.got] == ["/hook"]


async def test_a_name_that_nobody_knows_is_a_failure():
    def ask(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    transport = HttpTransport(Endpoint(name="a", url="https://hooks.invalid"), ask=ask)
    with pytest.raises(SendFailed, match="not known"):
        await send(transport, "https://hooks.invalid/")


async def test_a_name_server_that_hangs_takes_no_longer_than_the_time_out():
    let_go = threading.Event()
    transport = HttpTransport(
        Endpoint(name="a", url="https://hooks.invalid", timeout_s=0.05), ask=lambda *_: [str(let_go.wait(10))]
    )
    with pytest.raises(SendFailed, match=r"no answer within 0\.05 s"):
        await send(transport, "https://hooks.invalid/")
    let_go.set()
