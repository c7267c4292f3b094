"""What lists, searches, groups and exports find, over the real store; and what each of them costs with a key that is limited."""

import json
import socket

import pytest

from harness.api import Api
from harness.cli import Cli
from harness.receiver import Reply
from harness.waiting import eventually

NO_RETRY = {"max_retries": 0}


def get(api, path):
    answer = api.call("GET", path)
    assert answer.status == 200, answer
    return answer.json


def limited(api, *namespaces):
    key = api.call("POST", "/v1/keys", {"name": f"key of {namespaces}", "namespaces": list(namespaces)}).json["key"]
    return Api(api.host, api.port, key)


def lines(api, query=""):
    answer = api.call("GET", f"/v1/deliveries/export?{query}")
    assert answer.status == 200 and answer.headers["content-type"] == "application/x-ndjson", answer
    return [json.loads(line) for line in answer.body.splitlines()]


def dead(api, count):
    """Waits until so many deliveries are dead."""

    def find():
        rows = api.deliveries(state="dead")
        return rows if len(rows) == count else None

    return eventually(find, 10, f"{count} dead deliveries")


@pytest.fixture
def failed(api, receiver, dead_end):
    """Two webhooks: one answers 503 and 200 by turns, one is not there; five events."""
    receiver.reply("/mixed", *[Reply(503), Reply(200)] * 3)
    mixed = api.add_webhook(receiver.url("/mixed"), name="mixed", retry=NO_RETRY, namespace="a", max_in_flight=1)
    lost = api.add_webhook(dead_end.url, name="lost", retry=NO_RETRY)
    events = [api.publish("memory.created", {"n": n, "content": f"Tea no. {n}"}, namespace="a" if n < 4 else "b") for n in range(5)]
    dead(api, 7)
    eventually(lambda: len(api.deliveries(state="delivered")) == 2, 10, "two delivered")
    return mixed, lost, events


def test_events_are_found_by_id_type_time_and_text(api):
    ids = [api.publish("memory.created", {"content": text})["id"] for text in ("Earl Grey", "coffee", "green tea")]
    other = api.publish("order.paid", {"content": "EARL"}, id="order-1")["id"]

    def found(query):
        return [row["id"] for row in get(api, f"/v1/events?{query}")["data"]]

    assert found("text=earl") == [other, ids[0]] and found("text=earl&event=memory.*") == [ids[0]]
    assert found("event=memory.*") == ids[::-1] and found("event=*") == [other, *ids[::-1]]
    assert found("id=order-") == [other] and found(f"id={ids[1]}") == [ids[1]] and found("id=evt_&limit=2") == ids[:0:-1]
    assert found("text=earl&until=1h") == [] and found("text=%22content%22%3A%22coffee%22") == [ids[1]]
    page = get(api, "/v1/events?text=nothing")
    assert page == {"data": [], "next_cursor": None, "searched_until": None}
    assert [row["id"] for row in limited(api, "x", "y").pages("/v1/events", text="earl")] == []
    shop = api.publish("memory.created", {}, namespace="shop")["id"]
    for namespaces in (["shop"], ["shop", "default"]):
        rows = limited(api, *namespaces).pages("/v1/events", event="memory.created", limit=2)
        assert [row["id"] for row in rows] == ([shop] if len(namespaces) == 1 else [shop, *ids[::-1]])


def test_a_search_goes_on_until_all_was_looked_at(api):
    for start in range(0, 24_000, 4000):
        api.publish_batch([{"event": "x", "data": {"n": n}} for n in range(start, start + 4000)])
    first = get(api, "/v1/events?text=%22n%22%3A7%7D")
    assert first["data"] == [] and first["next_cursor"] and first["searched_until"]
    rows = list(api.pages("/v1/events", text='"n":7}'))
    assert [row["data"] for row in rows] == [{"n": 7}]


def test_deliveries_are_listed_by_states_failure_and_order(api, failed):
    mixed, lost, _ = failed
    rows = api.deliveries(state="dead,delivered")
    assert len(rows) == 9 and [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert [row["id"] for row in api.deliveries(state="dead,delivered", order="oldest", limit=2)] == [row["id"] for row in rows[::-1]]
    refused = api.deliveries(failure="connect")
    assert len(refused) == 5 and {(row["webhook_id"], row["failure"], row["state"]) for row in refused} == {(lost["id"], "connect", "dead")}
    answered = api.deliveries(failure="status", webhook=mixed["id"])
    assert len(answered) == 2 and all("503" in row["reason"] for row in answered)
    assert {row["failure"] for row in api.deliveries(state="delivered")} == {None}
    client = limited(api, "a")
    assert client.deliveries(failure="connect") == [] and len(client.deliveries(failure="status")) == 2


def test_groups_are_replayed_as_a_whole(api, receiver, failed):
    mixed, lost, events = failed
    found = get(api, "/v1/deliveries/groups")
    assert [(row["webhook_id"], row["webhook_name"], row["failure"], row["count"], row["at_least"]) for row in found["data"]] == [
        (lost["id"], "lost", "connect", 5, False), (mixed["id"], "mixed", "status", 2, False)]
    assert found["data"][0]["example"]["event_id"] == events[-1]["id"] and found["data"][0]["first_at"] <= found["data"][0]["last_at"]
    client = limited(api, "a")
    (row,) = get(client, "/v1/deliveries/groups?state=dead,retrying,held")["data"]
    assert row["webhook_id"] == mixed["id"] and row["example"]["id"]
    group = {"webhook": mixed["id"], "states": ["dead"], "failure": "status"}
    assert api.call("POST", "/v1/replays", {**group, "dry_run": True}).json["total"] == 2
    assert api.call("POST", "/v1/replays", {**group, "failure": "timeout", "dry_run": True}).json["total"] == 0
    receiver.reply("/mixed", Reply(200))
    replay = api.call("POST", "/v1/replays", {**group, "rate": 10_000}).json
    assert replay["failure"] == "status"
    eventually(lambda: [row["webhook_name"] for row in get(api, "/v1/deliveries/groups")["data"]] == ["lost"], 10, "one group")
    assert api.call("DELETE", f"/v1/webhooks/{lost['id']}").status == 204
    (row,) = get(api, "/v1/deliveries/groups")["data"]
    assert (row["webhook_id"], row["webhook_name"], row["count"]) == (lost["id"], None, 5)


def test_held_and_retrying_deliveries_have_groups_too(api, receiver, dead_end):
    idle = api.add_webhook(receiver.url("/idle"), active=False)
    slow = api.add_webhook(dead_end.url, retry={"max_retries": 1, "initial_delay_secs": 3600})
    event = api.publish()
    api.settled(slow, event, states=["retrying"])
    rows = get(api, "/v1/deliveries/groups?state=held,retrying")["data"]
    assert {(row["state"], row["webhook_id"], row["failure"], row["count"]) for row in rows} == {
        ("held", idle["id"], None, 1), ("retrying", slow["id"], "connect", 1)}
    assert get(api, "/v1/deliveries/groups") == {"data": [], "truncated": False}


def test_an_export_has_each_delivery_with_its_event_and_last_attempt(api, failed):
    rows = lines(api, "state=dead")
    assert [row["delivery"]["id"] for row in rows] == [row["id"] for row in api.deliveries(state="dead")]
    assert all(row["event"]["id"] == row["delivery"]["event_id"] for row in rows)
    assert {row["attempt"]["failure"] for row in rows} == {"connect", "status"}
    assert all(row["attempt"]["request"]["body"] for row in rows if row["attempt"]["failure"] == "status")
    assert lines(api, f"state=dead&cursor={rows[2]['cursor']}&max=2") == rows[3:5]
    assert lines(api, "state=dead&order=oldest") == rows[::-1]
    assert {row["event"]["namespace"] for row in lines(limited(api, "a"))} == {"a"}
    assert api.call("GET", "/v1/deliveries/export?state=lost").status == 400


@pytest.mark.slow
@pytest.mark.serial
def test_an_export_waits_for_a_slow_client_and_needs_little_memory(gateway, receiver):
    gateway.api.add_webhook(receiver.url("/idle"), active=False)
    text = "x" * 500_000
    for _ in range(8):
        gateway.api.publish_batch([{"event": "x", "data": {"text": text}} for _ in range(20)])
    before = memory(gateway)
    with socket.create_connection((gateway.api.host, gateway.api.port), timeout=60) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.sendall(f"GET /v1/deliveries/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.key}\r\nConnection: close\r\n\r\n".encode())
        assert client.recv(65_536).startswith(b"HTTP/1.1 200")
        for _ in range(20):
            gateway.api.publish()
        assert memory(gateway) - before < 64 << 20, "80 MB are exported"
        size = 0
        while part := client.recv(1 << 20):
            size += len(part)
    assert size > 80_000_000
    assert memory(gateway) - before < 64 << 20


def memory(gateway):
    """The resident memory of the gateway, in bytes."""
    text = gateway.api.call("GET", "/metrics").body.decode()
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith("process_resident_memory_bytes ")))


def test_the_studio_is_told_of_events_and_functions(api):
    api.publish("memory.created", {"tags": ["a"], "user name": {"id": 7}})
    api.publish("order.paid", {"total": 1.5}, namespace="shop")
    types = get(api, "/v1/events/types")
    assert [row["event"] for row in types["types"]] == ["memory.created", "order.paid"]
    assert [row["namespace"] for row in types["namespaces"]] == ["default", "shop"] and not types["at_least"]
    paths = {row["path"]: row for row in get(api, "/v1/events/paths?event=memory.*")["paths"]}
    assert paths["event.data.tags[1]"]["example"] == "a" and paths['event.data["user name"].id']["type"] == "number"
    assert "event.data.total" not in paths
    names = [function["name"] for function in get(api, "/v1/scripting/library")["functions"]]
    assert {"has_tag", "json.decode", "time.format"} <= set(names)
    shop = limited(api, "shop")
    assert [row["event"] for row in get(shop, "/v1/events/types")["types"]] == ["order.paid"]
    assert get(shop, "/v1/events/paths")["events"] == 1


def test_the_commands_list_group_and_export(gateway, tmp_path, dead_end):
    cli = Cli(tmp_path, gateway)
    gateway.api.add_webhook(dead_end.url, name="lost", retry=NO_RETRY)
    for n in range(3):
        gateway.api.publish("memory.created", {"text": f"needle {n}"})
    rows = dead(gateway.api, 3)
    assert rows[0]["id"] in cli.text("deliveries", "list", "--state", "dead,retrying", "--failure", "connect", "--order", "oldest")
    assert "lost" in cli.text("deliveries", "groups") and "connect" in cli.text("deliveries", "groups")
    exported = [json.loads(line) for line in cli.text("deliveries", "export", "--state", "dead").splitlines()]
    assert [row["delivery"]["id"] for row in exported] == [row["id"] for row in rows]
    rest = cli.text("deliveries", "export", "--limit", "1", "--cursor", exported[0]["cursor"])
    assert json.loads(rest)["delivery"]["id"] == rows[1]["id"]
    assert "needle 1" in cli.text("events", "list", "--text", "NEEDLE 1", "--event", "memory.*")
    preview = cli.json("deliveries", "replay", "--failure", "connect", "--preview")
    assert preview["total"] == 3
