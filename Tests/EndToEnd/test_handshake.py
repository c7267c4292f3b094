"""With a handshake nobody is sent anything who did not agree, and nobody more than he agreed to."""

import pytest

from harness.receiver import Reply

RETRY = {"max_retries": 2, "initial_delay_secs": 1.2, "multiplier": 1, "jitter": 0}
OK = Reply(200)


def agree(origin="*", rate="*", status=200):
    return Reply(status, headers=(("WebHook-Allowed-Origin", origin), ("WebHook-Allowed-Rate", rate)))


def shown(api, webhook):
    return api.call("GET", f"/v1/webhooks/{webhook['id']}").json


def methods(receiver):
    return [request.method for request in receiver.requests()]


@pytest.fixture
def named(make_gateway):
    return make_gateway(arguments=["--origin", "tide.example.com"]).api


def test_the_receiver_is_asked_before_the_first_delivery(named, receiver):
    receiver.reply("/", agree("tide.example.com", "6000"), OK)
    webhook = named.add_webhook(receiver.url(), handshake="cloudevents", headers={"X-Door": "open"}, rate_limit={"count": 5, "per_secs": 1})
    assert webhook["handshake_state"] == "pending" and webhook["allowed_rate"] is None
    assert receiver.requests() == []
    event = named.publish()
    assert named.settled(webhook, event)["state"] == "delivered"
    named.publish()
    question, first, second = receiver.wait_for(3)
    assert (question.method, question.path, question.body) == ("OPTIONS", "/", b"")
    assert question.header("WebHook-Request-Origin") == "tide.example.com"
    assert question.header("WebHook-Request-Rate") == "300"
    assert question.header("X-Door") == "open"
    for delivery in (first, second):
        assert delivery.method == "POST"
        assert delivery.header("WebHook-Request-Origin") == delivery.header("Origin") == "tide.example.com"
    assert (shown(named, webhook)["handshake_state"], shown(named, webhook)["allowed_rate"]) == ("agreed", 6000)


@pytest.mark.parametrize("answer", [
    Reply(200), Reply(405), agree("other.example.com"), agree(status=403), agree(rate="0"), Reply(302, headers=(("Location", "/yes"),)), Reply(close=True),
], ids=["silent", "405", "other name", "403", "no rate", "redirect", "closed"])
def test_whoever_does_not_agree_is_sent_nothing(named, receiver, answer):
    receiver.reply("/", answer)
    webhook = named.add_webhook(receiver.url(), handshake="cloudevents", retry={**RETRY, "max_retries": 0})
    event = named.publish()
    delivery = named.settled(webhook, event, states=("dead",))
    (attempt,) = delivery["attempts"]
    assert attempt["failure"] == "handshake" and attempt["request"] is None
    assert "did not agree" in attempt["error"]
    assert set(methods(receiver)) == {"OPTIONS"}
    assert shown(named, webhook)["handshake_state"] == "refused"


def test_a_refusal_is_retried_and_one_that_agrees_later_gets_everything(named, receiver):
    receiver.reply("/", Reply(405), agree(), OK)
    webhook = named.add_webhook(receiver.url(), handshake="cloudevents", retry=RETRY)
    events = [named.publish() for _ in range(5)]
    for event in events:
        delivery = named.settled(webhook, event)
        assert delivery["state"] == "delivered"
    assert methods(receiver) == ["OPTIONS", "OPTIONS"] + ["POST"] * 5
    assert shown(named, webhook)["allowed_rate"] == "*"


def test_a_change_and_a_restart_ask_again(make_gateway, receiver):
    gateway = make_gateway()
    for path in ("/old", "/new"):
        receiver.reply(path, agree(), OK)
    webhook = gateway.api.add_webhook(receiver.url("/old"), handshake="cloudevents")
    gateway.api.publish()
    receiver.wait_for(2, path="/old")
    changed = gateway.api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"url": receiver.url("/new")})
    assert changed.json["handshake_state"] == "pending"
    gateway.api.publish()
    assert [request.method for request in receiver.wait_for(2, path="/new")] == ["OPTIONS", "POST"]
    gateway.stop()
    receiver.reply("/new", agree(), OK)
    gateway.start()
    assert shown(gateway.api, webhook)["handshake_state"] == "pending"
    gateway.api.publish()
    assert [request.method for request in receiver.wait_for(4, path="/new")] == ["OPTIONS", "POST"] * 2


def test_the_agreed_rate_is_kept_from_the_first_delivery_on(named, receiver):
    receiver.reply("/", agree(rate="600"), OK)
    webhook = named.add_webhook(receiver.url(), handshake="cloudevents", rate_limit={"count": 1000, "per_secs": 1})
    assert named.publish_batch([{"event": "a", "data": {}}] * 16)["accepted"] == 16
    question, *deliveries = receiver.wait_for(17)
    assert question.method == "OPTIONS" and {request.method for request in deliveries} == {"POST"}
    # One each 100 ms: arrivals may come a little late, never much early.
    assert deliveries[-1].at - deliveries[0].at >= 1.4
    assert shown(named, webhook)["allowed_rate"] == 600


def test_a_script_cannot_send_to_somebody_who_was_not_asked(named, receiver):
    receiver.reply("/", agree(), OK)
    script = f"function transform(event) return event, {{url = '{receiver.url('/victim')}'}} end"
    webhook = named.add_webhook(receiver.url(), handshake="cloudevents", script=script, retry={**RETRY, "max_retries": 0})
    delivery = named.settled(webhook, named.publish(), states=("dead",))
    assert delivery["attempts"][0]["failure"] == "handshake"
    assert receiver.requests("/victim") == []


def test_a_blocked_address_is_not_even_asked(make_gateway, receiver):
    gateway = make_gateway()
    webhook = gateway.api.add_webhook(receiver.url(), handshake="cloudevents")
    gateway.stop()
    gateway.allow = "10.0.0.0/8"
    gateway.start()
    delivery = gateway.api.settled(webhook, gateway.api.publish(), states=("dead",))
    assert delivery["attempts"][0]["failure"] == "blocked"
    assert receiver.requests() == []


def test_webhooks_of_one_url_keep_the_agreed_rate_together(named, receiver):
    receiver.reply("/", agree(rate="600"), OK, agree(rate="600"), OK)
    webhooks = []
    for n in range(2):
        webhooks.append(named.add_webhook(receiver.url(), [f"only-{n}"], handshake="cloudevents"))
        named.publish(f"only-{n}")
        receiver.wait_for(2 * (n + 1))
    assert named.publish_batch([{"event": f"only-{n % 2}", "data": {}} for n in range(20)])["accepted"] == 20
    deliveries = [request for request in receiver.wait_for(24) if request.method == "POST"]
    assert deliveries[-1].at - deliveries[1].at >= 1.9, "20 of them, one each 100 ms"
    assert [shown(named, webhook)["allowed_rate"] for webhook in webhooks] == [600, 600]
