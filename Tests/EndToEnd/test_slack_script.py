"""The Slack use case: one inline script that filters by tag and reshapes the event."""

import json

import pytest

from harness.express import SEED

SEED_EVENT = json.loads((SEED / "event.json").read_text())
SCRIPT = """
function filter(event, ctx)
  return has_tag(event, "architecture")
end
function transform(event, ctx)
  return { text = "New architecture decision stored:\\n" .. event.data.content }
end
"""
EXPECTED = b'{"text":"New architecture decision stored:\\nWe decided to use Redis for caching"}'


@pytest.fixture
def slack(api, receiver):
    return api.add_webhook(receiver.url("/slack"), ["memory.created"], script=SCRIPT)


def with_tags(*tags):
    return SEED_EVENT | {"id": f"evt_{'_'.join(tags) or 'none'}", "data": SEED_EVENT["data"] | {"tags": list(tags)}}


def test_the_seeds_event_arrives_as_a_slack_message(api, receiver, slack):
    event = api.publish(**SEED_EVENT)
    (request,) = receiver.wait_for(1, path="/slack")
    assert (request.method, request.body, request.header("Content-Type")) == ("POST", EXPECTED, "application/json")
    (attempt,) = api.settled(slack, event)["attempts"]
    assert attempt["request"]["body"] == EXPECTED.decode()


def test_without_the_tag_it_is_filtered_and_nothing_is_sent(api, receiver, slack):
    filtered = api.publish(**with_tags("caching"))
    delivery = api.settled(slack, filtered)
    assert delivery["state"] == "filtered"
    assert all(attempt["request"] is None for attempt in delivery["attempts"])
    api.publish(**with_tags("architecture"))
    assert len(receiver.wait_for(1)) == 1, "only the tagged event arrived"


@pytest.mark.parametrize("tags", [[], None, "architecture", ["Architecture"], [["architecture"]], {"architecture": True}, 7])
def test_odd_tags_are_filtered_not_failed(api, slack, tags):
    """`has_tag` looks for the tag as an element of a list; whatever else `tags` is, the event goes no further."""
    event = api.publish(**SEED_EVENT | {"id": "evt_odd", "data": SEED_EVENT["data"] | {"tags": tags}})
    assert api.settled(slack, event)["state"] == "filtered"


def test_a_script_may_give_the_reason(api, receiver):
    webhook = api.add_webhook(receiver.url(), script='function filter(event) return false, "not on Sundays" end')
    delivery = api.settled(webhook, api.publish())
    assert (delivery["state"], delivery["reason"]) == ("filtered", "not on Sundays")


def test_a_transform_that_returns_nothing_drops_the_event(api, receiver):
    webhook = api.add_webhook(receiver.url(), script='function transform(event) return nil, "empty" end')
    delivery = api.settled(webhook, api.publish())
    assert (delivery["state"], delivery["reason"], receiver.requests()) == ("filtered", "empty", [])


def test_a_script_may_change_headers_and_content_type(api, receiver):
    api.add_webhook(receiver.url(), script="""
      function transform(event)
        return "plain " .. event.data.n, { headers = { ["X-Team"] = "tide" }, content_type = "text/plain", method = "PUT" }
      end""")
    api.publish(data={"n": 7})
    (request,) = receiver.wait_for(1)
    assert (request.method, request.body) == ("PUT", b"plain 7")
    assert (request.header("X-Team"), request.header("Content-Type")) == ("tide", "text/plain")


def test_a_payload_that_a_script_passes_on_is_not_changed(api, receiver):
    """64-bit integers, floats, null, `[]` and `{}`, and the order of keys survive a script that returns what it got."""
    data = b'{"z":9007199254740993,"a":[],"o":{},"n":null,"f":0.5,"e":1e+21,"nested":{"y":[1,{"b":2,"a":1}],"x":"\xc3\xa9"}}'
    api.add_webhook(receiver.url("/plain"))
    api.add_webhook(receiver.url("/passed"), script="function transform(event) return event end")
    answer = api.call("POST", "/v1/events", b'{"id":"evt_same","event":"a.b","timestamp":"2026-04-13T10:30:00Z","data":' + data + b"}")
    assert answer.status == 202, answer
    (plain,), (passed,) = receiver.wait_for(1, path="/plain"), receiver.wait_for(1, path="/passed")
    assert plain.body == b'{"id":"evt_same","event":"a.b","timestamp":"2026-04-13T10:30:00Z","data":' + data + b"}"
    assert passed.body == plain.body


def test_what_a_script_prints_is_kept_with_the_attempt(api, receiver):
    webhook = api.add_webhook(receiver.url(), script='function filter(event) print("seen", event.event) log.info("twice") return true end')
    (attempt,) = api.settled(webhook, api.publish())["attempts"]
    assert "seen\tmemory.created" in attempt["log"] and "twice" in attempt["log"]


def test_nothing_persists_between_events(api, receiver):
    webhook = api.add_webhook(receiver.url(), script="count = 0\nfunction transform() count = count + 1 return { count = count } end")
    for _ in range(3):
        api.settled(webhook, api.publish())
    assert [request.body for request in receiver.wait_for(3)] == [b'{"count":1}'] * 3


def test_a_changed_script_is_in_effect_when_the_change_was_answered(api, receiver):
    webhook = api.add_webhook(receiver.url(), script="function transform() return { version = 1 } end")
    api.settled(webhook, api.publish())
    changed = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"script": "function transform() return { version = 2 } end"})
    assert (changed.status, changed.json["revision"]) == (200, 2), changed
    delivery = api.settled(webhook, api.publish())
    assert [request.body for request in receiver.wait_for(2)] == [b'{"version":1}', b'{"version":2}']
    assert delivery["attempts"][0]["revision"] == 2


def test_a_script_error_is_a_failed_attempt_that_names_the_line(api, receiver):
    webhook = api.add_webhook(
        receiver.url(), script="function transform(event)\n  local x = nil\n  return x.y\nend", retry={"max_retries": 0})
    delivery = api.settled(webhook, api.publish())
    (attempt,) = delivery["attempts"]
    assert (delivery["state"], attempt["failure"], receiver.requests()) == ("dead", "script", [])
    assert ":3:" in attempt["error"] and "nil" in attempt["error"] and "traceback" in attempt["error"]
