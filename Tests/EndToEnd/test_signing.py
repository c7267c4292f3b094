"""Every delivery proves where it comes from: to Standard Webhooks' own library, and to REM Labs' receivers."""

import base64
import hashlib
import hmac

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from harness.receiver import Reply

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {"generated": None, "whsec": WHSEC, "plain": "your-webhook-secret", "not ASCII": "gehëim-🎉"}
FAST_RETRY = {"max_retries": 2, "initial_delay_secs": 1.1, "multiplier": 1, "jitter": 0}


def headers(request):
    return {name.lower(): value for name, value in request.headers}


@pytest.mark.parametrize("kind", SECRETS)
def test_standardwebhooks_verifies_every_delivery(api, receiver, kind):
    given = {"secret": SECRETS[kind]} if SECRETS[kind] else {}
    webhook = api.add_webhook(receiver.url(), **given)
    if kind == "generated":
        assert webhook["secret"].startswith("whsec_") and len(base64.b64decode(webhook["secret"][6:])) >= 24
    verifier = Webhook(standard_secret(api, webhook, SECRETS[kind]))
    events = [api.publish(data={"content": text, "n": index}) for index, text in enumerate(["plain", "café 🎉", "\u2028", ""])]
    requests = receiver.wait_for(len(events))
    for request in requests:
        assert verifier.verify(request.body, headers(request))["event"] == "memory.created"
    with pytest.raises(WebhookVerificationError):
        verifier.verify(requests[0].body + b" ", headers(requests[0]))


def standard_secret(api, webhook, given):
    """What a receiver is to configure: the API shows it for a plain secret."""
    if given is None:
        return webhook["secret"]
    if given.startswith("whsec_"):
        return given
    shown = webhook["standard_secret"]
    assert shown == "whsec_" + base64.b64encode(given.encode()).decode()
    return shown


@pytest.mark.parametrize("kind", SECRETS)
def test_rem_signature_is_the_bare_hex_hmac_of_the_body(api, receiver, kind):
    given = {"secret": SECRETS[kind]} if SECRETS[kind] else {}
    secret = api.add_webhook(receiver.url(), **given).get("secret") or SECRETS[kind]
    api.publish(data={"content": "café"})
    (request,) = receiver.wait_for(1)
    assert request.header("X-REM-Signature") == hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()


def test_a_retried_delivery_keeps_id_and_body_and_gets_a_fresh_timestamp(api, receiver):
    receiver.reply("/", Reply(500), Reply(500), Reply(200))
    webhook = api.add_webhook(receiver.url(), secret=WHSEC, retry=FAST_RETRY)
    event = api.publish(data={"content": "again"})
    requests = receiver.wait_for(3, timeout=15)
    for request in requests:
        Webhook(WHSEC).verify(request.body, headers(request))
        assert abs(int(request.header("webhook-timestamp")) - request.wall) <= 2
    assert {request.header("webhook-id") for request in requests} == {event["id"]}
    assert len({request.body for request in requests}) == 1
    stamps = [int(request.header("webhook-timestamp")) for request in requests]
    assert stamps == sorted(set(stamps)), "each attempt has a later timestamp"
    assert api.settled(webhook, event)["attempt_count"] == 3


def test_a_script_s_body_is_what_is_signed(api, receiver):
    api.add_webhook(receiver.url(), secret=WHSEC, script='function transform(event) return { text = "é" } end')
    api.publish()
    (request,) = receiver.wait_for(1)
    assert Webhook(WHSEC).verify(request.body, headers(request)) == {"text": "é"}
    assert request.header("X-REM-Signature") == hmac.new(WHSEC.encode(), request.body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("signing,present,absent", [
    (["rem"], "x-rem-signature", "webhook-signature"), (["standard"], "webhook-signature", "x-rem-signature"),
])
def test_a_webhook_may_ask_for_one_scheme(api, receiver, signing, present, absent):
    api.add_webhook(receiver.url(), signing=signing)
    api.publish()
    (request,) = receiver.wait_for(1)
    assert request.header(present) and request.header(absent) is None


def test_a_script_cannot_forge_a_signature(api, receiver):
    api.add_webhook(receiver.url(), secret=WHSEC, script="""
      function transform(event)
        return event, { headers = { ["X-REM-Signature"] = "forged", ["webhook-id"] = "forged", ["Webhook-Signature"] = "v1,forged" } }
      end""", retry={"max_retries": 0})
    event = api.publish()
    delivery = api.settled(api.call("GET", "/v1/webhooks").json["data"][0], event)
    for request in receiver.requests():
        Webhook(WHSEC).verify(request.body, headers(request))
    assert delivery["state"] in ("delivered", "dead")


def test_secrets_are_shown_once(api, receiver):
    webhook = api.add_webhook(receiver.url())
    assert webhook["secret"]
    for answer in (api.call("GET", f"/v1/webhooks/{webhook['id']}"), api.call("GET", "/v1/webhooks")):
        assert answer.status == 200 and webhook["secret"].encode() not in answer.body
