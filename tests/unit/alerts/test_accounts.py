"""Passwords, sessions, tokens and who may use them: the store's laws, on both databases."""

import threading
from collections.abc import Iterator

import pytest

from alerts.people.attempts import AttemptLimits, Attempts
from alerts.people.passwords import Passwords, check_password, one_time_password
from alerts.people.person import Role
from alerts.people.sessions import LIFETIME_MS
from alerts.people.tokens import DAY_MS, Wish
from alerts.store.engine import reading
from alerts.store.models import SessionRow, TokenRow, UserRow
from domain.problem import Problem
from tests.builders_people import PASSWORD, QUICK, Clock, DeskWithAccounts
from tests.ticket_stores import BACKENDS, fresh_store

HERE, THERE = "203.0.113.9", "198.51.100.4"


@pytest.fixture(params=BACKENDS)
def desk(request, tmp_path) -> Iterator[DeskWithAccounts]:
    with fresh_store(request.param, tmp_path) as engine:
        yield DeskWithAccounts(engine)


def code_of(refused: pytest.ExceptionInfo[Problem]) -> str:
    return refused.value.code


def test_a_password_is_kept_as_argon2id_of_rfc_9106():
    passwords = Passwords()
    kept = passwords.hash(PASSWORD)

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.is_right(kept, PASSWORD)
    assert not passwords.is_right(kept, PASSWORD + " ")
    assert not passwords.is_right(None, PASSWORD)


def test_the_same_characters_from_another_keyboard_are_the_same_password():
    passwords = Passwords(QUICK)

    assert passwords.is_right(passwords.hash("ｆｕｌｌ　ｗｉｄｔｈ"), "full width")


@pytest.mark.parametrize(
    "password", ["short", "x" * 201, "aaaaaaaaaaaa", "li.wei-2026!", ""], ids=["short", "long", "same", "name", "empty"]
)
def test_an_easy_password_is_refused(password):
    with pytest.raises(Problem) as refused:
        check_password("li.wei", password)

    assert (refused.value.status, code_of(refused)) == (422, "weak_password")
    assert not password or password not in refused.value.detail


def test_one_time_passwords_differ_and_are_strong():
    made = {one_time_password() for _ in range(100)}

    assert len(made) == 100
    for password in made:
        check_password("admin", password)


def test_the_first_run_makes_one_admin_however_many_desks_start(desk):
    users, made = desk.accounts.users, []
    threads = [threading.Thread(target=lambda: made.append(users.add_first())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (password,) = [one for one in made if one]
    (admin,) = users.all()
    key, must_change = desk.accounts.sign_in.enter("admin", password, HERE)
    assert (admin.name, admin.role, must_change) == ("admin", Role.ADMIN, True)
    assert desk.accounts.sessions.known(key).must_change


def test_a_name_is_one_person_however_it_is_written(desk):
    desk.add("Li.Wei")
    with pytest.raises(Problem) as refused:
        desk.accounts.users.add("LI.WEI", Role.ADMIN, "test")

    assert code_of(refused) == "name_taken"
    assert desk.accounts.sign_in.enter("ＬＩ.wei ", PASSWORD, HERE)


@pytest.mark.parametrize("name", ["", "system", "unknown", ".x", "a b", "x" * 65, "a\x00b", "<b>"])
def test_a_name_that_cannot_be_one_is_refused(desk, name):
    with pytest.raises(Problem) as refused:
        desk.accounts.users.add(name, Role.DUTY, "test")

    assert (refused.value.status, code_of(refused)) == (422, "bad_name")


def test_a_chinese_name_is_a_name(desk):
    desk.add("李伟")

    assert desk.accounts.sign_in.enter("李伟", PASSWORD, HERE)


@pytest.mark.parametrize(("name", "password"), [("li", "wrong"), ("nobody", PASSWORD), ("", ""), ("li", "x" * 5000)])
def test_a_wrong_sign_in_does_not_say_what_was_wrong(desk, name, password):
    desk.add("li")
    with pytest.raises(Problem) as refused:
        desk.accounts.sign_in.enter(name, password, HERE)

    assert (refused.value.status, refused.value.detail) == (401, "the name or the password is wrong")


def test_who_is_disabled_is_out_at_once_everywhere(desk):
    desk.add("li")
    key, token = desk.accounts.sign_in.enter("li", PASSWORD, HERE)[0], desk.token("li")
    desk.accounts.users.set_disabled("li", "test", disabled=True)

    assert desk.accounts.sessions.known(key) is None
    assert desk.accounts.tokens.known(token) is None
    with pytest.raises(Problem, match="wrong"):
        desk.accounts.sign_in.enter("li", PASSWORD, HERE)
    desk.accounts.users.set_disabled("li", "test", disabled=False)
    assert desk.accounts.sign_in.enter("li", PASSWORD, HERE)
    assert desk.accounts.sessions.known(key) is None


def test_the_last_admin_cannot_be_disabled(desk):
    desk.add("li", Role.ADMIN)
    desk.add("zhao", Role.ADMIN)
    desk.accounts.users.set_disabled("zhao", "test", disabled=True)
    with pytest.raises(Problem) as refused:
        desk.accounts.users.set_disabled("li", "test", disabled=True)

    assert (refused.value.status, code_of(refused)) == (409, "last_admin")


def test_a_session_ends_with_the_shift(desk):
    desk.add("li")
    key, _ = desk.accounts.sign_in.enter("li", PASSWORD, HERE)
    desk.clock.pass_s(LIFETIME_MS / 1000 - 1)
    before = desk.accounts.sessions.known(key)
    desk.clock.pass_s(1)

    assert before.person.name == "li"
    assert desk.accounts.sessions.known(key) is None


def test_a_new_password_ends_every_session_but_the_new_one(desk):
    desk.add("li")
    first, other = (desk.accounts.sign_in.enter("li", PASSWORD, HERE)[0] for _ in range(2))
    new = desk.accounts.sign_in.change("li", PASSWORD, "quite another sentence", HERE)

    known = [desk.accounts.sessions.known(key) is not None for key in (first, other, new)]
    assert known == [False, False, True]


def test_the_same_password_again_is_no_change(desk):
    desk.add("li")
    with pytest.raises(Problem) as refused:
        desk.accounts.sign_in.change("li", PASSWORD, PASSWORD, HERE)

    assert refused.value.extra["why"] == "same"


def test_a_reset_ends_sessions_and_must_be_changed(desk):
    desk.add("li")
    key, _ = desk.accounts.sign_in.enter("li", PASSWORD, HERE)
    password = desk.accounts.users.reset_password("li", "test")

    assert desk.accounts.sessions.known(key) is None
    assert desk.accounts.sign_in.enter("li", password, HERE)[1]


def test_a_hash_of_weaker_parameters_is_made_anew_at_sign_in(desk):
    desk.add("li")
    desk.accounts.sign_in._passwords = Passwords()
    desk.accounts.sign_in.enter("li", PASSWORD, HERE)
    with reading(desk.engine) as session:
        kept = session.get(UserRow, "li").password_hash

    assert "m=65536,t=3,p=4" in kept


def test_keys_are_hashed_at_rest(desk):
    desk.add("li")
    key, token = desk.accounts.sign_in.enter("li", PASSWORD, HERE)[0], desk.token("li")
    with reading(desk.engine) as session:
        rows = [session.query(kind).one() for kind in (SessionRow, TokenRow, UserRow)]
        held = " ".join(str(value) for row in rows for value in vars(row).values())

    assert token.startswith("wgn_")
    assert key not in held
    assert token not in held
    assert PASSWORD not in held


def test_a_token_speaks_for_its_owner_until_its_day(desk):
    desk.add("li", Role.CHIEF)
    token = desk.token("li", days=2)
    known = desk.accounts.tokens.known(token)
    desk.clock.pass_s(2 * DAY_MS / 1000)

    assert (known.person.name, known.person.role) == ("li", Role.CHIEF)
    assert desk.accounts.tokens.known(token) is None


def test_a_token_has_its_owners_role_and_an_admins_any(desk):
    desk.add("li", Role.DUTY)
    desk.add("zhao", Role.ADMIN)
    with pytest.raises(Problem) as refused:
        desk.token("li", role=Role.CHIEF)

    assert (refused.value.status, code_of(refused)) == (422, "role_not_yours")
    assert desk.accounts.tokens.known(desk.token("zhao", role=Role.ANALYST)).person.role is Role.ANALYST


def test_a_revoked_token_is_none_and_only_the_owner_or_an_admin_revokes(desk):
    desk.add("li")
    desk.add("zhao")
    made, text = desk.accounts.tokens.make("li", Wish(label="x"), "li")
    with pytest.raises(Problem) as refused:
        desk.accounts.tokens.revoke(made.id, "zhao", owner="zhao")
    still = desk.accounts.tokens.known(text)
    desk.accounts.tokens.revoke(made.id, "li", owner="li")

    assert code_of(refused) == "unknown_token"
    assert still is not None
    assert desk.accounts.tokens.known(text) is None


def test_every_act_is_in_the_audit_and_no_secret(desk):
    desk.add("li")
    wrong = "a password in the name field"
    for name, password in (("li", PASSWORD), ("li", "wrong"), (wrong, "")):
        try:
            key, _ = desk.accounts.sign_in.enter(name, password, HERE)
        except Problem:
            continue
        desk.accounts.sessions.close(key)
    token = desk.token("li")
    desk.accounts.tokens.revoke(desk.accounts.tokens.all()[0].id, "li")
    desk.accounts.sign_in.change("li", PASSWORD, "quite another sentence", HERE)
    reset = desk.accounts.users.reset_password("li", "test")
    desk.accounts.users.set_disabled("li", "test", disabled=True)
    desk.accounts.users.set_disabled("li", "test", disabled=False)

    written = desk.everything_written()
    assert [what for _, what, _ in desk.audit()] == [
        "user.added",
        "user.password_changed",
        "user.login",
        "user.logout",
        "user.login_refused",
        "user.login_refused",
        "token.made",
        "token.revoked",
        "user.password_changed",
        "user.password_reset",
        "user.disabled",
        "user.enabled",
    ]
    for secret in (PASSWORD, wrong, token, reset, "quite another sentence", "$argon2"):
        assert secret not in written


def test_five_wrong_passwords_make_a_name_wait_at_its_address_only(desk):
    desk.add("li")
    for _ in range(5):
        with pytest.raises(Problem, match="wrong"):
            desk.accounts.sign_in.enter("li", "wrong", HERE)
    with pytest.raises(Problem) as refused:
        desk.accounts.sign_in.enter("li", PASSWORD, HERE)
    elsewhere = desk.accounts.sign_in.enter("li", PASSWORD, THERE)
    desk.clock.pass_s(refused.value.extra["retry_after_s"])

    assert (refused.value.status, refused.value.extra["retry_after_s"]) == (429, 900)
    assert elsewhere
    assert desk.accounts.sign_in.enter("li", PASSWORD, HERE)


def test_who_signs_in_starts_counting_anew(desk):
    desk.add("li")
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Problem, match="wrong"):
                desk.accounts.sign_in.enter("li", "wrong", HERE)
        assert desk.accounts.sign_in.enter("li", PASSWORD, HERE)


def refusals(attempts: Attempts, tries: list[tuple[str, str]]) -> int:
    return sum(attempts.take(name, address) > 0 for name, address in tries)


def test_an_address_that_tries_many_names_waits():
    attempts = Attempts(Clock())

    assert refusals(attempts, [(f"name{i}", HERE) for i in range(25)]) == 5


def test_a_name_that_many_addresses_try_waits():
    attempts = Attempts(Clock())

    assert refusals(attempts, [("li", f"198.51.100.{i}") for i in range(60)]) == 10


def test_an_ipv6_subscriber_is_one_address():
    attempts = Attempts(Clock())

    assert refusals(attempts, [("li", f"2001:db8::{i:x}") for i in range(7)]) == 2
    assert refusals(attempts, [("li", "2001:db8:0:1::1")]) == 0


def test_what_is_remembered_of_attempts_is_bounded():
    attempts = Attempts(Clock(), AttemptLimits(remembered=10))
    refusals(attempts, [(f"name{i}", f"198.51.{i // 250}.{i % 250}") for i in range(1000)])

    assert len(attempts._times) == 10
