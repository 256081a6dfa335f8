from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.events import EventType
from alerts.delivery.forms.escape import cut, markdown, plain
from alerts.delivery.forms.letter import Desk, Letter, as_text, write_letter
from alerts.delivery.forms.words import REASONS
from alerts.delivery.sample import sample_event
from domain.ticket import Action, Candidate, Recommendation, TicketKind, Wind
from maps.words import Language, words
from tests.builders_alerts import make_ticket
from tests.builders_letters import NOON_MS, PAGE, make_event, no_page, page, row

DESK = Desk(ZoneInfo("Asia/Shanghai"), page)
LONGEST_LINE = 64


def letter_of(ticket=None, kind=EventType.OPENED, desk=DESK, **said) -> Letter:
    return write_letter(make_event(ticket, kind, **said).body, desk, NOON_MS)


def test_a_message_says_what_where_wind_advice_deadline_and_link_in_eight_lines_of_local_time():
    text = as_text(letter_of(deadline="2026-03-02T04:10:00.000Z"))

    assert text.splitlines() == [
        "【线索】#17 疑似PM2.5、PM10局地抬升（优先级 1）",
        "异常：PM2.5 186 µg/m³，高出背景 145",
        "起始：03-02 11:57，ms-052等 2 台",
        "疑似来源：示例一厂 54%，未知 46%",
        "风：西北风 2.3 m/s",
        "建议：建议派员核查（3 台传感器同升）",
        "时限：03-02 12:10 前响应",
        PAGE,
    ]


def test_unknown_comes_first_where_it_leads_and_stands_alone_where_nobody_is_near():
    ticket = make_ticket()
    weak = (replace(ticket.candidates[0], probability=0.2),)

    assert (
        row(letter_of(replace(ticket, candidates=weak, unknown_probability=0.8)), "疑似来源")
        == "未知 80%，示例一厂 20%"
    )
    assert row(letter_of(replace(ticket, candidates=(), unknown_probability=1.0)), "疑似来源") == "未知 100%"


@pytest.mark.parametrize(
    ("wind", "said"),
    [
        (Wind(speed_ms=0.3, from_deg=None, calm=True), "静风 0.3 m/s"),
        (Wind(speed_ms=None, from_deg=None, calm=True), "未知"),
        (Wind(speed_ms=3.0, from_deg=359, calm=False), "北风 3.0 m/s"),
        (Wind(speed_ms=3.0, from_deg=100, calm=False), "东风 3.0 m/s"),
    ],
)
def test_the_wind_is_told_as_it_is_known(wind, said):
    assert row(letter_of(replace(make_ticket(), wind=wind)), "风") == said


def test_a_regional_notice_names_nobody_and_a_sensors_ticket_speaks_of_no_pollution():
    regional = letter_of(replace(make_ticket(), kind=TicketKind.REGIONAL, candidates=(), unknown_probability=1.0))
    sensor = letter_of(replace(make_ticket(), kind=TicketKind.SENSOR, peak=None, candidates=(), sensors=("ms-060",)))

    assert regional.title == "【线索】#17 疑似PM2.5、PM10区域性抬升"
    assert row(regional, "疑似来源") == "区域传输，无单一来源"
    assert sensor.title == "【线索】#17 疑似传感器需维护"
    assert "疑似来源" not in dict(sensor.lines)


@pytest.mark.parametrize(
    ("kind", "state", "occasion"),
    [
        (EventType.OPENED, "new", "线索"),
        (EventType.UPDATED, "acknowledged", "线索更新"),
        (EventType.DISPATCHED, "dispatched", "派单核查"),
        (EventType.CLOSED, "closed", "线索已办结"),
        (EventType.CLOSED, "dismissed", "线索已驳回"),
        (EventType.CLOSED, "merged", "线索已合并"),
    ],
)
def test_the_title_says_what_happened(kind, state, occasion):
    assert letter_of(kind=kind, state=state).title.startswith(f"【{occasion}】#17 ")


def test_a_closed_ticket_sets_no_deadline():
    assert "时限" not in dict(letter_of(kind=EventType.CLOSED, state="closed", deadline="2026-03-02T04:10:00Z").lines)


def test_a_directed_message_names_its_contact_and_round():
    told = {"contact": "张伟", "mention": "13800000000", "round": 2}
    letter = letter_of(kind=EventType.UPDATED, extensions=told)

    assert letter.title.startswith("【第 2 次催办】")
    assert row(letter, "请响应") == "张伟"
    assert (letter.urgent, letter.mention) == (True, "13800000000")


def test_every_reason_that_the_desk_can_say_a_message_can_say_too():
    desk = {key.removeprefix("reason.") for key in words(Language.ZH) if key.startswith("reason.")}

    assert desk <= REASONS.keys()


def test_without_a_page_there_is_no_link_line():
    assert as_text(letter_of(desk=Desk(DESK.zone, no_page))).count("\n") == 5


NASTY = st.text(st.characters(), min_size=0, max_size=200)


@given(name=NASTY, sensor=NASTY, reason=NASTY)
def test_whatever_sensors_and_files_say_a_message_has_eight_short_lines(name, sensor, reason):
    clean = [text.encode("utf-8", "ignore").decode() for text in (name, sensor, reason)]
    ticket = replace(
        make_ticket(),
        candidates=(Candidate(enterprise_id="e", name=clean[0], probability=0.9, distance_m=1),),
        sensors=(clean[1],) * 9,
        recommendation=Recommendation(action=Action.WATCH, reasons=(clean[2],) * 5),
    )
    lines = as_text(letter_of(ticket, deadline="2026-03-02T04:10:00.000Z")).splitlines()

    assert len(lines) <= 8
    assert max(map(len, lines)) <= LONGEST_LINE


@given(NASTY)
def test_no_markup_is_left_and_nothing_is_invisible(text):
    assert not set(markdown(text)) & set(r"*_#[]()<>`~!@|\{}&+")
    assert "://" not in plain(text)
    assert plain(text, 500).isprintable()


def test_a_long_text_shows_that_it_is_cut():
    assert cut("一二三四五", 3) == "一二…"
    assert plain("甲\u202e乙\n\t丙\u200b") == "甲乙 丙"
    assert markdown("[点我](http://a) **粗** @all") == "［点我］（http：//a） ＊＊粗＊＊ ＠all"


def test_a_test_message_says_that_it_is_one():
    letter = write_letter(sample_event("evt_test", "etown", NOON_MS).body, DESK, NOON_MS)

    assert letter.title.startswith("【测试消息，无需处理】")


def test_tickets_told_of_together_are_counted_and_the_most_pressing_named():
    tickets = [
        {"id": str(n), "number": n, "priority": 1 + n % 3, "opened_at": "2026-03-02T04:00:00Z", "pollutants": ["o3"],
         "lon": 0.0, "lat": 0.0, "first": None, "action": "dispatch" if n == 3 else "watch"}
        for n in range(1, 13)
    ]  # fmt: skip
    data = {"site": "etown", "priority": 1, "count": 12, "tickets": tickets}
    data |= {"from": "2026-03-02T04:00:00.000Z", "until": "2026-03-02T04:01:00.000Z"}
    body = {"id": "evt", "type": EventType.STORM, "subject": "storm/etown", "data": data}
    letter = write_letter(msgspec.json.encode(body), DESK, NOON_MS)

    assert letter.title == "【线索汇总】12 条疑似线索"
    assert row(letter, "最急") == "#3 O₃；#6 O₃；#9 O₃"
    assert row(letter, "合计") == "12 条，其中优先级 1 有 4 条"
    assert row(letter, "建议") == "1 条建议派员，其余建议关注"
    assert len(as_text(letter).splitlines()) <= 8
    assert letter.url is None


@pytest.mark.parametrize(
    ("what", "state", "left", "title", "due"),
    [
        ("ordered", "open", 30, "【责令整改】", "2026-07-01（还有 30 天）"),
        ("reminded", "remind", 0, "【整改提醒】", "2026-07-01（还有 0 天）"),
        ("overdue", "overdue", -1, "【整改逾期】", "2026-07-01（已逾期 1 天）"),
        ("later", "later", -1, "【整改】", "2026-07-01（已逾期 1 天）"),
    ],
)
def test_a_rectification_is_told_with_its_due_day(what, state, left, title, due):
    data = {"what": what, "state": state, "priority": 2, "name": "甲厂" * 40, "text": "[加盖](http://a)\n" * 9}
    data |= {"ordered": "2026-06-01", "due": "2026-07-01", "filed": None, "days_left": left}
    body = {"id": "evt", "type": EventType.RECTIFICATION, "subject": "rectification/r1", "data": data}
    letter = write_letter(msgspec.json.encode(body), DESK, NOON_MS)

    assert letter.title.startswith(title + "甲厂")
    assert row(letter, "期限") == due
    assert len(as_text(letter).splitlines()) <= 8
    assert (letter.url, letter.rank) == (None, "优先级 2")


def test_a_filed_rectification_says_when():
    data = {"what": "filed", "state": "closed_late", "priority": 3, "name": "甲厂", "text": "加盖"}
    data |= {"ordered": "2026-06-01", "due": "2026-07-01", "filed": "2026-07-02", "days_left": -1}
    body = {"id": "evt", "type": EventType.RECTIFICATION, "subject": "rectification/r1", "data": data}
    letter = write_letter(msgspec.json.encode(body), DESK, NOON_MS)

    assert (row(letter, "期限"), row(letter, "提交"), row(letter, "状态")) == ("2026-07-01", "2026-07-02", "逾期完成")


def test_the_reasons_that_weigh_most_are_told_and_warnings_always():
    reasons = ("two_sensors_agree", "excess_strong", "evidence_thin", "dispatch_open_nearby", "whitelisted_no_routine")
    watch = replace(make_ticket(), recommendation=Recommendation(action=Action.WATCH, reasons=reasons))
    advised = write_letter(
        make_event(watch, recommendation={"action": "watch", "reasons": reasons}).body, DESK, NOON_MS
    )

    assert row(advised, "建议") == "建议关注（白名单企业，非必要不检查、已有人员前往、证据尚少）"


def test_a_dispatch_says_where_to_and_the_officers_words():
    decided = {"what": "decided", "enterprise_id": "e-112", "note": "先看 3 号排口"}
    sent = letter_of(kind=EventType.DISPATCHED, state="dispatched", history=[{"what": "opened"}, decided])
    elsewhere = letter_of(kind=EventType.DISPATCHED, history=[decided | {"enterprise_id": "e-7", "note": None}])
    silent = letter_of(kind=EventType.DISPATCHED, history=[{"what": "decided"}])

    assert row(sent, "核查对象") == "示例一厂，先看 3 号排口"
    assert row(elsewhere, "核查对象") == "e-7"
    assert "起始" in dict(silent.lines)
