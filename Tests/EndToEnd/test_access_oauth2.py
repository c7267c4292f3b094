"""OAuth 2 client credentials: one token for many deliveries, another one when it is refused, and servers that hang and lie."""

import base64
import json
from urllib.parse import parse_qs

import pytest

from harness.receiver import Receiver, Reply

SECRET = "s3cret/with+signs&more"
RETRY = {"max_retries": 3, "initial_delay_secs": 1.1, "multiplier": 1, "jitter": 0}


def token(text, **fields):
    body = {"access_token": text, "token_type": "Bearer", "expires_in": 3600, **fields}
    return Reply(200, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())


@pytest.fixture
def issuer():
    """A token server of its own."""
    receiver = Receiver()
    receiver.reply("/token", token("token-number-1"), token("token-number-2"), token("token-number-3"))
    yield receiver
    receiver.close()


def oauth2(issuer, **fields):
    return {"type": "oauth2", "token_url": issuer.url("/token"), "client_id": "tide:1", "client_secret": SECRET, **fields}


def sent(receiver):
    return [request.header("Authorization") for request in receiver.requests("/")]


def test_concurrent_deliveries_share_one_token(gateway, receiver, issuer):
    api = gateway.api
    webhook = api.add_webhook(receiver.url(), auth=oauth2(issuer, scope="hooks:write hooks:read", audience="https://a.example"))
    assert webhook["auth"]["client_secret"] == "<secret>" and webhook["auth"]["client_auth"] == "basic"
    assert api.publish_batch([{"event": "a", "data": {"n": n}} for n in range(30)])["accepted"] == 30
    receiver.wait_for(30, path="/")
    assert set(sent(receiver)) == {"Bearer token-number-1"}
    (request,) = issuer.requests("/token")
    assert request.method == "POST" and request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert base64.b64decode(request.header("Authorization")[6:]) == b"tide%3A1:s3cret%2Fwith%2Bsigns%26more"
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["client_credentials"], "scope": ["hooks:write hooks:read"], "audience": ["https://a.example"]}
    rows = api.deliveries(webhook=webhook["id"])
    texts = [json.dumps(api.delivery(rows[0]["id"])), json.dumps(webhook), gateway.stderr()]
    for text in texts:
        assert "token-number" not in text and "s3cret" not in text
    assert api.delivery(rows[0]["id"])["attempts"][0]["request"]["headers"]["Authorization"] == "<secret>"


def test_a_server_may_want_the_secret_in_the_form(api, receiver, issuer):
    api.add_webhook(receiver.url(), auth=oauth2(issuer, client_auth="body"))
    api.publish()
    receiver.wait_for(1, path="/")
    (request,) = issuer.requests("/token")
    assert request.header("Authorization") is None
    assert parse_qs(request.body.decode()) == {"grant_type": ["client_credentials"], "client_id": ["tide:1"], "client_secret": [SECRET]}


def test_a_refused_token_is_replaced_within_the_attempt(api, receiver, issuer):
    # A token that was just got is not replaced: the wait before the retry makes it old enough.
    receiver.reply("/", Reply(503), Reply(401), Reply(200))
    webhook = api.add_webhook(receiver.url(), auth=oauth2(issuer), retry=RETRY)
    delivery = api.settled(webhook, api.publish())
    assert (delivery["state"], delivery["attempt_count"]) == ("delivered", 2)
    assert [attempt["response"]["status"] for attempt in delivery["attempts"]] == [503, 200]
    assert sent(receiver) == [f"Bearer token-number-{n}" for n in (1, 1, 2)]
    first, second = receiver.requests("/")[1:]
    assert first.header("webhook-id") == second.header("webhook-id") and first.body == second.body


def test_a_receiver_that_takes_no_token_makes_no_attempt_ask_for_one_that_was_just_got(api, receiver, issuer):
    receiver.reply("/", Reply(401))
    webhook = api.add_webhook(receiver.url(), auth=oauth2(issuer), retry={"max_retries": 0})
    delivery = api.settled(webhook, api.publish(), states=("dead",))
    (attempt,) = delivery["attempts"]
    assert (attempt["failure"], attempt["response"]["status"]) == ("status", 401)
    assert len(receiver.requests("/")) == 1 and len(issuer.requests("/token")) == 1


@pytest.mark.parametrize("reply, words", [
    (Reply(500), "answered 500"), (Reply(401, body=b'{"error": "invalid_client", "error_description": "no <b>such</b>"}'), "401 invalid_client"),
    (Reply(400, body=b'{"error": "drop table; --"}'), "answered 400"), (Reply(302, headers=(("Location", "/elsewhere"),)), "answered 302"),
    (Reply(200, body=b"<html>"), "without a JSON object"), (token("a\r\nX-Evil: 1"), "no access_token"), (token(""), "no access_token"),
    (token("x" * 9000), "no access_token"), (token("fine", token_type="mac"), "token_type"), (Reply(200, body=b"[" * 100_000), "JSON object"),
    (Reply(close=True), "token endpoint: "), (Reply(hang=True), "token endpoint: no answer within 500 ms"),
], ids=["500", "401", "400", "302", "html", "line break", "empty", "long", "mac", "huge", "closed", "hanging"])
def test_a_token_that_is_not_to_be_had_is_a_failure_of_its_own_and_tried_again(api, receiver, issuer, reply, words):
    issuer.reply("/token", reply, token("at-last"))
    webhook = api.add_webhook(receiver.url(), auth=oauth2(issuer), retry=RETRY, timeout_secs=0.5)
    delivery = api.settled(webhook, api.publish())
    assert delivery["state"] == "delivered", delivery
    first = delivery["attempts"][0]
    assert first["failure"] == "auth" and words in first["error"], first
    assert first["request"] is None and "such" not in json.dumps(first)
    assert sent(receiver) == ["Bearer at-last"] and issuer.requests("/elsewhere") == []


def test_a_token_that_expires_at_once_is_used_once(api, receiver, issuer):
    issuer.reply("/token", token("token-number-1", expires_in=0), token("token-number-2", expires_in="-5"), token("token-number-3", expires_in=1e300))
    webhook = api.add_webhook(receiver.url(), auth=oauth2(issuer))
    for _ in range(4):
        api.settled(webhook, api.publish())
    assert sent(receiver) == [f"Bearer token-number-{n}" for n in (1, 2, 3, 3)]


def test_another_secret_asks_for_another_token(api, receiver, issuer):
    webhook = api.add_webhook(receiver.url(), auth=oauth2(issuer))
    api.settled(webhook, api.publish())
    path = f"/v1/webhooks/{webhook['id']}"
    kept = {**webhook["auth"], "scope": "more"}
    assert api.call("PATCH", path, {"auth": kept}).status == 200
    api.settled(webhook, api.publish())
    assert sent(receiver) == ["Bearer token-number-1", "Bearer token-number-2"]
    assert base64.b64decode(issuer.requests("/token")[1].header("Authorization")[6:]).endswith(b"s3cret%2Fwith%2Bsigns%26more")
    moved = api.call("PATCH", path, {"auth": {**kept, "token_url": issuer.url("/mine")}})
    assert (moved.status, moved.error["field"]) == (400, "auth.client_secret")


def test_the_token_endpoint_is_behind_the_guard(make_gateway, receiver, issuer):
    gateway = make_gateway()
    name = issuer.url("/token").replace("127.0.0.1", "localhost")
    webhook = gateway.api.add_webhook(receiver.url(), auth={**oauth2(issuer), "token_url": name})
    gateway.stop()
    gateway.allow = "10.0.0.0/8"
    gateway.start()
    delivery = gateway.api.settled(webhook, gateway.api.publish(), states=("dead",))
    assert delivery["attempts"][0]["failure"] == "blocked"
    assert issuer.requests() == []
    answer = gateway.api.call("POST", "/v1/webhooks", {"url": "http://10.0.0.1/", "events": ["*"], "auth": oauth2(issuer)})
    assert (answer.status, answer.error["field"]) == (400, "auth.token_url")
