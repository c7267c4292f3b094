"""Retry policies: schedules, presets, which answers are tried again, deadlines, and how long a receiver may ask to wait."""

import contextlib
import socket
import threading

import pytest

from harness.cli import Cli
from harness.receiver import Reply
from harness.waiting import eventually

QUICK = {"schedule_secs": [0.05, 0.05, 0.05], "jitter": 0}


def gaps(requests):
    return [later.at - earlier.at for earlier, later in zip(requests, requests[1:])]


def test_a_schedule_is_followed_wait_by_wait(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), retry={"schedule_secs": [0.6, 0.1, 0.3], "jitter": 0})
    assert webhook["retry"] == {"schedule_secs": [0.6, 0.1, 0.3], "jitter": 0}
    assert webhook["retry_schedule_secs"] == [0.6, 0.1, 0.3]
    delivery = api.settled(webhook, api.publish(), timeout=15)
    assert (delivery["state"], delivery["attempt_count"]) == ("dead", 4)
    for gap, wait in zip(gaps(receiver.requests()), (0.6, 0.1, 0.3), strict=True):
        assert wait - 0.02 <= gap <= wait + 0.5


def test_a_preset_is_shown_with_what_it_means_and_replaced_by_another_shape(gateway, receiver):
    api = gateway.api
    webhook = api.add_webhook(receiver.url(), retry={"preset": "standard-webhooks"})
    assert webhook["retry"] == {"preset": "standard-webhooks"}
    assert webhook["retry_schedule_secs"] == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    path = f"/v1/webhooks/{webhook['id']}"
    changed = api.call("PATCH", path, {"retry": {"max_retries": 2}}).json
    assert changed["retry"] == {"max_retries": 2, "initial_delay_secs": 5, "multiplier": 6, "max_delay_secs": 3600, "jitter": 0.2}
    assert changed["retry_schedule_secs"] == [5, 30]
    changes = api.call("GET", f"{path}/revisions/diff?from=1&to=2").json["changes"]
    assert {change["field"] for change in changes} == {
        "retry.preset", "retry.max_retries", "retry.initial_delay_secs", "retry.multiplier", "retry.max_delay_secs", "retry.jitter"}
    assert gateway.stop() == 0
    gateway.start()
    assert gateway.api.call("POST", f"{path}/rollback", {"revision": 1}).json["retry"] == {"preset": "standard-webhooks"}


def test_none_means_one_try(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), retry={"preset": "none"})
    delivery = api.settled(webhook, api.publish())
    assert (delivery["state"], delivery["attempt_count"], webhook["retry_schedule_secs"]) == ("dead", 1, [])


@pytest.mark.parametrize("status, tries", [(500, 4), (503, 4), (501, 1), (429, 4), (404, 1), (302, 1)])
def test_only_the_answers_that_are_named_are_tried_again(api, receiver, status, tries):
    receiver.reply("/", Reply(status))
    webhook = api.add_webhook(receiver.url(), retry=QUICK | {"retry_on": ["5xx", "408", "429", "!501"]})
    delivery = api.settled(webhook, api.publish())
    assert (delivery["state"], delivery["attempt_count"]) == ("dead", tries)
    assert (f"{status}, which is not tried again" in delivery["reason"]) == (tries == 1)


def test_what_is_not_an_answer_is_tried_again_whatever_answers_are(api, dead_end):
    webhook = api.add_webhook(dead_end.url, retry=QUICK | {"retry_on": []})
    assert api.settled(webhook, api.publish())["attempt_count"] == 4


def test_410_ends_the_webhook_whatever_is_tried_again(api, receiver):
    receiver.reply("/", Reply(410))
    webhook = api.add_webhook(receiver.url(), retry=QUICK | {"retry_on": ["4xx"]})
    assert api.settled(webhook, api.publish())["attempt_count"] == 1
    eventually(lambda: not api.call("GET", f"/v1/webhooks/{webhook['id']}").json["active"], what="the webhook inactive")


def test_after_the_deadline_no_try_is_made_and_a_replay_has_its_own(api, receiver):
    receiver.reply("/", Reply(500))
    webhook = api.add_webhook(receiver.url(), retry={"schedule_secs": [0.1, 600], "jitter": 0, "give_up_after_secs": 60})
    event = api.publish()
    delivery = api.settled(webhook, event)
    assert (delivery["state"], delivery["attempt_count"]) == ("dead", 2)
    assert "deadline" in delivery["reason"] and "500" in delivery["reason"]
    assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay").status == 202
    receiver.wait_for(4)
    assert api.settled(webhook, event)["attempt_count"] == 4


def test_a_receiver_may_ask_for_no_more_than_the_policy_allows(api, receiver):
    receiver.reply("/", Reply(503, headers=(("Retry-After", "86400"),)), Reply(200))
    webhook = api.add_webhook(receiver.url(), retry=QUICK | {"max_retry_after_secs": 0.4})
    api.settled(webhook, api.publish(), states=("delivered",))
    (gap,) = gaps(receiver.requests())
    assert 0.38 <= gap <= 2


def test_a_head_without_end_is_oversized(api):
    with socket.create_server(("127.0.0.1", 0)) as server:
        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                with contextlib.suppress(ConnectionError):
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000)
                    connection.recv(65536)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        webhook = api.add_webhook(f"http://127.0.0.1:{server.getsockname()[1]}/", retry={"preset": "none"})
        (attempt,) = api.settled(webhook, api.publish())["attempts"]
        assert (attempt["failure"], attempt["response"]) == ("oversized", None)
        thread.join(5)


def test_the_command_line_sets_and_shows_a_policy(gateway, receiver, tmp_path):
    cli = Cli(tmp_path, gateway)
    webhook = cli.json(
        "webhooks", "add", receiver.url(), "--retry-schedule", "5,300.5", "--jitter", "0", "--retry-on", "5xx,429,!501",
        "--give-up-after", "3600", "--max-retry-after", "60")
    assert webhook["retry"] == {
        "schedule_secs": [5, 300.5], "jitter": 0, "retry_on": ["5xx", "429", "!501"], "give_up_after_secs": 3600, "max_retry_after_secs": 60}
    changed = cli.json("webhooks", "update", webhook["id"], "--retry-preset", "svix")
    assert changed["retry"]["preset"] == "svix" and changed["retry"]["retry_on"] == ["5xx", "429", "!501"]
    shown = cli.run("webhooks", "show", webhook["id"]).stdout
    assert "at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h after each failure" in shown
    refused = cli.run("webhooks", "update", webhook["id"], "--retry-preset", "svix", "--max-retries", "3", status=1)
    assert "retry.max_retries" in refused.stderr
    cli.run("webhooks", "update", webhook["id"], "--retry-schedule", "5,soon", status=2)
