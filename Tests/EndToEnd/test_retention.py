"""Retention: what has ended goes with its time, or when there is no room, what has not stays, and the file gets smaller."""

import re
import subprocess

import pytest

from harness.cli import Cli
from harness.gateway import binary, environment
from harness.receiver import Reply
from harness.waiting import eventually

SOON = 1e-5  # of a day: 0.9 s


def known(api, event):
    return api.call("GET", f"/v1/events/{event['id']}").status == 200


def test_what_is_old_goes_and_what_is_open_stays(make_gateway, receiver):
    gateway = make_gateway(arguments=["--retention", f"delivered={SOON},events={SOON},dead=1,keep/delivered=0"])
    api = gateway.api
    receiver.reply("/later", Reply(500))
    receiver.reply("/dead", Reply(404))
    webhook = api.add_webhook(receiver.url("/hook"), events=["ok"])
    later = api.add_webhook(receiver.url("/later"), events=["later"], retry={"schedule_secs": [3600]})
    dead = api.add_webhook(receiver.url("/dead"), events=["dead"], retry={"max_retries": 0})
    delivered, kept = api.publish("ok"), api.publish("ok", namespace="keep")
    retrying, failed, lonely = api.publish("later"), api.publish("dead"), api.publish("nobody")
    delivery = api.settled(webhook, kept)
    api.settled(later, retrying, ("retrying",))
    api.settled(dead, failed, ("dead",))
    eventually(lambda: not known(api, delivered) and not known(api, lonely), 20, "what is old to go")
    assert all(known(api, event) for event in (kept, retrying, failed))
    assert api.delivery(delivery["id"])["state"] == "delivered"
    assert [row["event_id"] for row in api.deliveries(webhook=webhook["id"])] == [kept["id"]]
    metrics = api.call("GET", "/metrics").body.decode()
    # The operational event of what died has no deliveries either.
    assert re.search(r'^tidehook_store_removed_total\{kind="event"\} [23]$', metrics, re.MULTILINE)
    assert 'tidehook_store_removed_total{kind="attempt"} 1\n' in metrics


def test_what_is_held_for_too_long_is_cancelled_with_the_reason(make_gateway, receiver):
    api = make_gateway(arguments=["--retention", f"held={SOON}"]).api
    webhook = api.add_webhook(receiver.url("/hook"), active=False)
    row = api.settled(webhook, api.publish(), ("cancelled",), timeout=20)
    assert row["reason"] == "it was held for longer than the retention allows"


def test_above_its_size_the_database_loses_its_oldest_events(make_gateway, receiver, tmp_path):
    gateway = make_gateway(arguments=["--max-database-bytes", "3000000"])
    api = gateway.api
    api.add_webhook(receiver.url("/ops"), namespace="tidehook", events=["store.over_limit"])
    big = "x" * 20_000
    for number in range(15):
        api.publish_batch([{"event": "e", "id": f"big-{number}-{index}", "data": {"x": big}} for index in range(20)])
    assert (gateway.data / "tidehook.db").stat().st_size + (gateway.data / "tidehook.db-wal").stat().st_size > 5_000_000
    # It looks after a start, and twice a minute.
    assert gateway.stop() == 0
    gateway.start()
    eventually(lambda: not known(gateway.api, {"id": "big-0-0"}), 20, "the oldest to go")
    assert known(gateway.api, {"id": "big-14-19"})
    eventually(lambda: (gateway.data / "tidehook.db").stat().st_size < 5_000_000 or gateway.api.publish("e"), 30, "the file to get smaller")
    assert receiver.requests("/ops") == []

    webhook = gateway.api.add_webhook(receiver.url("/hook"), active=False, events=["held"])
    for number in range(15):
        gateway.api.publish_batch([{"event": "held", "id": f"held-{number}-{index}", "data": {"x": big}} for index in range(20)])
    assert gateway.stop() == 0
    gateway.start()
    receiver.wait_for(1, path="/ops")
    assert len(gateway.api.deliveries(webhook=webhook["id"], state="held")) == 300


@pytest.mark.parametrize(("text", "problem"), [
    ("delivered", 'expected KIND=DAYS or NAMESPACE/KIND=DAYS, separated by commas, got "delivered"'),
    ("lost=3", 'expected one of delivered, filtered, dead, cancelled, held, events, receipts, got "lost"'),
    ("dead=soon", 'dead: expected a number of days from 0 (for ever) to 36500, got "soon"'),
])
def test_a_retention_that_makes_no_sense_stops_the_start(tmp_path, text, problem):
    done = subprocess.run(
        [binary(), "serve", "--retention", text], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and f"cannot serve: retention: {problem}" in done.stderr, done.stderr


def test_an_empty_retention_stops_the_start(tmp_path):
    done = subprocess.run(
        [binary(), "serve", "--retention", ""], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and 'cannot serve: retention must be a value, not ""' in done.stderr, done.stderr


@pytest.mark.parametrize(("yaml", "problem"), [
    ("{delivered: 3}", "delivered: expected a number of days under one of delivered_days"),
    ("{namespaces: [a]}", "namespaces: expected a mapping"),
    ("{namespaces: {a: {receipts_days: 3}}}", 'got "receipts"'),
    ("{dead_days: [1]}", "dead_days: expected a number of days"),
    ("7", "expected KIND=DAYS"),
])
def test_a_mapping_that_makes_no_sense_stops_the_start(tmp_path, yaml, problem):
    (tmp_path / "tide.yaml").write_text(f"retention: {yaml}\n")
    done = subprocess.run(
        [binary(), "serve", "--config", "tide.yaml"], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "cannot serve: retention: " in done.stderr and problem in done.stderr, done.stderr


def test_the_file_may_have_a_mapping(make_gateway, receiver, tmp_path):
    (tmp_path / "tide.yaml").write_text(f"retention: {{events_days: {SOON:.6f}, namespaces: {{keep: {{events_days: 0}}}}}}\n")
    api = make_gateway(arguments=["--config", str(tmp_path / "tide.yaml")]).api
    gone, kept = api.publish(), api.publish(namespace="keep")
    eventually(lambda: not known(api, gone), 20, "what is old to go")
    assert known(api, kept)


def test_a_stopped_database_is_compacted(gateway, tmp_path):
    big = "x" * 20_000
    for number in range(10):
        gateway.api.publish_batch([{"event": "e", "id": f"{number}-{index}", "data": {"x": big}} for index in range(20)])
    cli = Cli(tmp_path)
    busy = cli.run("compact", "--data", str(gateway.data), status=1)
    assert "is in use by another process; stop the server first" in busy.stderr, busy.stderr
    for number in range(10):
        for index in range(20):
            assert gateway.api.call("DELETE", f"/v1/events/{number}-{index}/content").status == 204
    assert gateway.stop() == 0
    before = (gateway.data / "tidehook.db").stat().st_size
    said = cli.text("compact", "--data", str(gateway.data))
    after = (gateway.data / "tidehook.db").stat().st_size
    assert after < 2_000_000 and before > 3_000_000 and f"{after} after" in said
    gateway.start()
    assert gateway.api.call("GET", "/v1/events/9-19").json["erased_at"]
    assert "there is no database" in cli.run("compact", "--data", str(tmp_path / "none"), status=1).stderr
