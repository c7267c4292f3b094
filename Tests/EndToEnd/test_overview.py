"""The overview: one call tells what happened, how each webhook fares, and what needs repair."""

from harness.api import Api
from harness.receiver import Reply
from harness.senders import make_source
from harness.waiting import eventually

NO_RETRY = {"max_retries": 0}


def overview(api, query=""):
    answer = api.call("GET", f"/v1/overview?{query}")
    assert answer.status == 200, answer
    return answer.json


def attention(api, *kinds):
    """What needs attention, as soon as it is of these kinds."""

    def find():
        found = overview(api)["attention"]
        return (found,) if [one["kind"] for one in found] == list(kinds) else None

    return eventually(find, 10, f"{kinds} as what needs attention")[0]


def test_a_healthy_gateway_needs_nothing(api, receiver):
    webhook = api.add_webhook(receiver.url(), name="fine")
    for _ in range(3):
        api.publish()

    def find():
        found = overview(api)
        return found if found["total"]["delivered"] == 3 else None

    found = eventually(find, 10, "three deliveries")
    assert found["attention"] == [] and found["total"]["events"] == 3 and found["now"]["oldest_pending"] is None
    (row,) = found["webhooks"]
    assert (row["id"], row["name"], row["active"], row["total"]["success_rate"]) == (webhook["id"], "fine", True, 1)
    assert sum(row["series"]["delivered"]) == 3 and sum(row["series"]["dead"]) == 0
    assert sum(found["series"]["delivered"]) == sum(found["series"]["events"]) == 3
    assert max(time for time in found["series"]["delivery_ms"]["p95"] if time) > 0
    assert found["total"]["delivery_ms"]["p95"] > 0


def test_of_many_webhooks_the_busiest_are_shown(api, receiver):
    quiet = [api.add_webhook(receiver.url(), ["rare"], name=f"a{n:02}") for n in range(22)]
    busy = api.add_webhook(receiver.url(), ["often"], name="z")
    api.settled(busy, api.publish("often"))
    for span in ("1h", "24h", "30d"):
        found = overview(api, f"since={span}")
        assert (found["webhook_count"], [row["name"] for row in found["webhooks"]]) == (23, ["z", *(f"a{n:02}" for n in range(19))])
        assert len(overview(api, f"since={span}&limit=100")["webhooks"]) == len(quiet) + 1
    for name, most in (("limit", 100), ("attention_limit", 500)):
        assert api.call("GET", f"/v1/overview?{name}={most}").status == 200
        assert api.call("GET", f"/v1/overview?{name}={most + 1}").error["field"] == name


def test_what_needs_repair_is_told_and_no_more_once_it_is_repaired(api, receiver, dead_end):
    receiver.reply("/gone", Reply(410))
    gone = api.add_webhook(receiver.url("/gone"), name="gone", retry=NO_RETRY)
    lost = api.add_webhook(dead_end.url, name="lost", retry=NO_RETRY)
    sender = make_source(api, verify={"scheme": "github"}, secret="s3cr3t")
    assert sender.github({"n": 1}, "wrong").status == 401
    for _ in range(5):
        api.publish()
    found = attention(api, "webhook_disabled", "webhook_failing", "deliveries_dead", "deliveries_dead", "source_rejecting")
    by_kind = {(one["kind"], one["id"]): one for one in found}
    assert "410" in by_kind["webhook_disabled", gone["id"]]["message"]
    assert by_kind["webhook_failing", lost["id"]]["count"] == 5
    assert by_kind["deliveries_dead", lost["id"]]["count"] == 5 and by_kind["deliveries_dead", lost["id"]]["since"]
    assert by_kind["source_rejecting", sender.source["id"]]["count"] == 1
    assert [row["name"] for row in overview(api)["webhooks"]] == ["gone", "lost"]
    assert api.call("DELETE", f"/v1/sources/{sender.source['id']}").status == 204
    assert api.call("DELETE", f"/v1/webhooks/{gone['id']}").status == 204
    attention(api, "webhook_failing", "deliveries_dead")
    api.call("PATCH", f"/v1/webhooks/{lost['id']}", {"url": receiver.url("/back")})
    assert api.call("POST", "/v1/replays", {"webhook": lost["id"]}).status == 202
    attention(api)


def test_a_limited_key_sees_its_own(api, receiver, dead_end):
    keys = {name: api.call("POST", "/v1/keys", {"name": name, "namespaces": [name]}).json["key"] for name in ("a", "b")}
    clients = {name: Api(api.host, api.port, key) for name, key in keys.items()}
    webhooks = {name: client.add_webhook(dead_end.url, retry=NO_RETRY) for name, client in clients.items()}
    clients["a"].publish()
    (one,) = attention(clients["a"], "deliveries_dead")
    assert one["id"] == webhooks["a"]["id"]
    found = overview(clients["b"])
    assert found["attention"] == [] and [row["id"] for row in found["webhooks"]] == [webhooks["b"]["id"]]
    assert found["now"]["dead"] == 0 and "events" not in found["total"]
    assert len(overview(api)["webhooks"]) == 2
