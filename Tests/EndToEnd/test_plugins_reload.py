"""Plugins are edited while events flow: every delivery is wholly of one version, and a broken version changes nothing."""

import json
import threading
import time

import pytest

from harness.receiver import Reply
from harness.waiting import eventually

# Two files, so that a delivery that mixed versions would show it.
MAIN = """
return {{
  name = "stamp", version = "{version}", summary = "Says which version ran.", kind = "stage",
  transform = function(event) return {{ main = {version}, part = require("stamp.part"), n = event.data.n }} end,
  response = function(res) if res.status >= 400 then return "dead", "judged by {version}" end end,
}}
"""
BROKEN = "return { name = "


@pytest.fixture
def plugins(make_gateway, tmp_path):
    return Plugins(tmp_path / "plugins", make_gateway)


class Plugins:
    """A gateway with a plugin folder that holds `stamp`."""

    def __init__(self, folder, make_gateway):
        self.folder = folder
        self.write(1)
        self.gateway = make_gateway(arguments=["--plugins", str(folder)])
        self.api = self.gateway.api

    def write(self, version):
        stamp = self.folder / "stamp"
        stamp.mkdir(parents=True, exist_ok=True)
        (stamp / "plugin.lua").write_text(MAIN.format(version=version))
        (stamp / "part.lua").write_text(f"return {version}\n")

    def break_it(self):
        (self.folder / "stamp/plugin.lua").write_text(BROKEN)

    def remove(self):
        for file in (self.folder / "stamp").iterdir():
            file.unlink()
        (self.folder / "stamp").rmdir()

    def add_webhook(self, receiver, path="/", **fields):
        return self.api.add_webhook(receiver.url(path), ["memory.created"], pipeline=[{"plugin": "stamp"}], **fields)

    def problems(self):
        answer = self.api.call("GET", "/readyz")
        assert answer.status == 200, answer
        return {problem["plugin"]: problem["problem"] for problem in answer.json["problems"]}


def bodies(receiver, path, last=0):
    return [json.loads(request.body) for request in receiver.requests(path)[-last:]]


@pytest.mark.serial
def test_every_delivery_is_of_one_version_and_a_change_takes_effect_within_a_second(plugins, receiver):
    plugins.add_webhook(receiver, "/stamped")
    stopped, published = threading.Event(), []

    def publish():
        client = plugins.api.kept()
        while not stopped.is_set():
            answer = client.call("POST", "/v1/events", {"event": "memory.created", "data": {"n": len(published)}})
            assert answer.status == 202, answer
            published.append(answer.json["id"])
        client.close()

    publisher = threading.Thread(target=publish)
    publisher.start()
    took = []
    try:
        for version in range(2, 8):
            plugins.write(version)
            written = time.monotonic()
            receiver.wait_until(lambda: any(body["main"] == version for body in bodies(receiver, "/stamped", last=50)), 5, f"version {version}")
            took.append(time.monotonic() - written)
    finally:
        stopped.set()
        publisher.join(10)
    receiver.wait_for(len(published), path="/stamped")
    received = bodies(receiver, "/stamped")
    assert [body for body in received if body["main"] != body["part"]] == []
    assert sorted(body["n"] for body in received) == list(range(len(published))), "each event arrived exactly once"
    assert {body["main"] for body in received} == set(range(1, 8))
    assert max(took) < 1, f"changes took {took} s"


def test_attempts_say_which_version_ran(plugins, receiver):
    webhook = plugins.add_webhook(receiver)
    first = plugins.api.settled(webhook, plugins.api.publish())
    plugins.write(2)
    eventually(lambda: plugins.api.call("GET", "/v1/plugins/stamp").json["revision"] == 2, what="the second revision")
    second = plugins.api.settled(webhook, plugins.api.publish())
    ran = [attempt["plugins"] for delivery in (first, second) for attempt in delivery["attempts"]]
    assert ran == [[{"name": "stamp", "revision": 1}], [{"name": "stamp", "revision": 2}]]
    assert [body["main"] for body in bodies(receiver, "/")] == [1, 2]


def test_a_broken_version_is_refused_and_told_once_while_the_old_one_goes_on(plugins, receiver):
    webhook = plugins.add_webhook(receiver, "/stamped")
    plugins.api.add_webhook(receiver.url("/ops"), ["plugin.*"], namespace="tidehook")
    plugins.break_it()
    problem = eventually(lambda: plugins.problems().get("stamp"), what="a problem in /readyz")
    assert problem.startswith("stamp/plugin.lua:1:")
    (told,) = receiver.wait_for(1, path="/ops")
    event = json.loads(told.body)
    assert event["event"] == "plugin.rejected"
    assert event["data"]["plugin"] == "stamp" and event["data"]["revision"] == 1 and event["data"]["problem"] == problem
    assert plugins.api.settled(webhook, plugins.api.publish(data={"n": 1}))["state"] == "delivered"
    assert bodies(receiver, "/stamped") == [{"main": 1, "part": 1, "n": 1}]
    plugins.write(2)
    told = receiver.wait_for(2, path="/ops")
    assert [json.loads(request.body)["event"] for request in told] == ["plugin.rejected", "plugin.loaded"]
    assert plugins.problems() == {}
    plugins.api.settled(webhook, plugins.api.publish(data={"n": 2}))
    assert bodies(receiver, "/stamped")[-1]["main"] == 2
    assert "plugin refused" in plugins.gateway.stderr()


def test_an_answer_is_judged_by_the_version_that_made_the_request(plugins, receiver):
    receiver.reply("/slow", Reply(status=500, delay=2.0))
    webhook = plugins.add_webhook(receiver, "/slow")
    event = plugins.api.publish()
    receiver.wait_for(1, path="/slow")
    plugins.write(2)
    eventually(lambda: plugins.api.call("GET", "/v1/plugins/stamp").json["revision"] == 2, what="the second revision")
    delivery = plugins.api.settled(webhook, event)
    assert delivery["state"] == "dead" and "judged by 1" in delivery["reason"]


def test_deliveries_wait_for_a_plugin_that_is_gone_and_go_out_when_it_is_back(plugins, receiver):
    retry = {"max_retries": 40, "initial_delay_secs": 0.2, "multiplier": 1, "jitter": 0}
    webhook = plugins.add_webhook(receiver, "/stamped", retry=retry)
    plugins.remove()
    assert eventually(lambda: plugins.problems().get("stamp"), what="a problem in /readyz") == "its folder is gone"
    event = plugins.api.publish(data={"n": 1})
    delivery = plugins.api.settled(webhook, event, states=["retrying"])
    assert "plugin stamp is not loaded: its folder is gone" in delivery["reason"]
    plugins.write(3)
    assert plugins.api.settled(webhook, event)["state"] == "delivered"
    assert bodies(receiver, "/stamped") == [{"main": 3, "part": 3, "n": 1}]


def test_after_a_restart_a_broken_plugin_goes_on_in_the_version_that_ran_last(plugins, receiver):
    webhook = plugins.add_webhook(receiver, "/stamped")
    plugins.write(2)
    eventually(lambda: plugins.api.call("GET", "/v1/plugins/stamp").json["revision"] == 2, what="the second revision")
    assert plugins.gateway.stop() == 0
    plugins.break_it()
    plugins.api = plugins.gateway.start().api
    assert plugins.problems()["stamp"].startswith("stamp/plugin.lua:1:")
    plugins.api.settled(webhook, plugins.api.publish(data={"n": 1}))
    assert bodies(receiver, "/stamped") == [{"main": 2, "part": 2, "n": 1}]


def test_options_are_checked_when_a_webhook_is_saved(plugins, receiver):
    (plugins.folder / "team").mkdir()
    (plugins.folder / "team/plugin.lua").write_text("""
        return { name = "team", version = "1", summary = "s", kind = "stage",
          options = { channel = { type = "string", description = "d", required = true, pattern = "^#" } },
          transform = function(event, ctx) return { channel = ctx.options.channel } end }""")
    eventually(lambda: plugins.api.call("GET", "/v1/plugins/team").status == 200, what="the plugin team")

    def save(stage):
        return plugins.api.call("POST", "/v1/webhooks", {"url": receiver.url(), "events": ["*"], "pipeline": [stage]})

    refused = save({"plugin": "team", "options": {"channel": 5}})
    assert refused.status == 400 and refused.error["field"] == "pipeline[0].options.channel"
    assert refused.error["message"].endswith("expected a string, got 5")
    refused = save({"plugin": "team", "options": {"channel": "general"}})
    assert refused.status == 400 and 'matches the Lua pattern "^#", got "general"' in refused.error["message"]
    refused = save({"plugin": "taem"})
    assert refused.status == 400 and refused.error["field"] == "pipeline[0].plugin" and "team" in refused.error["message"]
    assert save({"plugin": "team", "options": {"channel": "#ops"}}).status == 201


def test_shipped_plugins_need_no_folder_and_give_way_to_one_of_the_same_name(make_gateway, receiver, tmp_path):
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "none")])
    pipeline = [{"plugin": "tags", "options": {"any": ["architecture"]}}, {"plugin": "rem"}]
    webhook = gateway.api.add_webhook(receiver.url("/shipped"), ["*"], pipeline=pipeline)
    dropped = gateway.api.settled(webhook, gateway.api.publish(data={"tags": ["food"]}))
    assert dropped["state"] == "filtered" and dropped["reason"].startswith("tags: ")
    gateway.api.settled(webhook, gateway.api.publish(data={"tags": ["architecture"]}))
    assert bodies(receiver, "/shipped")[0]["data"] == {"tags": ["architecture"]}
    (tmp_path / "none/rem").mkdir(parents=True)
    (tmp_path / "none/rem/plugin.lua").write_text("""
        return { name = "rem", version = "mine", summary = "s", kind = "stage", transform = function() return { mine = true } end }""")
    eventually(lambda: gateway.api.call("GET", "/v1/plugins/rem").json["version"] == "mine", what="the folder's plugin")
    gateway.api.settled(webhook, gateway.api.publish(data={"tags": ["architecture"]}))
    assert bodies(receiver, "/shipped")[1] == {"mine": True}


def test_after_a_restart_a_broken_plugin_does_not_give_way_to_the_shipped_one(make_gateway, receiver, tmp_path):
    file = tmp_path / "plugins/rem/plugin.lua"
    file.parent.mkdir(parents=True)
    file.write_text("""
        return { name = "rem", version = "mine", summary = "s", kind = "stage", transform = function() return { mine = true } end }""")
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "plugins")])
    webhook = gateway.api.add_webhook(receiver.url("/mine"), ["memory.created"], pipeline=[{"plugin": "rem"}])
    assert gateway.stop() == 0
    file.write_text(BROKEN)
    api = gateway.start().api
    api.settled(webhook, api.publish())
    assert bodies(receiver, "/mine") == [{"mine": True}]
    assert len(api.call("GET", "/v1/plugins/rem/revisions").json["data"]) == 1


def test_content_that_the_options_of_a_webhook_do_not_fit_is_refused_until_they_do(plugins, receiver):
    file = plugins.folder / "team/plugin.lua"
    file.parent.mkdir()

    def write(kind, version):
        file.write_text(f"""
            return {{ name = "team", version = "{version}", summary = "s", kind = "stage",
              options = {{ channel = {{ type = "{kind}", description = "d", required = true }} }},
              transform = function(event, ctx) return {{ channel = ctx.options.channel }} end }}""")

    write("string", 1)
    eventually(lambda: plugins.api.call("GET", "/v1/plugins/team").status == 200, what="the plugin team")
    webhook = plugins.api.add_webhook(
        receiver.url("/team"), ["memory.created"], pipeline=[{"plugin": "team", "options": {"channel": "ops"}}])
    write("integer", 2)
    problem = eventually(lambda: plugins.problems().get("team"), what="a problem in /readyz")
    assert webhook["id"] in problem and "options.channel: expected a whole number" in problem and "ops" not in problem
    assert plugins.gateway.stop() == 0
    plugins.api = plugins.gateway.start().api
    assert plugins.problems()["team"] == problem
    plugins.api.settled(webhook, plugins.api.publish())
    assert bodies(receiver, "/team") == [{"channel": "ops"}]
    assert plugins.api.call("DELETE", f"/v1/webhooks/{webhook['id']}").status == 204
    eventually(lambda: plugins.problems() == {}, what="the new content in use")
    assert plugins.api.call("GET", "/v1/plugins/team").json["version"] == "2"


def test_after_a_restart_a_plugin_that_a_webhook_misses_is_a_problem(plugins, receiver):
    webhook = plugins.add_webhook(receiver)
    assert plugins.gateway.stop() == 0
    plugins.remove()
    plugins.api = plugins.gateway.start().api
    assert plugins.problems() == {"stamp": f"not loaded; webhook {webhook['id']} names it"}


def test_a_plugin_folder_that_cannot_be_read_is_in_the_log_only(plugins):
    kept = plugins.folder.rename(plugins.folder.with_name("kept"))
    plugins.folder.write_text("")
    eventually(lambda: "plugin folder cannot be read" in plugins.gateway.stderr(), what="the record")
    assert plugins.problems() == {}
    plugins.folder.unlink()
    kept.rename(plugins.folder)
    eventually(lambda: "plugin folder can be read again" in plugins.gateway.stderr(), what="the record")
    assert plugins.problems() == {}
