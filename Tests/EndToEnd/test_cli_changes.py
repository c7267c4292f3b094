"""Commands that change webhooks: what is not named stays, secrets come from files, and lists say why nothing is delivered."""

import json

import pytest

from harness.cli import Cli
from harness.receiver import Reply
from harness.waiting import eventually

URL = "https://example.com/hook"


@pytest.fixture
def cli(gateway, tmp_path):
    return Cli(tmp_path, gateway)


def test_headers_are_changed_one_by_one(cli):
    webhook = cli.json("webhooks", "add", URL, "--header", "X-A=1", "--header", "X-B=2", "--secret-header", "X-Door=open-sesame")
    assert webhook["headers"]["X-A"] == "1"
    path = ["webhooks", "update", webhook["id"]]
    changed = cli.json(*path, "--header", "x-a=3", "--header", "X-C=4")["headers"]
    assert {name.lower(): value for name, value in changed.items() if name != "X-Door"} == {"x-a": "3", "x-b": "2", "x-c": "4"}
    assert "<secret>" in json.dumps(changed["X-Door"])
    removed = cli.json(*path, "--remove-header", "x-b", "--secret-header", "X-Gate=another")["headers"]
    assert {name.lower() for name in removed} == {"x-a", "x-c", "x-door", "x-gate"}
    assert "no header X-Nope" in cli.run(*path, "--remove-header", "X-Nope", status=2).stderr
    assert cli.json(*path, "--reset", "headers")["headers"] == {}


def test_parts_of_other_settings_are_changed_one_by_one(cli):
    webhook = cli.json(
        "webhooks", "add", URL, "--breaker-open", "40", "--breaker-rate", "0.5", "--batch", "5/60", "--batch-key", "data.user_id",
        "--auto-disable", "4/7")
    path = ["webhooks", "update", webhook["id"]]
    changed = cli.json(*path, "--breaker-open", "50", "--batch", "6/60", "--auto-disable", "3")
    assert (changed["breaker"]["open_secs"], changed["breaker"]["failure_rate"]) == (50, 0.5)
    assert changed["batch"] == {"max_events": 6, "max_wait_secs": 60, "key": "data.user_id"}
    assert changed["auto_disable"] == {"after_days": 3, "min_failures": 7}
    assert cli.json(*path, "--batch-key", "data.tag")["batch"] == {"max_events": 6, "max_wait_secs": 60, "key": "data.tag"}
    assert cli.json(*path, "--batch-key", "none")["batch"]["key"] is None
    assert cli.json(*path, "--no-breaker")["breaker"] is None
    assert "stays as it is" in cli.text("webhooks", "update", "--help")


def test_changes_at_the_same_time_do_not_overwrite_each_other(cli):
    webhook = cli.json("webhooks", "add", URL)
    running = [cli.start("webhooks", "update", webhook["id"], "--header", f"X-H{n}={n}") for n in range(8)]
    for process in running:
        errors = process.communicate(timeout=60)[1]
        assert process.returncode == 0, errors
    shown = cli.json("webhooks", "show", webhook["id"])
    assert (shown["headers"], shown["revision"]) == ({f"X-H{n}": str(n) for n in range(8)}, 9)


def test_secrets_come_from_files_and_standard_input(cli, gateway, receiver, tmp_path):
    (tmp_path / "secret.txt").write_text("your-webhook-secret\n")
    (tmp_path / "key.txt").write_text(gateway.key + "\n")
    (tmp_path / "body.json").write_text('{"id":"evt_1"}')
    sign = ["sign", "--scheme", "rem", "--file", "body.json", "--secret"]
    told = [cli.text(*sign, secret, stdin="your-webhook-secret\n") for secret in ("your-webhook-secret", "@secret.txt", "-", "@-")]
    assert len(set(told)) == 1
    assert "name --file" in cli.run("sign", "--secret", "-", stdin="x", status=2).stderr
    webhook = cli.json(
        "webhooks", "add", receiver.url(), "--secret", "@secret.txt", "--bearer", "-", "--secret-header", "X-Door=@secret.txt",
        "--api-key", "@key.txt", stdin="a-token", TIDEHOOK_API_KEY="")
    gateway.api.settled(webhook, gateway.api.publish())
    (request,) = receiver.wait_for(1)
    assert (request.header("Authorization"), request.header("X-Door")) == ("Bearer a-token", "your-webhook-secret")
    (tmp_path / "sent.json").write_bytes(request.body)
    header = f"X-REM-Signature: {request.header('X-REM-Signature')}"
    cli.run("verify", "--secret", "@secret.txt", "--header", header, "--file", "sent.json")
    assert "cannot open nothing.txt" in cli.run("webhooks", "add", URL, "--secret", "@nothing.txt", status=2).stderr
    (tmp_path / "empty.txt").write_text("\n")
    assert "empty.txt is empty" in cli.run("webhooks", "add", URL, "--bearer", "@empty.txt", status=2).stderr


def test_the_list_says_why_nothing_is_delivered(cli, gateway, receiver):
    api = gateway.api
    receiver.reply("/gone", Reply(410))
    receiver.reply("/broken", Reply(500))
    fine, paused = api.add_webhook(URL, events=["none"]), api.add_webhook(URL, events=["none"])
    gone = api.add_webhook(receiver.url("/gone"), events=["a"])
    breaker = {"failure_rate": 0.5, "window_secs": 60, "min_attempts": 1, "open_secs": 3000}
    broken = api.add_webhook(receiver.url("/broken"), events=["b"], breaker=breaker)
    cli.run("webhooks", "pause", paused["id"])
    for event in ("a", "b"):
        api.publish(event)

    def states():
        lines = cli.text("webhooks", "list").splitlines()
        return {webhook["id"]: next(line for line in lines if webhook["id"] in line) for webhook in (fine, paused, gone, broken)}

    eventually(lambda: "disabled since 20" in states()[gone["id"]] and "breaker open" in states()[broken["id"]], 10, "the states")
    assert "paused since 20" in states()[paused["id"]] and " yes " in states()[fine["id"]]


def test_skipping_what_an_active_webhook_holds_changes_nothing(cli):
    webhook = cli.json("webhooks", "add", URL)
    assert cli.json("webhooks", "resume", webhook["id"], "--skip-held")["revision"] == 1
    cli.run("webhooks", "pause", webhook["id"])
    assert cli.json("webhooks", "resume", webhook["id"], "--skip-held")["revision"] == 3


def test_what_is_shown_can_be_sent(cli, gateway):
    data = {"n": 12345678901234567890, "list": []}
    event = gateway.api.publish("memory.created", data, id="shown-1", timestamp="2026-04-13T10:30:00.000Z")
    shown = cli.text("events", "show", event["id"], "--json")
    assert "accepted_at" in shown
    assert cli.json("events", "send", stdin=shown)["duplicate"] is True
    other = json.dumps({**json.loads(shown), "id": "shown-2"})
    assert cli.json("events", "send", stdin=other)["id"] == "shown-2"
