"""Statistics: what happened is counted by state and kind, over time, for each webhook and for all; and how the queues stand now."""

import pytest

from harness.api import Api
from harness.cli import Cli
from harness.receiver import Reply
from harness.waiting import eventually

NO_RETRY = {"max_retries": 0}
DROPS = "function filter(event) return event.data.n ~= 0, 'zero' end"


def stats(api, webhook=None, query=""):
    path = f"/v1/webhooks/{webhook['id']}/stats" if webhook else "/v1/stats"
    answer = api.call("GET", f"{path}?{query}")
    assert answer.status == 200, answer
    return answer.json


def counted(api, webhook, **wanted):
    """The total of a webhook as soon as it has these numbers."""

    def find():
        total = stats(api, webhook)["total"]
        return total if {name: total[name] for name in wanted} == wanted else None

    return eventually(find, 10, f"{wanted} of {webhook and webhook['id']}")


def standing(api, webhook, **wanted):
    """Waits until a webhook's queue stands like this, with zeros for all else."""
    wanted = dict.fromkeys(("pending", "retrying", "held", "dead", "in_flight"), 0) | wanted

    def find():
        now = stats(api, webhook)["now"]
        return now if {name: now[name] for name in wanted} == wanted else None

    return eventually(find, 10, f"{wanted} of {webhook and webhook['id']}")


def test_outcomes_are_counted_by_state_kind_and_time(api, receiver, dead_end):
    receiver.reply("/mixed", Reply(200), Reply(503), Reply(200))
    mixed = api.add_webhook(receiver.url("/mixed"), retry=NO_RETRY, script=DROPS, max_in_flight=1)
    lost = api.add_webhook(dead_end.url, retry=NO_RETRY)
    for n in (1, 2, 3, 0):
        api.publish("memory.created", {"n": n})
    total = counted(api, mixed, delivered=2, filtered=1, dead=1)
    assert (total["deliveries"], total["attempts"], total["failed_attempts"]) == (4, 4, 1)
    assert total["failures"] == {"status": 1} and total["success_rate"] == pytest.approx(2 / 3)
    assert 0 < total["attempt_ms"]["p50"] <= total["attempt_ms"]["p99"] < 10_000
    assert 0 < total["delivery_ms"]["p50"] <= total["delivery_ms"]["p90"] <= total["delivery_ms"]["p99"] < 10_000
    assert "events" not in total
    total = counted(api, lost, dead=4)
    assert total["failures"] == {"connect": 4} and total["success_rate"] == 0 and total["delivery_ms"] is None
    whole = stats(api, query="since=10m&step=1m")
    total = whole["total"]
    assert [total[name] for name in ("events", "deliveries", "delivered", "filtered", "dead", "attempts")] == [4, 8, 2, 1, 5, 8]
    assert total["failures"] == {"connect": 4, "status": 1}
    points = whole["points"]
    assert len(points) in (10, 11) and sum(point["attempts"] for point in points) == 8
    assert points[0]["attempts"] == 0 and points[0]["at"] == whole["since"]
    assert whole["now"]["dead"] == 5


@pytest.mark.parametrize("step", ["1h", "1d"])
def test_coarse_steps_count_the_same(api, receiver, step):
    webhook = api.add_webhook(receiver.url())
    for _ in range(5):
        api.publish()
    counted(api, webhook, delivered=5)
    points = stats(api, webhook, f"since=2d&step={step}")["points"]
    assert sum(point["delivered"] for point in points) == 5


def test_counts_are_kept_over_a_stop_and_go_on(gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url())
    for _ in range(3):
        gateway.api.publish()
    receiver.wait_for(3)
    assert gateway.stop() == 0
    gateway.start()
    counted(gateway.api, webhook, deliveries=3, delivered=3)
    gateway.api.publish()
    counted(gateway.api, webhook, deliveries=4, delivered=4)
    gateway.kill()
    gateway.start()
    assert stats(gateway.api, webhook)["total"]["delivered"] == 4, "what was shown once is on disk"


def test_counts_are_written_within_seconds_unasked(gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url())
    event = gateway.api.publish()
    gateway.api.settled(webhook, event)

    def writes():
        (line,) = [line for line in gateway.api.call("GET", "/metrics").body.decode().splitlines() if line.startswith("tidehook_store_writes_total ")]
        return int(line.split()[1])

    before = writes()
    eventually(lambda: writes() > before, 15, "a write of the counts")
    gateway.kill()
    gateway.start()
    assert stats(gateway.api, webhook)["total"]["delivered"] == 1


def test_the_queue_is_told_as_it_stands(api, receiver):
    receiver.reply("/slow", Reply(hang=True))
    receiver.reply("/bad", Reply(500))
    slow = api.add_webhook(receiver.url("/slow"), max_in_flight=1, timeout_secs=60)
    bad = api.add_webhook(receiver.url("/bad"), retry={"max_retries": 1, "initial_delay_secs": 3600})
    dead = api.add_webhook(receiver.url("/bad"), retry=NO_RETRY)
    idle = api.add_webhook(receiver.url("/idle"), active=False)
    for _ in range(3):
        api.publish()
    now = standing(api, slow, pending=3, in_flight=1)
    assert now["first_due_at"]
    assert standing(api, bad, retrying=3)["first_due_at"] > now["first_due_at"]
    assert standing(api, dead, dead=3)["first_due_at"] is None
    standing(api, idle, held=3)
    standing(api, None, pending=3, retrying=3, held=3, dead=3, in_flight=1)
    assert api.call("DELETE", f"/v1/webhooks/{dead['id']}").status == 204
    standing(api, None, pending=3, retrying=3, held=3, in_flight=1)
    assert api.call("GET", f"/v1/webhooks/{dead['id']}/stats").status == 404


def test_a_limited_key_sees_its_own_counts(api, receiver):
    keys = {name: api.call("POST", "/v1/keys", {"name": name, "namespaces": [name]}).json["key"] for name in ("a", "b")}
    clients = {name: Api(api.host, api.port, key) for name, key in keys.items()}
    webhooks = {name: client.add_webhook(receiver.url(f"/{name}")) for name, client in clients.items()}
    for name, count in (("a", 1), ("b", 2)):
        for _ in range(count):
            clients[name].publish()
    counted(clients["a"], webhooks["a"], delivered=1)
    counted(clients["b"], None, delivered=2, deliveries=2)
    assert "events" not in stats(clients["a"])["total"]
    assert clients["a"].call("GET", f"/v1/webhooks/{webhooks['b']['id']}/stats").status == 404
    assert counted(api, None, delivered=3)["events"] == 3


def test_the_command_shows_them(gateway, receiver, tmp_path):
    cli = Cli(tmp_path, gateway)
    webhook = gateway.api.add_webhook(receiver.url())
    gateway.api.publish()
    counted(gateway.api, webhook, delivered=1)
    shown = cli.text("stats", webhook["id"], "--since", "10m", "--step", "1m")
    assert "delivered 1" in shown and "100.0 %" in shown and "FROM" in shown
    assert "events" in cli.text("stats")
    assert cli.json("stats", "--since", "2d", "--step", "1h")["total"]["delivered"] == 1
    refused = cli.run("stats", "--since", "3d", "--step", "1m", status=1)
    assert "at least 1h" in refused.stderr
