"""The inspector's page over a real store: what it shows, what may be told on it, and what is refused."""

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from PIL import Image

from alerts.inspector import guesses
from alerts.inspector.photo import MOST_BYTES
from alerts.settings import PlaceRules, TicketRules
from alerts.store import Tickets
from domain.ticket import Recommendation, TicketState, Wind
from domain.times import rfc3339
from tests.builders_alerts import NOON
from tests.builders_inspector import FIRST, HOSTILE, SIGNED_WITH, a_clue, a_picture, dispatched, inspector_app, path_of
from tests.ticket_stores import fresh_store

SENT_AT = NOON + timedelta(minutes=5)
JSON = {"Accept": "application/json"}
RESULT = {"problem_found": "yes", "measure": "rectification", "note": "喷漆房未密闭"}


class Clock:
    def __init__(self) -> None:
        self.now = SENT_AT + timedelta(minutes=10)

    def __call__(self):
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path):
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


@pytest.fixture
def tickets(engine) -> Tickets:
    tickets = Tickets(engine)
    dispatched(tickets, "a1", "a2", at=SENT_AT)
    tickets.upsert([a_clue("a3")])
    return tickets


@pytest.fixture
async def phone(engine, tickets, clock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=inspector_app(engine, clock), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


def told(tickets: Tickets, ticket_id: str = "a1") -> list[tuple[str, str]]:
    return [(entry.what, entry.who) for entry in tickets.get(ticket_id).history[2:]]


PAGE = path_of("a1", SENT_AT)
GROUP = path_of("a1", SENT_AT, who="")


async def test_the_page_tells_what_where_how_sure_and_until_when(phone, tickets):
    assert tickets.get("a1").deadline
    page = await phone.get(PAGE)

    assert page.status_code == 200
    for words in (
        "PM2.5 186",
        "背景 41，高出 145",
        "4.5 倍",
        f"疑似 {FIRST.name}",
        "54%",
        "31%",
        "15%",
        "西北风 2.3 m/s",
    ):
        assert words in page.text
    for words in (
        "线索 #1",
        "1 级",
        "已派单",
        "3 台传感器同升",
        "线索供核查，不作为执法证据",
        "<svg",
        "接受",
        "已到达",
    ):
        assert words in page.text
    assert "时限" in page.text


async def test_the_leading_enterprise_is_shown_with_its_visits_of_the_year(phone, engine):
    capped = TicketRules(places={FIRST.enterprise_id: PlaceRules(cap=24)})
    dispatched(Tickets(engine, rules=capped), "a9", at=SENT_AT)

    assert "本年检查 0/24 次" in (await phone.get(path_of("a9", SENT_AT))).text
    assert "本年检查" not in (await phone.get(PAGE)).text


async def test_the_page_speaks_english_too(phone):
    page = (await phone.get(PAGE + "?lang=en")).text

    assert '<html lang="en">' in page
    for words in (
        "Clue #1",
        "background 41, 145 above",
        f"suspected {FIRST.name}",
        "from NW, 2.3 m/s",
        "Accept",
        "Arrived",
    ):
        assert words in page


async def test_nothing_is_loaded_from_elsewhere_and_only_our_script_runs(phone):
    page = await phone.get(PAGE)

    policy = page.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)';", policy)[1]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert set(re.findall(r'<script[^>]* nonce="([^"]+)"', page.text)) == {nonce}
    assert page.text.count("<script") == 2
    assert not re.findall(r'(?:src|action|data)="(?:https?:)?//', page.text)
    assert set(re.findall(r'<link[^>]* href="([^"]+)"', page.text)) == {"data:,", "/static/inspector/inspector.css"}
    assert not re.search(r"\sstyle=|\son\w+=", page.text)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"
    assert (await phone.get(PAGE)).headers["content-security-policy"] != policy


async def test_map_apps_are_given_their_own_datum(phone, tickets):
    page = (await phone.get(PAGE)).text
    ticket = tickets.get("a1")

    amap = re.search(r"uri\.amap\.com/marker\?position=([\d.]+)%2C([\d.]+)&amp;", page)
    baidu = re.search(r"api\.map\.baidu\.com/marker\?location=([\d.]+)%2C([\d.]+)&amp;", page)
    assert f"geo:{ticket.lat:.6f},{ticket.lon:.6f}?q=" in page
    assert 0.005 < float(amap[1]) - ticket.lon < 0.007  # some 530 m to the east-north-east, as at Beijing E-Town
    assert 0.0008 < float(amap[2]) - ticket.lat < 0.002
    assert 0.006 < float(baidu[2]) - float(amap[1]) < 0.007
    assert 0.005 < float(baidu[1]) - float(amap[2]) < 0.007


async def test_hostile_names_stay_text(phone, tickets):
    advice = Recommendation(action=a_clue().recommendation.action, reasons=(HOSTILE,))
    dispatched(tickets, "evil", at=SENT_AT, hostile=True, recommendation=advice)
    page = (await phone.get(path_of("evil", SENT_AT, who=HOSTILE))).text

    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 3


async def test_a_ticket_without_wind_peak_or_candidates_is_shown(phone, tickets):
    nobody = Wind(speed_ms=None, from_deg=None, calm=False)
    dispatched(tickets, "bare", at=SENT_AT)
    bare = a_clue("bare")
    later = replace(bare, updated_at=bare.updated_at + timedelta(minutes=1), wind=nobody, peak=None, candidates=())
    tickets.upsert([replace(later, history=(*bare.history, bare.history[0]))])
    page = await phone.get(path_of("bare", SENT_AT))

    assert page.status_code == 200
    assert "无风向风速数据" in page.text
    assert "没有可指认的来源" in page.text


async def test_accept_arrive_result_in_the_name_of_the_link(phone, tickets):
    accepted = await phone.post(PAGE + "/accept", headers=JSON)
    arrived = await phone.post(PAGE + "/arrived", headers=JSON)
    closed = await phone.post(PAGE + "/result", data=RESULT | {"key": "k1"}, headers=JSON)

    assert (accepted.status_code, accepted.json()["state"], accepted.json()["open"]) == (
        200,
        "已派单",
        ["arrived", "result"],
    )
    assert (arrived.json()["state"], arrived.json()["open"]) == ("在现场", ["result"])
    assert (closed.status_code, closed.json()["state"], closed.json()["open"]) == (200, "已办结", [])
    assert told(tickets) == [("accepted", "王五"), ("arrived", "王五"), ("outcome", "王五")]
    assert tickets.get("a1").state is TicketState.CLOSED
    assert "这张线索单现在不需要您操作" in (await phone.get(PAGE)).text


async def test_a_plain_form_without_script_leads_back_to_the_page(phone, tickets):
    answer = await phone.post(PAGE + "/accept?lang=en", data={"key": "k"})

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE + "?lang=en")
    page = (await phone.get(answer.headers["location"])).text
    assert "Accepted by 王五 at 12:15" in page
    assert re.search(r'data-act="accept" hidden', page)


async def test_accept_by_the_same_link_twice_is_one(phone, tickets):
    answers = [await phone.post(PAGE + "/accept", headers=JSON) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert told(tickets) == [("accepted", "王五")]


async def test_arrive_twice_is_one(phone, tickets):
    answers = [await phone.post(PAGE + "/arrived", headers=JSON) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert told(tickets) == [("arrived", "王五")]


async def test_the_same_result_sent_again_is_one(phone, tickets):
    form = RESULT | {"key": "k1"}
    photo = {"photo": ("a.jpg", a_picture(gps=True))}
    answers = [await phone.post(PAGE + "/result", data=form, files=photo, headers=JSON) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert told(tickets) == [("outcome", "王五")]
    assert len((await phone.get("/api/v1/tickets/a1/photos")).json()["photos"]) == 1


async def test_a_group_link_asks_for_a_name_and_marks_it_as_typed(phone, tickets):
    assert 'name="who" required' in (await phone.get(GROUP)).text
    nameless = await phone.post(GROUP + "/accept", headers=JSON)
    named = await phone.post(GROUP + "/accept", data={"who": "system"}, headers=JSON)

    assert (nameless.status_code, nameless.json()["errors"][0]["where"]) == (422, "who")
    assert named.status_code == 200
    assert told(tickets) == [("accepted", "system (link)")]


async def test_who_accepts_second_sees_who_was_first(phone, tickets):
    first = await phone.post(GROUP + "/accept", data={"who": "王五"}, headers=JSON)
    second = await phone.post(GROUP + "/accept", data={"who": "赵六"}, headers=JSON)

    assert (first.status_code, second.status_code, second.json()["type"]) == (
        200,
        409,
        "urn:wugan:problem:accepted_already",
    )
    assert told(tickets) == [("accepted", "王五 (link)")]


async def test_what_the_state_does_not_allow_is_a_conflict(phone, tickets):
    page = path_of("a3", SENT_AT)
    answer = await phone.post(page + "/arrived", headers=JSON)
    plain = await phone.post(page + "/arrived", data={"key": "k"})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:wugan:problem:illegal_move")
    assert "acknowledge" in answer.json()["allowed"]
    assert answer.json()["told"].startswith("当前状态下不能这样操作")
    assert (plain.status_code, plain.headers["content-type"]) == (409, "text/html; charset=utf-8")
    assert "当前状态下不能这样操作" in plain.text
    assert f'href="{page}?lang=zh"' in plain.text


def wrong_links() -> dict[str, str]:
    return {
        "forged": PAGE[:-1] + ("A" if PAGE[-1] != "A" else "B"),
        "of another secret": path_of("a1", SENT_AT, key="another-secret-of-ours"),
        "expired": path_of("a1", SENT_AT - timedelta(hours=12)),
        "from tomorrow": path_of("a1", SENT_AT + timedelta(days=1)),
        "made up": "/t/x",
        "of a ticket that is not": path_of("nothing", SENT_AT, key="another-secret-of-ours"),
    }


async def test_a_forged_and_an_expired_link_are_refused_in_the_same_words(phone, tickets):
    pages = {name: await phone.get(path) for name, path in wrong_links().items()}
    posts = {name: await phone.post(path + "/accept", headers=JSON) for name, path in wrong_links().items()}
    files = {name: await phone.get(path + "/photos/ph_1") for name, path in wrong_links().items()}

    assert {page.status_code for page in (*pages.values(), *posts.values(), *files.values())} == {403}
    assert len({page.text for page in (*pages.values(), *files.values())}) == 1
    assert "链接无效或已过期" in pages["expired"].text
    assert len({(post.json()["type"], post.json()["detail"], post.json()["told"]) for post in posts.values()}) == 1
    assert told(tickets) == []


async def test_guesses_are_limited_and_a_right_link_still_opens(phone, clock):
    statuses = [(await phone.get(f"/t/guess{number}")).status_code for number in range(guesses.MOST_WRONG + 2)]
    refused = await phone.get("/t/guess")

    assert statuses == [403] * guesses.MOST_WRONG + [429] * 2
    assert 0 < int(refused.headers["retry-after"]) <= guesses.WINDOW_MS / 1000
    assert (await phone.get(PAGE)).status_code == 200
    clock.now += timedelta(milliseconds=guesses.WINDOW_MS)
    assert (await phone.get("/t/guess")).status_code == 403


async def send(phone, content: bytes, name: str = "photo.jpg") -> httpx.Response:
    form = {"data": RESULT | {"key": "k1"}, "files": {"photo": (name, content, "image/jpeg")}, "headers": JSON}
    return await phone.post(PAGE + "/result", **form)


async def test_what_is_no_picture_or_too_large_is_refused_and_nothing_is_kept(phone, tickets):
    text = await send(phone, b"MZ" + bytes(1000), "photo.jpg")
    large = await send(phone, bytes(MOST_BYTES + 1))
    page = await phone.post(PAGE + "/result", data=RESULT, files={"photo": ("a.jpg", b"no picture")})

    assert (text.status_code, text.json()["type"]) == (415, "urn:wugan:problem:not_a_photo")
    assert text.json()["told"] == "这个文件不是照片。请上传 JPEG、PNG 或 WebP 图片。"
    assert (large.status_code, large.json()["type"]) == (413, "urn:wugan:problem:photo_too_large")
    assert (page.status_code, "这个文件不是照片" in page.text) == (415, True)
    assert told(tickets) == []
    assert (await phone.get("/api/v1/tickets/a1/photos")).json() == {"photos": []}


async def test_a_body_without_a_length_is_cut_off(phone, tickets):
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        for _ in range(200):
            yield bytes(1024 * 1024)

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await phone.post(PAGE + "/result", content=endless(), headers=JSON | kind)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"problem_found": ""}, "problem_found"),
        ({"problem_found": "maybe"}, "problem_found"),
        ({"measure": "jail"}, "measure"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"key": "k" * 200}, "key"),
    ],
)
async def test_a_result_that_says_too_little_or_too_much_is_refused(phone, tickets, form, where):
    answer = await phone.post(PAGE + "/result", data=RESULT | form, headers=JSON)

    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, where)
    assert told(tickets) == []


async def test_a_broken_form_is_refused(phone):
    kind = {"Content-Type": "multipart/form-data"}
    answer = await phone.post(PAGE + "/result", content=b"nonsense", headers=JSON | kind)

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:wugan:problem:not_a_form")


async def test_photographs_are_given_to_the_link_and_to_who_is_signed_in(phone, tickets):
    await send(phone, a_picture(gps=True))
    listed = (await phone.get("/api/v1/tickets/a1/photos")).json()["photos"]
    by_api = await phone.get(listed[0]["url"])
    by_link = await phone.get(f"{PAGE}/photos/{listed[0]['id']}")
    by_other_link = await phone.get(f"{path_of('a2', SENT_AT)}/photos/{listed[0]['id']}")
    unknown = await phone.get("/api/v1/tickets/a1/photos/ph_1")

    assert [(one["who"], one["media_type"], one["bytes"]) for one in listed] == [
        ("王五", "image/jpeg", len(by_api.content))
    ]
    assert listed[0]["at"] == rfc3339(SENT_AT + timedelta(minutes=10)).replace(".000Z", "Z")
    assert by_api.content == by_link.content
    assert Image.open(io.BytesIO(by_link.content)).format == "JPEG"
    assert by_link.headers["content-type"] == "image/jpeg"
    assert by_link.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in by_link.headers["content-security-policy"]
    assert (by_other_link.status_code, unknown.status_code) == (404, 404)
    assert f'src="{PAGE}/photos/{listed[0]["id"]}"' in (await phone.get(PAGE)).text


async def test_an_unknown_ticket_has_no_photographs_and_a_signed_link_to_it_says_so(phone):
    listed = await phone.get("/api/v1/tickets/nothing/photos")
    page = await phone.get(path_of("nothing", SENT_AT))

    assert (listed.status_code, page.status_code) == (404, 404)
    assert listed.json()["type"] == "urn:wugan:problem:unknown_ticket"
    assert SIGNED_WITH not in page.text


async def test_the_link_never_says_what_it_was_signed_with(phone):
    for path in (PAGE, "/t/x", PAGE + "/result"):
        assert SIGNED_WITH not in (await phone.get(path)).text
