"""A gateway with something to look at: webhooks that fare differently, a day of history, and events of the last minutes."""

import hashlib
import hmac
import json
import math
import random
import sqlite3
import time

from harness.receiver import Receiver, Reply
from harness.waiting import eventually

ONCE = {"max_retries": 0}
SLACK = """-- Tell Slack about architecture decisions, and about nothing else.
function filter(event)
  return has_tag(event, "architecture"), "not tagged architecture"
end

function transform(event)
  local data = event.data
  return {
    text = data.content,
    blocks = {
      { type = "header", text = { type = "plain_text", text = "New decision" } },
      { type = "section", text = { type = "mrkdwn", text = "> " .. data.content } },
      { type = "context", elements = {
        { type = "mrkdwn", text = "*Tags* " .. table.concat(data.tags, ", ") },
      } },
    },
  }
end
"""
CRM = """-- Tell the CRM who decided what.
function filter(event)
  return event.event ~= "memory.deleted", "deleted memories stay where they are"
end

function transform(event)
  print("asking for the owner of " .. event.id)
  local owner = event.data.author.email
  return { contact = owner, note = event.data.content }
end
"""
MEMORIES = [
    ("memory.created", "my-project", {"content": "We decided to use Redis for caching", "tags": ["architecture", "caching"], "author": {"name": "Ada", "email": "ada@example.com"}, "score": 0.92}),
    ("memory.created", "my-project", {"content": "Lunch is at noon", "tags": ["food"]}),
    ("memory.updated", "my-project", {"content": "Sessions expire after twelve hours", "tags": ["architecture", "security"], "revision": 3}),
    ("order.created", "shop", {"order": 18342, "total": {"amount": "149.90", "currency": "EUR"}, "items": [{"sku": "A-100", "count": 2}, {"sku": "B-7", "count": 1}]}),
    ("memory.created", "research", {"content": "Tides follow the moon", "tags": ["physics"], "sources": ["almanac"]}),
    ("order.paid", "shop", {"order": 18342, "method": "card", "at": "2026-11-29T09:12:44Z"}),
    ("memory.deleted", "research", {"id": "mem_8812", "by": "retention"}),
    ("memory.created", "my-project", {"content": "Use one queue for each receiver", "tags": ["architecture"], "author": {"name": "Grace"}}),
]


class Demo:
    """Seeds a started gateway. `ids` names what the pictures show."""

    def __init__(self, gateway):
        self.gateway, self.receiver, self.ids = gateway, Receiver(), {}

    def close(self):
        self.receiver.close()

    def seed(self):
        self._webhooks()
        self._sources()
        self._events()
        self.gateway.stop()
        self._history()
        self.gateway.start()
        return self

    @property
    def api(self):
        return self.gateway.api

    def _add(self, key, path, **fields):
        self.ids[key] = self.api.add_webhook(self.receiver.url(path), **fields)["id"]

    def _webhooks(self):
        self.receiver.reply("/warehouse", Reply(status=500, headers=(("Content-Type", "application/json"),), body=b'{"error":"stock database is being moved"}', delay=0.04))
        self.receiver.reply("/slack", Reply(body=b"ok", delay=0.03))
        self.receiver.reply("/lake", Reply(status=202, delay=0.01))
        self._add("slack", "/slack", name="Slack #architecture", events=["memory.*"], script=SLACK, retry=ONCE)
        self._add("warehouse", "/warehouse", name="Orders to warehouse", events=["order.*"], namespace="shop", retry={"max_retries": 2, "initial_delay_secs": 0.1, "multiplier": 1})
        self._add("crm", "/crm", name="CRM sync", events=["memory.*"], script=CRM, retry=ONCE)
        self._add("lake", "/lake", name="Data lake", headers={"Authorization": "Bearer of-the-lake"})
        self._add("index", "/index", name="Search index", events=["memory.*"], active=False)

    def _sources(self):
        secret = "a-secret-of-github"
        answer = self.api.call("POST", "/v1/sources", {"name": "github", "namespace": "my-project", "plugin": "from-github", "secret": secret})
        assert answer.status == 201, answer
        self.ids["source"] = answer.json["id"]
        for number in range(5):
            body = json.dumps({"action": "opened", "issue": {"number": 40 + number, "title": "Deliveries stop after a restart"}, "repository": {"full_name": "acme/orders"}, "sender": {"login": "ada"}}).encode()
            signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() if number != 3 else "00" * 32
            self.api.call("POST", f"/in/{self.ids['source']}", body, headers={"X-GitHub-Event": "issues", "X-GitHub-Delivery": f"d-{number}", "X-Hub-Signature-256": f"sha256={signature}"}, key="")

    def _events(self):
        for round_ in range(3):
            for event, namespace, data in MEMORIES:
                self.ids["event"] = self.api.publish(event, data, namespace=namespace)["id"]
        eventually(lambda: not [row for state in ("pending", "retrying") for row in self.api.deliveries(state=state)], 20, "the end of all deliveries")
        for row in self.api.deliveries(state="dead"):
            self.ids["script-error" if row["reason"].startswith("script") else "dead"] = row["id"]
        memory = next(row for row in self.api.pages("/v1/events") if row["event"] == "memory.created" and "author" in row["data"])
        self.ids["event"] = memory["id"]
        self.ids["delivered"] = next(row["id"] for row in self.api.deliveries(webhook=self.ids["lake"]) if row["event_id"] == memory["id"])

    def _history(self):
        """Writes a day of counts, in the form of TidehookStorage's TallyBytes, and spreads what happened over the last half hour."""
        random.seed(7)
        connection = sqlite3.connect(self.gateway.data / "tidehook.db")
        now = int(time.time())
        with connection:
            keys = {name: key for key, name in connection.execute("SELECT key, json_extract(config, '$.name') FROM webhooks")}
            rows = {}
            for minute in range(now // 60 - 24 * 60, now // 60 - 1):
                whole = None
                for name, key in keys.items():
                    counted = self._minute(name, minute)
                    if counted:
                        for step in (60, 3600, 86400):
                            _add(rows, (key, step, minute * 60 // step * step), counted)
                        whole = _sum(whole, counted)
                if whole:
                    whole["events"] = round(whole["deliveries"] * 0.7)
                    for step in (60, 3600, 86400):
                        _add(rows, (0, step, minute * 60 // step * step), whole)
            connection.executemany("INSERT OR REPLACE INTO rollups VALUES (?, ?, ?, ?)", [(*key, _bytes(tally)) for key, tally in rows.items()])
            for table, columns in (("events", ("accepted_at_us", "timestamp_us")), ("deliveries", ("created_at_us", "updated_at_us"))):
                changes = ", ".join(f"{column} = {column} - (SELECT COUNT(*) FROM events e WHERE e.key > {table}.{'key' if table == 'events' else 'event_key'}) * 75000000" for column in columns)
                connection.execute(f"UPDATE {table} SET {changes}")
        connection.close()

    @staticmethod
    def _minute(name, minute):
        day = 1 + 0.7 * math.sin(minute / 1440 * 2 * math.pi - 1) + random.uniform(-0.2, 0.2)
        ago = time.time() // 60 - minute
        many = {"Slack #architecture": 3, "Orders to warehouse": 2, "CRM sync": 3, "Data lake": 9}.get(name)
        if not many:
            return None
        deliveries = max(0, round(many * day))
        filtered = round(deliveries * 0.6) if name == "Slack #architecture" else 0
        broken = name == "Orders to warehouse" and ago < 150
        failed = deliveries if broken else (random.random() < 0.03) * 1
        dead = deliveries if broken and ago < 90 else 0
        wall = 22_000 * (1.6 if name == "CRM sync" else 1) * random.uniform(0.7, 1.5)
        return {"events": 0, "deliveries": deliveries, "delivered": 0 if broken else deliveries - filtered, "filtered": filtered, "dead": dead, "attempts": deliveries + failed, "failures": {"status": failed}, "times": [wall * random.lognormvariate(0, 0.5) for _ in range(0 if broken else deliveries - filtered)]}


def _sum(a, b):
    if a is None:
        return {**b, "failures": dict(b["failures"]), "times": list(b["times"])}
    out = {key: a[key] + b[key] for key in ("events", "deliveries", "delivered", "filtered", "dead", "attempts")}
    return {**out, "failures": {"status": a["failures"]["status"] + b["failures"]["status"]}, "times": a["times"] + b["times"]}


def _add(rows, key, tally):
    rows[key] = _sum(rows.get(key), tally)


def _number(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _histogram(times):
    counts = {}
    for us in times:
        bucket = min(63, max(0, math.ceil(2 * math.log2(max(us, 1) / 250))))
        counts[bucket] = counts.get(bucket, 0) + 1
    return _number(round(sum(times))) + _number(len(counts)) + b"".join(_number(bucket) + _number(count) for bucket, count in sorted(counts.items()))


def _bytes(tally):
    failures = {kind: count for kind, count in tally["failures"].items() if count}
    head = b"\x01" + b"".join(_number(tally[name]) for name in ("events", "deliveries", "delivered", "filtered", "dead", "attempts"))
    kinds = _number(len(failures)) + b"".join(_number(len(kind)) + kind.encode() + _number(count) for kind, count in failures.items())
    return head + kinds + _histogram(tally["times"]) * 2
