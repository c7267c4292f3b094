"""Slack's own SignatureVerifier agrees with a Slack source on who is genuine."""

import json
import time
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from clients.sources import add_source, events, send

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
COMMAND = urlencode({"token": "x", "command": "/tide", "text": "Åsa & Lua", "trigger_id": "1.2"})
MENTION = json.dumps({
    "type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1776076200,
    "event": {"type": "app_mention", "user": "U1", "text": "<@U0> hello 🎉", "channel": "C1"},
}, ensure_ascii=False)


def signed(body, secret=SECRET, at=None, type="application/json"):
    """The headers that Slack sends, made by its own library."""
    stamp = str(int(at or time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return {"Content-Type": type, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


@pytest.fixture
def source(gateway):
    return add_source(gateway, "chat", "slack", secret=SECRET)


@pytest.mark.parametrize("name,body,headers", [
    ("an event", MENTION, lambda: signed(MENTION)),
    ("a command", COMMAND, lambda: signed(COMMAND, type="application/x-www-form-urlencoded")),
    ("another secret", MENTION, lambda: signed(MENTION, secret="other")),
    ("another body", MENTION, lambda: signed(MENTION + " ")),
    ("six minutes ago", MENTION, lambda: signed(MENTION, at=time.time() - 360)),
    ("in six minutes", MENTION, lambda: signed(MENTION, at=time.time() + 360)),
    ("no signature", MENTION, lambda: {**signed(MENTION), "X-Slack-Signature": ""}),
    ("another version", MENTION, lambda: {**signed(MENTION), "X-Slack-Signature": signed(MENTION)["X-Slack-Signature"].replace("v0=", "v1=")}),
])
def test_the_source_believes_whom_slacks_verifier_believes(gateway, source, name, body, headers):
    given = headers()
    believed = SignatureVerifier(SECRET).is_valid_request(body, given)
    status, answer = send(gateway, source, body.encode(), given)
    assert (200 <= status < 300) if believed else status == 401, (name, answer)
    assert len(events(gateway, "source.chat")) == believed


def test_the_challenge_is_answered_as_slack_asks(gateway):
    source = add_source(gateway, "chat", plugin="from-slack", secret=SECRET)
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"})
    status, answer = send(gateway, source, body.encode(), signed(body))
    assert status == 200 and b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" in answer
    assert send(gateway, source, body.encode(), signed(body, secret="other"))[0] == 401


def test_the_plugin_makes_slacks_events(gateway):
    source = add_source(gateway, "chat", plugin="from-slack", secret=SECRET)
    assert 200 <= send(gateway, source, MENTION.encode(), signed(MENTION))[0] < 300
    (event,) = events(gateway, "slack.app_mention")
    assert "hello 🎉" in json.dumps(event["data"], ensure_ascii=False)
