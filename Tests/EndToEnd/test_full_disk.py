"""A full disk: 503 and a clear log line, nothing that was answered 202 is lost, and service resumes when space returns."""

import json
import re

import pytest

from harness.receiver import Reply
from harness.tinydisk import TinyDisk
from harness.waiting import eventually

MIB = 1024 * 1024
PAYLOAD = "x" * 10_000
ENOUGH = 5_000


@pytest.fixture
def disk(tmp_path):
    disk = TinyDisk(tmp_path / "disk")
    yield disk
    disk.close()


@pytest.fixture
def cramped(make_gateway, disk):
    """A gateway on that disk."""
    return make_gateway(prefix=disk.prefix, data=disk.folder / "data")


def publish(api, number):
    return api.call("POST", "/v1/events", {"id": f"full-{number}", "event": "memory.created", "data": {"content": PAYLOAD}})


def fill(api):
    """Publishes until the disk is full; returns the ids that were answered 202."""
    taken = []
    for number in range(ENOUGH):
        answer = publish(api, number)
        if answer.status != 202:
            assert answer.status == 503, answer
            assert answer.error["code"] and answer.error["message"], answer
            return taken
        taken.append(f"full-{number}")
    raise AssertionError("the disk never filled up")


def arrived(receiver):
    return {request.header("webhook-id") for request in receiver.requests()}


def test_a_full_disk_refuses_and_recovers(cramped, disk, receiver):
    ballast = disk.leave(2 * MIB)
    cramped.api.add_webhook(receiver.url(), ["memory.created"])
    taken = fill(cramped.api)
    assert taken, "the disk was full before anything was stored"
    assert cramped.running
    assert re.search(r"(full|no space|space left)", cramped.stderr(), re.IGNORECASE), cramped.stderr()
    assert cramped.api.call("GET", "/v1/webhooks").status == 200, "reading goes on"

    ballast.unlink()
    after = eventually(lambda: publish(cramped.api, ENOUGH).status == 202, 30, "service after space returned")
    assert after
    expected = {*taken, f"full-{ENOUGH}"}
    receiver.wait_until(lambda: expected <= arrived(receiver), 30, "every acknowledged event")
    assert cramped.api.call("GET", "/readyz").status == 200


def test_what_was_taken_survives_a_kill_on_a_full_disk(cramped, disk, receiver):
    """The receiver is down until after the kill, so nothing of what was taken can have left before."""
    ballast = disk.leave(2 * MIB)
    receiver.reply("/", Reply(503))
    cramped.api.add_webhook(receiver.url(), ["memory.created"], retry={"max_retries": 100, "initial_delay_secs": 0.5, "multiplier": 1})
    taken = fill(cramped.api)
    cramped.kill()
    ballast.unlink()
    receiver.reply("/", Reply(200))
    before = len(receiver.requests())
    cramped.start()

    def delivered():
        return {request.header("webhook-id") for request in receiver.requests()[before:]}

    receiver.wait_until(lambda: set(taken) <= delivered(), 40, "every acknowledged event")


def test_a_full_disk_does_not_keep_the_process_from_ending(make_gateway, disk, receiver):
    """What waits in memory cannot be given back to the store then, and is found by the next start all the same."""
    gateway = make_gateway(prefix=disk.prefix, data=disk.folder / "data", arguments=["--drain-timeout-secs", "1"])
    ballast = disk.leave(2 * MIB)
    receiver.reply("/", Reply(hang=True))
    gateway.api.add_webhook(receiver.url(), ["memory.created"], max_in_flight=1, timeout_secs=60)
    taken = fill(gateway.api)
    assert len(taken) > 1
    assert gateway.stop(timeout=15) == 0
    assert "deliveries not released" in gateway.stderr()
    ballast.unlink()
    receiver.reply("/", Reply(200))
    gateway.start()
    receiver.wait_until(lambda: set(taken) <= arrived(receiver), 30, "every acknowledged event")


def test_full_disks_are_not_logged_once_per_request(cramped, disk, receiver):
    disk.leave(2 * MIB)
    fill(cramped.api)
    before = len(cramped.log.read_bytes())
    for number in range(200):
        assert publish(cramped.api, ENOUGH + number).status in (202, 503)
    assert len(cramped.log.read_bytes()) - before < 20_000


def test_little_space_is_told_before_there_is_none(cramped, disk, receiver):
    """Below a twentieth of the disk; and again when there is twice as much."""
    cramped.api.add_webhook(receiver.url("/ops"), ["store.*"], namespace="tidehook")
    ballast = disk.leave(350_000)
    (low,) = receiver.wait_for(1, 20, "/ops")
    assert json.loads(low.body)["event"] == "store.low_space"
    assert json.loads(low.body)["data"]["free_bytes"] < json.loads(low.body)["data"]["threshold_bytes"]
    ballast.unlink()
    (_, recovered) = receiver.wait_for(2, 20, "/ops")
    assert json.loads(recovered.body)["event"] == "store.recovered"
