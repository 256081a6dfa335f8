"""Signing in as a browser does it: pages, cookies, forms, and what another site can't do."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from alerts.api.login_form import may_go_to
from alerts.people.person import Role
from tests.builders_people import ADDRESS, PASSWORD, DeskWithAccounts, hidden, sign_in
from tests.ticket_stores import fresh_store

HERE = "http://127.0.0.1:8000"
DECISION = {"action": "watch"}


@pytest.fixture
def desk(tmp_path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        desk.add("li")
        yield desk


@pytest.fixture
async def browser(desk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        yield client


def cookie_named(answer: httpx.Response, name: str) -> str:
    (found,) = [text for text in answer.headers.get_list("set-cookie") if text.startswith(name)]
    return found


async def test_who_signs_in_sees_the_desk_and_may_decide(browser):
    answer = await sign_in(browser, "li", next="/map?lang=en")
    decided = await browser.post("/api/v1/tickets/a1/decision", json=DECISION)
    who = (await browser.get("/api/v1/session")).json()

    assert (answer.status_code, answer.headers["location"]) == (303, "/map?lang=en")
    assert (await browser.get("/")).status_code == 200
    assert decided.json()["history"][-1]["who"] == "li"
    assert who == {"name": "li", "role": "duty", "may_decide": True, "signed_in": True}


async def test_the_session_cookie_is_bound_to_this_host_and_hidden_from_scripts(browser):
    cookie = cookie_named(await sign_in(browser, "li"), "__Host-wugan_session=")

    assert {part.strip().lower() for part in cookie.split(";")[1:]} >= {
        "httponly",
        "samesite=strict",
        "secure",
        "path=/",
    }
    assert "domain" not in cookie.lower()


async def test_http_within_this_machine_needs_no_tls(desk):
    async with desk.browser(HERE, "127.0.0.1") as browser:
        cookie = cookie_named(await sign_in(browser, "li"), "wugan_session=")

        assert "secure" not in cookie.lower()
        assert (await browser.get("/api/v1/tickets")).status_code == 200


async def test_http_over_a_network_offers_no_form_and_takes_none(desk):
    async with desk.browser("http://desk.example") as browser:
        page = await browser.get("/login")
        sent = await browser.post("/login", data={"name": "li", "password": PASSWORD, "token": "x"})

    assert (page.status_code, sent.status_code) == (403, 403)
    assert "<form" not in page.text
    assert "https://" in page.text
    assert "set-cookie" not in page.headers
    assert "set-cookie" not in sent.headers


async def test_the_page_runs_nothing_and_loads_nothing(browser):
    page = await browser.get("/login?lang=en&next=/map")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_the_page_is_chinese_first_and_english_too(browser):
    chinese, english = await browser.get("/login"), await browser.get("/login?lang=en")

    assert '<html lang="zh-CN">' in chinese.text
    assert "登录" in chinese.text
    assert '<html lang="en">' in english.text
    assert "Sign in" in english.text


async def test_a_wrong_password_shows_the_page_again_and_no_cookie(browser):
    answer = await sign_in(browser, "li", "wrong")

    assert answer.status_code == 401
    assert "用户名或密码不对" in answer.text
    assert "wrong" not in answer.text
    assert not [text for text in answer.headers.get_list("set-cookie") if "session" in text]


async def test_too_many_attempts_say_how_long_to_wait(browser):
    for _ in range(5):
        await sign_in(browser, "li", "wrong")
    answer = await sign_in(browser, "li")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert "15 分钟" in answer.text


async def test_signing_out_ends_the_session_at_the_desk_too(desk, browser):
    await sign_in(browser, "li")
    kept = dict(browser.cookies)
    answer = await browser.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})
    browser.cookies.update(kept)

    assert answer.status_code == 204
    assert (await browser.get("/api/v1/tickets")).status_code == 401
    assert ("li", "user.logout", "li") in desk.audit()


async def test_signing_in_gives_a_new_key(browser):
    await sign_in(browser, "li")
    first = browser.cookies["__Host-wugan_session"]
    await sign_in(browser, "li")

    assert browser.cookies["__Host-wugan_session"] != first


FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


async def test_another_sites_page_changes_nothing(desk, browser):
    await sign_in(browser, "li")
    before = desk.audit()
    for path in ("/api/v1/tickets/a1/decision", "/logout", "/api/v1/tokens", "/login", "/password"):
        for headers in FOREIGN:
            answer = await browser.post(path, json=DECISION, headers=headers)

            assert answer.status_code in (403, 422), (path, headers)
    assert (await browser.get("/api/v1/tickets/a1")).json()["state"] == "new"
    assert desk.audit() == before


async def test_our_own_pages_may(browser):
    await sign_in(browser, "li")
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": ADDRESS}):
        answer = await browser.post("/api/v1/tickets/a1/decision", json=DECISION, headers=headers)

        assert answer.status_code in (200, 409)


async def test_a_form_without_its_token_is_refused(browser):
    await browser.get("/login")
    for token in ("", "0" * 64, "é"):
        answer = await browser.post("/login", data={"name": "li", "password": PASSWORD, "token": token})

        assert answer.status_code == 403
        assert "页面已过期" in answer.text


async def test_a_forms_token_is_good_for_its_own_browser_only(desk, browser):
    async with desk.browser() as attacker:
        stolen = hidden(await attacker.get("/login"))
    await browser.get("/login")
    answer = await browser.post("/login", data={"name": "li", "password": PASSWORD, "token": stolen})

    assert answer.status_code == 403


async def test_signing_in_never_leads_to_another_host(browser):
    for asked in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ):
        answer = await sign_in(browser, "li", next=asked)

        assert (answer.headers["location"], may_go_to(asked)) == ("/", "/"), asked


async def test_what_a_page_is_given_is_escaped(browser):
    page = await browser.get("/login", params={"next": '/"><script>alert(1)</script>', "lang": '"><b>'})

    assert "<script" not in page.text
    assert "<b>" not in page.text


async def test_a_one_time_password_opens_nothing_but_its_change(desk, browser):
    password = desk.accounts.users.add("zhao", Role.CHIEF, "test")
    entered = await sign_in(browser, "zhao", password)
    api, page = await browser.get("/api/v1/tickets"), await browser.get("/")
    form = await browser.get("/password")
    new = "my own sentence"
    changed = await browser.post("/password", data={"token": hidden(form), "old": password, "new": new, "again": new})

    assert entered.headers["location"].startswith("/password")
    assert (api.status_code, api.json()["type"]) == (403, "urn:wugan:problem:must_change_password")
    assert (page.status_code, page.headers["location"]) == (303, "/password")
    assert "首次登录" in form.text
    assert changed.status_code == 303
    assert (await browser.get("/")).status_code == 200
    assert (await sign_in(browser, "zhao", new)).headers["location"] == "/"


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"old": "wrong"}, 401, "不对"),
        ({"again": "another one"}, 422, "不一致"),
        ({"new": "short", "again": "short"}, 422, "太弱"),
        ({"token": "x"}, 403, "过期"),
    ],
)
async def test_a_password_that_can_not_be_changed_says_why(browser, sent, status, words):
    await sign_in(browser, "li")
    form = await browser.get("/password")
    fields = {"token": hidden(form), "old": PASSWORD, "new": "my own sentence", "again": "my own sentence"} | sent
    answer = await browser.post("/password", data=fields)

    assert answer.status_code == status
    assert words in answer.text
    assert (await sign_in(browser, "li")).status_code == 303


async def test_a_token_can_not_make_tokens_or_open_the_password_page(desk, browser):
    headers = {"Authorization": f"Bearer {desk.token('li')}"}
    made = await browser.post("/api/v1/tokens", json={"label": "x"}, headers=headers)
    page = await browser.get("/password", headers=headers)

    assert (made.status_code, made.json()["type"]) == (403, "urn:wugan:problem:sign_in_needed")
    assert page.headers["location"].startswith("/login")


async def test_a_wrong_token_is_401_even_beside_a_good_session(browser):
    await sign_in(browser, "li")
    for told in ("Bearer wgn_x", "Bearer", "Basic bGk6bGk=", ""):
        answer = await browser.get("/api/v1/tickets", headers={"Authorization": told})

        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_token_is_shown_once_and_lives_until_it_is_revoked(browser):
    await sign_in(browser, "li")
    made = (await browser.post("/api/v1/tokens", json={"label": "report", "days": 7})).json()
    listed = (await browser.get("/api/v1/tokens")).json()["tokens"]
    browser.cookies.clear()
    headers = {"Authorization": f"Bearer {made['token']}"}
    used = await browser.get("/api/v1/tickets", headers=headers)
    revoked = await browser.post(f"/api/v1/tokens/{made['id']}/revoke", headers=headers)

    assert [("token" in one, one["label"]) for one in listed] == [(False, "report")]
    assert (used.status_code, revoked.json()["revoked"]) == (200, True)
    assert (await browser.get("/api/v1/tickets", headers=headers)).status_code == 401


async def test_an_admin_adds_lists_disables_and_resets(desk, browser):
    desk.add("ma", Role.ADMIN)
    await sign_in(browser, "ma")
    added = await browser.post("/api/v1/users", json={"name": "Zhao", "role": "analyst"})
    listed = await browser.get("/api/v1/users")
    reset = await browser.post("/api/v1/users/zhao/password")
    disabled = await browser.post("/api/v1/users/zhao/disable")
    enabled = await browser.post("/api/v1/users/zhao/enable")

    assert (added.status_code, len(added.json()["one_time_password"])) == (201, 23)
    assert [user["name"] for user in listed.json()["users"]] == ["li", "ma", "zhao"]
    assert "password_hash" not in listed.text
    assert reset.json()["one_time_password"] != added.json()["one_time_password"]
    assert (disabled.json()["disabled"], enabled.json()["disabled"]) == (True, False)
    assert [(who, what) for who, what, whom in desk.audit() if whom == "zhao"] == [
        ("ma", "user.added"),
        ("ma", "user.password_reset"),
        ("ma", "user.disabled"),
        ("ma", "user.enabled"),
    ]


REFUSED = (
    ("/api/v1/users", {"name": "li", "role": "duty"}, 409),
    ("/api/v1/users", {"name": "a b", "role": "duty"}, 422),
    ("/api/v1/users", {"name": "x", "role": "king"}, 422),
    ("/api/v1/users/absent/disable", None, 404),
    ("/api/v1/users/ma/disable", None, 409),
    ("/api/v1/tokens", {"label": "x", "days": 0}, 422),
    ("/api/v1/tokens/absent/revoke", None, 404),
)


async def test_refusals_of_the_api_are_problem_details(desk, browser):
    desk.add("ma", Role.ADMIN)
    await sign_in(browser, "ma")
    for path, body, status in REFUSED:
        answer = await browser.post(path, json=body)

        told = (answer.status_code, answer.headers["content-type"])
        assert told == (status, "application/problem+json"), path
