"""How InfluxDB's answers are told to the agents; the answers come from a small server of ours."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from streams.history.influxdb import InfluxHistory
from streams.history.settings import HistorySettings
from tests.builders_history import NOW_MS, readings, site

TOKEN = "t0p-s3cret"  # noqa: S105 - a made-up one


class Answers(ThreadingHTTPServer):
    """Gives the answers of `codes` in turn, the last one for ever, and keeps what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.codes: list[int] = [204]
        self.bodies: list[bytes] = []


class _Answer(BaseHTTPRequestHandler):
    server: Answers

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        code = self.server.codes.pop(0) if len(self.server.codes) > 1 else self.server.codes[0]
        body = b"" if code == 204 else json.dumps({"code": "x", "message": f"because of {code}"}).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Answers]:
    with Answers() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def history_at(server: Answers, retries: int = 0, batch_lines: int = 5000) -> InfluxHistory:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    return InfluxHistory(
        HistorySettings(url=url, site="etown", token=TOKEN, retries=retries, batch_lines=batch_lines, timeout_s=5.0)
    )


@pytest.mark.parametrize("code", [400, 413, 422])
def test_rows_that_are_refused_are_not_tried_again(server: Answers, code: int) -> None:
    server.codes = [code]
    history = history_at(server, retries=2)

    with pytest.raises(ValueError, match=f"InfluxDB answers {code}: because of {code}") as refusal:
        history.write_readings(readings({"pm25": 1.0}), site())
    history.close()

    assert len(server.bodies) == 1
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("code", [401, 403, 404, 408, 429, 500, 503])
def test_what_may_pass_or_be_mended_keeps_the_rows_waiting(server: Answers, code: int) -> None:
    server.codes = [code]
    history = history_at(server)

    with pytest.raises(ConnectionError, match=f"InfluxDB answers {code}"):
        history.write_readings(readings({"pm25": 1.0}), site())
    history.close()


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_a_short_stumble_is_not_told(server: Answers, code: int) -> None:
    server.codes = [code, 204]
    history = history_at(server, retries=1)

    history.write_readings(readings({"pm25": 1.0}), site())
    history.close()

    assert server.bodies == [f"reading,site=etown,sensor=ms-001 pm25=1 {NOW_MS}\n".encode()] * 2


def test_rows_travel_in_batches(server: Answers) -> None:
    history = history_at(server, batch_lines=2)

    history.write_readings(readings(*({"time_ms": NOW_MS + step, "pm25": 1.0} for step in range(5))), site())
    history.close()

    assert [body.count(b"\n") for body in server.bodies] == [2, 2, 1]


def test_nothing_to_say_is_not_sent(server: Answers) -> None:
    history = history_at(server)

    history.write_readings(readings({}), site())
    history.close()

    assert server.bodies == []
