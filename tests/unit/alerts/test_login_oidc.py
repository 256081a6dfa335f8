"""Sign-in through an identity provider: a real one of a few lines, which can also lie."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from alerts.people.person import Role
from app.accounts import provider_of
from app.settings import Settings, SettingsRefused
from tests.builders_oidc import CLIENT_ID, CLIENT_SECRET, LocalProvider
from tests.builders_people import DeskWithAccounts
from tests.ticket_stores import fresh_store

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # sockets of the provider's thread


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    provider = LocalProvider().start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running: LocalProvider) -> LocalProvider:
    running.claims, running.lies, running.signed_by = {}, {}, running.key
    return running


@pytest.fixture
def desk(tmp_path, provider) -> Iterator[DeskWithAccounts]:
    settings = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_role_claim": "groups",
        "oidc_roles": "air-chiefs=chief,air-duty=duty",
    }
    with fresh_store("sqlite", tmp_path) as engine:
        yield DeskWithAccounts(engine, settings=settings)


async def through(browser: httpx.AsyncClient, next_page: str = "/map") -> httpx.Response:
    """Go to the provider and come back, as a browser is led."""
    begun = await browser.get("/login/oidc", params={"next": next_page})
    async with httpx.AsyncClient() as outside:
        back = (await outside.get(begun.headers["location"])).headers["location"]
    return await browser.get(urlsplit(back).path, params=parse_qs(urlsplit(back).query))


def signed_in(browser: httpx.AsyncClient) -> bool:
    return "__Host-wugan_session" in browser.cookies


async def test_whom_the_provider_names_is_in_with_the_role_it_gives(desk, provider):
    provider.claims = {"preferred_username": "Li.Wei", "groups": ["staff", "air-duty", "air-chiefs"]}
    async with desk.browser() as browser:
        answer = await through(browser)
        who = (await browser.get("/api/v1/session")).json()
        form = await browser.get("/password")

    assert answer.status_code == 200  # no redirect: the browser would not send the strict cookie along
    assert 'content="0;url=/map"' in answer.text
    assert (who["name"], who["role"]) == ("li.wei", "chief")
    assert form.status_code in (200, 303)
    assert desk.audit()[-2:] == [("system", "user.added", "li.wei"), ("li.wei", "user.login", "li.wei")]


async def test_the_sign_in_page_offers_the_provider_only_where_there_is_one(desk, tmp_path):
    async with desk.browser() as browser:
        page = await browser.get("/login")

    assert "/login/oidc" in page.text


async def test_a_role_taken_away_there_is_gone_here_at_the_next_sign_in(desk, provider):
    provider.claims = {"preferred_username": "li", "groups": "air-chiefs"}
    async with desk.browser() as browser:
        await through(browser)
        provider.claims["groups"] = "air-duty"
        await through(browser)

    (li,) = desk.accounts.users.all()
    assert (li.role, li.has_password) == (Role.DUTY, False)
    assert ("system", "user.role", "li") in desk.audit()


@pytest.mark.parametrize(
    ("claims", "lies"),
    [
        ({"preferred_username": "li"}, {}),
        ({"preferred_username": "li", "groups": ["staff", 7]}, {}),
        ({"groups": "air-duty"}, {}),
        ({"preferred_username": "system", "groups": "air-duty"}, {}),
        ({"preferred_username": "li", "groups": "air-duty"}, {"iss": "https://other.example"}),
        ({"preferred_username": "li", "groups": "air-duty"}, {"aud": "another"}),
        ({"preferred_username": "li", "groups": "air-duty"}, {"nonce": "replayed"}),
        ({"preferred_username": "li", "groups": "air-duty"}, {"exp": 1_000_000_000}),
    ],
    ids=["no role", "foreign roles", "no name", "reserved name", "issuer", "audience", "nonce", "expired"],
)
async def test_who_is_not_fully_vouched_for_stays_outside(desk, provider, claims, lies):
    provider.claims, provider.lies = claims, lies
    async with desk.browser() as browser:
        answer = await through(browser)

        assert answer.status_code == 403
        assert "身份认证未通过" in answer.text
        assert not signed_in(browser)
    assert desk.accounts.users.all() == ()


async def test_an_id_token_of_another_key_is_refused(desk, provider):
    provider.claims = {"preferred_username": "li", "groups": "air-duty"}
    provider.signed_by = RSAKey.generate_key(2048, {"kid": "k1"})
    async with desk.browser() as browser:
        assert (await through(browser)).status_code == 403
        assert not signed_in(browser)


async def test_a_way_back_that_nobody_began_is_refused(desk, provider):
    provider.claims = {"preferred_username": "li", "groups": "air-duty"}
    async with desk.browser() as attacker, desk.browser() as victim:
        begun = await attacker.get("/login/oidc")
        async with httpx.AsyncClient() as outside:
            back = (await outside.get(begun.headers["location"])).headers["location"]
        path, asked = urlsplit(back).path, parse_qs(urlsplit(back).query)

        assert (await victim.get(path, params=asked)).status_code == 403
        assert not signed_in(victim)


async def test_the_provider_can_not_take_over_a_name_with_a_password(desk, provider):
    desk.add("ma", Role.ADMIN)
    provider.claims = {"preferred_username": "ma", "groups": "air-duty"}
    async with desk.browser() as browser:
        assert (await through(browser)).status_code == 403
        assert not signed_in(browser)
    assert desk.accounts.users.all()[0].role is Role.ADMIN


async def test_who_is_disabled_here_stays_out(desk, provider):
    provider.claims = {"preferred_username": "li", "groups": "air-duty"}
    async with desk.browser() as browser:
        await through(browser)
        desk.accounts.users.set_disabled("li", "test", disabled=True)

        assert (await through(browser)).status_code == 403
        assert (await browser.get("/api/v1/tickets")).status_code == 401


async def test_a_provider_that_is_away_is_told_on_the_page(tmp_path):
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine, settings={"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "wugan"})
        async with desk.browser() as browser:
            answer = await browser.get("/login/oidc")

    assert answer.status_code == 403
    assert "身份认证未通过" in answer.text


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "x"}, "WUGAN_OIDC_ISSUER: must be https"),
        ({"oidc_issuer": "https://id.example"}, "WUGAN_OIDC_CLIENT_ID: needed"),
        ({"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_roles": "a=king"}, "WUGAN_OIDC_ROLES: "),
        ({"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_roles": "duty"}, "WUGAN_OIDC_ROLES: "),
    ],
)
def test_wrong_settings_are_one_line(told, complaint):
    with pytest.raises(SettingsRefused, match=complaint) as refused:
        provider_of(Settings(**told))

    assert len(str(refused.value).splitlines()) == 1


def test_without_an_issuer_there_is_no_provider():
    assert provider_of(Settings()) is None
