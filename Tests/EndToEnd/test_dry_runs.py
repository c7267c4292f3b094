"""Dry runs: what a pipeline would do, shown stage by stage; nothing is sent, nothing is stored."""

import json
import socket
import time

import pytest

from harness.plugins import write_plugin
from harness.waiting import eventually

FILTER = """
function filter(event) return has_tag(event, "architecture"), "not about architecture" end
function transform(event) print("seen " .. event.event) return { text = event.data.content } end
"""
SLOW = "function filter() for i = 1, 1e9 do end return true end"


@pytest.fixture
def gateway(make_gateway):
    gateway = make_gateway(start=False)
    write_plugin(gateway.folder, "chat")
    return gateway.start()


def dry_run(api, status=200, **body):
    answer = api.call("POST", "/v1/dry-runs", body)
    assert answer.status == status, answer
    return answer.json


def event(*tags, **fields):
    return {"event": "memory.created", "data": {"content": "Use Redis", "tags": list(tags)}} | fields


def test_each_stage_is_shown_and_nothing_is_sent(api, receiver):
    pipeline = [{"script": FILTER}, {"plugin": "chat", "options": {"channel": "ops"}}]
    report = dry_run(api, pipeline=pipeline, url=receiver.url("/x"), headers={"X-Team": "core", "X-Api-Key": "k"}, event=event("architecture"))
    (result,) = report["results"]
    request = result["request"]
    assert (result["outcome"], request["method"], request["url"]) == ("delivered", "POST", receiver.url("/x"))
    # The plugin reads what the script made: there is no `event` in it any more.
    first, second = result["stages"]
    assert (first["decision"], first["body"], first["log"]) == ("passed", '{"text":"Use Redis"}', "seen memory.created\n")
    assert first["plugin"] is None and first["instructions"] >= 0 and first["cpu_us"] > 0 and first["memory_bytes"] > 0
    assert (second["plugin"], second["revision"], second["decision"]) == ("chat", 1, "passed")
    assert second["body"] == request["body"] and json.loads(request["body"])["channel"] == "ops"
    headers = {name.lower(): value for name, value in request["headers"].items()}
    assert headers["x-chat"] == "1" and headers["x-team"] == "core" and headers["x-api-key"] == "<secret>"
    assert not any("signature" in name for name in headers)
    assert report["summary"] == {"events": 1, "delivered": 1, "filtered": 0, "errors": 0, "reasons": {}, "stopped": None}
    assert receiver.requests() == [] and api.deliveries() == [] and list(api.pages("/v1/events")) == []


def test_a_dropped_event_says_where_and_why(api):
    report = dry_run(api, script=FILTER, event=event("caching"))
    (result,) = report["results"]
    assert (result["outcome"], result["stage"], result["reason"], result["request"]) == ("filtered", 0, "not about architecture", None)
    assert report["summary"]["reasons"] == {"not about architecture": 1}


def test_an_error_has_its_line_and_traceback(api):
    (result,) = dry_run(api, script="function transform(event)\n  print('before')\n  return event.data.a.b\nend", event=event())["results"]
    assert (result["outcome"], result["failure"], result["stage"]) == ("error", "script", 0)
    (stage,) = result["stages"]
    assert stage["decision"] == "error" and stage["error"]["line"] == 3 and stage["log"] == "before\n"
    assert "nil" in stage["error"]["message"] and "script:3: in function" in stage["error"]["traceback"]


def test_bytes_are_shown_as_they_would_be_sent(api, receiver):
    data = '{"z":9007199254740993,"a":[],"o":{},"n":null,"f":0.5,"e":1e+21,"s":"é\\u0001"}'
    body = f'{{"script":"function filter() return true end","event":{{"id":"evt_x","event":"a.b","timestamp":"2026-04-13T10:30:00Z","data":{data}}}}}'
    answer = api.call("POST", "/v1/dry-runs", body.encode())
    assert answer.status == 200, answer
    webhook = api.add_webhook(receiver.url(), script="function filter() return true end")
    sent = api.call("POST", "/v1/events", f'{{"id":"evt_x","event":"a.b","timestamp":"2026-04-13T10:30:00Z","data":{data}}}'.encode())
    assert sent.status == 202 and webhook, sent
    (request,) = receiver.wait_for(1)
    assert answer.json["results"][0]["request"]["body"].encode() == request.body


def test_a_dry_run_is_what_the_delivery_becomes(api, receiver):
    webhook = api.add_webhook(receiver.url("/w"), pipeline=[{"script": FILTER}, {"plugin": "chat"}])
    stored = [api.publish(**event(*tags)) for tags in (["architecture"], ["x"], [])]
    report = dry_run(api, webhook=webhook["id"], last=10)
    assert [result["event_id"] for result in report["results"]] == [answer["id"] for answer in reversed(stored)]
    for result in report["results"]:
        delivery = api.settled(webhook, {"id": result["event_id"]})
        assert (delivery["state"], delivery["reason"]) == (result["outcome"], result["reason"])
        (attempt,) = delivery["attempts"]
        if attempt["request"]:
            assert attempt["request"]["body"] == result["request"]["body"]
            assert attempt["plugins"] == [{"name": "chat", "revision": 1}]


def test_a_draft_is_tried_against_a_stored_webhook(api, receiver):
    stage = {"plugin": "chat", "options": {"channel": "ops", "token": "hunter2"}}
    webhook = api.add_webhook(receiver.url(), pipeline=[stage])
    draft = [{"plugin": "chat", "options": {"channel": "new", "token": "<secret>"}}]
    report = dry_run(api, webhook=webhook["id"], pipeline=draft, event=event())
    assert json.loads(report["results"][0]["request"]["body"])["channel"] == "new"
    stored = api.call("GET", f"/v1/webhooks/{webhook['id']}").json
    assert (stored["revision"], stored["pipeline"][0]["options"]) == (1, {"channel": "ops", "token": "<secret>"})
    # The draft left nothing behind: what is delivered is the stored pipeline.
    api.settled(webhook, api.publish())
    assert json.loads(receiver.wait_for(1)[0].body)["channel"] == "ops"


def test_the_last_events_are_chosen_by_pattern_and_namespace(api):
    for kind, namespace in [("memory.created", "a"), ("memory.deleted", "b"), ("task.done", "a")]:
        api.publish(kind, namespace=namespace)
    passing = "function filter() return true end"

    def kinds(**choice):
        return [result["event"] for result in dry_run(api, script=passing, last=100, **choice)["results"]]

    assert kinds() == ["task.done", "memory.deleted", "memory.created"]
    assert kinds(events=["memory.*"]) == ["memory.deleted", "memory.created"]
    assert kinds(namespace="a", events=["memory_add", "task.*"]) == ["task.done", "memory.created"]
    assert len(dry_run(api, script=passing, last=1)["results"]) == 1


@pytest.mark.parametrize("body, field", [
    ({"pipeline": [{"plugin": "chat", "options": {"channel": 7}}]}, "pipeline[0].options.channel"),
    ({"pipeline": [{"plugin": "chat", "options": {"channel": "x" * 21}}]}, "pipeline[0].options.channel"),
    ({"pipeline": [{"plugin": "chat", "options": {"chanel": "x"}}]}, "pipeline[0].options.chanel"),
    ({"pipeline": [{"plugin": "chat", "options": {"token": "<secret>"}}]}, "pipeline[0].options.token"),
    ({"pipeline": [{"plugin": "no-such-plugin"}]}, "pipeline[0].plugin"),
    ({"script": "function ("}, "script"), ({"script": "x = 1", "last": 101}, "last"), ({"webhook": "wh_x"}, "webhook"),
])
def test_a_pipeline_that_cannot_be_saved_cannot_be_tried(api, body, field):
    answer = api.call("POST", "/v1/dry-runs", {"last": 1} | body)
    assert (answer.status, answer.error["field"]) == (400, field), answer


def test_a_slow_script_ends_in_time_and_leaves_deliveries_alone(api, receiver):
    webhook = api.add_webhook(receiver.url(), script="function filter() return true end")
    api.publish_batch([event(id=f"evt_{number}") for number in range(100)])
    receiver.wait_for(100)
    began = time.monotonic()
    report = dry_run(api, script=SLOW, last=100)
    assert time.monotonic() - began < 15
    assert report["summary"]["errors"] == report["summary"]["events"] > 0
    api.settled(webhook, api.publish())


def test_the_run_ends_when_its_client_goes(api):
    """Clients take every place with runs of ten seconds, and go: the places are free again at once."""
    api.publish_batch([event(id=f"evt_{number}") for number in range(100)])
    busy = {"script": "function filter() for i = 1, 1000000 do end return true end"}
    body = json.dumps({"pipeline": [busy] * 20, "last": 100}).encode()
    head = f"POST /v1/dry-runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    clients = []

    def run():
        return api.call("POST", "/v1/dry-runs", {"script": "function filter() return true end", "event": event()}).status

    def are_all_places_taken():
        clients.append(socket.create_connection((api.host, api.port)))
        clients[-1].sendall(head + body)
        return run() == 503

    eventually(are_all_places_taken, 8, "no free place")
    for client in clients:
        client.close()
    eventually(lambda: run() == 200, 3, "a free place")


@pytest.mark.parametrize("script, status", [("function filter() return true end", 200), ("function (", 400)])
def test_the_answer_says_that_its_connection_ends(api, script, status):
    connection = api.connection()
    connection.request("POST", "/v1/dry-runs", json.dumps({"script": script, "event": event()}), api.headers())
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (status, "close") and json.loads(answer.read())
    connection.close()
