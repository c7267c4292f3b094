"""Test sends: a sample through the whole webhook, at once, and nothing of it stored."""

import json

import pytest

from harness.cli import Cli
from harness.receiver import Reply


def send(api, webhook, body=None):
    answer = api.call("POST", f"/v1/webhooks/{webhook['id']}/test", body)
    assert answer.status == 200, answer
    return answer.json


def test_a_sample_goes_through_the_pipeline_and_is_signed(api, receiver):
    receiver.reply("/hook", Reply(201, body=b"thanks"))
    webhook = api.add_webhook(
        receiver.url("/hook"), script="function transform(event, ctx) return {text = event.data.content} end", headers={"X-Team": "tide"})
    result = send(api, webhook, {"event": "memory.created"})
    (request,) = receiver.requests("/hook")
    assert json.loads(request.body) == {"text": "We decided to use Redis for caching"}
    assert request.header("X-Tidehook-Test") == "true" and request.header("X-Team") == "tide"
    assert request.header("webhook-signature") and request.header("X-REM-Signature")
    assert (result["outcome"], result["event"]["id"]) == ("delivered", request.header("webhook-id"))
    attempt = result["attempt"]
    assert (attempt["trigger"], attempt["response"]["status"], attempt["response"]["body"]) == ("test", 201, "thanks")
    assert attempt["phases"]["total_ms"] > 0 and attempt["request"]["url"] == webhook["url"]


def test_nothing_of_it_is_stored_and_it_counts_for_nothing(api, receiver):
    receiver.reply("/hook", Reply(410))
    webhook = api.add_webhook(receiver.url("/hook"), auto_disable={"after_days": 1e-9, "min_failures": 1})
    for _ in range(3):
        assert send(api, webhook)["outcome"] == "failed"
    assert api.deliveries() == [] and list(api.pages("/v1/events")) == []
    shown = api.call("GET", f"/v1/webhooks/{webhook['id']}").json
    assert shown["active"] is True and shown["failing"] is None


def test_an_inactive_webhook_can_be_tested(api, receiver):
    webhook = api.add_webhook(receiver.url("/hook"), active=False)
    assert send(api, webhook, {"event": "order.paid", "data": {"n": 1}})["outcome"] == "delivered"
    (request,) = receiver.requests("/hook")
    assert json.loads(request.body)["data"] == {"n": 1}


def test_what_the_pipeline_drops_and_what_fails_is_told(api, receiver, dead_end):
    dropping = api.add_webhook(receiver.url("/hook"), script="function filter() return false, 'not today' end")
    result = send(api, dropping)
    assert (result["outcome"], result["reason"], result["attempt"]["request"]) == ("filtered", "not today", None)
    result = send(api, api.add_webhook(dead_end.url))
    assert (result["outcome"], result["attempt"]["failure"]) == ("failed", "connect")
    broken = api.add_webhook(receiver.url("/hook"), script="function transform() error('boom') end")
    result = send(api, broken)
    assert (result["outcome"], result["attempt"]["failure"]) == ("failed", "script") and "boom" in result["reason"]
    assert receiver.requests("/hook") == []


@pytest.mark.parametrize("type", ["memory.updated", "memory.deleted", "webhook.disabled", "delivery.dead", "anything.else"])
def test_each_type_has_a_sample(api, receiver, type):
    webhook = api.add_webhook(receiver.url("/hook"))
    assert send(api, webhook, {"event": type})["outcome"] == "delivered"
    event = json.loads(receiver.requests("/hook")[-1].body)
    assert event["event"] == type and event["data"]


def test_the_command(gateway, receiver, dead_end, tmp_path):
    cli = Cli(tmp_path, gateway)
    webhook = gateway.api.add_webhook(receiver.url("/hook"))
    shown = cli.text("webhooks", "test", webhook["id"], "--event", "memory.updated")
    assert "delivered" in shown and "200" in shown and "memory.updated" in shown
    assert cli.json("webhooks", "test", webhook["id"], "--content", '{"n": 1}')["event"]["data"] == {"n": 1}
    refused = gateway.api.add_webhook(dead_end.url)
    assert "the test failed" in cli.run("webhooks", "test", refused["id"], status=1).stderr
    assert "JSON" in cli.run("webhooks", "test", webhook["id"], "--content", "{", status=2).stderr
