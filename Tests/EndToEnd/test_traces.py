"""W3C Trace Context: what a producer says of its trace reaches the receiver, attempt after attempt, and a trace begins where there is none."""

import json

from harness.receiver import Reply
from harness.senders import make_source

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "congo=t61rcWkgMzE,rojo=1"}
AGAIN = {"max_retries": 1, "initial_delay_secs": 0.05, "multiplier": 1, "jitter": 0}


def publish(api, headers, **fields):
    answer = api.call("POST", "/v1/events", {"event": "memory.created", "data": {}, **fields}, headers)
    assert answer.status == 202, answer
    return answer.json


def parts(request):
    version, trace, parent, flags = request.header("traceparent").split("-")
    assert version == "00" and len(trace) == 32 and len(parent) == 16 and set(trace) != {"0"} != set(parent)
    return trace, parent, flags


def test_a_trace_is_passed_on_with_each_attempt_as_parent(api, receiver):
    receiver.reply("/", Reply(500), Reply(200))
    webhook = api.add_webhook(receiver.url(), retry=AGAIN)
    event = publish(api, SENT)
    requests = receiver.wait_for(2)
    assert [(parts(request)[0], parts(request)[2]) for request in requests] == [(TRACE, "01")] * 2
    parents = [parts(request)[1] for request in requests]
    assert len({*parents, PARENT}) == 3, "each attempt is a parent of its own"
    assert {request.header("tracestate") for request in requests} == {SENT["tracestate"]}
    shown = api.call("GET", f"/v1/events/{event['id']}").json
    assert shown["trace_id"] == TRACE and {name: shown[name] for name in SENT} == SENT
    attempts = api.settled(webhook, event)["attempts"]
    assert [attempt["request"]["headers"]["traceparent"].split("-")[2] for attempt in attempts] == parents


def test_without_a_trace_one_begins_for_the_event_and_is_not_sampled(api, receiver):
    receiver.reply("/a", Reply(500), Reply(200))
    for path in ("/a", "/b"):
        api.add_webhook(receiver.url(path), retry=AGAIN)
    event = publish(api, {})
    requests = receiver.wait_for(3)
    trace = api.call("GET", f"/v1/events/{event['id']}").json["trace_id"]
    assert [(parts(request)[0], parts(request)[2]) for request in requests] == [(trace, "00")] * 3
    assert {request.header("tracestate") for request in requests} == {None}
    assert parts(receiver.requests()[0])[0] != parts_of_another(api, receiver)


def parts_of_another(api, receiver):
    publish(api, {"traceparent": f"00-{'0' * 32}-{PARENT}-01", "tracestate": "a=1"})
    request = receiver.wait_for(4)[3]
    assert request.header("tracestate") is None, "what is not valid is not passed on"
    return parts(request)[0]


def test_a_trace_outlives_the_process(gateway, receiver):
    receiver.reply("/", Reply(500), Reply(200))
    retry = AGAIN | {"initial_delay_secs": 3}
    gateway.api.add_webhook(receiver.url(), retry=retry)
    publish(gateway.api, SENT)
    receiver.wait_for(1)
    gateway.kill()
    gateway.start()
    # The attempt before may not have been written: then it is made again.
    for request in receiver.wait_for(2):
        assert parts(request)[0] == TRACE and request.header("tracestate") == SENT["tracestate"]


def test_batches_sources_and_replays_have_the_trace_of_their_request(api, receiver):
    webhook = api.add_webhook(receiver.url())
    batch = api.call("POST", "/v1/events/batch", [{"event": "a", "data": {}}] * 2, SENT)
    assert batch.json["accepted"] == 2
    sender = make_source(api)
    assert sender.send({"n": 1}, SENT).status == 200
    requests = receiver.wait_for(3)
    assert [parts(request)[0] for request in requests] == [TRACE] * 3
    event = json.loads(requests[0].body)
    delivery = api.settled(webhook, event)
    assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay").status == 202
    assert parts(receiver.wait_for(4)[3])[0] == TRACE
