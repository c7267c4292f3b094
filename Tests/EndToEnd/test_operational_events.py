"""Operational events: what operators are told, through ordinary webhooks, and what they are not."""

import json

import pytest

from harness.receiver import Reply
from harness.waiting import eventually

ONCE = {"max_retries": 0}
SOON = {"after_days": 1e-9, "min_failures": 4}


@pytest.fixture
def ops(api, receiver):
    """A webhook that gets every operational event at /ops."""
    return api.add_webhook(receiver.url("/ops"), namespace="tidehook")


def told(receiver, count, *types):
    """The first `count` operational events of these types, in order."""

    def find():
        events = [json.loads(request.body) for request in receiver.requests("/ops")]
        found = [event for event in events if not types or event["event"] in types]
        return found if len(found) >= count else None

    return receiver.wait_until(find, 10, f"{count} operational events of {types}")


def fail(api, webhook, count):
    for _ in range(count):
        api.settled(webhook, api.publish(), ("dead", "held"))


def shown(api, webhook):
    return api.call("GET", f"/v1/webhooks/{webhook['id']}").json


def test_dead_deliveries_are_told_once_at_once_with_what_happened(api, receiver, ops):
    receiver.reply("/hook", Reply(404))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, name="crm")
    event = api.publish()
    delivery = api.settled(webhook, event)
    (first,) = told(receiver, 1, "delivery.dead")
    assert first["data"] | {"since": 0, "until": 0} == {
        "webhook": webhook["id"], "name": "crm", "namespace": None, "count": 1, "since": 0, "until": 0, "failures": {"status": 1},
        "examples": [{"delivery": delivery["id"], "event_id": event["id"], "event": "memory.created", "failure": "status",
                      "error": "the receiver answered 404"}]}
    fail(api, webhook, 20)
    assert len(told(receiver, 1, "delivery.dead")) == 1, "the others of the minute wait for its end"


def test_deaths_that_wait_are_told_before_the_process_ends(gateway, receiver):
    gateway.api.add_webhook(receiver.url("/ops"), namespace="tidehook")
    receiver.reply("/hook", Reply(404))
    webhook = gateway.api.add_webhook(receiver.url("/hook"), retry=ONCE)
    fail(gateway.api, webhook, 4)
    assert gateway.stop() == 0
    gateway.start()
    events = told(receiver, 2, "delivery.dead")
    assert [event["data"]["count"] for event in events] == [1, 3]


def test_a_webhook_that_only_fails_is_made_inactive_after_two_warnings(api, receiver, ops):
    receiver.reply("/hook", Reply(500))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, auto_disable=SOON)
    fail(api, webhook, 4)
    half, most, disabled = told(receiver, 3, "webhook.failing", "webhook.disabled")
    assert [(event["event"], event["data"].get("progress")) for event in (half, most, disabled)] == [
        ("webhook.failing", 0.5), ("webhook.failing", 0.75), ("webhook.disabled", None)]
    assert disabled["data"]["reason"] == "failing" and disabled["data"]["failures"] == 4
    now = eventually(lambda: (row := shown(api, webhook)) and not row["active"] and row, 10, "the webhook to be inactive")
    assert now["disabled"]["reason"] == "failing" and "all 4 attempts since" in now["disabled"]["message"]
    assert now["failing"]["failures"] == 4 and now["failing"]["error"] == "the receiver answered 500"
    revisions = api.call("GET", f"/v1/webhooks/{webhook['id']}/revisions").json["data"]
    assert (revisions[0]["made_by"], revisions[0]["changed"]) == ("tidehook", ["active"])

    event = api.publish()
    held = api.settled(webhook, event, ("held",))
    assert shown(api, webhook)["held_count"] == 1
    receiver.reply("/hook", Reply(200))
    resumed = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"active": True}).json
    assert (resumed["disabled"], resumed["failing"]) == (None, None)
    assert api.settled(webhook, event, ("delivered",))["id"] == held["id"]
    (recovered,) = told(receiver, 1, "webhook.recovered")
    assert recovered["data"]["webhook"] == webhook["id"]


def test_nobody_is_made_inactive_unwarned(api, receiver, ops):
    """The failures before the last one all came too early for a warning."""
    receiver.reply("/hook", Reply(500))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, auto_disable={"after_days": 1, "min_failures": 2})
    fail(api, webhook, 3)
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"auto_disable": {"after_days": 1e-9, "min_failures": 2}}).status == 200
    (warning,) = told(receiver, 1, "webhook.failing")
    assert (warning["data"]["progress"], warning["data"]["failures"]) == (0.75, 3)
    assert warning["data"]["disables_at"] > warning["data"]["failing_since"]
    assert shown(api, webhook)["active"] is True
    fail(api, webhook, 1)
    (disabled,) = told(receiver, 1, "webhook.disabled")
    assert disabled["data"]["failures"] == 4


@pytest.mark.serial
def test_a_warning_comes_though_nothing_is_attempted(api, receiver, ops):
    receiver.reply("/hook", Reply(500))
    seconds = 6
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, auto_disable={"after_days": seconds / 86400, "min_failures": 4})
    assert api.publish_batch([{"event": "a", "data": {"n": n}} for n in range(3)])["accepted"] == 3
    events = told(receiver, 2, "webhook.failing")
    assert [(event["data"]["progress"], event["data"]["failures"]) for event in events] == [(0.5, 3), (0.75, 3)]
    assert shown(api, webhook)["active"] is True


QUOTED = "jane.doe.erase@example.com"


@pytest.mark.parametrize("script, status, error", [
    ("function transform(event)\n  error('bad ' .. event.data.email)\nend", 200, "the script failed (script:2)"),
    ("function transform(event)\n  error(event.data.email .. ':5: bad', 0)\nend", 200, "the script failed (script:2)"),
    ("function response(res) return 'dead', res.body end", 200, "a plugin took the receiver's answer 200 for a failure"),
    ("function response(res) return 'disable', res.body end", 404, "a plugin took the receiver's answer 404 for a failure"),
])
def test_what_code_says_of_a_payload_is_told_to_nobody_and_is_gone_with_it(gateway, receiver, script, status, error):
    api = gateway.api
    api.add_webhook(receiver.url("/ops"), namespace="tidehook")
    receiver.reply("/hook", Reply(status, body=QUOTED.encode()))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, script=script)
    event = api.publish(data={"email": QUOTED})
    dead = api.settled(webhook, event)
    assert QUOTED in dead["attempts"][0]["error"] and QUOTED in dead["reason"], "who may look at the delivery sees it"
    (death,) = told(receiver, 1, "delivery.dead")
    assert death["data"]["examples"][0]["error"] == error
    if "'disable'" in script:
        assert told(receiver, 1, "webhook.disabled")[0]["data"]["message"] == error
        assert shown(api, webhook)["disabled"]["message"] == error
    assert shown(api, webhook)["failing"]["error"] == error
    assert api.call("DELETE", f"/v1/events/{event['id']}/content").status == 204
    for path in ("/v1/events", "/v1/events?namespace=tidehook", f"/v1/webhooks/{webhook['id']}", f"/v1/deliveries/{dead['id']}",
                 f"/v1/webhooks/{webhook['id']}/revisions", "/v1/overview"):
        answer = api.call("GET", path)
        assert answer.status == 200 and QUOTED.encode() not in answer.body, path
    assert list(api.pages("/v1/events", namespace="tidehook", text="jane.doe")) == []
    assert gateway.stop() == 0
    assert [path.name for path in gateway.data.iterdir() if path.is_file() and QUOTED.encode() in path.read_bytes()] == []
    assert all(QUOTED.encode() not in request.body for request in receiver.requests("/ops"))


@pytest.mark.parametrize("failure, error", [
    ("blocked", "blocked: where the pipeline sends is not allowed"),
    ("connect", "no connection to where the pipeline sends"),
])
def test_where_a_pipeline_sends_is_told_to_nobody_and_is_gone_with_the_payload(gateway, receiver, dead_end, failure, error):
    api = gateway.api
    place = "10.98.76.54" if failure == "blocked" else dead_end.url.split("/")[2]
    api.add_webhook(receiver.url("/ops"), namespace="tidehook")
    script = "function transform(event) return event, {url = 'http://' .. event.data.place .. '/'} end"
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, script=script)
    event = api.publish(data={"place": place})
    dead = api.settled(webhook, event)
    assert dead["attempts"][0]["failure"] == failure and place in dead["attempts"][0]["error"], "who may look at the delivery sees it"
    (death,) = told(receiver, 1, "delivery.dead")
    assert death["data"]["examples"][0]["error"] == error
    assert shown(api, webhook)["failing"]["error"] == error
    assert api.call("DELETE", f"/v1/events/{event['id']}/content").status == 204
    for path in ("/v1/events?namespace=tidehook", f"/v1/webhooks/{webhook['id']}", f"/v1/deliveries/{dead['id']}", "/v1/overview"):
        answer = api.call("GET", path)
        assert answer.status == 200 and place.encode() not in answer.body, path
    assert gateway.stop() == 0
    assert [path.name for path in gateway.data.iterdir() if path.is_file() and place.encode() in path.read_bytes()] == []


def test_one_success_ends_the_streak(api, receiver, ops):
    receiver.reply("/hook", *[Reply(500)] * 3, Reply(200), Reply(500))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, auto_disable=SOON)
    for _ in range(6):
        api.settled(webhook, api.publish())
    # The next streak begins within a minute of the recovery: nobody is told of it yet.
    events = told(receiver, 3, "webhook.failing", "webhook.recovered")
    assert [event["event"] for event in events] == ["webhook.failing", "webhook.failing", "webhook.recovered"]
    assert shown(api, webhook)["active"] is True and shown(api, webhook)["failing"]["failures"] == 2


def test_a_streak_survives_a_stop(gateway, receiver):
    receiver.reply("/hook", Reply(500))
    webhook = gateway.api.add_webhook(receiver.url("/hook"), retry=ONCE, auto_disable=SOON)
    fail(gateway.api, webhook, 3)
    before = shown(gateway.api, webhook)["failing"]
    assert gateway.stop() == 0
    gateway.start()
    after = shown(gateway.api, webhook)["failing"]
    assert after | {"progress": 0} == before | {"progress": 0} and after["failures"] == 3
    fail(gateway.api, webhook, 1)
    eventually(lambda: shown(gateway.api, webhook)["active"] is False, 10, "the webhook to be inactive")


@pytest.mark.parametrize("arguments,setting", [(["--auto-disable-after-days", "0"], None), ([], False)])
def test_it_can_be_switched_off(make_gateway, receiver, arguments, setting):
    api = make_gateway(arguments=["--auto-disable-min-failures", "2", *(arguments or ["--auto-disable-after-days", "1e-9"])]).api
    receiver.reply("/hook", Reply(500))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE, auto_disable=setting)
    fail(api, webhook, 4)
    now = shown(api, webhook)
    assert now["active"] is True and now["failing"]["failures"] == 4 and now["failing"]["disables_at"] is None


def test_the_gateways_rule_holds_for_webhooks_without_one(make_gateway, receiver):
    api = make_gateway(arguments=["--auto-disable-after-days", "1e-9", "--auto-disable-min-failures", "2"]).api
    receiver.reply("/hook", Reply(500))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE)
    assert webhook["auto_disable"] is None
    # The second one brings the first warning.
    fail(api, webhook, 3)
    eventually(lambda: shown(api, webhook)["active"] is False, 10, "the webhook to be inactive")


def test_gone_receivers_are_told_with_the_reason(api, receiver, ops):
    receiver.reply("/hook", Reply(410))
    webhook = api.add_webhook(receiver.url("/hook"))
    api.publish()
    (event,) = told(receiver, 1, "webhook.disabled")
    assert (event["data"]["reason"], event["data"]["message"]) == ("receiver", "the receiver answered 410 gone")
    assert shown(api, webhook)["disabled"]["message"] == "the receiver answered 410 gone"


def test_operational_events_are_never_about_themselves(api, receiver):
    """The webhook that gets them fails, dies and is made inactive, and nobody publishes a word about that."""
    receiver.reply("/ops", Reply(410))
    failing = api.add_webhook(receiver.url("/failing"), namespace="tidehook", auto_disable=SOON | {"min_failures": 2},
                              retry={"max_retries": 2, "initial_delay_secs": 0.01})
    gone = api.add_webhook(receiver.url("/ops"), namespace="tidehook")
    receiver.reply("/failing", Reply(500))
    receiver.reply("/hook", Reply(404))
    webhook = api.add_webhook(receiver.url("/hook"), retry=ONCE)
    fail(api, webhook, 1)
    for silent in (failing, gone):
        eventually(lambda row=silent: shown(api, row)["active"] is False, 10, "the webhook to be inactive")
    published = list(api.pages("/v1/events", namespace="tidehook"))
    assert [event["event"] for event in published] == ["delivery.dead"], published


def test_nobody_else_gets_them(api, receiver):
    everything = api.add_webhook(receiver.url("/all"), retry=ONCE)
    receiver.reply("/all", Reply(404))
    fail(api, everything, 1)
    eventually(lambda: list(api.pages("/v1/events", namespace="tidehook")), 10, "an operational event")
    assert {row["event_type"] for row in api.deliveries(webhook=everything["id"])} == {"memory.created"}


def test_nobody_else_can_publish_them(api, receiver):
    api.add_webhook(receiver.url("/ops"), namespace="tidehook")
    forged = {"event": "webhook.disabled", "data": {}}
    answer = api.call("POST", "/v1/events", forged | {"namespace": "tidehook"})
    assert (answer.status, answer.error["field"]) == (403, "namespace")
    batch = api.call("POST", "/v1/events/batch", [forged | {"namespace": "tidehook"}]).json
    assert batch["accepted"] == 0 and "namespace" in batch["rejected"][0]["error"]["message"]
    assert api.call("POST", "/v1/events", forged | {"data": {"namespace": "tidehook"}}).json["deliveries"] == 0
    event = {"specversion": "1.0", "id": "1", "source": "/x", "type": "webhook.disabled", "namespace": "tidehook", "data": {}}
    assert api.call("POST", "/v1/events", event, {"Content-Type": "application/cloudevents+json"}).status == 403
