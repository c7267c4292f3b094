"""A receiver that fails, or asks for less, is left alone for a while; nothing is lost, no tries are used up, and others never notice."""

import time
from datetime import datetime

import pytest

from harness.receiver import Reply
from harness.waiting import eventually

RETRY = {"max_retries": 1, "initial_delay_secs": 0.05, "multiplier": 1, "jitter": 0}
BREAKER = {"failure_rate": 0.5, "window_secs": 60, "min_attempts": 4, "open_secs": 2}


def shown(api, webhook):
    return api.call("GET", f"/v1/webhooks/{webhook['id']}").json


def publish(api, count):
    assert api.publish_batch([{"event": "a", "data": {"n": n}} for n in range(count)])["accepted"] == count


def test_a_failing_receiver_is_left_alone_then_probed_and_gets_everything(api, receiver):
    receiver.reply("/", Reply(500))
    api.add_webhook(receiver.url("/other"), breaker=BREAKER)
    webhook = api.add_webhook(receiver.url(), breaker=BREAKER, retry=RETRY, max_in_flight=1)
    assert webhook["breaker"] == BREAKER and webhook["breaker_state"] == "closed"
    publish(api, 60)
    state = eventually(lambda: shown(api, webhook) if shown(api, webhook)["breaker_state"] != "closed" else None)
    assert state["breaker_state"] == "open" and abs(datetime.fromisoformat(state["breaker_since"]).timestamp() - time.time()) < 10
    receiver.wait_for(60, path="/other")
    assert len(receiver.requests("/")) == 4, "one at a time, so that the fourth opens it"
    failed, probe = receiver.wait_for(5, path="/")[-2:]
    assert probe.at - failed.at >= 1.9
    receiver.reply("/", Reply(200))

    def count(state):
        return len(api.deliveries(webhook=webhook["id"], state=state))

    eventually(lambda: count("delivered") + count("dead") == 60, timeout=20)
    assert shown(api, webhook)["breaker_state"] == "closed"
    assert count("dead") <= 2, "few tries were used up"


def delivered(requests, count):
    """The requests, once that many events have arrived that did not arrive before."""
    return requests if len({request.header("webhook-id") for request in requests}) >= count else None


def test_a_change_that_says_nothing_of_the_receiver_leaves_breaker_and_pause_as_they_are(api, receiver):
    receiver.reply("/open", Reply(500))
    receiver.reply("/busy", Reply(429, headers=(("Retry-After", "3600"),)))
    opened = api.add_webhook(receiver.url("/open"), breaker={**BREAKER, "open_secs": 3600}, retry=RETRY, max_in_flight=1)
    busy = api.add_webhook(receiver.url("/busy"), max_in_flight=1)
    publish(api, 20)
    since = eventually(lambda: shown(api, opened)["breaker_state"] == "open" and shown(api, opened)["breaker_since"])
    until = eventually(lambda: shown(api, busy)["backoff_until"])
    for webhook in (opened, busy):
        path = f"/v1/webhooks/{webhook['id']}"
        for changes in ({"name": "another"}, {"active": False}, {"active": True}, {"max_in_flight": 3}):
            assert api.call("PATCH", path, changes).status == 200
        assert api.call("POST", f"{path}/secret/rotate").status == 200
    publish(api, 5)
    other = api.add_webhook(receiver.url("/other"))
    api.settled(other, api.publish())
    assert (shown(api, opened)["breaker_since"], shown(api, busy)["backoff_until"]) == (since, until)
    assert (len(receiver.requests("/open")), len(receiver.requests("/busy"))) == (4, 1)
    assert api.call("PATCH", f"/v1/webhooks/{busy['id']}", {"url": receiver.url("/busy").replace("127.0.0.1", "localhost")}).status == 200
    receiver.wait_for(2, path="/busy")


def test_a_pause_that_a_receiver_asked_for_goes_on_after_a_restart(gateway, receiver):
    receiver.reply("/busy", Reply(429, headers=(("Retry-After", "3600"),)))
    busy = gateway.api.add_webhook(receiver.url("/busy"), max_in_flight=1)
    publish(gateway.api, 5)
    until = eventually(lambda: shown(gateway.api, busy)["backoff_until"])
    eventually(lambda: gateway.api.deliveries(webhook=busy["id"], state="retrying"), what="the first one to be recorded")
    assert gateway.stop() == 0
    gateway.start()
    again = eventually(lambda: shown(gateway.api, busy)["backoff_until"])
    assert abs(datetime.fromisoformat(again).timestamp() - datetime.fromisoformat(until).timestamp()) < 1
    other = gateway.api.add_webhook(receiver.url("/other"))
    gateway.api.settled(other, gateway.api.publish())
    assert len(receiver.requests("/busy")) == 1


def check_that_the_pause_goes_on(api, receiver, busy, until):
    again = eventually(lambda: shown(api, busy)["backoff_until"])
    assert abs(datetime.fromisoformat(again).timestamp() - datetime.fromisoformat(until).timestamp()) < 1
    publish(api, 2)
    other = api.add_webhook(receiver.url("/other"))
    api.settled(other, api.publish())


@pytest.mark.parametrize("restarts", [False, True])
def test_a_pause_that_a_receiver_asked_for_goes_on_after_a_resume(gateway, receiver, restarts):
    receiver.reply("/busy", Reply(429, headers=(("Retry-After", "3600"),)))
    busy = gateway.api.add_webhook(receiver.url("/busy"), max_in_flight=1)
    publish(gateway.api, 5)
    until = eventually(lambda: shown(gateway.api, busy)["backoff_until"])
    eventually(lambda: gateway.api.deliveries(webhook=busy["id"], state="retrying"), what="the first one to be recorded")
    assert gateway.api.call("PATCH", f"/v1/webhooks/{busy['id']}", {"active": False}).status == 200
    eventually(lambda: len(gateway.api.deliveries(webhook=busy["id"], state="held")) == 5, what="all of it to be held")
    if restarts:
        assert gateway.stop() == 0
        gateway.start()
    assert gateway.api.call("PATCH", f"/v1/webhooks/{busy['id']}", {"active": True}).status == 200
    check_that_the_pause_goes_on(gateway.api, receiver, busy, until)
    eventually(lambda: not gateway.api.deliveries(webhook=busy["id"], state="held"), what="all of it to be resumed")
    assert len(receiver.requests("/busy")) == 1


@pytest.mark.parametrize("answers, options", [(1, {}), (2, {}), (1, {"ordering": "fifo"})])
def test_a_pause_goes_on_after_a_restart_when_what_was_refused_is_replayed(gateway, receiver, answers, options):
    receiver.reply("/busy", *([Reply(429, headers=(("Retry-After", "1"),))] * (answers - 1)), Reply(429, headers=(("Retry-After", "3600"),)))
    busy = gateway.api.add_webhook(receiver.url("/busy"), max_in_flight=1, **options)
    event = gateway.api.publish()
    refused = gateway.api.settled(busy, event, states=("retrying",))
    assert gateway.api.call("POST", f"/v1/deliveries/{refused['id']}/replay").status == 202
    eventually(lambda: len(receiver.requests("/busy")) == answers, what="as many attempts")
    eventually(lambda: gateway.api.call("GET", f"/v1/deliveries/{refused['id']}").json["attempt_count"] == answers)
    until = shown(gateway.api, busy)["backoff_until"]
    assert gateway.stop() == 0
    gateway.start()
    check_that_the_pause_goes_on(gateway.api, receiver, busy, until)
    assert len(receiver.requests("/busy")) == answers


def test_a_change_of_its_settings_closes_the_breaker(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), breaker={**BREAKER, "open_secs": 3600}, retry=RETRY)
    publish(api, 30)
    eventually(lambda: shown(api, webhook)["breaker_state"] == "open")
    receiver.reply("/", Reply(200))
    changed = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"breaker": None})
    assert changed.status == 200 and changed.json["breaker"] is changed.json["breaker_state"] is None
    receiver.wait_until(lambda: delivered(receiver._requests, 30), what="all events")


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_for_less_gets_a_pause_and_others_do_not(api, receiver, status):
    receiver.reply("/", Reply(status, headers=(("Retry-After", "2"),)), Reply(200))
    webhook = api.add_webhook(receiver.url(), max_in_flight=1)
    api.add_webhook(receiver.url("/other"))
    publish(api, 20)
    receiver.wait_for(20, path="/other")
    assert len(receiver.requests("/")) == 1
    until = eventually(lambda: shown(api, webhook)["backoff_until"])
    assert 0 < datetime.fromisoformat(until).timestamp() - time.time() <= 2
    first, *others = receiver.wait_for(20, path="/")
    assert others[0].at - first.at >= 1.95
    eventually(lambda: shown(api, webhook)["backoff_until"] is None)


def test_without_retry_after_the_pauses_grow(api, receiver):
    receiver.reply("/", Reply(503), Reply(503), Reply(503), Reply(200))
    api.add_webhook(receiver.url(), retry={**RETRY, "initial_delay_secs": 0.3, "max_retries": 5}, max_in_flight=1)
    publish(api, 3)
    requests = receiver.wait_for(6)
    gaps = [later.at - earlier.at for earlier, later in zip(requests, requests[1:])]
    for gap, least in zip(gaps, (0.3, 0.6, 1.2)):
        assert least - 0.05 <= gap <= least + 10, gaps


@pytest.mark.parametrize("breaker, field", [
    (7, "breaker"), ({"failure_rate": 0}, "breaker.failure_rate"), ({"open_secs": 0}, "breaker.open_secs"), ({"rate": 1}, "breaker.rate"),
])
def test_a_bad_breaker_is_refused(shared_gateway, breaker, field):
    answer = shared_gateway.api.call("POST", "/v1/webhooks", {"url": "https://example.com/", "events": ["*"], "breaker": breaker})
    assert answer.status == 400 and answer.error["field"] == field, answer


def test_the_breaker_has_defaults_and_is_off_unless_asked_for(shared_gateway):
    api = shared_gateway.api
    assert api.add_webhook("https://example.com/")["breaker"] is None
    breaker = api.add_webhook("https://example.com/", breaker={})["breaker"]
    assert breaker == {"failure_rate": 0.7, "window_secs": 60, "min_attempts": 10, "open_secs": 30}


@pytest.mark.parametrize("name", ["breaker_state", "breaker_since", "backoff_until", "rate_limited_until"])
def test_the_state_cannot_be_set(shared_gateway, name):
    answer = shared_gateway.api.call("POST", "/v1/webhooks", {"url": "https://example.com/", "events": ["*"], name: None})
    assert (answer.status, answer.error["code"]) == (400, "read_only_field")
