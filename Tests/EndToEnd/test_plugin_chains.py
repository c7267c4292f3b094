"""Shipped plugins behind one another: what `cases.json` cannot say, because its cases begin with an event."""

import pytest

from harness.api import unique

TEXT = {"plugin": "template", "options": {"template": "<{{data.content}}>"}}
LIST = {"script": "function transform(event) return { event.data.content, { t = event.data.content } } end"}
EVENT = {"timestamp": "2026-01-01T00:00:00Z", "data": {"content": "mail ann@example.com", "tags": ["a"]}}
EMAIL = {"plugin": "redact", "options": {"patterns": ["email"]}}


def delivered(gateway, url, stages):
    """The delivery of an event through these stages, with its attempts."""
    name = unique("chain")
    retry = {"max_retries": 0}
    webhook = gateway.api.add_webhook(url, [name], pipeline=list(stages), retry=retry)
    return gateway.api.settled(webhook, gateway.api.publish(name, id=f"evt_{name}", **EVENT))


@pytest.mark.parametrize("stages, content_type, body", [
    ([TEXT, EMAIL], "text/plain; charset=utf-8", "<mail [redacted]>"),
    ([EMAIL, TEXT], "text/plain; charset=utf-8", "<mail [redacted]>"),
    ([TEXT, {"plugin": "template", "options": {"template": "{{text}} in {{namespace}}"}}], "text/plain; charset=utf-8",
     "<mail ann@example.com> in default"),
    ([TEXT, {"plugin": "standard"}], "application/json",
     '{"data":"<mail ann@example.com>","timestamp":"2026-01-01T00:00:00Z","type":"NAME"}'),
    ([TEXT, {"plugin": "cloudevents", "options": {"mode": "binary"}}], "text/plain; charset=utf-8", "<mail ann@example.com>"),
    ([TEXT, {"plugin": "cloudevents"}], "application/cloudevents+json; charset=utf-8",
     '{"data":"<mail ann@example.com>","datacontenttype":"text/plain; charset=utf-8","id":"evt_NAME","source":"/tidehook/default",'
     '"specversion":"1.0","time":"2026-01-01T00:00:00Z","type":"NAME"}'),
    ([{"plugin": "pick", "options": {"keep": ["data.content"]}}, {"plugin": "standard"}], "application/json",
     '{"data":{"content":"mail ann@example.com"},"timestamp":"2026-01-01T00:00:00Z","type":"NAME"}'),
    ([{"plugin": "rename", "options": {"fields": {"data.tags": "tags"}}}, {"plugin": "tags", "options": {"any": ["a"]}},
      {"plugin": "form", "options": {"fields": {"t": "tags"}}}], "application/x-www-form-urlencoded", "t%5B%5D=a"),
    ([LIST, {"plugin": "redact", "options": {"patterns": ["email"], "paths": ["[1]"]}}], "application/json",
     '["[redacted]",{"t":"mail [redacted]"}]'),
    ([LIST, {"plugin": "pick", "options": {"keep": ["[2].t"]}}], "application/json", '[{"t":"mail ann@example.com"}]'),
])
def test_a_plugin_takes_what_an_earlier_stage_made(shared_gateway, shared_receiver, stages, content_type, body):
    delivery = delivered(shared_gateway, shared_receiver.url("/chain"), stages)
    assert delivery["state"] == "delivered", delivery
    (attempt,) = delivery["attempts"]
    headers = {name.lower(): value for name, value in attempt["request"]["headers"].items()}
    name = delivery["event_id"].removeprefix("evt_")
    assert (headers["content-type"], attempt["request"]["body"]) == (content_type, body.replace("NAME", name))


@pytest.mark.parametrize("stage", [
    {"plugin": "where", "options": {"all": [{"path": "data.content", "exists": True}]}},
    {"plugin": "tags", "options": {"any": ["a"]}},
    {"plugin": "pick", "options": {"keep": ["data"]}},
    {"plugin": "rename", "options": {"fields": {"data": "d"}}},
    {"plugin": "redact", "options": {"names": ["content"]}},
    {"plugin": "redact", "options": {"paths": ["data.content"], "patterns": ["email"]}},
    {"plugin": "mem0"},
    {"plugin": "form"},
], ids=lambda stage: stage["plugin"])
def test_a_plugin_that_needs_fields_fails_on_a_text_and_sends_nothing(shared_gateway, shared_receiver, stage):
    delivery = delivered(shared_gateway, shared_receiver.url("/refused"), [TEXT, stage])
    (attempt,) = delivery["attempts"]
    assert (delivery["state"], attempt["failure"], attempt["request"]) == ("dead", "script", None)
    assert f"{stage['plugin']}/plugin.lua" in attempt["error"]
    assert "expected a JSON object, got a text that an earlier stage made" in attempt["error"]
    assert shared_receiver.requests("/refused") == []
