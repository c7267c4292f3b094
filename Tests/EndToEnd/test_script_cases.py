"""Cases of a script: kept with the webhook that it belongs to, for whoever changes it next; deliveries do not see them."""

import json

from harness.cli import Cli

SCRIPT = "function transform(event)\n  return { n = event.data.n }\nend"
CASES = [
    {"name": "a number passes", "event": {"event": "a", "data": {"n": 1.5, "big": 2**53 + 1}}, "expect": {"body": {"n": 1.5}}},
    {"name": "of a team", "event": {"event": "a", "data": {}}, "ctx": {"namespace": "team"}, "expect": {"body": {}}},
]


def test_they_are_kept_with_each_revision_and_deliveries_do_not_see_them(api, receiver, gateway, tmp_path):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"script": SCRIPT, "cases": CASES}])
    assert webhook["pipeline"] == [{"script": SCRIPT, "cases": CASES}]
    assert api.settled(webhook, api.publish("a", {"n": 3}))["state"] == "delivered"
    assert json.loads(receiver.wait_for(1)[0].body) == {"n": 3}
    path = f"/v1/webhooks/{webhook['id']}"
    assert api.call("PATCH", path, {"pipeline": [{"script": SCRIPT}]}).json["pipeline"] == [{"script": SCRIPT}]
    assert api.call("POST", f"{path}/rollback", {"revision": 1}).json["pipeline"][0]["cases"] == CASES
    cli = Cli(tmp_path, gateway)
    assert cli.json("webhooks", "show", webhook["id"])["pipeline"][0]["cases"] == CASES
    (listed,) = cli.json("webhooks", "list")["data"]
    assert listed["pipeline"] == [{"script": SCRIPT, "case_count": 2}]
    (tmp_path / "new.lua").write_text(SCRIPT + "\n")
    cli.json("webhooks", "update", webhook["id"], "--script", str(tmp_path / "new.lua"))
    (stage,) = api.call("GET", path).json["pipeline"]
    assert (stage["script"], stage["cases"]) == (SCRIPT + "\n", CASES)


def test_they_outlive_a_restart(make_gateway, receiver):
    gateway = make_gateway()
    webhook = gateway.api.add_webhook(receiver.url(), pipeline=[{"script": SCRIPT, "cases": CASES}, {"plugin": "tags", "options": {"any": ["x"]}}])
    gateway.stop()
    gateway.start()
    assert gateway.api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"][0] == {"script": SCRIPT, "cases": CASES}


def test_too_many_are_refused(api, receiver):
    for cases in (CASES[:1] * 101, [CASES[0] | {"event": {"data": {"x": "x" * 65_536}}}]):
        answer = api.call("POST", "/v1/webhooks", {"url": receiver.url(), "events": ["*"], "pipeline": [{"script": SCRIPT}, {"script": SCRIPT, "cases": cases}]})
        assert (answer.status, answer.error["field"]) == (400, "pipeline[1].cases"), answer
