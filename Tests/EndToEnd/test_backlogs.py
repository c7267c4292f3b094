"""A lane's backlog of hundreds of thousands of deliveries never delays another lane, and takes no memory."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from harness.receiver import Reply
from harness.waiting import eventually

BACKLOG = 200_000
TURN = 1 << 61
MEMORY = 150 << 20
"""How much a gateway may grow by: what all lanes together hold is less than 100 MiB."""

EVENTS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO events (key, entropy, id, type, namespace, timestamp_us, accepted_at_us, payload)
SELECT e.key + i, i, 'old-' || i, e.type, e.namespace, e.timestamp_us, e.accepted_at_us,
  CAST(REPLACE(CAST(e.payload AS TEXT), e.id, 'old-' || i) AS BLOB) FROM n, events e
"""
DELIVERIES = """
INSERT INTO deliveries (
  key, entropy, event_key, webhook_key, state, attempt_count, earlier_attempts, next_trigger, due_at_us, created_at_us, updated_at_us,
  order_key, batch_key)
SELECT d.key + e.entropy, 0, e.key, d.webhook_key, 0, 0, 0, 0, e.accepted_at_us + {wait}, e.accepted_at_us, e.accepted_at_us,
  d.order_key, d.batch_key
FROM events e, deliveries d WHERE e.id LIKE 'old-%'
"""


def fill(gateway, count, wait=0):
    """Copies the one delivery that there is, and its event, as publishing would have stored them."""
    with closing(sqlite3.connect(gateway.data / "tidehook.db")) as database, database:
        database.execute(EVENTS, (count,))
        database.execute(DELIVERIES.format(wait=wait))
        assert database.execute("SELECT COUNT(*) FROM deliveries").fetchone() == (count + 1,)


@pytest.mark.parametrize("ordering", ["none", "fifo"])
@pytest.mark.parametrize("reply", [Reply(hang=True), Reply(500), Reply(200, delay=0.2)], ids=["hangs", "fails", "is slow"])
def test_a_long_backlog_delays_no_other_lane_and_takes_no_memory(make_gateway, receiver, ordering, reply):
    gateway = make_gateway()
    busy = gateway.api.add_webhook(receiver.url("/busy"), ["busy"], ordering=ordering, max_in_flight=8, retry={"max_retries": 100})
    receiver.reply("/busy", Reply(hang=True))
    gateway.api.publish("busy")
    receiver.wait_for(1, path="/busy")
    gateway.kill()
    fill(gateway, BACKLOG, wait=TURN if ordering == "fifo" else 0)
    receiver.reply("/busy", reply)
    gateway.start()
    receiver.wait_for(2, path="/busy")
    before = gateway.memory()
    gateway.api.add_webhook(receiver.url("/quick"), ["quick"])
    began = len(receiver.requests("/busy"))
    for count in range(1, 41):
        gateway.api.publish("quick")
        receiver.wait_for(count, path="/quick", timeout=5)
    done = len(receiver.requests("/busy")) - began
    assert done < BACKLOG / 10, "forty round trips did not wait for the backlog"
    if ordering == "fifo":
        assert done <= 40, "one at a time"
    page = gateway.api.call("GET", f"/v1/deliveries?webhook={busy['id']}&state=pending&limit=5")
    assert page.status == 200 and len(page.json["data"]) == 5
    assert gateway.memory("VmHWM") < before + MEMORY


def test_a_long_backlog_of_one_order_goes_on_in_order(make_gateway, receiver):
    gateway = make_gateway()
    gateway.api.add_webhook(receiver.url("/busy"), ordering="fifo")
    receiver.reply("/busy", Reply(hang=True))
    gateway.api.publish()
    receiver.wait_for(1, path="/busy")
    gateway.kill()
    fill(gateway, BACKLOG, wait=TURN)
    receiver.reply("/busy", Reply(200))
    gateway.start()
    ids = [request.header("webhook-id") for request in receiver.wait_for(202, path="/busy", timeout=30)]
    assert ids[1:202] == [ids[0]] + [f"old-{n}" for n in range(1, 201)]


@pytest.mark.parametrize("wait_secs", [3600, 0], ids=["waiting", "due"])
def test_what_a_webhook_collected_goes_in_batches_and_delays_no_other_lane(make_gateway, receiver, wait_secs):
    gateway = make_gateway()
    batch = {"max_events": 50, "max_wait_secs": 3600}
    busy = gateway.api.add_webhook(receiver.url("/busy"), ["busy"], batch=batch, max_in_flight=2)
    event = gateway.api.publish("busy")
    collected = f"/v1/deliveries?webhook={busy['id']}&event={event['id']}"
    eventually(lambda: gateway.api.call("GET", collected).json["data"][0]["next_attempt_at"] > soon())
    gateway.kill()
    fill(gateway, BACKLOG, wait=wait_secs * 1_000_000)
    receiver.reply("/busy", Reply(200, delay=0.1))
    gateway.start()
    first = receiver.wait_for(1, path="/busy", timeout=20)[0]
    assert len(json.loads(first.body)) == 50
    before = gateway.memory()
    gateway.api.add_webhook(receiver.url("/quick"), ["quick"])
    for count in range(1, 41):
        gateway.api.publish("quick")
        receiver.wait_for(count, path="/quick", timeout=5)
    requests = receiver.wait_for(10, path="/busy")
    assert all(len(json.loads(request.body)) == 50 for request in requests[:10])
    ids = [event["id"] for request in requests[:10] for event in json.loads(request.body)]
    assert len(set(ids)) == 500, "none goes twice"
    assert gateway.memory("VmHWM") < before + MEMORY


def soon():
    """A time to which nothing is put off that is not collected."""
    return (datetime.now(timezone.utc) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
