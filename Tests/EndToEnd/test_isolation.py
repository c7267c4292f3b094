"""One slow or dead endpoint never slows another."""

import threading
import time

import pytest

from harness.receiver import Receiver, Reply

SAMPLES = 400
EVENTS_PER_SECOND = 150
ROUNDS = 3
ALLOWED_RATIO = 1.2
# What a busy machine's scheduler adds or takes by chance; a quick delivery takes about as long, a hanging one 10 000.
ALLOWED_SECS = 0.003


@pytest.fixture
def hanging():
    receiver = Receiver()
    receiver.reply("/", Reply(delay=10))
    yield receiver
    receiver.close()


def measure(api, receiver, beside):
    """The p99 of publish to receipt, in seconds, at a steady rate; an event of type `beside` is published before each one."""
    client, pace = api.kept(), threading.Event()
    first = len(receiver.requests())
    published = {}
    start = time.monotonic()
    for number in range(SAMPLES):
        pace.wait(max(0.0, start + number / EVENTS_PER_SECOND - time.monotonic()))
        assert client.call("POST", "/v1/events", {"event": beside, "data": {}}).status == 202
        began = time.monotonic()
        published[client.call("POST", "/v1/events", {"event": "quick.one", "data": {}}).json["id"]] = began
    client.close()
    arrived = receiver.wait_for(first + SAMPLES, timeout=30)[first:]
    delays = sorted(request.at - published[request.header("webhook-id")] for request in arrived)
    return delays[int(SAMPLES * 0.99)]


@pytest.mark.serial
@pytest.mark.slow
def test_a_receiver_that_hangs_does_not_slow_a_quick_one(api, receiver, hanging):
    """Alone, events that nobody wants take the place of the hanging receiver's, so that both measures publish equally often."""
    api.add_webhook(receiver.url(), ["quick.one"])
    measure(api, receiver, "nobody.listens")
    alone = min(measure(api, receiver, "nobody.listens") for _ in range(2))

    api.add_webhook(hanging.url(), ["slow.one"], timeout_secs=15)
    api.publish_batch([{"event": "slow.one", "data": {}} for _ in range(500)])
    hanging.wait_for(1)
    together = []
    while len(together) < ROUNDS and (not together or min(together) > alone * ALLOWED_RATIO + ALLOWED_SECS):
        together.append(measure(api, receiver, "slow.one"))
    print(f"p99 alone {alone * 1000:.2f} ms, beside a hanging receiver {min(together) * 1000:.2f} ms")
    assert min(together) <= alone * ALLOWED_RATIO + ALLOWED_SECS, f"p99 in seconds: alone {alone}, together {together}"


def test_a_dead_receiver_with_a_long_queue_does_not_delay_a_quick_one(api, receiver, hanging):
    """A thousand deliveries wait for a receiver that hangs; an event for another receiver passes them all."""
    api.add_webhook(hanging.url(), ["slow.one"], timeout_secs=15)
    webhook = api.add_webhook(receiver.url(), ["quick.one"])
    api.publish_batch([{"event": "slow.one", "data": {}} for _ in range(1000)])
    hanging.wait_for(1)
    published = time.monotonic()
    api.publish("quick.one")
    (request,) = receiver.wait_for(1, timeout=3)
    assert request.at - published < 1
    assert webhook["active"]


def test_retries_of_one_webhook_do_not_hold_up_another(api, receiver, dead_end):
    api.add_webhook(dead_end.url, ["slow.one"], retry={"max_retries": 100, "initial_delay_secs": 0.001, "multiplier": 1, "jitter": 0})
    api.add_webhook(receiver.url(), ["quick.one"])
    api.publish_batch([{"event": "slow.one", "data": {}} for _ in range(500)])
    api.publish_batch([{"event": "quick.one", "data": {}} for _ in range(50)])
    receiver.wait_for(50, timeout=10)
