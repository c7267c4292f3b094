"""Sources with an inline script: what it returns is published and answered, and what it cannot do yet is run again later."""

import json

from harness.senders import make_source, request_of, requests_of, rerun

MAP = """
function receive(request, ctx)
  if request.json.type == "url_verification" then
    return nil, 200, { challenge = request.json.challenge }
  end
  if request.json.type == "bad" then
    return nil, 422, "no such type"
  end
  local events = {}
  for _, item in ipairs(request.json.items) do
    events[#events + 1] = { event = "shop." .. request.json.type, id = "shop-" .. item.id, data = item }
  end
  return events
end
"""


def events(api, **filters):
    return list(api.pages("/v1/events", **filters))


def test_a_script_makes_events_of_a_request(api, receiver):
    api.add_webhook(receiver.url("/hook"), events=["shop.*"])
    sender = make_source(api, "shop", script=MAP)
    answer = sender.send({"type": "sold", "items": [{"id": "a", "n": 1}, {"id": "b", "n": 9007199254740993}]})
    assert (answer.status, answer.json) == (200, {"accepted": 2})
    got = {json.loads(request.body)["id"]: json.loads(request.body) for request in receiver.wait_for(2, path="/hook")}
    assert got["shop-b"]["data"] == {"id": "b", "n": 9007199254740993}
    assert got["shop-a"]["event"] == "shop.sold"


def test_events_that_came_before_are_repeats(api):
    sender = make_source(api, "shop", script=MAP)
    for _ in range(2):
        assert sender.send({"type": "sold", "items": [{"id": "a"}]}).json == {"accepted": 1}
    assert sender.send({"type": "sold", "items": [{"id": "a"}, {"id": "b"}]}).status == 200
    assert len(events(api, event="shop.sold")) == 2
    assert [row["state"] for row in requests_of(api, sender.source)] == ["accepted", "duplicate", "accepted"]


def test_a_script_answers_a_challenge_and_refuses(api):
    sender = make_source(api, "shop", script=MAP)
    answer = sender.send({"type": "url_verification", "challenge": "c1"})
    assert (answer.status, answer.json) == (200, {"challenge": "c1"})
    assert sender.send({"type": "bad"}).status == 422
    refused, answered = requests_of(api, sender.source)
    assert (answered["state"], answered["event_count"]) == ("answered", 0)
    assert refused["state"] == "rejected" and "no such type" in refused["reason"]
    assert events(api) == [] or all(event["namespace"] == "tidehook" for event in events(api))


def test_a_broken_script_has_the_sender_try_again_and_is_run_again_once_mended(api):
    sender = make_source(api, "shop", script="function receive(request)\n  return request.json.missing.member\nend")
    answer = sender.send({"type": "sold", "items": [{"id": "a"}]})
    assert answer.status == 503 and answer.headers["retry-after"]
    assert "missing" not in answer.body.decode()
    (row,) = requests_of(api, sender.source, state="rejected")
    assert ":2:" in row["reason"]
    changed = api.call("PATCH", f"/v1/sources/{sender.source['id']}", {"script": MAP})
    assert changed.status == 200, changed
    assert rerun(api, sender.source, row["id"]).json["state"] == "accepted"
    whole = request_of(api, sender.source, row["id"])
    assert (whole["events"], whole["reason"], whole["status"]) == (["shop-a"], None, 200)


def test_what_is_no_event_is_refused_whole(api):
    script = 'function receive() return {{ event = "a.b", data = {} }, { event = "not a type", data = {} }} end'
    sender = make_source(api, "shop", script=script)
    assert sender.send({}).status == 503
    (row,) = requests_of(api, sender.source)
    assert row["state"] == "rejected" and "event 2" in row["reason"]
    assert events(api, event="a.b") == []


def test_an_endless_script_is_stopped(api):
    sender = make_source(api, "shop", script="function receive() while true do end end")
    assert sender.send({}).status == 503
    assert api.call("GET", "/readyz").status == 200


def test_a_script_that_is_none_is_refused_when_it_is_saved(api):
    for script in ("function receive(", "return 1", "x = 1"):
        answer = api.call("POST", "/v1/sources", {"name": "a", "script": script, "verify": {"scheme": "none"}})
        assert answer.status == 400, (script, answer)
        assert answer.error["field"] == "script"


def test_the_namespace_of_a_source_is_that_of_all_its_events(api):
    script = 'function receive() return {{ event = "a.b", namespace = "theirs", data = {} }} end'
    make_source(api, "one", script=script, namespace="mine").send({})
    make_source(api, "two", script=script).send({})
    assert [event["namespace"] for event in events(api, event="a.b")] == ["theirs", "mine"]
