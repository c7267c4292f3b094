"""Erased content: gone from the API and from the files, for whoever may erase it, and never back."""

import json
import subprocess

import pytest

from harness.api import exchange
from harness.cli import Cli
from harness.gateway import KEY, binary, environment
from harness.receiver import Reply
from harness.senders import make_source, request_of, requests_of

SECRET_WORDS = "tell nobody 8c1f"
QUOTING = "function transform(event) log.info(event.data.content) return {said = event.data.content}, {headers = {['X-Said'] = event.data.content}} end"
# A sender is answered with what it said.
QUOTING_RECEIVER = """
function receive(request, ctx)
  return {{event = "a", data = json.decode(request.body)}}, {status = 200, body = request.body}
end
"""


def erase(api, event, key=None):
    return api.call("DELETE", f"/v1/events/{event['id']}/content", key=key)


def in_files(gateway):
    return [path.name for path in gateway.data.iterdir() if path.is_file() and SECRET_WORDS.encode() in path.read_bytes()]


def test_nothing_of_it_is_left_and_the_record_stays(gateway, receiver):
    api = gateway.api
    receiver.reply("/hook", Reply(404, body=f"no {SECRET_WORDS}".encode()))
    webhook = api.add_webhook(receiver.url("/hook"), retry={"max_retries": 0}, script=QUOTING)
    event = api.publish(data={"content": SECRET_WORDS})
    before = api.settled(webhook, event)
    assert SECRET_WORDS in json.dumps(before) and in_files(gateway)

    assert erase(api, event).status == 204
    shown = api.call("GET", f"/v1/events/{event['id']}").json
    assert (shown["data"], shown["event"]) == (None, "memory.created") and shown["erased_at"]
    after = api.delivery(before["id"])
    assert (after["state"], after["erased_at"], after["attempt_count"]) == ("dead", shown["erased_at"], 1)
    (attempt,) = after["attempts"]
    assert (attempt["request"], attempt["response"]["status"], attempt["failure"], attempt["log"]) == (None, 404, "status", "")
    assert SECRET_WORDS not in json.dumps([shown, after, api.call("GET", "/v1/events").json])
    assert in_files(gateway) == []

    assert erase(api, event).status == 204, "again"
    replay = api.call("POST", f"/v1/deliveries/{before['id']}/replay")
    assert replay.status == 409 and "erased" in replay.error["message"]
    assert api.call("POST", "/v1/replays", {"states": ["dead"], "dry_run": True}).json["deliveries"] == 0
    repeated = api.call("POST", "/v1/events", {"event": "memory.created", "id": event["id"], "data": {"content": SECRET_WORDS}})
    assert repeated.status == 409 and "erased" in repeated.error["message"], repeated
    batch = api.publish_batch([{"event": "memory.created", "id": event["id"], "data": {}}])
    assert batch["rejected"][0]["error"]["code"] == "conflict"
    assert in_files(gateway) == []
    metrics = api.call("GET", "/metrics").body.decode()
    assert "tidehook_store_erased_events_total 1\n" in metrics


def test_what_waits_is_cancelled_and_lets_the_next_of_its_order_go(api, receiver):
    receiver.reply("/hook", Reply(500))
    webhook = api.add_webhook(receiver.url("/hook"), ordering="fifo", retry={"schedule_secs": [3600]})
    first, second = api.publish(), api.publish()
    api.settled(webhook, first, ("retrying",))
    receiver.reply("/hook", Reply(200))
    assert erase(api, first).status == 204
    assert api.settled(webhook, first, ("cancelled",))["reason"] == "the content of the event was erased"
    api.settled(webhook, second, ("delivered",))


def test_what_is_under_way_keeps_that_it_was_delivered(gateway, receiver):
    api = gateway.api
    gate = Reply(200, body=f"yes {SECRET_WORDS}".encode(), delay=1.0)
    receiver.reply("/hook", gate)
    webhook = api.add_webhook(receiver.url("/hook"), max_in_flight=1)
    under_way, waiting = api.publish(data={"content": SECRET_WORDS}), api.publish(data={"content": SECRET_WORDS})
    receiver.wait_for(1, path="/hook")
    assert [erase(api, event).status for event in (under_way, waiting)] == [204, 204]
    delivery = api.settled(webhook, under_way, ("delivered",))
    assert (delivery["attempts"][0]["request"], delivery["attempts"][0]["response"]["body"]) == (None, "")
    assert api.settled(webhook, waiting, ("cancelled",))["attempts"] == []
    assert len(receiver.requests("/hook")) == 1
    assert gateway.stop() == 0
    assert in_files(gateway) == []


def test_the_request_of_a_source_is_erased_with_its_event(gateway):
    api = gateway.api
    sender = make_source(api, "code", {"scheme": "github"}, secret="s3cr3t")
    assert sender.github({"content": SECRET_WORDS}, "s3cr3t").status == 200
    (row,) = requests_of(api, sender.source)
    whole = request_of(api, sender.source, row["id"])
    assert erase(api, {"id": whole["events"][0]}).status == 204
    erased = request_of(api, sender.source, row["id"])
    assert erased["erased_at"] and (erased["request"]["body"], erased["request"]["headers"], erased["log"]) == ("", {}, "")
    assert in_files(gateway) == []


@pytest.mark.serial
def test_the_next_of_an_order_waits_for_what_was_erased_under_way(api, receiver):
    receiver.reply("/hook", Reply(200, delay=1.0), Reply(200))
    webhook = api.add_webhook(receiver.url("/hook"), ordering="fifo")
    first, second = api.publish(), api.publish()
    receiver.wait_for(1, path="/hook")
    assert erase(api, first).status == 204
    third = api.publish()
    for event in (first, second, third):
        api.settled(webhook, event, ("delivered",))
    one, two, three = (request.at for request in receiver.requests("/hook"))
    assert two - one >= 0.95 and three >= two


def test_repeats_of_a_request_are_erased_when_it_is_gone_and_later_ones_are_not_kept(gateway):
    api = gateway.api
    sender = make_source(api, "code", dedupe={"header": "X-Id", "window_secs": 3600}, script=QUOTING_RECEIVER)
    body, headers = {"content": SECRET_WORDS}, {"Content-Type": "application/json", "X-Id": "1"}
    for _ in range(2):
        assert SECRET_WORDS in sender.send(body, headers).body.decode()
    repeat, original = requests_of(api, sender.source)
    event = request_of(api, sender.source, original["id"])["events"][0]
    connection = api.connection()
    for number in range(1000):
        path = sender.source["url"]
        assert exchange(connection, "POST", path, b"{}", {**headers, "X-Id": f"n{number}"}).status == 200
    connection.close()
    assert api.call("GET", f"/v1/sources/{sender.source['id']}/requests/{original['id']}").status == 404
    assert SECRET_WORDS in request_of(api, sender.source, repeat["id"])["request"]["body"]
    assert erase(api, {"id": event}).status == 204
    erased = request_of(api, sender.source, repeat["id"])
    assert erased["erased_at"] and (erased["request"]["body"], erased["request"]["headers"]) == ("", {})
    assert in_files(gateway) == []
    again = sender.send(body, headers)
    assert (again.status, again.body) == (200, b"")
    (last,) = [row for row in requests_of(api, sender.source, state="duplicate") if row["id"] != repeat["id"]]
    assert last["erased_at"] and request_of(api, sender.source, last["id"])["request"]["body"] == ""


def test_a_key_erases_what_is_in_its_namespaces(api):
    key = api.call("POST", "/v1/keys", {"name": "limited", "namespaces": ["mine"]}).json["key"]
    mine, foreign = api.publish(namespace="mine"), api.publish(namespace="theirs")
    assert erase(api, foreign, key).status == 404
    assert api.call("GET", f"/v1/events/{foreign['id']}").json["data"] == {}
    assert erase(api, mine, key).status == 204
    assert erase(api, {"id": "evt_unknown"}).status == 404


def test_the_command_asks_unless_it_is_told_not_to(gateway, tmp_path):
    cli = Cli(tmp_path, gateway)
    event = gateway.api.publish(data={"content": SECRET_WORDS})
    refused = subprocess.run(
        [binary(), "events", "erase", event["id"]], env=environment(tmp_path, TIDEHOOK_SERVER=gateway.url, TIDEHOOK_API_KEY=KEY),
        capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=30)
    assert refused.returncode != 0 and "--yes" in refused.stderr
    assert gateway.api.call("GET", f"/v1/events/{event['id']}").json["data"] == {"content": SECRET_WORDS}
    assert cli.text("events", "erase", event["id"], "--yes") == f"erased the content of {event['id']}\n"
    assert gateway.api.call("GET", f"/v1/events/{event['id']}").json["data"] is None
