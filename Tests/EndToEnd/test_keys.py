"""Keys that are limited to namespaces: what they see, what they may do, and how soon they are refused."""

import pytest

from harness.api import Api
from harness.cli import Cli
from harness.senders import make_source, request_of, requests_of


def make_key(api, name, namespaces=None, **fields):
    answer = api.call("POST", "/v1/keys", {"name": name, "namespaces": namespaces, **fields})
    assert answer.status == 201, answer
    return answer.json


def with_key(api, key):
    return Api(api.host, api.port, key["key"])


@pytest.fixture
def teams(api, receiver):
    """Two teams' clients, each with a webhook, an event and its delivery; and a webhook of the admin's for every namespace."""
    clients = {}
    api.add_webhook(receiver.url("/admin"))
    for name in ("a", "b"):
        client = with_key(api, make_key(api, f"team {name}", [name]))
        webhook = client.add_webhook(receiver.url(f"/{name}"))
        event = client.publish("memory.created", {"text": f"of {name}"})
        client.settled(webhook, event)
        clients[name] = client, webhook, event
    return clients


def test_each_team_sees_its_own_and_nothing_else(api, teams):
    for name, (client, webhook, event) in teams.items():
        assert [row["id"] for row in client.pages("/v1/webhooks")] == [webhook["id"]]
        assert [row["id"] for row in client.pages("/v1/events")] == [event["id"]]
        assert [(row["event_id"], row["webhook_id"]) for row in client.deliveries()] == [(event["id"], webhook["id"])]
        assert webhook["namespace"] == name
    assert len(api.deliveries()) == 4 and len(list(api.pages("/v1/webhooks"))) == 3


def test_what_is_foreign_is_not_there(api, teams):
    (a, _, _), (_, webhook, event) = teams["a"], teams["b"]
    (delivery,) = api.deliveries(webhook=webhook["id"])
    calls = [
        ("GET", f"/v1/webhooks/{webhook['id']}"), ("PATCH", f"/v1/webhooks/{webhook['id']}"), ("DELETE", f"/v1/webhooks/{webhook['id']}"),
        ("GET", f"/v1/webhooks/{webhook['id']}/revisions"), ("GET", f"/v1/webhooks/{webhook['id']}/revisions/1"),
        ("GET", f"/v1/webhooks/{webhook['id']}/revisions/diff"), ("POST", f"/v1/webhooks/{webhook['id']}/rollback"),
        ("GET", f"/v1/events/{event['id']}"), ("GET", f"/v1/deliveries/{delivery['id']}"), ("POST", f"/v1/deliveries/{delivery['id']}/replay"),
        ("PUT", f"/api/v1/webhooks/{webhook['id']}/"), ("DELETE", f"/api/v1/webhooks/{webhook['id']}/"),
    ]
    for method, path in calls:
        answer = a.call(method, path, {"revision": 1} if path.endswith("rollback") else {} if method in ("PATCH", "PUT") else None)
        assert answer.status == 404, (method, path, answer)
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 1


def test_deliveries_of_own_events_to_foreign_webhooks_stay_hidden(api, teams):
    a, _, event = teams["a"]
    hidden = [row for row in api.deliveries() if row["event_id"] == event["id"] and row["webhook_id"] != teams["a"][1]["id"]]
    assert len(hidden) == 1 and a.call("GET", f"/v1/deliveries/{hidden[0]['id']}").status == 404


def test_foreign_namespaces_are_forbidden_by_name(teams):
    a, webhook, _ = teams["a"]
    for answer in (
        a.call("POST", "/v1/events", {"event": "x", "data": {}, "namespace": "b"}),
        a.call("POST", "/v1/webhooks", {"url": webhook["url"], "events": ["*"], "namespace": "b"}),
        a.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"namespace": "b"}), a.call("GET", "/v1/events?namespace=b"),
    ):
        assert (answer.status, answer.error["code"], answer.error["field"]) == (403, "forbidden", "namespace")
    batch = a.publish_batch([{"event": "x", "data": {}}, {"event": "x", "data": {"namespace": "b"}}])
    assert batch["accepted"] == 1 and batch["rejected"][0]["error"]["code"] == "forbidden"


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/plugins/slack/revisions", "/v1/plugins/slack/revisions/1"])
def test_what_is_global_is_the_admins(api, path):
    for namespaces in (["a"], None):
        answer = with_key(api, make_key(api, f"key {namespaces}", namespaces)).call("GET", path)
        assert (answer.status, answer.error["code"]) == (403, "forbidden")


def test_a_limited_key_sees_the_plugins_that_it_may_use(api):
    client = with_key(api, make_key(api, "team", ["a"]))
    listed = {row["name"]: row for row in client.call("GET", "/v1/plugins").json["data"]}
    assert listed["slack"]["options"]["channel"] and listed["slack"]["summary"] and listed["slack"]["kind"] == "stage"
    assert all(row["problem"] is None and row["revision"] for row in listed.values())
    assert client.call("GET", "/v1/plugins/slack").json["readme"] is None
    assert api.call("GET", "/v1/plugins/slack").json["readme"]
    assert client.call("POST", "/v1/plugins/slack/test").status == 403
    about = client.call("GET", "/v1/about").json
    assert (about["store"]["size_bytes"], about["store"]["free_bytes"], about["counts"]["streams"]) == (None, None, None)


def test_pages_of_several_namespaces_are_full_and_without_gaps(api, receiver):
    client = with_key(api, make_key(api, "two", ["a", "c"]))
    mine = api.add_webhook(receiver.url(), namespace="a")
    api.add_webhook(receiver.url(), namespace="b")
    names = ["a", "b", "c"] * 10
    api.publish_batch([{"event": "x", "data": {"n": n}, "namespace": name} for n, name in enumerate(names)])
    wanted = [n for n in reversed(range(30)) if names[n] != "b"]
    page = client.call("GET", "/v1/events?limit=7").json
    assert len(page["data"]) == 7 and page["next_cursor"]
    assert [row["data"]["n"] for row in client.pages("/v1/events", limit=7)] == wanted
    receiver.wait_for(20)
    rows = [client.call("GET", "/v1/deliveries?limit=4").json, list(client.pages("/v1/deliveries", limit=4))]
    assert len(rows[0]["data"]) == 4 and len(rows[1]) == 10 and {row["webhook_id"] for row in rows[1]} == {mine["id"]}


def test_each_team_has_sources_of_its_own_and_sees_no_others(api, receiver):
    clients = {name: with_key(api, make_key(api, f"team {name}", [name])) for name in ("a", "b")}
    rule = {"verify": {"scheme": "github"}, "secret": "s3cr3t"}
    senders = {name: make_source(client, **rule) for name, client in clients.items()}
    for name, sender in senders.items():
        assert sender.source["namespace"] == name
        assert sender.github({"of": name}, "s3cr3t").status == 200 and sender.github({"of": name}, "wrong").status == 401
    for name, client in clients.items():
        own, foreign = senders[name].source, senders["b" if name == "a" else "a"].source
        assert [row["id"] for row in client.pages("/v1/sources")] == [own["id"]]
        assert [row["data"] for row in client.pages("/v1/events")] == [{"of": name}]
        rejected, accepted = requests_of(client, own)
        assert (rejected["state"], accepted["state"]) == ("rejected", "accepted")
        path = f"/v1/sources/{foreign['id']}"
        (theirs, _) = requests_of(api, foreign)
        calls = [("GET", path), ("DELETE", path), ("GET", f"{path}/requests"), ("GET", f"{path}/requests/{theirs['id']}"),
                 ("POST", f"{path}/requests/{theirs['id']}/rerun")]
        assert [client.call(*call).status for call in calls] == [404] * 5
        assert client.call("PATCH", path, {"namespace": name}).status == 404
        assert client.call("PATCH", f"/v1/sources/{own['id']}", {"namespace": foreign["namespace"]}).status == 403
        assert request_of(client, own, rejected["id"])["state"] == "rejected"
    assert len(list(api.pages("/v1/sources"))) == 2


def test_a_removed_key_is_refused_at_once_and_after_a_restart(gateway):
    kept, removed = make_key(gateway.api, "kept", ["a"]), make_key(gateway.api, "removed", ["a"])
    client = with_key(gateway.api, removed)
    assert client.call("GET", "/v1/events").status == 200
    assert gateway.api.call("DELETE", f"/v1/keys/{removed['id']}").status == 204
    assert client.call("GET", "/v1/events").status == 401
    gateway.kill()
    gateway.start()
    assert with_key(gateway.api, removed).call("GET", "/v1/events").status == 401
    assert with_key(gateway.api, kept).call("GET", "/v1/events").status == 200
    (row,) = gateway.api.call("GET", "/v1/keys").json["data"]
    assert row == {name: value for name, value in kept.items() if name != "key"}


def test_neither_the_database_nor_the_log_has_a_key(gateway):
    key = make_key(gateway.api, "secret", ["a"])["key"]
    with_key(gateway.api, {"key": key}).call("GET", "/v1/events")
    gateway.stop()
    assert all(key.encode() not in file.read_bytes() for file in gateway.data.iterdir() if file.is_file())
    assert key not in gateway.stderr()
    gateway.start()


def test_revisions_name_the_key_and_mem0_its_owner(api, receiver):
    client = with_key(api, make_key(api, "team ä", ["a"]))
    webhook = client.add_webhook(receiver.url())
    api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"name": "renamed"})
    rows = client.call("GET", f"/v1/webhooks/{webhook['id']}/revisions").json["data"]
    assert [row["made_by"] for row in rows] == ["admin", "team ä"]
    assert client.call("GET", "/api/v1/webhooks/projects/a/").json[0]["owner"] == "team ä"


def test_mem0s_foreign_projects_are_403(api):
    client = with_key(api, make_key(api, "one", ["a"]))
    assert client.call("GET", "/v1/ping/").json["project_id"] == "a"
    answer = client.call("GET", "/api/v1/webhooks/projects/b/")
    assert (answer.status, answer.json) == (403, dict.fromkeys(["error", "detail"], "You don't have access to this project"))


def test_the_same_idempotency_key_in_two_namespaces_is_two_events(api):
    answers = []
    for name in ("a", "b"):
        client = with_key(api, make_key(api, name, [name]))
        answers += [client.call("POST", "/v1/events", {"event": "x", "data": {}}, {"Idempotency-Key": "1"}) for _ in range(2)]
    assert [answer.json["duplicate"] for answer in answers] == [False, True, False, True]
    assert len({answer.json["id"] for answer in answers}) == 2


def test_the_gateways_own_files_are_not_for_limited_keys(make_gateway, tmp_path):
    api = make_gateway(arguments=["--databases", str(tmp_path)]).api
    client = with_key(api, make_key(api, "one", ["a"]))
    answer = client.call("POST", "/v1/webhooks", {"url": "sqlite:shared.db", "events": ["*"]})
    assert (answer.status, answer.error["code"], answer.error["field"]) == (403, "forbidden", "url")
    api.add_webhook("sqlite:shared.db", namespace="a", pipeline=[{"plugin": "database"}])


def test_the_limit_is_told_and_kept_per_key(make_gateway):
    api = make_gateway(arguments=["--rate-limit-per-minute", "3"]).api
    key = make_key(api, "one", ["a"])
    client = with_key(api, key)
    answers = [client.call("POST", "/v1/events", {"event": "x", "data": {}}) for _ in range(4)]
    assert [answer.status for answer in answers] == [202, 202, 202, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"3"}
    assert all(answer.headers["x-ratelimit-reset"].isdigit() for answer in answers)
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20 and answers[3].error["code"] == "rate_limited"
    assert api.call("GET", "/v1/events").status == 200, "the admin key has a limit of its own"


def test_the_commands_make_list_and_remove_keys(gateway, tmp_path):
    cli = Cli(tmp_path, gateway)
    made = cli.json("keys", "add", "team a", "--namespace", "a", "--namespace", "b,c", "--expires", "90d")
    assert made["namespaces"] == ["a", "b,c"] and made["expires_at"]
    assert "team a" in cli.text("keys", "list") and made["key"] not in cli.text("keys", "list")
    assert with_key(gateway.api, made).call("GET", "/v1/events").status == 200
    assert cli.text("keys", "remove", made["id"]) == f"removed {made['id']}\n"
    assert with_key(gateway.api, made).call("GET", "/v1/events").status == 401
    shown = cli.run("keys", "add", "forever")
    assert "every one" in shown.stdout and "never" in shown.stdout and "not shown again" in shown.stderr
    refused = cli.run("keys", "add", "forever", status=1)
    assert "already" in refused.stderr
