"""Group robots on a local port that check what each platform's documentation asks for, and answer in its words."""

import hashlib
import hmac
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOUR_MS = 3_600_000
FEISHU_BYTES = 20 * 1024
Answers = tuple[int, dict[str, Any]]
Judge = Callable[[dict[str, list[str]], dict[str, Any], bytes], Answers]


class Robot:
    """A robot of one platform; `taken` holds the messages that it showed."""

    def __init__(self, judge: Judge, per_minute: int) -> None:
        self.taken: list[dict[str, Any]] = []
        self.url = ""
        self._judge = judge
        self._per_minute = per_minute

    def post(self, path: str, content_type: str, raw: bytes, too_fast: Answers) -> Answers:
        assert content_type.startswith("application/json")
        query, body = parse_qs(urlsplit(path).query, strict_parsing=True) if "?" in path else {}, json.loads(raw)
        status, told = self._judge(query, body, raw)
        if 0 in (told.get("errcode"), told.get("code")):
            if len(self.taken) >= self._per_minute:
                return too_fast
            self.taken.append(body)
        return status, told


@contextmanager
def running(robot: Robot, path: str, too_fast: Answers) -> Iterator[Robot]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            status, told = robot.post(self.path, self.headers["content-type"], raw, too_fast)
            answer = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    robot.url = f"http://127.0.0.1:{server.server_port}{path}"
    try:
        yield robot
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def dingtalk(secret: str, now_ms: int) -> Iterator[Robot]:
    def judge(query: dict[str, list[str]], body: dict[str, Any], raw: bytes) -> Answers:
        if query.get("access_token") != ["TOKEN"]:
            return 200, {"errcode": 300005, "errmsg": "token is not exist"}
        at = query["timestamp"][0]
        signed = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
        if b64decode(query["sign"][0], validate=True) != signed or abs(int(at) - now_ms) > HOUR_MS:
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        return 200, _judge_dingtalk(body)

    too_fast = 200, {"errcode": 410100, "errmsg": "发送速度太快而限流"}
    with running(Robot(judge, 20), "/robot/send?access_token=TOKEN", too_fast) as robot:
        yield robot


def _judge_dingtalk(body: dict[str, Any]) -> dict[str, Any]:
    needed = {"actionCard": {"title", "text", "singleTitle", "singleURL"}, "markdown": {"title", "text"}}
    kind = body["msgtype"]
    if kind not in needed:
        return {"errcode": 400105, "errmsg": "不支持的消息类型"}
    if not all(isinstance(body[kind].get(key), str) and body[kind][key] for key in needed[kind]):
        return {"errcode": 40035, "errmsg": "缺少参数 json"}
    return {"errcode": 0, "errmsg": "ok"}


@contextmanager
def feishu(secret: str, now_ms: int) -> Iterator[Robot]:
    def judge(query: dict[str, list[str]], body: dict[str, Any], raw: bytes) -> Answers:
        at = body["timestamp"]
        signed = b64encode(hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
        if not isinstance(at, str) or body["sign"] != signed or abs(int(at) * 1000 - now_ms) > HOUR_MS:
            return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
        card = body.get("card", {})
        texts = [card["header"]["title"], *(part["text"] for part in card["elements"] if part["tag"] == "div")]
        well = len(raw) <= FEISHU_BYTES and body["msg_type"] == "interactive"
        if not well or not all(text["tag"] in ("plain_text", "lark_md") and text["content"] for text in texts):
            return 400, {"code": 9499, "msg": "Bad Request", "data": {}}
        return 200, {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}

    too_fast = 200, {"code": 11232, "data": {}, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]"}
    with running(Robot(judge, 100), "/open-apis/bot/v2/hook/TOKEN", too_fast) as robot:
        yield robot


@contextmanager
def wecom() -> Iterator[Robot]:
    def judge(query: dict[str, list[str]], body: dict[str, Any], raw: bytes) -> Answers:
        if query != {"key": ["KEY"]}:
            return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}
        if body["msgtype"] == "text":
            fits = 0 < len(body["text"]["content"].encode()) <= 2048
            return 200, {"errcode": 0, "errmsg": "ok"} if fits else {"errcode": 45002, "errmsg": "content too long"}
        return 200, _judge_card(body["template_card"])

    too_fast = 200, {"errcode": 45009, "errmsg": "api freq out of limit"}
    with running(Robot(judge, 20), "/cgi-bin/webhook/send?key=KEY", too_fast) as robot:
        yield robot


def _judge_card(card: dict[str, Any]) -> dict[str, Any]:
    rows = card["horizontal_content_list"]
    well = (
        card["card_type"] == "text_notice"
        and card["card_action"]["type"] == 1
        and card["card_action"]["url"]
        and 0 < len(card["main_title"]["title"]) <= 26
        and len(card["main_title"]["desc"]) <= 30
        and len(rows) <= 6
        and all(0 < len(row["keyname"]) <= 5 and 0 < len(row["value"]) <= 26 for row in rows)
        and all(row.get("userid") for row in rows if row.get("type") == 3)
        and all(len(jump["title"]) <= 13 and jump["url"] for jump in card["jump_list"])
    )
    return {"errcode": 0, "errmsg": "ok"} if well else {"errcode": 40058, "errmsg": "invalid Request Parameter"}
