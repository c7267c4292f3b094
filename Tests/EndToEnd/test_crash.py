"""`kill -9` at any moment: nothing that was answered 202 is lost, and only what was in flight arrives twice."""

import random
import threading
import time
from collections import Counter, defaultdict
from http.client import HTTPException

import pytest

from harness.receiver import Reply
from harness.waiting import PAUSE_SECS, eventually

SEED = 20260413
KILLS = 10
BACKLOG = 8_000
# How long before a kill a result may have come without being on disk: it waits for the group commit that runs and for its own, on a
# machine that is busy with everything else in this test.
UNRECORDED_SECS = 0.5
# How long after a kill the receiver may still find requests in its sockets.
ARRIVING_SECS = 0.25
IN_FLIGHT = 64
# What is in flight or waits to be written when a kill comes: a fifth of a second at the rate that this test reaches.
MOST_REPEATS_PER_KILL = 1_000


class Publisher(threading.Thread):
    """Publishes as fast as it can, and remembers each id that was answered 202; goes on with the next gateway after a kill."""

    def __init__(self, name, load, batch):
        super().__init__(daemon=True)
        self.prefix, self.load, self.batch = name, load, batch
        self.acknowledged, self.refused, self.number = [], [], 0

    def run(self):
        while not self.load.ended.is_set():
            api = self.load.current().kept(timeout=10)
            try:
                self.publish_until_it_breaks(api)
            except (OSError, HTTPException, ValueError) as problem:
                self.load.problems.append(problem)
            finally:
                api.close()

    def publish_until_it_breaks(self, api):
        while not self.load.ended.is_set():
            if self.load.backlog() > BACKLOG:
                self.load.ended.wait(PAUSE_SECS)
                continue
            events = [{"event": "memory.created", "id": self.next_id(), "data": {"content": "x" * 40}} for _ in range(self.batch or 1)]
            answer = api.call("POST", "/v1/events/batch", events) if self.batch else api.call("POST", "/v1/events", events[0])
            if answer.status == 202:
                self.acknowledged += [event["id"] for event in events]
            else:
                self.refused.append(answer)

    def next_id(self):
        self.number += 1
        return f"evt_{self.prefix}_{self.number}"


class Load:
    """The publishers, and the gateway that they publish to."""

    def __init__(self, gateway, receiver):
        self.gateway, self.receiver = gateway, receiver
        self.ended, self.up = threading.Event(), threading.Event()
        self.up.set()
        self.problems = []
        self.publishers = [Publisher(f"single{n}", self, 0) for n in range(2)] + [Publisher(f"batch{n}", self, 25) for n in range(2)]
        for publisher in self.publishers:
            publisher.start()

    def current(self):
        self.up.wait(30)
        return self.gateway.api

    def backlog(self):
        return sum(len(publisher.acknowledged) for publisher in self.publishers) - len(self.receiver._requests)

    def end(self):
        self.ended.set()
        for publisher in self.publishers:
            publisher.join(30)


@pytest.mark.slow
def test_ten_kills_at_full_speed_lose_nothing(gateway, receiver):
    moments = random.Random(SEED)
    webhook = gateway.api.add_webhook(receiver.url(), ["memory.created"], max_in_flight=IN_FLIGHT)
    load = Load(gateway, receiver)
    kills = []
    try:
        for _ in range(KILLS):
            load.ended.wait(moments.uniform(0.3, 1.5))
            load.up.clear()
            kills.append(time.monotonic())
            gateway.kill()
            gateway.start()
            load.up.set()
        load.ended.wait(0.5)
    finally:
        load.end()

    acknowledged = {id for publisher in load.publishers for id in publisher.acknowledged}
    assert not [answer for publisher in load.publishers for answer in publisher.refused], "a request was refused"
    assert len(acknowledged) > 1000, f"too little was published to prove anything: {len(acknowledged)}, {load.problems[:3]}"
    arrivals = await_arrivals(receiver, acknowledged)
    repeated = check_repeats(arrivals, kills)
    await_silence(gateway.api)
    assert gateway.api.deliveries(state="dead") == []
    for id in repeated:
        (delivery,) = gateway.api.deliveries(webhook=webhook["id"], event=id)
        assert (delivery["state"], delivery["attempt_count"]) == ("delivered", 1), f"{id} was sent again although its result was on disk"


def await_arrivals(receiver, acknowledged):
    """When each event arrived, once all that were acknowledged have."""
    arrivals, seen = defaultdict(list), 0

    def complete():
        nonlocal seen
        for request in receiver._requests[seen:]:
            arrivals[request.header("webhook-id")].append(request.at)
        seen = len(receiver._requests)
        return seen >= len(acknowledged) and acknowledged <= arrivals.keys()

    with receiver._changed:
        receiver._changed.wait_for(complete, 90)
        complete()
    missing = acknowledged - arrivals.keys()
    assert not missing, f"{len(missing)} of {len(acknowledged)} acknowledged events never arrived, among them {sorted(missing)[:5]}"
    return arrivals


def check_repeats(arrivals, kills):
    """An event may arrive again only if a kill came between, and so soon after the arrival that its result was not on disk yet."""
    by_kill, repeated = Counter(), []
    for id, times in arrivals.items():
        for earlier, later in zip(times, times[1:]):
            between = [kill for kill in kills if kill - UNRECORDED_SECS <= earlier <= kill + ARRIVING_SECS and kill <= later]
            assert between, f"{id} arrived twice without a kill between: {times}, kills {kills}"
            by_kill[between[-1]] += 1
            repeated.append(id)
    print(f"{len(arrivals)} events, arrived twice for each kill: {[by_kill[kill] for kill in kills]}")
    assert all(count <= MOST_REPEATS_PER_KILL for count in by_kill.values()), by_kill
    return repeated


def await_silence(api):
    """Waits until no delivery is open."""
    open_states = ("pending", "retrying")
    eventually(lambda: not any(api.call("GET", f"/v1/deliveries?state={state}&limit=1").json["data"] for state in open_states), 30)


@pytest.mark.slow
def test_a_kill_between_attempts_does_not_lose_the_retry(gateway, receiver):
    receiver.reply("/", Reply(500), Reply(200))
    webhook = gateway.api.add_webhook(receiver.url(), retry={"max_retries": 3, "initial_delay_secs": 1, "multiplier": 1, "jitter": 0})
    event = gateway.api.publish()
    gateway.api.settled(webhook, event, states=("retrying",))
    gateway.kill()
    gateway.start()
    delivery = gateway.api.settled(webhook, event, states=("delivered",))
    assert (delivery["attempt_count"], len(receiver.requests())) == (2, 2)


def test_a_batch_that_was_answered_is_complete_after_a_kill(gateway, receiver):
    gateway.api.add_webhook(receiver.url(), ["memory.created"])
    answer = gateway.api.publish_batch([{"event": "memory.created", "id": f"b{n}", "data": {}} for n in range(200)])
    assert (answer["accepted"], answer["rejected"]) == (200, [])
    gateway.kill()
    gateway.start()
    receiver.wait_until(lambda: len({request.header("webhook-id") for request in receiver.requests()}) == 200, 20)
