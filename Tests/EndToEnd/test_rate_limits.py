"""A webhook's rate limit holds, and holds up nobody else."""

import json

from harness.receiver import Reply
from harness.waiting import eventually

TOLERANCE = 0.05
"""How much earlier than it was sent a request may seem to arrive, in seconds."""


def spans(requests, count):
    """How long each run of `count` requests took to arrive."""
    return [later.at - earlier.at for earlier, later in zip(requests, requests[count - 1:])]


def test_no_more_begin_than_the_limit_allows_and_others_go_on(api, receiver):
    limit = {"count": 20, "per_secs": 1, "burst": 5}
    slow = api.add_webhook(receiver.url("/slow"), rate_limit=limit)
    assert slow["rate_limit"] == limit
    api.add_webhook(receiver.url("/quick"))
    assert api.publish_batch([{"event": "a", "data": {"n": n}} for n in range(45)])["accepted"] == 45
    receiver.wait_for(45, path="/quick")
    assert len(receiver.requests("/slow")) < 30, "the quick one did not wait for the slow one"
    requests = receiver.wait_for(45, path="/slow")
    # Five at once, then one each 50 ms: 40 of them take two seconds, however the first five fall.
    assert spans(requests, 45)[0] >= 2.0 - TOLERANCE
    assert min(spans(requests, 26)) >= 1.0 - TOLERANCE, "burst + count + 1 take at least a period"
    assert spans(requests, 45)[0] < 6.0, "and it is not much slower than allowed"
    assert {json.loads(request.body)["data"]["n"] for request in requests} == set(range(45))


def test_retries_count_and_a_changed_limit_holds_at_once(api, receiver):
    receiver.reply("/", Reply(500), Reply(200))
    retry = {"max_retries": 1, "initial_delay_secs": 0.05, "multiplier": 1, "jitter": 0}
    webhook = api.add_webhook(receiver.url(), retry=retry, rate_limit={"count": 1, "per_secs": 2})
    event = api.publish()
    first, second = receiver.wait_for(2)
    assert second.at - first.at >= 2.0 - TOLERANCE
    assert api.settled(webhook, event)["attempt_count"] == 2
    for _ in range(10):
        api.publish()
    changed = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"rate_limit": None})
    assert changed.status == 200 and changed.json["rate_limit"] is None
    receiver.wait_for(12, timeout=5)


def test_a_lane_that_has_used_up_its_limit_says_until_when(api, receiver):
    webhook = api.add_webhook(receiver.url(), rate_limit={"count": 1, "per_secs": 3600})
    path = f"/v1/webhooks/{webhook['id']}"
    assert webhook["rate_limited_until"] is None
    for _ in range(2):
        api.publish()
    until = eventually(lambda: api.call("GET", path).json["rate_limited_until"])
    assert webhook["created_at"] < until
    assert api.call("PATCH", path, {"rate_limit": None}).status == 200
    receiver.wait_for(2)
    assert api.call("GET", path).json["rate_limited_until"] is None


def test_a_stop_does_not_wait_for_the_rate_and_nothing_is_lost(gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url(), rate_limit={"count": 1, "per_secs": 3600})
    ids = {gateway.api.publish()["id"] for _ in range(5)}
    receiver.wait_for(1)
    assert gateway.stop(timeout=10) == 0
    gateway.start()
    changed = gateway.api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"rate_limit": None})
    assert changed.status == 200, changed
    requests = receiver.wait_for(5)
    assert {request.header("webhook-id") for request in requests} == ids


def test_the_limit_is_shown_compared_and_rolled_back(api, receiver):
    webhook = api.add_webhook(receiver.url(), rate_limit={"count": 5})
    assert webhook["rate_limit"] == {"count": 5, "per_secs": 1, "burst": 5}
    path = f"/v1/webhooks/{webhook['id']}"
    assert api.call("PATCH", path, {"rate_limit": {"count": 7, "per_secs": 60}}).status == 200
    changes = api.call("GET", f"{path}/revisions/diff?from=1&to=2").json["changes"]
    assert {change["field"] for change in changes} == {"rate_limit.count", "rate_limit.per_secs", "rate_limit.burst"}
    assert api.call("POST", f"{path}/rollback", {"revision": 1}).json["rate_limit"] == webhook["rate_limit"]
