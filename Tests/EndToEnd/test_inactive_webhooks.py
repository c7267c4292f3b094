"""Inactive webhooks: their events wait, and are delivered or skipped when somebody resumes them."""

from harness.cli import Cli
from harness.receiver import Reply
from harness.waiting import eventually


def hold(api, receiver, count):
    webhook = api.add_webhook(receiver.url("/hook"), active=False)
    events = [{"event": "memory.created", "id": f"held-{number}", "data": {}} for number in range(count)]
    assert api.publish_batch(events)["accepted"] == count
    return webhook


def patch(api, webhook, **fields):
    answer = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", fields)
    assert answer.status == 200, answer
    return answer.json


def states(api, webhook):
    return {row["state"] for row in api.deliveries(webhook=webhook["id"])}


def arrived(receiver):
    return [request.header("webhook-id") for request in receiver.requests("/hook")]


def test_what_waited_is_delivered_unless_somebody_says_otherwise(api, receiver):
    webhook = hold(api, receiver, 5)
    shown = api.call("GET", f"/v1/webhooks/{webhook['id']}").json
    assert (shown["held_count"], shown["held_count_capped"], shown["disabled"]["reason"]) == (5, False, "request")
    patch(api, webhook, active=True)
    receiver.wait_for(5, path="/hook")
    assert sorted(arrived(receiver)) == [f"held-{number}" for number in range(5)]


def test_what_waited_is_skipped_with_the_reason_and_what_comes_then_is_delivered(api, receiver):
    webhook = hold(api, receiver, 3000)
    patch(api, webhook, active=True, held="skip")
    api.publish(id="after")
    eventually(lambda: states(api, webhook) == {"cancelled", "delivered"}, 20, "all of it to be skipped")
    assert arrived(receiver) == ["after"]
    row = api.call("GET", f"/v1/deliveries?webhook={webhook['id']}&state=cancelled&limit=1").json["data"][0]
    assert row["reason"] == "skipped when the webhook became active again"
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["held_count"] == 0


def test_a_skip_goes_on_after_a_kill(gateway, receiver):
    webhook = hold(gateway.api, receiver, 5000)
    patch(gateway.api, webhook, active=True, held="skip")
    gateway.kill()
    gateway.start()
    eventually(lambda: states(gateway.api, webhook) == {"cancelled"}, 30, "all of it to be skipped")
    assert arrived(receiver) == []


def test_a_later_pause_holds_again(api, receiver):
    webhook = hold(api, receiver, 2)
    patch(api, webhook, active=True, held="skip")
    eventually(lambda: states(api, webhook) == {"cancelled"}, 10, "all of it to be skipped")
    patch(api, webhook, active=False)
    event = api.publish(id="second")
    api.settled(webhook, event, ("held",))
    patch(api, webhook, active=True)
    api.settled(webhook, event, ("delivered",))
    assert arrived(receiver) == ["second"]


def test_what_was_to_be_tried_again_later_is_so_after_pause_and_resume(api, receiver):
    receiver.reply("/hook", Reply(503, headers=(("Retry-After", "3600"),)))
    webhook = api.add_webhook(receiver.url("/hook"), max_in_flight=1, retry={"schedule_secs": [5, 5, 5]})
    event = api.publish()
    before = api.settled(webhook, event, ("retrying",))
    for _ in range(3):
        patch(api, webhook, active=False)
        api.settled(webhook, event, ("held",))
        patch(api, webhook, active=True)
        resumed = api.settled(webhook, event, ("retrying",))
        assert (resumed["next_attempt_at"], resumed["attempt_count"], resumed["failure"]) == (before["next_attempt_at"], 1, "status")
    assert len(arrived(receiver)) == 1
    # Whoever does not want to wait replays it.
    assert api.call("POST", f"/v1/deliveries/{resumed['id']}/replay").status == 202


def test_the_commands_pause_and_resume(gateway, receiver, tmp_path):
    cli, api = Cli(tmp_path, gateway), gateway.api
    webhook = api.add_webhook(receiver.url("/hook"))
    assert "its events wait" in cli.text("webhooks", "pause", webhook["id"])
    first = api.publish(id="first")
    api.settled(webhook, first, ("held",))
    shown = cli.text("webhooks", "show", webhook["id"])
    assert "1 delivery" in shown and "made inactive by admin" in shown
    assert cli.json("webhooks", "resume", webhook["id"], "--skip-held")["active"] is True
    assert api.settled(webhook, first, ("cancelled",))["attempts"] == []
    cli.run("webhooks", "pause", webhook["id"])
    second = api.publish(id="second")
    cli.run("webhooks", "resume", webhook["id"])
    api.settled(webhook, second, ("delivered",))
    assert arrived(receiver) == ["second"]


def test_the_option_for_failures(gateway, receiver, tmp_path):
    cli = Cli(tmp_path, gateway)
    webhook = cli.json("webhooks", "add", receiver.url(), "--auto-disable", "2.5/3")
    assert webhook["auto_disable"] == {"after_days": 2.5, "min_failures": 3}
    assert cli.json("webhooks", "update", webhook["id"], "--auto-disable", "never")["auto_disable"] is False
    assert cli.json("webhooks", "update", webhook["id"], "--reset", "auto_disable")["auto_disable"] is None
    assert "DAYS" in cli.run("webhooks", "update", webhook["id"], "--auto-disable", "often", status=2).stderr
