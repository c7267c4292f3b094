"""CloudEvents come in by every mode that their HTTP binding has, and go out as they came."""

import json

import pytest

EVENT = {
    "specversion": "1.0", "id": "A-1/é", "source": "https://shop.example.com/orders", "type": "com.example/order placed", "subject": "42",
    "time": "2026-04-13T10:30:00.123456+02:00", "datacontenttype": "application/json", "priority": 3, "traceparent": "00-ab-cd-01",
    "urgent": True, "data": {"order": 42, "big": 9007199254740993, "tags": []},
}
STRUCTURED = {"Content-Type": "application/cloudevents+json"}
PLUGIN = [{"plugin": "cloudevents"}]
BINARY_PLUGIN = [{"plugin": "cloudevents", "options": {"mode": "binary"}}]


def publish(api, body, headers):
    answer = api.call("POST", "/v1/events", body if isinstance(body, bytes) else json.dumps(body).encode(), headers)
    assert answer.status == 202, answer
    return answer.json


def event(**changes):
    return {name: value for name, value in {**EVENT, **changes}.items() if value is not ...}


@pytest.mark.parametrize("changes", [
    {}, {"data": "text", "datacontenttype": "text/plain"}, {"data": [1, None]}, {"data": None}, {"data": ..., "datacontenttype": ...},
    {"data": ..., "data_base64": "AP8=", "datacontenttype": "image/png"}, {"time": ..., "subject": ...}, {"dataschema": "https://example.com/s"},
], ids=["object", "text", "array", "null", "none", "bytes", "no time", "schema"])
def test_what_comes_in_structured_goes_out_structured(api, receiver, changes):
    api.add_webhook(receiver.url(), pipeline=PLUGIN)
    publish(api, event(**changes), STRUCTURED)
    (request,) = receiver.wait_for(1)
    assert request.header("Content-Type") == "application/cloudevents+json; charset=utf-8"
    assert json.loads(request.body) == event(**changes)


@pytest.mark.parametrize("type, body", [
    ("application/json", b'{"order":42}'), ("application/json", b'"text"'), ("text/plain; charset=utf-8", "häß".encode()),
    ("application/xml", b"<order>42</order>"), ("image/png", b"\x89PNG\x00\xff"),
])
def test_what_comes_in_binary_goes_out_binary(api, receiver, type, body):
    api.add_webhook(receiver.url(), pipeline=BINARY_PLUGIN)
    sent = {"ce-specversion": "1.0", "ce-id": "A-1", "ce-source": "/shop", "ce-type": "order%20placed", "ce-subject": "%C3%A9%25", "ce-trace": "x"}
    publish(api, body, {**sent, "Content-Type": type})
    (request,) = receiver.wait_for(1)
    assert request.body == body
    assert request.header("Content-Type") == type
    assert {name.lower(): value for name, value in request.headers if name.lower().startswith("ce-")} == sent


def test_binary_and_structured_can_be_exchanged(api, receiver):
    api.add_webhook(receiver.url("/binary"), pipeline=BINARY_PLUGIN)
    publish(api, event(), STRUCTURED)
    (binary,) = receiver.wait_for(1, path="/binary")
    api.add_webhook(receiver.url("/structured"), pipeline=PLUGIN)
    kept = {name: value for name, value in binary.headers if name.lower().startswith("ce-") or name == "Content-Type"}
    again = api.call("POST", "/v1/events", binary.body, {name: "A-2" if name.lower() == "ce-id" else value for name, value in kept.items()})
    assert again.status == 202, again
    (structured,) = receiver.wait_for(1, path="/structured")
    # Headers have no types: what were numbers and booleans are texts now.
    assert json.loads(structured.body) == event(id="A-2", priority="3", urgent="true")


def test_source_and_id_make_the_identity(api):
    first = publish(api, event(), STRUCTURED)
    assert publish(api, event(), STRUCTURED) == first | {"duplicate": True}
    assert publish(api, dict(reversed(list(event().items()))), STRUCTURED)["duplicate"]
    other = publish(api, event(source="/other"), STRUCTURED)
    assert other["id"] != first["id"] and not other["duplicate"]
    for change in ({"data": {}}, {"subject": "43"}):
        assert api.call("POST", "/v1/events", event(**change), STRUCTURED).status == 409


def test_attributes_stay_beside_the_data(api, receiver):
    api.add_webhook(receiver.url("/plain"))
    api.add_webhook(receiver.url("/script"), script="function transform(event) return {s = event.cloudevent.subject, n = event.data.order} end")
    made = publish(api, event(), STRUCTURED)
    (plain,) = receiver.wait_for(1, path="/plain")
    envelope = json.loads(plain.body)
    assert list(envelope) == ["id", "event", "timestamp", "data", "cloudevent"]
    assert envelope["id"] == made["id"] and envelope["event"] == "com.example_order_placed" and envelope["timestamp"] == EVENT["time"]
    assert envelope["data"] == EVENT["data"]
    assert envelope["cloudevent"] == {name: value for name, value in EVENT.items() if name != "data"}
    assert json.loads(receiver.wait_for(1, path="/script")[0].body) == {"s": "42", "n": 42}
    shown = api.call("GET", f"/v1/events/{made['id']}").json
    assert shown["cloudevent"] == envelope["cloudevent"] and shown["data"] == EVENT["data"]


def test_a_batch_takes_what_it_can(api, receiver):
    api.add_webhook(receiver.url(), pipeline=PLUGIN)
    batch = [event(id=f"b-{n}") for n in range(50)] + [event(specversion="0.3"), {"data": 1}]
    answer = api.call("POST", "/v1/events", batch, {"Content-Type": "application/cloudevents-batch+json"})
    assert answer.status == 202 and answer.json["accepted"] == 50, answer
    assert [row["index"] for row in answer.json["rejected"]] == [50, 51]
    assert '"0.3"' in answer.json["rejected"][0]["error"]["message"]
    requests = receiver.wait_for(50)
    assert {json.loads(request.body)["id"] for request in requests} == {f"b-{n}" for n in range(50)}


@pytest.mark.parametrize("headers, status, field", [
    ({"ce-id": "1"}, 400, "ce-specversion"), ({"ce-specversion": "1.0"}, 400, "ce-id"),
    ({"ce-specversion": "2.0", "ce-id": "1", "ce-source": "/", "ce-type": "t"}, 400, "ce-specversion"),
    ({"ce-specversion": "1.0", "ce-id": "%", "ce-source": "/", "ce-type": "t"}, 400, "ce-id"),
    ({"Content-Type": "application/cloudevents+avro"}, 415, "Content-Type"),
])
def test_what_is_wrong_is_named(api, headers, status, field):
    answer = api.call("POST", "/v1/events", b"{}", headers)
    assert answer.status == status and answer.error["field"] == field, answer
    assert field in answer.error["message"]


def test_a_sender_that_asks_is_agreed_with(api):
    answer = api.call("OPTIONS", "/v1/events", headers={"WebHook-Request-Origin": "emitter.example.com", "WebHook-Request-Rate": "60"}, key="")
    assert answer.status == 200 and answer.body == b""
    assert answer.headers["webhook-allowed-origin"] == "emitter.example.com"
    assert answer.headers["webhook-allowed-rate"] == "*"
    assert api.call("POST", "/v1/events", event(), STRUCTURED, key="").status == 401
