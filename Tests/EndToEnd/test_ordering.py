"""Ordered webhooks get their events in the order of acceptance, and what fails holds nothing but its own key."""

import json
import random

import pytest

from harness.receiver import Reply

RETRY = {"max_retries": 5, "initial_delay_secs": 0.3, "multiplier": 1, "jitter": 0}
KEYED = {"key": "data.id"}


def numbers(requests):
    return [json.loads(request.body)["data"]["n"] for request in requests]


def publish(api, keys, start=0):
    events = [{"event": "a", "data": {"id": key, "n": start + n}} for n, key in enumerate(keys)]
    assert api.publish_batch(events)["accepted"] == len(events)


def finished(requests, count):
    """Whether every number was answered with something else than a failure: retries repeat their number."""
    return len(set(numbers(requests))) >= count


def test_fifo_sends_one_after_another_in_order(api, receiver):
    receiver.reply("/", Reply(200, delay=0.02))
    webhook = api.add_webhook(receiver.url(), ordering="fifo")
    assert webhook["ordering"] == "fifo"
    publish(api, "abcabcabc" * 5)
    assert numbers(receiver.wait_for(45, timeout=20)) == list(range(45))


def test_fifo_waits_for_the_retry_of_the_first(api, receiver):
    receiver.reply("/", Reply(500), Reply(500), Reply(200))
    webhook = api.add_webhook(receiver.url(), ordering="fifo", retry=RETRY)
    publish(api, "abc")
    requests = receiver.wait_for(5)
    assert numbers(requests) == [0, 0, 0, 1, 2]
    assert requests[2].at - requests[1].at >= 0.28


def test_while_the_first_waits_the_next_say_so(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), ordering="fifo", retry={**RETRY, "initial_delay_secs": 600})
    first, second = api.publish(), api.publish()
    delivery = api.settled(webhook, first, states=("retrying",))
    assert delivery["waits_for_turn"] is False and delivery["next_attempt_at"]
    behind = api.settled(webhook, second, states=("pending",))
    assert behind["waits_for_turn"] is True and behind["next_attempt_at"] is None and behind["attempt_count"] == 0
    assert len(receiver.requests()) == 1


def test_what_fails_holds_its_own_key_alone(api, receiver):
    """The events of key x fail for a while; all others go at once, in order by key."""
    failing = "function transform(event) return event, {url = '%s' .. event.data.id} end" % receiver.url("/")
    receiver.reply("/x", Reply(500), Reply(500), Reply(200))
    api.add_webhook(receiver.url(), ordering=KEYED, retry=RETRY, script=failing)
    publish(api, ["x", "y", "x", "z", "y", "x", None, "y"])
    assert numbers(receiver.wait_for(3, path="/y")) == [1, 4, 7]
    assert numbers(receiver.wait_for(1, path="/z")) == [3]
    assert numbers(receiver.requests("/x")) == [0] * len(receiver.requests("/x")), "the others did not wait for x"
    assert numbers(receiver.wait_for(5, path="/x")) == [0, 0, 0, 2, 5]


def test_a_dead_one_lets_the_next_go_and_its_replay_goes_before_what_still_waits(api, receiver):
    receiver.reply("/", Reply(500), Reply(500), Reply(200))
    webhook = api.add_webhook(receiver.url(), ordering="fifo", retry={**RETRY, "max_retries": 0})
    first = api.publish(data={"n": 0})
    dead = api.settled(webhook, first, states=("dead",))
    changed = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"retry": {**RETRY, "initial_delay_secs": 1.5}})
    assert changed.status == 200
    publish(api, "ab", start=1)
    receiver.wait_for(2)
    assert api.call("POST", f"/v1/deliveries/{dead['id']}/replay").status == 202
    assert numbers(receiver.wait_for(5)) == [0, 1, 0, 1, 2]


def test_a_pause_keeps_the_order(api, receiver):
    webhook = api.add_webhook(receiver.url(), ordering="fifo")
    path = f"/v1/webhooks/{webhook['id']}"
    assert api.call("PATCH", path, {"active": False}).status == 200
    publish(api, "abcdef" * 10)
    assert api.call("PATCH", path, {"active": True}).status == 200
    publish(api, "abcdef", start=60)
    assert numbers(receiver.wait_for(66, timeout=20)) == list(range(66))


@pytest.mark.parametrize("ordering", ["fifo", KEYED], ids=["fifo", "key"])
def test_the_order_outlives_kills(make_gateway, receiver, ordering):
    """Whatever is sent twice because of a kill: of each key the first sights are in order."""
    gateway = make_gateway()
    receiver.reply("/", *[Reply(200, delay=0.01)] * 30, Reply(500), *[Reply(200, delay=0.01)] * 10, Reply(500), Reply(200, delay=0.01))
    gateway.api.add_webhook(receiver.url(), ordering=ordering, retry=RETRY)
    keys = [random.Random(7).choice("abc") for _ in range(120)]
    publish(gateway.api, keys)
    for count in (20, 50, 80):
        receiver.wait_for(count, timeout=20)
        gateway.kill()
        gateway.start()
    receiver.wait_until(lambda: finished(receiver._requests, 120), timeout=30, what="all events")
    seen = numbers(receiver.requests())
    for key in set(keys) if ordering != "fifo" else [None]:
        mine = [n for n in range(120) if key in (None, keys[n])]
        firsts = list(dict.fromkeys(n for n in seen if n in mine))
        assert firsts == mine


def test_a_queue_of_many_keys_goes_in_order(api, receiver):
    keys = [f"k{n % 40}" for n in range(2000)]
    api.add_webhook(receiver.url(), ordering=KEYED)
    publish(api, keys)
    requests = receiver.wait_for(2000, timeout=60)
    for key in range(40):
        mine = [n for n in numbers(requests) if n % 40 == key]
        assert mine == sorted(mine)


@pytest.mark.parametrize("ordering, field", [
    ("lifo", "ordering"), (7, "ordering"), ({}, "ordering.key"), ({"key": "memory_id"}, "ordering.key"), ({"key": "data..x"}, "ordering.key"),
    ({"key": "data.x", "more": 1}, "ordering.more"), ({"key": "data.a]"}, "ordering.key"), ({"key": "data.*"}, "ordering.key"),
])
def test_a_bad_order_is_refused(shared_gateway, ordering, field):
    answer = shared_gateway.api.call("POST", "/v1/webhooks", {"url": "https://example.com/", "events": ["*"], "ordering": ordering})
    assert answer.status == 400 and answer.error["field"] == field, answer


def test_the_order_is_shown_compared_and_taken_back(shared_gateway):
    api = shared_gateway.api
    webhook = api.add_webhook("https://example.com/")
    assert webhook["ordering"] == "none"
    path = f"/v1/webhooks/{webhook['id']}"
    assert api.call("PATCH", path, {"ordering": KEYED}).json["ordering"] == KEYED
    assert api.call("GET", f"{path}/revisions/diff?from=1&to=2").json["changes"] == [{"field": "ordering", "from": "none", "to": KEYED}]
    assert api.call("PATCH", path, {"ordering": None}).json["ordering"] == "none"
