"""Webhooks that collect: one request for many events, which succeed or fail together."""

import hashlib
import hmac
import json

from harness.cli import Cli
from harness.receiver import Reply
from harness.waiting import eventually

HOUR = 3600
RETRY = {"max_retries": 3, "initial_delay_secs": 0.05, "multiplier": 1, "jitter": 0}


def numbers(request):
    """The `n` of each event in a request's array."""
    return [event["data"]["n"] for event in json.loads(request.body)]


def publish(api, count, start=0, **data):
    events = [{"event": "memory.created", "data": {"n": start + n, **data}} for n in range(count)]
    assert api.publish_batch(events)["accepted"] == count


def deliveries(api, webhook, state=None):
    """Its deliveries, oldest first."""
    return sorted(api.deliveries(webhook=webhook["id"], state=state), key=lambda row: row["id"])


def settled(api, webhook, count, state):
    return eventually(lambda: len(rows := deliveries(api, webhook, state)) == count and rows, what=f"{count} deliveries in {state}")


def test_a_full_batch_goes_at_once_and_the_rest_when_it_has_waited(api, receiver):
    batch = {"max_events": 10, "max_wait_secs": 1.5}
    webhook = api.add_webhook(receiver.url(), batch=batch)
    assert webhook["batch"] == batch | {"key": None}
    publish(api, 23)
    requests = sorted(receiver.wait_for(3), key=numbers)
    assert [numbers(request) for request in requests] == [list(range(10)), list(range(10, 20)), [20, 21, 22]]
    assert requests[2].at - requests[0].at > 1.0, "the last ones waited for company"
    rows = settled(api, webhook, 23, "delivered")
    batches = [row["batch"] for row in rows]
    assert len(set(batches)) == 3 and batches[0].startswith("bat_")
    assert [request.header("webhook-id") for request in requests] == [batches[0], batches[10], batches[20]]
    attempts = [api.delivery(row["id"])["attempts"] for row in rows[:10]]
    assert all(attempt == attempts[0] and len(attempt) == 1 for attempt in attempts), "all show the one attempt"
    assert json.loads(attempts[0][0]["request"]["body"]) == json.loads(requests[0].body)


def test_signatures_are_those_of_the_whole_body(api, receiver):
    webhook = api.add_webhook(receiver.url(), secret="batch-secret", batch={"max_events": 2, "max_wait_secs": HOUR})
    publish(api, 2)
    (request,) = receiver.wait_for(1)
    assert request.header("X-REM-Signature") == hmac.new(b"batch-secret", request.body, hashlib.sha256).hexdigest()
    assert request.header("Content-Type") == "application/json"
    settled(api, webhook, 2, "delivered")


def test_a_batch_fails_and_is_retried_as_a_whole(api, receiver):
    receiver.reply("/", Reply(500), Reply(503), Reply(200))
    webhook = api.add_webhook(receiver.url(), batch={"max_events": 3, "max_wait_secs": HOUR}, retry=RETRY)
    publish(api, 3)
    requests = receiver.wait_for(3)
    assert len({request.body for request in requests}) == 1 and len({request.header("webhook-id") for request in requests}) == 1
    for row in settled(api, webhook, 3, "delivered"):
        assert row["attempt_count"] == 3
        assert [attempt["trigger"] for attempt in api.delivery(row["id"])["attempts"]] == ["first", "retry", "retry"]


def test_a_dead_batch_is_dead_for_all_and_each_can_be_replayed_alone(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), batch={"max_events": 2, "max_wait_secs": HOUR}, retry={"max_retries": 0})
    publish(api, 2)
    rows = settled(api, webhook, 2, "dead")
    receiver.reply("/", Reply(200))
    for _ in range(2):
        before = len(receiver.requests())
        assert api.call("POST", f"/v1/deliveries/{rows[1]['id']}/replay").status == 202
        request = receiver.wait_for(before + 1)[-1]
        assert numbers(request) == [1], "a batch of one"
        assert request.header("webhook-id") == "bat_" + rows[1]["id"].removeprefix("dlv_")
        eventually(lambda: api.delivery(rows[1]["id"])["state"] == "delivered")
    replayed, other = api.delivery(rows[1]["id"]), api.delivery(rows[0]["id"])
    assert [attempt["trigger"] for attempt in replayed["attempts"]] == ["first", "manual", "manual"]
    assert replayed["batch"] == other["batch"] and other["state"] == "dead" and len(other["attempts"]) == 1


def test_events_with_the_same_key_go_together(api, receiver):
    webhook = api.add_webhook(receiver.url(), batch={"max_events": 2, "max_wait_secs": 1, "key": "data.user"})
    events = [{"event": "a", "data": {"n": n, "user": user}} for n, user in enumerate(["x", "y", "x", 7, None, "7"])]
    api.publish_batch(events + [{"event": "a", "data": {"n": 6}}])
    settled(api, webhook, 7, "delivered")
    assert sorted(numbers(request) for request in receiver.requests()) == [[0, 2], [1], [3], [4, 6], [5]]


def test_filters_run_when_an_event_comes_and_only_what_passes_counts(api, receiver):
    script = """
      function filter(event) return event.data.n % 10 == 0, "not a tenth" end
      function transform_batch(events, ctx)
        local ns = {}
        for i, event in ipairs(events) do ns[i] = event.data.n end
        return { ns = ns, count = ctx.batch.count }
      end"""
    webhook = api.add_webhook(receiver.url(), script=script, batch={"max_events": 3, "max_wait_secs": HOUR})
    publish(api, 30)
    (request,) = receiver.wait_for(1)
    assert json.loads(request.body) == {"ns": [0, 10, 20], "count": 3}
    settled(api, webhook, 3, "delivered")
    filtered = settled(api, webhook, 27, "filtered")
    assert {(row["reason"], row["batch"], row["attempt_count"]) for row in filtered} == {("not a tenth", None, 1)}


def test_an_event_whose_script_fails_holds_up_no_other(api, receiver):
    script = """
      function filter(event) if event.data.n == 1 then error("no such number") end return true end
      function transform_batch(events) return events end"""
    webhook = api.add_webhook(receiver.url(), script=script, batch={"max_events": 3, "max_wait_secs": HOUR}, retry=RETRY | {"max_retries": 1})
    publish(api, 4)
    assert numbers(receiver.wait_for(1)[0]) == [0, 2, 3]
    (row,) = settled(api, webhook, 1, "dead")
    attempts = api.delivery(row["id"])["attempts"]
    assert [attempt["failure"] for attempt in attempts] == ["script", "script"] and "no such number" in attempts[0]["error"]
    settled(api, webhook, 3, "delivered")


def test_slack_turns_fifty_events_into_one_message(api, receiver):
    receiver.reply("/slack", Reply(200, body=b"ok"))
    pipeline = [{"plugin": "slack", "options": {"format": "text"}}]
    webhook = api.add_webhook(receiver.url("/slack"), pipeline=pipeline, batch={"max_events": 50, "max_wait_secs": HOUR})
    publish(api, 50, content="a memory")
    (request,) = receiver.wait_for(1)
    lines = json.loads(request.body)["text"].split("\n")
    assert lines[0] == "*50 × Memory created*" and len(lines) == 51 and set(lines[1:]) == {"• a memory"}
    settled(api, webhook, 50, "delivered")


def test_what_waits_and_what_was_sent_survive_a_kill(gateway, receiver):
    receiver.reply("/", Reply(hang=True))
    webhook = gateway.api.add_webhook(receiver.url(), batch={"max_events": 4, "max_wait_secs": HOUR})
    publish(gateway.api, 6)
    first = receiver.wait_for(1)[0]
    assert numbers(first) == [0, 1, 2, 3]
    gateway.kill()
    receiver.reply("/", Reply(200))
    gateway.start()
    again = receiver.wait_for(2)[1]
    assert again.body == first.body and again.header("webhook-id") == first.header("webhook-id")
    publish(gateway.api, 2, start=6)
    assert numbers(receiver.wait_for(3)[2]) == [4, 5, 6, 7], "those that waited are still there"
    settled(gateway.api, webhook, 8, "delivered")


def test_a_stop_in_the_middle_keeps_the_batch(gateway, receiver):
    receiver.reply("/", Reply(500))
    retry = {"max_retries": 1, "initial_delay_secs": 1.5, "multiplier": 1, "jitter": 0}
    webhook = gateway.api.add_webhook(receiver.url(), batch={"max_events": 2, "max_wait_secs": HOUR}, retry=retry)
    publish(gateway.api, 2)
    first = receiver.wait_for(1)[0]
    settled(gateway.api, webhook, 2, "retrying")
    assert gateway.stop(timeout=10) == 0
    receiver.reply("/", Reply(200))
    gateway.start()
    again = receiver.wait_for(2)[1]
    assert again.body == first.body and again.header("webhook-id") == first.header("webhook-id")
    settled(gateway.api, webhook, 2, "delivered")


def test_an_inactive_webhook_keeps_its_events_and_sends_them_together(api, receiver):
    webhook = api.add_webhook(receiver.url(), active=False, batch={"max_events": 5, "max_wait_secs": 0.2})
    publish(api, 3)
    settled(api, webhook, 3, "held")
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"active": True}).status == 200
    assert numbers(receiver.wait_for(1)[0]) == [0, 1, 2]
    settled(api, webhook, 3, "delivered")


def test_a_change_holds_at_once_for_what_waits(api, receiver):
    webhook = api.add_webhook(receiver.url(), batch={"max_events": 100, "max_wait_secs": HOUR})
    path = f"/v1/webhooks/{webhook['id']}"
    publish(api, 3)
    assert len(settled(api, webhook, 3, "pending")) == 3
    assert api.call("PATCH", path, {"batch": {"max_events": 2, "max_wait_secs": HOUR}}).status == 200
    assert numbers(receiver.wait_for(1)[0]) == [0, 1]
    assert api.call("PATCH", path, {"batch": None}).json["batch"] is None
    assert json.loads(receiver.wait_for(2)[1].body)["data"] == {"n": 2}, "the rest goes by itself"
    settled(api, webhook, 3, "delivered")


def test_a_rate_limit_counts_batches_not_events(api, receiver):
    webhook = api.add_webhook(
        receiver.url(), batch={"max_events": 20, "max_wait_secs": HOUR}, rate_limit={"count": 2, "per_secs": HOUR})
    publish(api, 60)
    assert [len(numbers(request)) for request in receiver.wait_for(2)] == [20, 20]
    assert len(deliveries(api, webhook, "pending")) >= 20, "the third batch waits"


def test_large_payloads_make_smaller_batches(api, receiver):
    webhook = api.add_webhook(receiver.url(), batch={"max_events": 5, "max_wait_secs": 0.3})
    publish(api, 5, text="x" * 400_000)
    settled(api, webhook, 5, "delivered")
    requests = receiver.requests()
    assert sorted(numbers(request) for request in requests) == [[0, 1], [2, 3], [4]]
    assert all(len(request.body) <= 1 << 20 for request in requests)


def test_bad_settings_are_refused_by_name(api, receiver):
    def refusal(batch, url=receiver.url(), **fields):
        answer = api.call("POST", "/v1/webhooks", {"url": url, "events": ["*"], "batch": batch, **fields})
        assert answer.status == 400, answer
        return answer.error

    assert refusal({"max_events": 0, "max_wait_secs": 1})["field"] == "batch.max_events"
    assert refusal({"max_events": 1001, "max_wait_secs": 1})["message"] == "batch.max_events: expected a whole number of 1...1000, got 1001"
    assert refusal({"max_events": 1, "max_wait_secs": 1e9})["field"] == "batch.max_wait_secs"
    assert refusal({"max_events": 1})["field"] == "batch.max_wait_secs"
    assert refusal({"max_events": 1, "max_wait_secs": 1, "key": ""})["field"] == "batch.key"
    assert refusal({"max_events": 1, "max_wait_secs": 1, "key": "data.*"})["field"] == "batch.key"
    assert refusal({"max_events": 1, "max_wait_secs": 1, "window": 3})["field"] == "batch.window"
    assert refusal(7)["field"] == "batch"
    assert refusal({"max_events": 1, "max_wait_secs": 1}, url="postgres://u:p@127.0.0.1/db")["field"] == "batch"
    assert refusal({"max_events": 1, "max_wait_secs": 1}, ordering="fifo")["field"] == "batch"


def test_the_setting_is_compared_and_rolled_back(api, receiver):
    webhook = api.add_webhook(receiver.url(), batch={"max_events": 5, "max_wait_secs": 60})
    path = f"/v1/webhooks/{webhook['id']}"
    assert api.call("PATCH", path, {"batch": {"max_events": 7, "max_wait_secs": 60, "key": "data.a"}}).status == 200
    changes = api.call("GET", f"{path}/revisions/diff?from=1&to=2").json["changes"]
    assert {change["field"] for change in changes} == {"batch.max_events", "batch.key"}
    assert api.call("POST", f"{path}/rollback", {"revision": 1}).json["batch"] == webhook["batch"]


def test_a_dry_run_shows_a_batch_of_one(api, receiver):
    webhook = api.add_webhook(
        receiver.url(), script="function transform_batch(events) return { n = #events } end", batch={"max_events": 5, "max_wait_secs": 60})
    answer = api.call("POST", "/v1/dry-runs", {"webhook": webhook["id"], "event": {"event": "a", "data": {}}})
    assert answer.status == 200, answer
    assert '"{\\"n\\":1}"' in answer.body.decode(), answer


def test_the_command_line_sets_and_shows_it(gateway, receiver, tmp_path):
    cli = Cli(tmp_path, gateway)
    webhook = cli.json("webhooks", "add", receiver.url(), "--batch", "50/300", "--batch-key", "data.user")
    assert webhook["batch"] == {"max_events": 50, "max_wait_secs": 300, "key": "data.user"}
    assert "max_events 50" in cli.run("webhooks", "show", webhook["id"]).stdout
    assert cli.json("webhooks", "update", webhook["id"], "--batch", "off")["batch"] is None
    assert "--batch: expected COUNT/SECONDS" in cli.run("webhooks", "update", webhook["id"], "--batch", "50", status=2).stderr
