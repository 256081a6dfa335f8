from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import httpx
import pytest

from alerts.delivery.endpoint import Endpoint, FormName
from alerts.delivery.events import EventType
from alerts.delivery.forms import Verdict, forms
from alerts.delivery.forms.base import Event
from alerts.delivery.forms.dingtalk import sign as sign_dingtalk
from alerts.delivery.forms.feishu import sign as sign_feishu
from domain.ticket import Candidate
from tests.builders_alerts import make_ticket
from tests.builders_letters import NOON_MS, PAGE, make_endpoint, make_event, no_page, page
from tests.robots import HOUR_MS, Robot, dingtalk, feishu, wecom

ZONE = ZoneInfo("Asia/Shanghai")
SECRET = "SEC0123456789abcdef+/="  # noqa: S105 - of a robot that lives for a test
DIRECTED = {"contact": "张伟", "mention": "13800000000", "round": 1}
NAME = "[点我](https://evil.example) **甲** <at id=all></at> @all\n# 厂"
HOSTILE = make_event(
    replace(make_ticket(), candidates=(Candidate(enterprise_id="e", name=NAME, probability=0.9, distance_m=1),))
)
BUILD = {
    FormName.DINGTALK: lambda secret=SECRET: dingtalk(secret, NOON_MS),
    FormName.FEISHU: lambda secret=SECRET: feishu(secret, NOON_MS),
    FormName.WECOM: lambda secret=SECRET: wecom(),
}
EVERY = pytest.mark.parametrize("form", list(BUILD))
SIGNED = pytest.mark.parametrize("form", [FormName.DINGTALK, FormName.FEISHU])


def endpoint_of(form: FormName, robot: Robot) -> Endpoint:
    return make_endpoint(form, robot.url, *(() if form is FormName.WECOM else (SECRET,)))


def post(form: FormName, robot: Robot, event: Event, now_ms: int = NOON_MS, link: Callable = page) -> Verdict:
    spoken = forms(link, ZONE)[form]
    outgoing = spoken.message(event, endpoint_of(form, robot), now_ms)
    answer = httpx.post(outgoing.url, content=outgoing.body, headers=outgoing.headers, trust_env=False)
    return spoken.verdict(answer.status_code, answer.content)


@EVERY
@pytest.mark.parametrize(
    "event", [make_event(), make_event(kind=EventType.UPDATED, extensions=DIRECTED), HOSTILE], ids=["all", "one", "bad"]
)
@pytest.mark.parametrize("link", [page, no_page])
def test_the_platform_takes_the_message(form, event, link):
    with BUILD[form]() as robot:
        assert post(form, robot, event, link=link) is Verdict.OK
        assert len(robot.taken) == 1


@SIGNED
def test_another_secret_or_a_clock_an_hour_off_is_refused_for_good(form):
    with BUILD[form]("another secret") as robot:
        assert post(form, robot, make_event()) is Verdict.STOP
    with BUILD[form]() as robot:
        assert post(form, robot, make_event(), NOON_MS + HOUR_MS + 1000) is Verdict.STOP
        assert robot.taken == []


@SIGNED
def test_each_attempt_is_signed_with_its_own_time(form):
    with BUILD[form]() as robot:
        assert [post(form, robot, make_event(), NOON_MS + late) for late in (0, HOUR_MS // 2)] == [Verdict.OK] * 2


@EVERY
def test_a_message_beyond_the_limit_is_tried_again(form):
    with BUILD[form]() as robot:
        limit = 100 if form is FormName.FEISHU else 20
        robot.taken.extend([{}] * limit)

        assert post(form, robot, make_event()) is Verdict.RETRY
        robot.taken.clear()
        assert post(form, robot, make_event()) is Verdict.OK


def test_signatures_are_those_of_the_documentation():
    # computed with the platforms' own samples: DingTalk's (Python) and Feishu's (`secret = "demo"; timestamp = 100`)
    assert sign_dingtalk("this is secret", 1577262236757) == "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
    assert sign_feishu("demo", 100) == "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg="


def test_dingtalk_shows_a_card_with_a_button_in_few_lines_without_foreign_markup():
    with BUILD[FormName.DINGTALK]() as robot:
        post(FormName.DINGTALK, robot, HOSTILE)
    card = robot.taken[0]["actionCard"]

    assert (card["singleTitle"], card["singleURL"]) == ("查看线索", PAGE)
    assert card["text"].startswith("#### 【线索】＃17 疑似PM2.5、PM10局地抬升（优先级 1）  \n**异常**：")
    assert card["text"].count("\n") <= 6
    assert "evil.example)" not in card["text"]
    assert "**疑似来源**：［点我］（https：//ev… 90%，未知 46%" in card["text"]


def test_dingtalk_calls_the_contact_by_telephone():
    with BUILD[FormName.DINGTALK]() as robot:
        post(FormName.DINGTALK, robot, make_event(kind=EventType.UPDATED, extensions=DIRECTED))
    message = robot.taken[0]

    assert message["at"] == {"atMobiles": ["13800000000"], "isAtAll": False}
    assert message["markdown"]["text"].endswith(f"@13800000000 [查看线索]({PAGE})")
    assert message["markdown"]["text"].count("\n") == 7 - 1


def test_feishus_card_holds_foreign_text_as_plain_text_only():
    with BUILD[FormName.FEISHU]() as robot:
        post(FormName.FEISHU, robot, HOSTILE)
    card = robot.taken[0]["card"]

    assert card["header"]["template"] == "red"
    assert [part["tag"] for part in card["elements"]] == ["div", "action"]
    assert card["elements"][0]["text"]["tag"] == "plain_text"
    assert card["elements"][0]["text"]["content"].count("\n") <= 5
    assert card["elements"][1]["actions"][0]["url"] == PAGE


def test_wecoms_card_calls_the_contact():
    with BUILD[FormName.WECOM]() as robot:
        post(FormName.WECOM, robot, make_event(kind=EventType.UPDATED, extensions=DIRECTED | {"mention": "zhangwei"}))
    rows = robot.taken[0]["template_card"]["horizontal_content_list"]

    assert {"keyname": "请响应", "value": "张伟", "type": 3, "userid": "zhangwei"} in rows


@pytest.mark.parametrize(
    ("form", "status", "body", "verdict"),
    [
        (FormName.DINGTALK, 200, b'{"errcode":0,"errmsg":"ok"}', Verdict.OK),
        (
            FormName.DINGTALK,
            200,
            b'{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}',
            Verdict.RETRY,
        ),
        (FormName.DINGTALK, 200, b'{"errcode":-1,"errmsg":"\xe7\xb3\xbb"}', Verdict.RETRY),
        (FormName.DINGTALK, 200, b'{"errcode":400013,"errmsg":"x"}', Verdict.GONE),
        (FormName.DINGTALK, 200, b'{"errcode":400101,"errmsg":"x"}', Verdict.STOP),
        (FormName.DINGTALK, 200, b'{"errcode":999999,"errmsg":"x"}', Verdict.RETRY),
        (FormName.DINGTALK, 200, b"<html>portal</html>", Verdict.RETRY),
        (FormName.DINGTALK, 200, b"[]", Verdict.RETRY),
        (FormName.DINGTALK, 502, b"", Verdict.RETRY),
        (FormName.DINGTALK, 404, b"", Verdict.STOP),
        (FormName.WECOM, 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', Verdict.STOP),
        (FormName.WECOM, 200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', Verdict.RETRY),
        (FormName.FEISHU, 400, b'{"code":9499,"msg":"too many request","data":{}}', Verdict.RETRY),
        (FormName.FEISHU, 400, b'{"code":9499,"msg":"Bad Request","data":{}}', Verdict.STOP),
        (FormName.FEISHU, 200, b'{"code":19024,"msg":"Key Words Not Found"}', Verdict.STOP),
        (FormName.FEISHU, 200, b"\xff", Verdict.RETRY),
    ],
)
def test_an_answers_code_decides(form, status, body, verdict):
    assert forms(page, UTC)[form].verdict(status, body) is verdict


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (make_endpoint(FormName.DINGTALK, "https://oapi.dingtalk.com/robot/send"), ["access_token", "加签"]),
        (make_endpoint(FormName.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"), ["key"]),
        (make_endpoint(FormName.FEISHU, "https://open.feishu.cn/x"), ["hook", "签名校验"]),
        (make_endpoint(FormName.EMAIL, "smtp://me@mail.example"), ["options.from", "options.to", "secrets"]),
        (make_endpoint(FormName.EMAIL, "smtp://m", cc=1, to=["a"], **{"from": "a@b"}), ["options.cc", "options.to"]),
    ],
)
def test_a_wrong_endpoint_is_told_each_fault(endpoint, words):
    faults = forms(page, UTC)[endpoint.form].faults(endpoint)

    assert len(faults) == len(words)
    assert all(word in fault for word, fault in zip(words, faults, strict=True))
