"""Replays of many deliveries as jobs: what they take, how fast, what stops them, and that first attempts go before them."""

import pytest

from harness.api import Api
from harness.cli import Cli
from harness.receiver import Reply
from harness.waiting import eventually

ONCE = {"max_retries": 0}


def begin(api, path="/v1/replays", **fields):
    answer = api.call("POST", path, fields)
    assert answer.status == 202, answer
    return answer.json


def preview(api, **fields):
    answer = api.call("POST", "/v1/replays", {**fields, "dry_run": True})
    assert answer.status == 200, answer
    return answer.json


def shown(api, replay):
    return api.call("GET", f"/v1/replays/{replay['id']}").json


def ended(api, replay, timeout=20.0):
    def look():
        found = shown(api, replay)
        return found["ended_at"] and found

    return eventually(look, timeout, "the end of the replay")


def states(api, webhook, state):
    return api.deliveries(webhook=webhook["id"], state=state)


def make_dead(api, receiver, count, path="/", event="memory.created", status=500, webhook=None, **fields):
    """A webhook with so many dead deliveries; its receiver works again afterwards."""
    receiver.reply(path, Reply(status))
    webhook = webhook or api.add_webhook(receiver.url(path), retry=ONCE, **fields)
    before = len(states(api, webhook, "dead"))
    extra = {"namespace": webhook["namespace"]} if webhook["namespace"] else {}
    api.publish_batch([{"event": event, "data": {"n": n}, **extra} for n in range(count)])
    eventually(lambda: len(states(api, webhook, "dead")) == before + count, 20, "the dead deliveries")
    receiver.reply(path, Reply(200))
    return webhook


def test_a_filter_is_previewed_then_replayed_once_with_the_same_event_ids(api, receiver):
    webhook = make_dead(api, receiver, 30, events=["memory.*"])
    other = make_dead(api, receiver, 3, path="/other", events=["order.*"], event="order.paid")
    first = {request.header("webhook-id") for request in receiver.requests() if request.path == "/"}
    counted = preview(api, webhook=webhook["id"])
    assert (counted["total"], counted["deliveries"], counted["missing_deliveries"], counted["is_complete"]) == (30, 30, 0, True)
    assert len(counted["examples"]) == 5 and {row["state"] for row in counted["examples"]} == {"dead"}
    assert "500" in counted["examples"][0]["reason"]
    assert len(states(api, webhook, "dead")) == 30

    replay = begin(api, webhook=webhook["id"], since="1h")
    done = ended(api, replay)
    assert (done["state"], done["total"], done["replayed"], done["skipped"]) == ("done", 30, 30, 0)
    eventually(lambda: len(states(api, webhook, "delivered")) == 30, 20, "the replays")
    again = [request.header("webhook-id") for request in receiver.requests() if request.path == "/"][30:]
    assert len(again) == 30 and set(again) == first
    attempts = api.delivery(states(api, webhook, "delivered")[0]["id"])["attempts"]
    assert [attempt["trigger"] for attempt in attempts] == ["first", "manual"]
    assert len(states(api, other, "dead")) == 3


@pytest.mark.parametrize("fields,count", [
    ({"states": ["dead"]}, 4), ({"types": ["order.*"]}, 2), ({"types": ["order.paid", "memory.created"]}, 4), ({"error": "answered 500"}, 2),
    ({"error": "STATUS: "}, 4), ({"error": "no such text"}, 0), ({"since": "1h"}, 4), ({"until": "1h"}, 0), ({"states": ["delivered"]}, 0),
    ({"namespace": "elsewhere"}, 0), ({"states": ["filtered"]}, 0)])
def test_each_filter_narrows(shared_gateway, shared_receiver, fields, count):
    api = shared_gateway.api
    webhook = next((row for row in api.pages("/v1/webhooks")), None)
    if webhook is None:
        webhook = make_dead(api, shared_receiver, 2)
        make_dead(api, shared_receiver, 2, event="order.paid", status=404, webhook=webhook)
    assert preview(api, webhook=webhook["id"], **fields)["total"] == count


def test_a_replay_of_everything_ends_while_an_unconcerned_webhook_is_inactive(api, receiver):
    webhook = make_dead(api, receiver, 3)
    idle = api.add_webhook(receiver.url("/idle"), retry=ONCE, active=False)
    for fields in ({"error": "no such text"}, {"all": True}):
        assert ended(api, begin(api, **fields))["state"] == "done"
    eventually(lambda: len(states(api, webhook, "delivered")) == 3, 20, "the replays")

    make_dead(api, receiver, 2, path="/idle", webhook=api.call("PATCH", f"/v1/webhooks/{idle['id']}", {"active": True}).json)
    assert api.call("PATCH", f"/v1/webhooks/{idle['id']}", {"active": False}).status == 200
    replay = begin(api, all=True)
    waiting = eventually(lambda: shown(api, replay)["waiting"], 20, "what it waits for")
    assert waiting.startswith(f"webhook {idle['id']} is inactive until it is resumed")
    assert api.call("PATCH", f"/v1/webhooks/{idle['id']}", {"active": True}).status == 200
    assert (ended(api, replay)["replayed"], shown(api, replay)["waiting"]) == (2, None)


def test_what_is_missing_is_made_once(api, receiver):
    for n in range(12):
        api.publish("memory.created" if n % 2 else "order.paid", {"n": n}, id=f"before-{n}")
    webhook = api.add_webhook(receiver.url(), events=["memory.*"])
    api.settled(webhook, api.publish("memory.created", id="after"))
    assert preview(api, webhook=webhook["id"], missing=True)["missing_deliveries"] == 6
    assert preview(api, webhook=webhook["id"], missing=True, until="1h")["total"] == 0
    done = ended(api, begin(api, webhook=webhook["id"], missing=True, since="1h"))
    assert (done["created"], done["replayed"], done["total"]) == (6, 0, 6)
    requests = receiver.wait_for(7)
    assert [request.header("webhook-id") for request in requests][0] == "after"
    assert {request.header("webhook-id") for request in requests[1:]} == {f"before-{n}" for n in range(1, 12, 2)}
    (delivery,) = api.deliveries(event="before-1")
    assert api.settled(webhook, {"id": "before-1"})["attempts"][0]["trigger"] == "manual"
    assert delivery["attempt_count"] <= 1
    assert ended(api, begin(api, webhook=webhook["id"], missing=True))["total"] == 0


def test_what_is_missing_keeps_the_order_of_an_ordered_webhook(api, receiver):
    for n in range(8):
        api.publish(data={"n": n}, id=f"before-{n}")
    webhook = api.add_webhook(receiver.url(), ordering="fifo")
    receiver.reply("/", Reply(200, delay=0.3), Reply(200))
    assert ended(api, begin(api, webhook=webhook["id"], missing=True, rate=10000))["created"] == 8
    assert [request.header("webhook-id") for request in receiver.wait_for(8)] == [f"before-{n}" for n in range(8)]


def test_dead_deliveries_of_an_ordered_webhook_come_in_order(api, receiver):
    webhook = make_dead(api, receiver, 20, ordering="fifo")
    first = [request.header("webhook-id") for request in receiver.requests()]
    assert ended(api, begin(api, webhook=webhook["id"], rate=10000))["replayed"] == 20
    assert [request.header("webhook-id") for request in receiver.wait_for(40)[20:]] == first


def test_a_replay_of_an_ordered_webhook_makes_few_due_at_a_time(api, receiver):
    """What is published meanwhile does not wait for all that is replayed, and the job waits for its receiver."""
    webhook = make_dead(api, receiver, 40, ordering="fifo", max_in_flight=4)
    began = len(receiver.requests())
    receiver.reply("/", Reply(hang=True))
    replay = begin(api, webhook=webhook["id"], rate=10)
    receiver.wait_for(began + 1)
    eventually(lambda: shown(api, replay)["replayed"] == 4, 20, "the first replays")
    api.publish(data={"n": 99})
    assert shown(api, replay)["replayed"] == 4 and len(states(api, webhook, "dead")) == 36
    assert api.call("POST", f"/v1/replays/{replay['id']}/cancel").status == 200


def test_a_made_delivery_is_counted(api, receiver):
    for n in range(3):
        api.publish(data={"n": n})
    webhook = api.add_webhook(receiver.url())
    assert ended(api, begin(api, webhook=webhook["id"], missing=True))["created"] == 3
    receiver.wait_for(3)
    totals = api.call("GET", f"/v1/webhooks/{webhook['id']}/stats").json["total"]
    assert totals["deliveries"] == 3


def test_recovery_brings_what_is_dead_and_what_is_missing(api, receiver):
    api.publish(id="before")
    webhook = make_dead(api, receiver, 5)
    counted = api.call("POST", f"/v1/webhooks/{webhook['id']}/recover", {"since": "1h", "dry_run": True}).json
    assert (counted["deliveries"], counted["missing_deliveries"]) == (5, 1)
    done = ended(api, begin(api, f"/v1/webhooks/{webhook['id']}/recover", since="1h"))
    assert (done["replayed"], done["created"]) == (5, 1)
    eventually(lambda: len(states(api, webhook, "delivered")) == 6, 20, "the deliveries")


def test_a_replay_goes_on_where_it_was_after_a_kill_and_takes_each_delivery_once(gateway, receiver):
    webhook = make_dead(gateway.api, receiver, 60)
    receiver.reply("/", Reply(500))
    replay = begin(gateway.api, webhook=webhook["id"], rate=20)
    eventually(lambda: shown(gateway.api, replay)["replayed"] >= 10, 20, "some headway")
    gateway.kill()
    gateway.start()
    known = shown(gateway.api, replay)
    assert known["ended_at"] is None and 10 <= known["replayed"] < 60
    done = ended(gateway.api, replay)
    assert (done["state"], done["total"], done["replayed"]) == ("done", 60, 60)
    eventually(lambda: len(states(gateway.api, webhook, "dead")) == 60, 20, "the end of the replays")
    # One that was under way at the kill is attempted again without another count.
    assert {row["attempt_count"] for row in states(gateway.api, webhook, "dead")} == {2}


def test_a_replay_keeps_to_its_rate_and_stops_when_it_is_cancelled(api, receiver):
    webhook = make_dead(api, receiver, 40)
    began = len(receiver.requests())
    replay = begin(api, webhook=webhook["id"], rate=10)
    requests = receiver.wait_for(began + 10)[began:]
    assert requests[9].at - requests[0].at >= 0.8
    cancelled = api.call("POST", f"/v1/replays/{replay['id']}/cancel")
    assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    left = len(states(api, webhook, "dead"))
    assert cancelled.json["replayed"] + left == 40 and left > 0
    eventually(lambda: not states(api, webhook, "pending"), 10, "the end of what was due")
    assert len(states(api, webhook, "dead")) == left
    assert api.call("POST", f"/v1/replays/{replay['id']}/cancel").status == 409


def test_first_attempts_go_before_replays_that_wait(api, receiver):
    webhook = make_dead(api, receiver, 80, max_in_flight=1)
    receiver.reply("/", Reply(200, delay=1.5), Reply(200))
    began = len(receiver.requests())
    replay = begin(api, webhook=webhook["id"], rate=10000)
    receiver.wait_for(began + 1)
    events = [api.publish("memory.created", {"n": n}, id=f"new-{n}") for n in range(5)]
    requests = receiver.wait_for(began + 85)[began:]
    ids = [request.header("webhook-id") for request in requests]
    # The one that was under way, then everything new, then the rest.
    assert ids[1:6] == [event["id"] for event in events], ids
    assert ended(api, replay)["replayed"] == 80


def test_a_replay_waits_for_a_webhook_that_became_inactive(api, receiver):
    webhook = make_dead(api, receiver, 3)
    path = f"/v1/webhooks/{webhook['id']}"
    api.call("PATCH", path, {"active": False})
    replay = begin(api, webhook=webhook["id"])
    waiting = eventually(lambda: shown(api, replay)["total"] is not None and shown(api, replay), 10, "the count")
    assert (waiting["state"], waiting["replayed"]) == ("running", 0)
    assert waiting["waiting"].startswith("the webhook is inactive until it is resumed: made inactive by ")
    api.call("PATCH", path, {"active": True})
    assert ended(api, replay)["replayed"] == 3


def test_replays_that_wait_hold_up_no_other_and_one_too_many_is_refused(api, receiver):
    waiting = make_dead(api, receiver, 1, path="/waiting", events=["a"], event="a")
    quick = make_dead(api, receiver, 3, path="/quick", events=["b"], event="b")
    path = f"/v1/webhooks/{waiting['id']}"
    assert api.call("PATCH", path, {"active": False}).status == 200
    jobs = [begin(api, webhook=waiting["id"]) for _ in range(19)]
    assert ended(api, begin(api, webhook=quick["id"]))["replayed"] == 3
    jobs.append(begin(api, webhook=waiting["id"]))
    refused = api.call("POST", "/v1/replays", {"webhook": quick["id"]})
    assert refused.status == 409 and refused.error["message"] == "20 replays are under way: wait for one to end, or cancel one", refused
    assert api.call("POST", f"/v1/replays/{jobs[0]['id']}/cancel").status == 200
    ended(api, begin(api, webhook=quick["id"]))
    assert api.call("PATCH", path, {"active": True}).status == 200
    assert sum(ended(api, job)["replayed"] for job in jobs[1:]) == 1


def test_a_receiver_that_hangs_keeps_no_other_webhook_of_the_replay_waiting(api, receiver):
    hanging = make_dead(api, receiver, 150, path="/hanging", events=["a"], event="a", max_in_flight=1, timeout_secs=60)
    quick = make_dead(api, receiver, 50, path="/quick", events=["b"], event="b")
    receiver.reply("/hanging", Reply(hang=True))
    replay = begin(api, all=True, rate=10000)
    eventually(lambda: len(states(api, quick, "delivered")) == 50, 20, "the quick ones")
    assert shown(api, replay)["ended_at"] is None and len(states(api, hanging, "dead")) > 0
    assert api.call("POST", f"/v1/replays/{replay['id']}/cancel").status == 200


def test_limited_keys_replay_what_is_theirs(api, receiver):
    clients = {}
    for name in ("a", "b"):
        key = api.call("POST", "/v1/keys", {"name": f"team {name}", "namespaces": [name]}).json
        clients[name] = Api(api.host, api.port, key["key"])
    mine = make_dead(api, receiver, 2, path="/a", namespace="a")
    theirs = make_dead(api, receiver, 2, path="/b", namespace="b")
    client = clients["a"]
    assert client.call("POST", "/v1/replays", {}).error["field"] == "all"
    assert preview(client, all=True)["total"] == 2
    replay = begin(client, all=True)
    assert ended(client, replay)["replayed"] == 2
    assert len(states(api, theirs, "dead")) == 2 and not states(api, mine, "dead")
    assert clients["b"].call("GET", f"/v1/replays/{replay['id']}").status == 404
    assert clients["b"].call("POST", f"/v1/replays/{replay['id']}/cancel").status == 404
    assert [list(clients[name].pages("/v1/replays")) != [] for name in ("a", "b")] == [True, False]
    refused = client.call("POST", "/v1/replays", {"webhook": theirs["id"]})
    assert (refused.status, refused.error["field"]) == (400, "webhook")
    assert client.call("POST", "/v1/replays", {"namespace": "b"}).status == 403
    assert client.call("POST", f"/v1/webhooks/{theirs['id']}/recover", {"since": "1h"}).status == 404


def test_the_original_versions_run_when_asked_for(api, receiver):
    webhook = make_dead(api, receiver, 2, script="function transform(event) return { v = 1 } end")
    api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"script": "function transform(event) return { v = 2 } end"})
    began = len(receiver.requests())
    assert ended(api, begin(api, webhook=webhook["id"], revision="original"))["replayed"] == 2
    assert [request.body for request in receiver.wait_for(began + 2)[began:]] == [b'{"v":1}'] * 2


def test_the_commands_count_ask_follow_list_and_cancel(gateway, receiver, tmp_path):
    cli, api = Cli(tmp_path, gateway), gateway.api
    webhook = make_dead(api, receiver, 6)
    shown_only = cli.text("deliveries", "replay", "--webhook", webhook["id"], "--state", "dead", "--since", "1h", "--preview")
    assert "6 deliveries would be replayed" in shown_only and "dlv_" in shown_only
    unasked = cli.run("deliveries", "replay", "--webhook", webhook["id"], status=2)
    assert "6 deliveries would be replayed" in unasked.stderr and "--yes" in unasked.stderr
    assert len(states(api, webhook, "dead")) == 6
    done = cli.json("deliveries", "replay", "--webhook", webhook["id"], "--yes")
    assert (done["state"], done["replayed"]) == ("done", 6)
    assert "done" in cli.text("replays", "list") and "6 of 6" in cli.text("replays", "show", done["id"])
    assert cli.run("deliveries", "replay", "--webhook", webhook["id"]).stderr == "nothing to replay\n"

    make_dead(api, receiver, 1, webhook=webhook)
    cli.run("webhooks", "pause", webhook["id"])
    with cli.start("deliveries", "replay", "--webhook", webhook["id"], "--yes") as followed:
        # The first line says how the job is stopped.
        lines = [followed.stderr.readline() for _ in range(2)]
        assert lines[1].startswith("it waits: the webhook is inactive until it is resumed"), lines
        cli.run("webhooks", "resume", webhook["id"])
        assert followed.wait(20) == 0

    make_dead(api, receiver, 9, webhook=webhook)
    begun = cli.json("deliveries", "replay", "--webhook", webhook["id"], "--rate", "1", "--yes", "--detach")
    assert cli.json("replays", "cancel", begun["id"])["state"] == "cancelled"
    recovered = cli.text("webhooks", "recover", webhook["id"], "--since", "1h", "--yes")
    assert "done" in recovered
    assert "by their ids, or by a filter" in cli.run("deliveries", "replay", status=2).stderr
    assert "not by both" in cli.run("deliveries", "replay", "dlv_x", "--webhook", webhook["id"], status=2).stderr
    assert cli.run("webhooks", "recover", webhook["id"], status=2)
