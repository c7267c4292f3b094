"""CloudEvents' own SDK: what it sends is understood in every mode, and what Tidehook sends is what it reads."""

import itertools

import pytest
from cloudevents.core.bindings import http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from clients.cloud_events import DATA, EXTRAS, TIME, WAYS, check_arrivals, check_same, cloud_event, read, send_on


def post(api, message, path="/v1/events"):
    """Publishes what the SDK made."""
    headers = dict(message.headers)
    headers.setdefault("content-type", "application/json")
    return api.call("POST", path, message.body, {"Content-Type": headers.pop("content-type"), **headers})


@pytest.fixture
def kind(shared_gateway, shared_receiver):
    return send_on(shared_gateway, shared_receiver)


@pytest.mark.parametrize("way,data,extras", list(itertools.product(WAYS, DATA, EXTRAS)))
def test_what_the_sdk_publishes_arrives_as_it_was_in_both_modes(shared_gateway, shared_receiver, kind, way, data, extras):
    event = cloud_event(kind, data, extras)
    answer = post(shared_gateway.api, WAYS[way](event))
    assert (answer.status, answer.json["deliveries"]) == (202, 2), answer
    check_arrivals(shared_receiver, kind, event)


def test_the_same_event_in_either_mode_is_a_duplicate(shared_gateway, kind):
    event = cloud_event(kind, "an object", "a subject and extensions")
    first, second = (post(shared_gateway.api, to(event)) for to in WAYS.values())
    assert (first.status, first.json["duplicate"]) == (202, False), first
    assert (second.status, second.json) == (202, first.json | {"duplicate": True, "deliveries": second.json["deliveries"]}), second


def test_equal_ids_of_two_sources_are_two_events(shared_gateway, kind):
    one = cloud_event(kind, "an object", "nothing more")
    other = CloudEvent(attributes=one.get_attributes() | {"source": "https://other.example.com/"}, data=one.get_data())
    ids = {post(shared_gateway.api, http.to_structured_event(event)).json["id"] for event in (one, other)}
    assert len(ids) == 2


@pytest.mark.parametrize("path", ["/v1/events", "/v1/events/batch"])
def test_a_batch_of_the_sdks_events_is_taken(shared_gateway, shared_receiver, kind, path):
    events = [cloud_event(kind, data, "a subject and extensions") for data in DATA]
    body = b"[" + b",".join(JSONFormat().write(event) for event in events) + b"]"
    answer = post(shared_gateway.api, http.HTTPMessage(headers={"content-type": "application/cloudevents-batch+json"}, body=body), path)
    assert (answer.status, answer.json) == (202, {"accepted": len(events), "duplicates": 0, "rejected": []}), answer
    arrived = {read(request).get_id(): read(request) for request in shared_receiver.wait_for(len(events), path=f"/{kind}/structured")}
    for event in events:
        check_same(event, arrived[event.get_id()])


def test_an_event_that_was_no_cloudevent_is_sent_as_one(shared_gateway, shared_receiver, kind):
    published = shared_gateway.api.publish(
        kind, {"memory_id": "mem_1", "content": "Åsa 🎉"}, namespace="my-project", timestamp="2026-04-13T10:30:00Z")
    for mode in WAYS:
        event = read(shared_receiver.wait_for(1, path=f"/{kind}/{mode}")[0])
        assert (event.get_id(), event.get_type(), event.get_source()) == (published["id"], kind, "/tidehook/my-project")
        assert (event.get_time(), event.get_specversion()) == (TIME, "1.0")
        assert event.get_data() == {"memory_id": "mem_1", "content": "Åsa 🎉"}


def test_what_the_sdk_refuses_to_make_is_refused(shared_gateway):
    """An older version, and attributes that are missing."""
    whole = http.to_structured_event(cloud_event("shop.order", "an object", "nothing more"))
    for old, new, named in (
        (b'"1.0"', b'"0.3"', "specversion"), (b'"source"', b'"sauce"', "source"), (b'"type"', b'"typo"', "type"), (b'"id"', b'"di"', "id"),
    ):
        assert whole.body.count(old) == 1
        answer = post(shared_gateway.api, http.HTTPMessage(headers=whole.headers, body=whole.body.replace(old, new)))
        assert answer.status == 400 and named in answer.error["message"], answer
