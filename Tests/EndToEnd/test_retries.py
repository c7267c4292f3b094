"""What happens to a delivery that fails: when it is tried again, when it is given up, how it is brought back."""

import threading
import time
from email.utils import formatdate

import pytest

from harness.receiver import Reply
from harness.waiting import eventually

RETRY = {"max_retries": 3, "initial_delay_secs": 0.2, "multiplier": 2, "jitter": 0}
ONCE = {"max_retries": 0}
QUEUED = 60_000
BREAK_SECS = 0.15


def gaps(requests):
    return [later.at - earlier.at for earlier, later in zip(requests, requests[1:])]


def test_always_500_gets_four_requests_with_growing_gaps_then_dead_then_replay(api, receiver):
    receiver.reply("/", Reply(500, body=b"down"))
    webhook = api.add_webhook(receiver.url(), retry=RETRY)
    event = api.publish()
    delivery = api.settled(webhook, event, timeout=15)
    requests = receiver.requests()
    assert (delivery["state"], delivery["attempt_count"], len(requests)) == ("dead", 4, 4)
    assert "500" in delivery["reason"]
    for gap, expected in zip(gaps(requests), (0.2, 0.4, 0.8)):
        assert expected - 0.02 <= gap <= expected + 0.35, f"gaps {gaps(requests)}"

    (dead,) = api.deliveries(state="dead")
    assert (dead["id"], dead["attempt_count"]) == (delivery["id"], 4)
    assert [attempt["number"] for attempt in delivery["attempts"]] == [1, 2, 3, 4]
    assert [attempt["trigger"] for attempt in delivery["attempts"]] == ["first", "retry", "retry", "retry"]
    assert [attempt["response"]["status"] for attempt in delivery["attempts"]] == [500] * 4
    assert [attempt["response"]["body"] for attempt in delivery["attempts"]] == ["down"] * 4

    receiver.reply("/", Reply(200))
    answer = api.call("POST", f"/v1/deliveries/{delivery['id']}/replay")
    assert answer.status == 202, answer
    replayed = api.settled(webhook, event, states=("delivered",))
    assert (replayed["id"], replayed["attempt_count"], len(receiver.wait_for(5))) == (delivery["id"], 5, 5)
    assert replayed["attempts"][-1]["trigger"] == "manual"
    assert not api.deliveries(state="dead")


def test_a_replay_that_fails_has_its_own_retries(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), retry=RETRY | {"max_retries": 1, "initial_delay_secs": 0.05})
    event = api.publish()
    delivery = api.settled(webhook, event)
    assert len(receiver.requests()) == 2
    assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay").status == 202
    assert len(receiver.wait_for(4)) == 4
    assert api.settled(webhook, event)["state"] == "dead"


def test_a_failure_that_passes_is_delivered(api, receiver):
    receiver.reply("/", Reply(503), Reply(500), Reply(200))
    webhook = api.add_webhook(receiver.url(), retry=RETRY | {"initial_delay_secs": 0.05})
    delivery = api.settled(webhook, api.publish())
    assert (delivery["state"], delivery["attempt_count"]) == ("delivered", 3)
    assert delivery["attempts"][0]["response"]["status"] == 503


def test_the_api_tells_when_the_next_attempt_is_due(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), retry=RETRY | {"initial_delay_secs": 600})
    delivery = api.settled(webhook, api.publish(), states=("retrying",))
    assert delivery["next_attempt_at"] > delivery["updated_at"]


def test_the_default_policy_is_the_one_that_rem_labs_promises(api, receiver):
    webhook = api.add_webhook(receiver.url())
    assert webhook["retry"] == {"max_retries": 3, "initial_delay_secs": 5, "multiplier": 6, "max_delay_secs": 3600, "jitter": 0.2}


@pytest.mark.parametrize("form", ["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(api, receiver, status, form):
    wanted = 2
    value = str(wanted) if form == "seconds" else formatdate(time.time() + wanted + 1, usegmt=True)
    receiver.reply("/", Reply(status, headers=(("Retry-After", value),)), Reply(200))
    webhook = api.add_webhook(receiver.url(), retry=RETRY | {"initial_delay_secs": 0.05})
    api.settled(webhook, api.publish(), states=("delivered",), timeout=15)
    (gap,) = gaps(receiver.requests())
    assert wanted - 0.05 <= gap <= wanted + 2


def test_retry_after_is_capped(api, receiver):
    receiver.reply("/", Reply(429, headers=(("Retry-After", "86400"),)), Reply(200))
    webhook = api.add_webhook(receiver.url(), retry=RETRY | {"initial_delay_secs": 0.05, "max_delay_secs": 0.5})
    assert api.settled(webhook, api.publish(), states=("delivered",))["attempt_count"] == 2


def test_410_makes_the_webhook_inactive_and_holds_what_follows(api, receiver):
    receiver.reply("/", Reply(410))
    webhook = api.add_webhook(receiver.url(), retry=RETRY)
    gone = api.settled(webhook, api.publish())
    assert (gone["state"], gone["attempt_count"]) == ("dead", 1)
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["active"] is False
    assert api.settled(webhook, api.publish(), states=("held",))["attempt_count"] == 0

    receiver.reply("/", Reply(200))
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"active": True}).status == 200
    assert len(receiver.wait_for(2)) == 2, "the held delivery goes out once the webhook is active again"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(api, receiver, status):
    receiver.reply("/", Reply(status, headers=(("Location", receiver.url("/elsewhere")),)))
    webhook = api.add_webhook(receiver.url(), retry=ONCE)
    delivery = api.settled(webhook, api.publish())
    assert (delivery["state"], delivery["attempts"][0]["response"]["status"]) == ("dead", status)
    assert receiver.requests("/elsewhere") == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_delivers(api, receiver, status):
    receiver.reply("/", Reply(status))
    webhook = api.add_webhook(receiver.url(), retry=ONCE)
    assert api.settled(webhook, api.publish())["state"] == "delivered"


def test_a_hanging_receiver_is_a_timeout(api, receiver):
    receiver.reply("/", Reply(hang=True))
    webhook = api.add_webhook(receiver.url(), retry=ONCE, timeout_secs=0.5)
    (attempt,) = api.settled(webhook, api.publish())["attempts"]
    assert (attempt["failure"], attempt["response"]) == ("timeout", None)
    assert 450 <= attempt["duration_ms"] <= 2000


def test_a_refused_connection_is_a_connect_failure(api, dead_end):
    webhook = api.add_webhook(dead_end.url, retry=ONCE)
    (attempt,) = api.settled(webhook, api.publish())["attempts"]
    assert attempt["failure"] == "connect" and "refused" in attempt["error"].lower()


def test_a_long_answer_is_cut_not_refused(api, receiver):
    receiver.reply("/", Reply(200, body=b"x" * 3_000_000))
    webhook = api.add_webhook(receiver.url(), retry=ONCE)
    delivery = api.settled(webhook, api.publish())
    assert delivery["state"] == "delivered"
    assert len(delivery["attempts"][0]["response"]["body"]) <= 4096


def test_a_stale_connection_costs_no_attempt(api, receiver):
    """The receiver drops its idle connections; what comes next still arrives in its first attempt."""
    webhook = api.add_webhook(receiver.url(), retry=ONCE)
    for _ in range(20):
        delivery = api.settled(webhook, api.publish())
        assert (delivery["state"], delivery["attempt_count"]) == ("delivered", 1)
        receiver.drop_connections()


def test_deleting_a_webhook_cancels_what_it_had_not_delivered(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), retry=RETRY | {"initial_delay_secs": 600})
    event = api.publish()
    api.settled(webhook, event, states=("retrying",))
    assert api.call("DELETE", f"/v1/webhooks/{webhook['id']}").status == 204
    assert api.settled(webhook, event)["state"] == "cancelled"


def test_deleting_a_webhook_also_cancels_what_is_under_way_and_fails(gateway, receiver):
    """The stop waits for the request, so that its failure has been dealt with afterwards."""
    receiver.reply("/", Reply(500, delay=1.0))
    webhook = gateway.api.add_webhook(receiver.url(), retry=RETRY | {"initial_delay_secs": 600})
    event = gateway.api.publish()
    receiver.wait_for(1)
    assert gateway.api.call("DELETE", f"/v1/webhooks/{webhook['id']}").status == 204
    assert gateway.stop() == 0
    gateway.start()
    assert gateway.api.settled(webhook, event)["state"] == "cancelled"
    assert len(receiver.requests()) == 1


@pytest.mark.slow
def test_a_short_break_of_a_webhook_with_a_long_queue_leaves_nothing_held(api, receiver):
    """It becomes active again while its queue is still on the way to `held`."""
    receiver.reply("/", Reply(200, delay=0.5))
    webhook = api.add_webhook(receiver.url(), ["memory.created"])
    client, path = api.kept(), f"/v1/webhooks/{webhook['id']}"
    for first in range(0, QUEUED, 1000):
        events = [{"event": "memory.created", "id": f"queued-{first + n}", "data": {}} for n in range(1000)]
        assert client.call("POST", "/v1/events/batch", events).status == 202
    receiver.wait_for(1)
    client.close()
    answers = []
    pause = threading.Thread(target=lambda: answers.append(api.call("PATCH", path, {"active": False}, timeout=60)))
    pause.start()
    pause.join(BREAK_SECS)
    answers.append(api.call("PATCH", path, {"active": True}, timeout=60))
    pause.join(60)
    assert [answer.status for answer in answers] == [200, 200]
    receiver.reply("/", Reply(200))
    requests = receiver.wait_for(QUEUED, timeout=90)
    assert len({request.header("webhook-id") for request in requests}) == QUEUED
    for state in ("held", "pending"):
        list_path = f"/v1/deliveries?webhook={webhook['id']}&state={state}&limit=1"
        eventually(lambda: not api.call("GET", list_path).json["data"], what=f"no delivery in {state}")
