"""Revisions: what webhooks and plugins were like before, the way back, and replays of what ran then."""

import json

import pytest

from harness.cli import Cli
from harness.plugins import CHAT, write_plugin
from harness.waiting import eventually

FIRST, SECOND = (f"function transform() return {{ version = {n} }} end\n" for n in (1, 2))


@pytest.fixture
def gateway(make_gateway):
    gateway = make_gateway(start=False)
    write_plugin(gateway.folder, "chat")
    return gateway.start()


@pytest.fixture
def cli(gateway, tmp_path):
    return Cli(tmp_path, gateway)


def path(webhook, *parts):
    return "/".join(["/v1/webhooks", webhook["id"], *map(str, parts)])


def change(api, webhook, **fields):
    answer = api.call("PATCH", path(webhook), fields)
    assert answer.status == 200, answer
    return answer.json


def test_every_change_is_a_revision_that_outlives_a_restart(gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url(), script=FIRST)
    change(gateway.api, webhook, script=SECOND)
    change(gateway.api, webhook, name="renamed", retry={"max_retries": 1})
    gateway.kill()
    api = gateway.start().api
    rows = api.call("GET", path(webhook, "revisions")).json["data"]
    assert [(row["revision"], row["made_by"], row["changed"]) for row in rows] == [
        (3, "admin", ["name", "retry.max_retries"]), (2, "admin", ["pipeline[0].script"]), (1, "admin", None)]
    first = api.call("GET", path(webhook, "revisions", 1)).json
    assert first["configuration"]["script"] == FIRST and "secret" not in first["configuration"]
    diff = api.call("GET", path(webhook, "revisions/diff?from=1&to=3")).json
    assert [row["field"] for row in diff["changes"]] == ["name", "pipeline[0].script", "retry.max_retries"]
    assert f"-{FIRST}+{SECOND}" in diff["changes"][1]["diff"]


def test_a_rollback_brings_the_configuration_back_and_keeps_the_secret(api, receiver):
    webhook = api.add_webhook(receiver.url(), script=FIRST)
    change(api, webhook, script=SECOND, secret="another secret")
    answer = api.call("POST", path(webhook, "rollback"), {"revision": 1})
    assert (answer.status, answer.json["revision"], answer.json["script"]) == (200, 3, FIRST), answer
    delivery = api.settled(webhook, api.publish())
    assert receiver.wait_for(1)[0].body == b'{"version":1}' and delivery["attempts"][0]["revision"] == 3
    again = api.call("POST", path(webhook, "rollback"), {"revision": 3})
    assert again.json["revision"] == 3, "what is in use makes no revision"


def test_a_rollback_to_a_plugin_that_is_gone_is_refused(gateway, receiver):
    api = gateway.api
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "chat"}])
    change(api, webhook, script=FIRST)
    (gateway.folder / "plugins/chat/plugin.lua").unlink()
    (gateway.folder / "plugins/chat").rmdir()
    eventually(lambda: api.call("GET", "/v1/plugins/chat").status == 404, 5, "the plugin is gone")
    answer = api.call("POST", path(webhook, "rollback"), {"revision": 1})
    assert (answer.status, answer.error["code"], answer.error["field"]) == (400, "unknown_plugin", "pipeline[0].plugin"), answer
    assert "revision 1" in answer.error["message"]
    assert api.call("GET", path(webhook)).json["revision"] == 2


def test_secret_options_are_never_shown_again(gateway, receiver):
    api = gateway.api
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "chat", "options": {"channel": "ops", "token": "hunter2"}}])
    kept = change(api, webhook, pipeline=[{"plugin": "chat", "options": {"channel": "new", "token": "<secret>"}}])
    change(api, webhook, pipeline=[{"plugin": "chat", "options": {"channel": "new", "token": "hunter3"}}])
    answers = [api.call("GET", path(webhook, *parts)) for parts in ((), ("revisions",), ("revisions", 1), ("revisions/diff?from=1&to=3",))]
    for answer in answers:
        assert answer.status == 200 and b"hunter" not in answer.body, answer
    fields = {row["field"]: (row["from"], row["to"]) for row in answers[3].json["changes"]}
    assert fields == {"pipeline[0].options.channel": ("ops", "new"), "pipeline[0].options.token": ("<secret>", "<secret>")}
    assert kept["pipeline"] == [{"plugin": "chat", "options": {"channel": "new", "token": "<secret>"}}]
    # A plugin that nobody knows any more keeps its secrets too.
    gateway.stop()
    (gateway.folder / "plugins/chat/plugin.lua").unlink()
    (gateway.folder / "plugins/chat").rmdir()
    assert b"hunter" not in gateway.start().api.call("GET", path(webhook)).body


def test_a_replay_runs_what_is_current_unless_the_original_is_wanted(api, receiver):
    webhook = api.add_webhook(receiver.url(), script=FIRST)
    delivery = api.settled(webhook, api.publish())
    change(api, webhook, script=SECOND)
    for count, (body, sent) in enumerate([(None, b'{"version":2}'), ({"revision": "original"}, b'{"version":1}'),
                                          ({"revision": "current"}, b'{"version":2}')], start=2):
        answer = api.call("POST", f"/v1/deliveries/{delivery['id']}/replay", body)
        assert answer.status == 202, answer
        assert receiver.wait_for(count)[-1].body == sent
        shown = eventually(lambda: (row := api.delivery(delivery["id"]))["attempt_count"] == count and row, 5, "the attempt")
        assert shown["attempts"][-1]["revision"] == (1 if sent == b'{"version":1}' else 2)


def test_a_replay_runs_the_revision_that_is_named(api, receiver, cli):
    webhook = api.add_webhook(receiver.url(), script=FIRST)
    change(api, webhook, script=SECOND)
    delivery = api.settled(webhook, api.publish())
    change(api, webhook, script="function transform(event) return { version = 3 } end")
    assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay", {"revision": 1}).status == 202
    assert receiver.wait_for(2)[-1].body == b'{"version":1}'
    eventually(lambda: api.delivery(delivery["id"])["attempt_count"] == 2, 5, "the attempt")
    cli.text("deliveries", "replay", "--revision", "3", delivery["id"])
    assert receiver.wait_for(3)[-1].body == b'{"version":3}'
    eventually(lambda: api.delivery(delivery["id"])["attempt_count"] == 3, 5, "the attempt")
    assert [attempt["revision"] for attempt in api.delivery(delivery["id"])["attempts"]] == [2, 1, 3]
    for revision, said in [(4, "stored"), (0, "from 1"), ("1", "from 1"), (10**12, "from 1")]:
        answer = api.call("POST", f"/v1/deliveries/{delivery['id']}/replay", {"revision": revision})
        assert (answer.status, answer.error["field"]) == (400, "revision") and said in answer.error["message"], answer
    job = api.call("POST", "/v1/replays", {"webhook": webhook["id"], "states": ["delivered"], "revision": 1})
    assert (job.status, job.error["field"]) == (400, "revision"), "a job is about many webhooks, or many revisions"
    assert "not both" in cli.run("deliveries", "replay", "--revision", "1", "--original", delivery["id"], status=2).stderr
    assert "named by id" in cli.run("deliveries", "replay", "--revision", "1", "--webhook", webhook["id"], status=2).stderr


def test_a_replay_of_the_original_runs_the_plugin_of_then(gateway, receiver):
    api = gateway.api
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "chat"}])
    delivery = api.settled(webhook, api.publish())
    write_plugin(gateway.folder, "chat", CHAT.replace("text = event.event", 'text = "new"'))
    eventually(lambda: api.call("GET", "/v1/plugins/chat").json["revision"] == 2, 5, "the new content")
    texts = []
    for count, revision in [(2, "current"), (3, "original")]:
        assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay", {"revision": revision}).status == 202
        texts.append(json.loads(receiver.wait_for(count)[-1].body)["text"])
        eventually(lambda: api.delivery(delivery["id"])["attempt_count"] == count, 5, "the attempt")
    assert texts == ["new", "memory.created"]
    plugins = [attempt["plugins"] for attempt in api.delivery(delivery["id"])["attempts"]]
    assert plugins == [[{"name": "chat", "revision": number}] for number in (1, 2, 1)]


def test_plugins_are_listed_with_their_contents_and_problems(gateway):
    api = gateway.api
    chat = next(row for row in api.call("GET", "/v1/plugins").json["data"] if row["name"] == "chat")
    assert (chat["version"], chat["kind"], chat["revision"], chat["functions"]) == ("1.0.0", "stage", 1, ["transform"])
    assert chat["options"]["token"]["secret"] is True and chat["problem"] is None
    write_plugin(gateway.folder, "chat", "return {")
    write_plugin(gateway.folder, "broken", "return 7")
    problems = eventually(lambda: len(found := api.call("GET", "/readyz", key="").json["problems"]) == 2 and found, 5, "two problems")
    assert [row["plugin"] for row in problems] == ["broken", "chat"]
    ready = api.call("GET", "/readyz", key="")
    assert (ready.status, ready.json["status"]) == (200, "ready")
    chat, broken = (api.call("GET", f"/v1/plugins/{name}").json for name in ("chat", "broken"))
    assert chat["revision"] == 1 and chat["problem"] and broken["revision"] is None and broken["problem"]
    write_plugin(gateway.folder, "chat", CHAT.replace("1.0.0", "1.1.0"))
    eventually(lambda: api.call("GET", "/v1/plugins/chat").json["version"] == "1.1.0", 5, "the mended plugin")
    rows = api.call("GET", "/v1/plugins/chat/revisions").json["data"]
    assert [row["revision"] for row in rows] == [2, 1] and len({row["digest"] for row in rows}) == 2
    assert api.call("GET", "/v1/plugins/chat/revisions/1").json["files"] == {"chat/plugin.lua": CHAT}


def test_the_commands_show_revisions_and_go_back(cli, api, receiver):
    webhook = api.add_webhook(receiver.url(), script=FIRST)
    change(api, webhook, script=SECOND)
    table = cli.text("webhooks", "revisions", webhook["id"])
    assert "REVISION" in table and "pipeline[0].script" in table and "first revision" in table
    assert cli.json("webhooks", "revisions", webhook["id"], "1")["configuration"]["script"] == FIRST
    diff = cli.text("webhooks", "diff", webhook["id"])
    assert f"-{FIRST.strip()}" in diff and f"+{SECOND.strip()}" in diff and "revision 1 → 2" in diff
    assert cli.json("webhooks", "diff", webhook["id"], "2", "1")["to"] == 1
    assert "3" in cli.text("webhooks", "rollback", webhook["id"], "1")
    assert "revision" in cli.run("webhooks", "rollback", webhook["id"], "9", status=1).stderr
    delivery = api.settled(webhook, api.publish())
    change(api, webhook, script=SECOND)
    cli.text("deliveries", "replay", "--original", delivery["id"])
    assert receiver.wait_for(2)[-1].body == b'{"version":1}'


def test_a_pipeline_is_given_on_the_command_line(cli, api, receiver, tmp_path):
    (tmp_path / "pipeline.json").write_text(json.dumps([{"plugin": "chat", "options": {"channel": "cli"}}]))
    webhook = cli.json("webhooks", "add", receiver.url(), "--pipeline", "pipeline.json")
    assert webhook["pipeline"] == [{"plugin": "chat", "options": {"channel": "cli"}}]
    delivery = api.settled(webhook, api.publish())
    assert "chat 1" in cli.text("deliveries", "show", delivery["id"])
    (tmp_path / "pipeline.json").write_text("[")
    assert "not JSON" in cli.run("webhooks", "update", webhook["id"], "--pipeline", "pipeline.json", status=2).stderr
