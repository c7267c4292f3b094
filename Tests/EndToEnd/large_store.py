"""Fills a store with very many deliveries, and measures what each list of the API takes over it.

python Tests/EndToEnd/large_store.py [DELIVERIES] [--store FOLDER]     (a million unless given; TIDEHOOK_BINARY names the binary)

A store in FOLDER is kept, and used again as it is when it is there.
"""

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness.gateway import Gateway  # noqa: E402

WEBHOOKS = 40
NAMESPACES = ["default", "shop", "team-a", "team-b"]
TYPES = ["memory.created", "memory.updated", "memory.deleted", "order.paid", "rare.event"]
FAILURES = ["status", "timeout", "connect", "dns"]
EPOCH = 1_704_067_200_000_000
# Of a thousand deliveries: state, whether it failed.
STATES = [(2, 880), (3, 60), (4, 40), (5, 10), (1, 6), (6, 4)]


def fill(path, webhooks, count):
    """Writes `count` deliveries of the last day, each of an event of its own, with their attempts."""
    chance = random.Random(1)
    now = time.time_ns() // 1000
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    states = [state for state, share in STATES for _ in range(share)]
    step = 86_400_000_000 // count
    for number in range(count):
        at = now - 86_400_000_000 + number * step
        key = (at - EPOCH) << 12
        kind = TYPES[-1] if number % 10_000 == 9_999 else TYPES[number % 4]
        webhook = webhooks[number % len(webhooks)] if number % 3 else webhooks[0]
        state = chance.choice(states)
        failure = FAILURES[chance.randrange(4)] if state in (1, 4) else None
        id = f"evt_{number:026d}"
        text = "needle" if number % 100_000 == 50_000 else "hay"
        payload = json.dumps({"id": id, "event": kind, "timestamp": "2026-01-01T00:00:00Z", "data": {"n": number, "content": text * 40}},
                             separators=(",", ":"))
        database.execute(
            "INSERT INTO events (key, entropy, id, type, namespace, timestamp_us, accepted_at_us, payload) VALUES (?, 1, ?, ?, ?, ?, ?, ?)",
            (key, id, kind, NAMESPACES[number % 4], at, at, payload.encode()))
        due = at + 7_200_000_000_000 if state == 1 else None
        database.execute(
            "INSERT INTO deliveries (key, entropy, event_key, webhook_key, state, reason, attempt_count, earlier_attempts, next_trigger,"
            " due_at_us, created_at_us, updated_at_us, failure) VALUES (?, 1, ?, ?, ?, ?, 1, 0, 1, ?, ?, ?, ?)",
            (key + 1, key, webhook, state, "the receiver answered 503" if failure else None, due, at, at, failure))
        database.execute(
            "INSERT INTO attempts (key, entropy, delivery_key, number, trigger_code, revision, started_at_us, duration_us, failure_kind,"
            " failure_message, request_method, request_url, request_headers, response_status, response_headers, response_body,"
            " response_is_truncated) VALUES (?, 1, ?, 1, 0, 1, ?, 1500, ?, ?, 'POST', 'https://example.com/', '', 200, '', ?, 0)",
            (key + 2, key + 1, at, failure, "the receiver answered 503" if failure else None, b"ok"))
    database.execute("COMMIT")
    database.close()


def numbers(*values):
    """Whole numbers as the counts of statistics have them: seven bits a byte, the lowest first."""
    found = bytearray()
    for value in values:
        while value >= 0x80:
            found.append(value & 0x7f | 0x80)
            value >>= 7
        found.append(value)
    return bytes(found)


def tally(events, deliveries, chance):
    """The counts of one step of time, with times of delivery in a dozen buckets."""
    dead = deliveries // 25
    failures = b"".join(numbers(len(kind)) + kind.encode() + numbers(1 + dead // 4) for kind in sorted(FAILURES))
    buckets = [(bucket, 1 + chance.randrange(1 + deliveries // 12)) for bucket in range(4, 16)]
    times = numbers(1500 * deliveries, len(buckets), *[number for bucket in buckets for number in bucket])
    counts = numbers(events, deliveries, deliveries - dead, deliveries // 16, dead, deliveries)
    return bytes([1]) + counts + numbers(len(FAILURES)) + failures + times + times


def fill_rollups(path, webhooks):
    """Writes counts of the last day by minutes, and of the last month by hours and days, for each webhook and for the gateway."""
    chance = random.Random(2)
    now = int(time.time())
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN")
    for step, kept in ((60, 86_400), (3600, 32 * 86_400), (86_400, 32 * 86_400)):
        for start in range((now - kept) // step * step, now, step):
            for webhook in [0, *webhooks]:
                deliveries = step // 60 * (700 if webhook == 0 else 18)
                database.execute(
                    "INSERT INTO rollups (webhook_key, step_secs, start_secs, counts) VALUES (?, ?, ?, ?)",
                    (webhook, step, start, tally(deliveries if webhook == 0 else 0, deliveries, chance)))
    database.execute("COMMIT")
    database.close()


def calls(api, webhooks, namespaces):
    """Every list, by name."""
    (webhook, busy), (delivery,) = (webhooks[1], webhooks[0]), api("/v1/deliveries?limit=1")["data"]
    middle = api("/v1/deliveries?limit=1&until=12h")["next_cursor"]
    return {
        "overview": "/v1/overview", "overview of an hour": "/v1/overview?since=1h", "statistics": "/v1/stats", "webhooks": "/v1/webhooks",
        "deliveries": "/v1/deliveries", "deliveries, 500": "/v1/deliveries?limit=500", "oldest first": "/v1/deliveries?order=oldest",
        "a page in the middle": f"/v1/deliveries?cursor={middle}", "until 12h ago": "/v1/deliveries?until=12h",
        "since 12h, oldest first": "/v1/deliveries?since=12h&order=oldest",
        **{f"state {state}": f"/v1/deliveries?state={state}" for state in
           ("pending", "retrying", "delivered", "filtered", "dead", "held", "cancelled", "dead,held,retrying", "pending,retrying")},
        **{f"webhook, state {state}": f"/v1/deliveries?webhook={webhook}&state={state}" for state in
           ("pending", "retrying", "delivered", "filtered", "dead", "held", "dead,held,retrying")},
        "a webhook's": f"/v1/deliveries?webhook={webhook}", "a busy webhook's": f"/v1/deliveries?webhook={busy}",
        "failure": "/v1/deliveries?failure=timeout", "failure of a webhook": f"/v1/deliveries?failure=timeout&webhook={webhook}",
        "a rare type": "/v1/deliveries?event_type=rare.event", "a type that is not": "/v1/deliveries?event_type=no.such",
        "an event's": f"/v1/deliveries?event={delivery['event_id']}", "one delivery": f"/v1/deliveries/{delivery['id']}",
        "groups": "/v1/deliveries/groups", "all groups": "/v1/deliveries/groups?state=dead,retrying,held",
        "groups of a webhook": f"/v1/deliveries/groups?webhook={busy}", "export of 100": "/v1/deliveries/export?state=dead&max=100",
        "events": "/v1/events", "events of a type": "/v1/events?event=memory.created", "events of a pattern": "/v1/events?event=memory.*",
        "events of a namespace": "/v1/events?namespace=shop", "events of 12h ago": "/v1/events?until=12h", "text": "/v1/events?text=needle",
        "text that is not": "/v1/events?text=nothing+like+it", "beginning of an id": "/v1/events?id=evt_00000000000000000000000",
        "types": "/v1/events/types", "paths": "/v1/events/paths", "replays": "/v1/replays",
    }


def measure(gateway, webhooks, rounds=7):
    key = gateway.api.call("POST", "/v1/keys", {"name": "limited", "namespaces": NAMESPACES[1:]}).json["key"]
    worst = 0
    for who, secret in (("admin", gateway.key), ("limited", key)):
        client = gateway.api.kept()
        client.sent_headers = gateway.api.headers(key=secret)

        def get(path):
            answer = client.call("GET", path)
            assert answer.status == 200, (path, answer)
            return answer.json

        for name, path in calls(get, webhooks[1:] if who == "limited" else webhooks, NAMESPACES).items():
            times = []
            for _ in range(rounds):
                began = time.perf_counter()
                answer = client.call("GET", path)
                times.append((time.perf_counter() - began) * 1000)
                assert answer.status in (200, 404), (path, answer)
            rows = len(answer.json.get("data") or []) if answer.headers["content-type"] == "application/json" else answer.body.count(b"\n")
            middle = statistics.median(times)
            worst = max(worst, middle)
            print(f"{who:8} {name:32} median {middle:7.1f} ms, first {times[0]:7.1f} ms, worst {max(times):7.1f} ms, {rows:4} rows")
    print(f"the slowest: {worst:.1f} ms")


def seed(gateway, folder, count):
    """Fills the store of a gateway that does not run; the path of its database."""
    gateway.start()
    for number in range(WEBHOOKS):
        gateway.api.add_webhook("https://example.com/hook", name=f"webhook {number}", namespace=NAMESPACES[number % 4] if number else None)
    gateway.stop()
    path = next(folder.rglob("tidehook.db"))
    with sqlite3.connect(path) as database:
        keys = [key for (key,) in database.execute("SELECT key FROM webhooks ORDER BY key")]
    fill(path, keys, count)
    fill_rollups(path, keys)
    return path


def make(folder, count):
    """Makes a store."""
    began = time.monotonic()
    path = seed(Gateway(folder), folder, count)
    print(f"{count} deliveries in {time.monotonic() - began:.0f} s, {path.stat().st_size >> 20} MiB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("deliveries", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--store", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.store or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.rglob("tidehook.db")):
            make(folder, options.deliveries)
        gateway = Gateway(folder)
        gateway.start()
        found = gateway.api.call("GET", "/v1/webhooks?limit=100").json["data"]
        measure(gateway, [webhook["id"] for webhook in sorted(found, key=lambda webhook: webhook["created_at"])])
        gateway.stop()


if __name__ == "__main__":
    main()
