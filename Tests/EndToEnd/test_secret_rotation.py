"""Secrets and keys are replaced without a moment in which a receiver cannot verify, and what was replaced is forgotten."""

import base64
import hashlib
import hmac
import sqlite3
from datetime import datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from harness.api import Api
from harness.cli import Cli
from harness.waiting import eventually

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ALL = ["rem", "standard", "mem0", "github", "stripe", "slack", "shopify"]
SINGLE = ["X-REM-Signature", "X-Mem0-Signature", "X-Mem0-Signature-256", "X-Hub-Signature-256", "X-Slack-Signature", "X-Shopify-Hmac-SHA256"]


def rotate(api, webhook, **fields):
    answer = api.call("POST", f"/v1/webhooks/{webhook['id']}/secret/rotate", fields or None)
    assert answer.status == 200, answer
    return answer.json


def headers(request):
    return {name.lower(): value for name, value in request.headers}


def in_store(gateway, text):
    """Whether the row of a webhook has a text."""
    with sqlite3.connect(f"file:{gateway.data / 'tidehook.db'}?mode=ro", uri=True) as database:
        return any(text in str(value) for row in database.execute("SELECT * FROM webhooks") for value in row)


def verifies(secret, request):
    try:
        Webhook(secret).verify(request.body, headers(request))
        return True
    except WebhookVerificationError:
        return False


def test_during_the_overlap_both_secrets_verify(api, receiver):
    webhook = api.add_webhook(receiver.url(), secret=OLD, signing=ALL)
    assert webhook["previous_secret_expires_at"] is None
    rotated = rotate(api, webhook, secret=NEW)
    end = datetime.fromisoformat(rotated["previous_secret_expires_at"].replace("Z", "+00:00"))
    assert abs(end - datetime.now(timezone.utc) - timedelta(days=1)) < timedelta(minutes=1)
    assert rotated["revision"] == 2 and "secret" not in rotated
    api.publish(data={"content": "café"})
    (request,) = receiver.wait_for(1)
    assert verifies(OLD, request) and verifies(NEW, request)
    assert len(request.header("webhook-signature").split(" ")) == 2
    for name in SINGLE:
        assert request.header(name) and request.header(name + "-Previous") not in (None, request.header(name)), name
    codes = [hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest() for secret in (NEW, OLD)]
    assert [request.header("X-REM-Signature"), request.header("X-REM-Signature-Previous")] == codes
    stamp, *signatures = request.header("Stripe-Signature").split(",")
    signed = f"{stamp[2:]}.".encode() + request.body
    assert signatures == ["v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in (NEW, OLD)]


def test_the_newer_signature_stands_first(api, receiver):
    webhook = api.add_webhook(receiver.url(), secret=OLD)
    rotate(api, webhook, secret=NEW)
    api.publish()
    (request,) = receiver.wait_for(1)
    first = {**headers(request), "webhook-signature": request.header("webhook-signature").split(" ")[0]}
    Webhook(NEW).verify(request.body, first)


def test_a_secret_that_tidehook_makes_is_shown_once(gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url(), secret=OLD)
    rotated = rotate(gateway.api, webhook)
    assert rotated["secret"].startswith("whsec_") and rotated["secret"] != OLD
    gateway.api.publish()
    (request,) = receiver.wait_for(1)
    assert verifies(rotated["secret"], request) and verifies(OLD, request)
    paths = ["/v1/webhooks", f"/v1/webhooks/{webhook['id']}", f"/v1/webhooks/{webhook['id']}/revisions/2",
             f"/v1/webhooks/{webhook['id']}/revisions/diff", f"/v1/webhooks/{webhook['id']}/revisions"]
    for path in paths:
        body = gateway.api.call("GET", path).body
        assert rotated["secret"].encode() not in body and OLD.encode() not in body, path
    assert gateway.api.call("GET", paths[-1]).json["data"][0]["changed"] == ["secret"]
    assert OLD not in gateway.stderr() and rotated["secret"] not in gateway.stderr()


def test_when_the_overlap_ends_the_former_secret_is_used_and_known_no_more(gateway, receiver):
    api = gateway.api
    webhook = api.add_webhook(receiver.url(), secret=OLD)
    rotate(api, webhook, secret=NEW, overlap_secs=2)
    api.publish()
    (request,) = receiver.wait_for(1)
    assert verifies(OLD, request) and in_store(gateway, OLD)
    shown = eventually(
        lambda: (found := api.call("GET", f"/v1/webhooks/{webhook['id']}").json)["previous_secret_expires_at"] is None and found, 10,
        "the former secret to be forgotten")
    assert shown["revision"] == 2, "that is no change"
    assert not in_store(gateway, OLD) and in_store(gateway, NEW)
    api.publish()
    request = receiver.wait_for(2)[1]
    assert verifies(NEW, request) and not verifies(OLD, request)
    assert request.header("X-REM-Signature-Previous") is None


def test_the_overlap_goes_on_after_a_restart_and_ends_while_nothing_runs(gateway, receiver):
    lasting = gateway.api.add_webhook(receiver.url("/lasting"), secret=OLD)
    ending = gateway.api.add_webhook(receiver.url("/ending"), secret="a former secret")
    rotate(gateway.api, lasting, secret=NEW)
    end = datetime.fromisoformat(rotate(gateway.api, ending, secret=NEW, overlap_secs=1)["previous_secret_expires_at"].replace("Z", "+00:00"))
    gateway.kill()
    eventually(lambda: datetime.now(timezone.utc) > end, 5, "the end of the overlap")
    gateway.start()
    eventually(lambda: not in_store(gateway, "a former secret"), 10, "the former secret to be forgotten")
    gateway.api.publish()
    (request,) = receiver.wait_for(1, path="/lasting")
    assert verifies(OLD, request) and verifies(NEW, request)
    (request,) = receiver.wait_for(1, path="/ending")
    assert request.header("X-REM-Signature-Previous") is None


@pytest.mark.parametrize("replace", [
    lambda api, webhook: rotate(api, webhook, secret=NEW, overlap_secs=0),
    lambda api, webhook: api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"secret": NEW}),
])
def test_without_overlap_the_old_secret_ends_at_once(gateway, receiver, replace):
    webhook = gateway.api.add_webhook(receiver.url(), secret="the first secret")
    rotate(gateway.api, webhook, secret=OLD)
    replace(gateway.api, webhook)
    assert not in_store(gateway, OLD) and not in_store(gateway, "the first secret")
    gateway.api.publish()
    (request,) = receiver.wait_for(1)
    assert verifies(NEW, request) and not verifies(OLD, request)


def test_key_pairs_are_replaced_and_both_are_published(gateway, listen):
    api = gateway.api
    listener = listen()
    webhook = api.add_webhook(f"{listener.url}/", signing=["standard-ed25519"])
    rotated = rotate(api, webhook)
    assert "secret" not in rotated and rotated["previous_public_key"] == webhook["public_key"] != rotated["public_key"]
    published = api.call("GET", f"/.well-known/jwks.json?webhook={webhook['id']}", key="").json["keys"]
    wanted = [base64.b64decode(rotated[name][5:]) for name in ("public_key", "previous_public_key")]
    assert [base64.urlsafe_b64decode(key["x"] + "=") for key in published] == wanted
    api.publish()
    request = listener.request()
    assert [text.split(",")[0] for text in request["headers"]["webhook-signature"].split(" ")] == ["v1a", "v1a"]
    options = [argument for pair in request["headers"].items() for argument in ("--header", ": ".join(pair))]
    cli = Cli(gateway.folder)
    for key in (rotated["public_key"], webhook["public_key"]):
        assert cli.json("verify", "--secret", key, *options, stdin=request["body"])["valid"]
    rotate(api, webhook, overlap_secs=0)
    assert len(api.call("GET", "/.well-known/jwks.json", key="").json["keys"]) == 1


def test_what_a_replay_of_an_earlier_revision_is_signed_with_is_of_now(api, receiver):
    webhook = api.add_webhook(receiver.url(), secret=OLD)
    event = api.publish()
    delivery = api.settled(webhook, event)
    rotate(api, webhook, secret=NEW)
    answer = api.call("POST", f"/v1/deliveries/{delivery['id']}/replay", {"revision": "original"})
    assert answer.status == 202, answer
    request = receiver.wait_for(2)[1]
    assert verifies(NEW, request) and verifies(OLD, request)


def test_bad_input_is_named_and_changes_nothing(api, receiver):
    webhook = api.add_webhook(receiver.url(), secret=OLD)
    path = f"/v1/webhooks/{webhook['id']}/secret/rotate"
    cases = [
        ({"overlap_secs": -1}, "overlap_secs"), ({"overlap_secs": 604_801}, "overlap_secs"), ({"overlap_secs": 2**63}, "overlap_secs"),
        ({"overlap_secs": 1.5}, "overlap_secs"), ({"secret": "whsec_?"}, "secret"), ({"secret": 7}, "secret"), ({"secret": OLD}, "secret"),
        ({"signing_key": "whsk_"}, "signing_key"), ({"overlap": 1}, "overlap"), ([], None),
    ]
    for body, field in cases:
        answer = api.call("POST", path, body)
        assert (answer.status, answer.error.get("field")) == (400, field), (body, answer)
        assert OLD not in answer.body.decode()
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 1
    assert api.call("POST", "/v1/webhooks/wh_none/secret/rotate").status == 404
    assert api.call("POST", path, key="").status == 401
    assert api.call("GET", path).status == 405


def test_a_limited_key_rotates_in_its_namespaces_alone(api, receiver):
    key = api.call("POST", "/v1/keys", {"name": "team a", "namespaces": ["a"]}).json
    client = Api(api.host, api.port, key["key"])
    own, foreign = client.add_webhook(receiver.url()), api.add_webhook(receiver.url(), namespace="b")
    assert rotate(client, own)["secret"]
    assert client.call("POST", f"/v1/webhooks/{foreign['id']}/secret/rotate").status == 404
    assert api.call("GET", f"/v1/webhooks/{foreign['id']}").json["revision"] == 1


def test_the_command_rotates(gateway, tmp_path, listen):
    cli = Cli(tmp_path, gateway)
    listener = listen("--secret", OLD)
    webhook = cli.json("webhooks", "add", f"{listener.url}/", "--secret", OLD)
    shown = cli.run("webhooks", "rotate-secret", webhook["id"], "--overlap", "90m")
    assert "whsec_" in shown.stdout and "signs until" in shown.stdout and "not shown again" in shown.stderr
    gateway.api.publish()
    signature = listener.request()["signature"]
    assert (signature["rem"], signature["standard"]) == ("valid", "valid"), "the former secret still verifies"
    given = cli.json("webhooks", "rotate-secret", webhook["id"], "--secret", NEW, "--overlap", "0s")
    assert given["previous_secret_expires_at"] is None and "secret" not in given
    gateway.api.publish()
    signature = listener.request()["signature"]
    assert (signature["rem"], signature["standard"]) == ("invalid", "invalid")
    assert "8d" in cli.run("webhooks", "rotate-secret", webhook["id"], "--overlap", "soon 8d", status=2).stderr
    assert "overlap_secs" in cli.run("webhooks", "rotate-secret", webhook["id"], "--overlap", "8d", status=1).stderr
