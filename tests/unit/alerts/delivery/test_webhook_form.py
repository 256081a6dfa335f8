import json
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Event, Verdict
from alerts.delivery.forms.webhook import WebhookForm
from alerts.delivery.sample import sample_event
from tests.builders_delivery import OTHER_SECRET, SECRET

FORM = WebhookForm()
NOW_MS = 1_790_000_000_000


def present_ms() -> int:
    """Return the present time: the receiver's library believes no message that is older than five minutes."""
    return time.time_ns() // 1_000_000


def endpoint(*secrets: str) -> Endpoint:
    return Endpoint(name="city", url="https://hooks.example.org/a", secrets=secrets)


def event() -> Event:
    return sample_event("evt_1", "etown", NOW_MS)


def test_the_receivers_own_library_trusts_the_message():
    sent = FORM.message(event(), endpoint(SECRET), present_ms())

    assert Webhook(SECRET).verify(sent.body, dict(sent.headers))["id"] == "evt_1"


@pytest.mark.parametrize("known", [SECRET, OTHER_SECRET])
def test_while_secrets_overlap_either_is_enough(known):
    sent = FORM.message(event(), endpoint(SECRET, OTHER_SECRET), present_ms())

    assert len(sent.headers["webhook-signature"].split(" ")) == 2
    assert Webhook(known).verify(sent.body, dict(sent.headers))["id"] == "evt_1"


def test_another_secret_is_not():
    sent = FORM.message(event(), endpoint(SECRET), present_ms())

    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER_SECRET).verify(sent.body, dict(sent.headers))


def test_the_body_is_the_outbox_byte_for_byte():
    one = event()

    assert FORM.message(one, endpoint(SECRET), NOW_MS).body == one.body.encode()


def test_a_retry_has_the_same_id_and_a_new_time():
    first, later = (FORM.message(event(), endpoint(SECRET), NOW_MS + wait) for wait in (0, 5000))

    assert first.headers["webhook-id"] == later.headers["webhook-id"] == "evt_1"
    assert int(later.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 5


def test_the_specifications_example_is_signed_as_there():
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
    one = Event(id="msg_p5jXN8AQM9LWM0D4loKWxJek", type="t", ticket_id="a", priority=1, at_ms=0, body=body)
    sent = FORM.message(one, endpoint(secret), 1614265330_000)

    assert sent.headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


OK, RETRY, STOP, GONE = Verdict.OK, Verdict.RETRY, Verdict.STOP, Verdict.GONE
MEANS = {
    **dict.fromkeys((200, 202, 204), OK),
    **dict.fromkeys((301, 308, 408, 425, 429, 500, 503), RETRY),
    **dict.fromkeys((400, 401, 404, 422), STOP),
    410: GONE,
}


@pytest.mark.parametrize(("status", "verdict"), MEANS.items())
def test_what_an_answer_means(status, verdict):
    assert FORM.verdict(status, b"") is verdict


def test_the_test_message_has_the_keys_of_a_ticket():
    from domain.wire import ticket_fields
    from tests.builders_alerts import make_ticket

    keys = set(ticket_fields(make_ticket()))

    assert keys <= set(json.loads(event().body)["data"])
