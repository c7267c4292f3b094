"""Webhooks whose receiver is a SQLite file: rows follow the events, in whatever order and however often they come."""

import json
import os
import sqlite3
import threading

import pytest

from harness.api import unique
from harness.gateway import REPOSITORY, Gateway, StartFailed
from harness.refusals import check
from harness.rows import CREATING, SCRIPT, execute, operation, rows
from harness.waiting import eventually

QUICK = {"max_retries": 0}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "databases"
    folder.mkdir()
    return folder


@pytest.fixture
def gateway(make_gateway, folder):
    return make_gateway(arguments=["--databases", str(folder)], allow=None)


def memory(number=1, **fields):
    return {"memory_id": f"mem_{number}", "content": "Use Redis", "namespace": "my-project", "tags": ["architecture"]} | fields


def done(delivery):
    """What a delivery's last attempt did to the database."""
    assert delivery["state"] == "delivered", delivery
    return json.loads(delivery["attempts"][-1]["response"]["body"])


def test_created_updated_deleted(api, folder):
    webhook = api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING)
    assert webhook["name"] == "mem.db"
    created = api.publish(data=memory(), timestamp="2026-04-13T10:30:00Z")
    delivery = api.settled(webhook, created)
    assert done(delivery) == {"upserted": 1, "deleted": 0, "ignored": 0}
    (attempt,) = delivery["attempts"]
    assert (attempt["request"]["method"], attempt["request"]["url"], attempt["request"]["headers"]) == ("UPSERT", "sqlite:mem.db", {})
    assert json.loads(attempt["request"]["body"])["key"] == {"memory_id": "mem_1"}
    assert attempt["response"]["status"] == 200
    row = rows(folder / "mem.db", "SELECT memory_id, content, tags, namespace, created_at FROM memories")
    assert row == [("mem_1", "Use Redis", '["architecture"]', "my-project", "2026-04-13T10:30:00Z")]
    done(api.settled(webhook, api.publish("memory.updated", memory(content="Use Valkey"))))
    assert rows(folder / "mem.db", "SELECT content FROM memories") == [("Use Valkey",)]
    deleted = api.settled(webhook, api.publish("memory.deleted", {"memory_id": "mem_1"}))
    assert done(deleted) == {"upserted": 0, "deleted": 1, "ignored": 0}
    assert rows(folder / "mem.db", "SELECT * FROM memories") == []
    recalled = api.settled(webhook, api.publish("memory.recalled", memory()))
    assert (recalled["state"], recalled["reason"]) == ("filtered", "database: no row for memory.recalled")


def test_ten_lines_of_script_do_it_too(api, folder):
    execute(folder / "mem.db", "CREATE TABLE memories (memory_id text PRIMARY KEY, content text, tags text, namespace text, updated_at text)")
    assert SCRIPT.count("\n") == 10 and SCRIPT in (REPOSITORY / "docs/databases.md").read_text()
    webhook = api.add_webhook("sqlite:mem.db", script=SCRIPT)
    for event in ("memory.created", "memory.updated"):
        done(api.settled(webhook, api.publish(event, memory(content=event))))
    assert rows(folder / "mem.db", "SELECT content, tags, namespace FROM memories") == [("memory.updated", '["architecture"]', "my-project")]
    assert done(api.settled(webhook, api.publish("memory.deleted", memory())))["deleted"] == 1
    assert api.settled(webhook, api.publish("order.paid"))["reason"] == "nothing to sync"


def test_out_of_order_events_end_where_order_would(api, folder):
    webhook = api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING)
    late = [("memory.deleted", "2026-04-13T10:33:00Z", 0), ("memory.updated", "2026-04-13T10:32:00Z", 1), ("memory.created", "2026-04-13T10:31:00Z", 1)]
    for event, time, ignored in late:
        assert done(api.settled(webhook, api.publish(event, memory(), timestamp=time)))["ignored"] == ignored
    assert rows(folder / "mem.db", "SELECT * FROM memories") == []
    assert rows(folder / "mem.db", "SELECT table_name, row_key, deleted FROM tidehook_rows") == [("memories", '{"memory_id":"mem_1"}', 1)]
    done(api.settled(webhook, api.publish("memory.created", memory(content="again"), timestamp="2026-04-13T10:34:00Z")))
    assert rows(folder / "mem.db", "SELECT content FROM memories") == [("again",)]


def test_a_replay_is_applied_again(api, folder):
    webhook = api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING)
    delivery = api.settled(webhook, api.publish(data=memory(content="told")))
    execute(folder / "mem.db", "UPDATE memories SET content = 'edited'")
    assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay").status == 202
    replayed = eventually(lambda: (found := api.delivery(delivery["id"]))["attempt_count"] == 2 and found, what="the replay")
    assert done(replayed) == {"upserted": 1, "deleted": 0, "ignored": 0}
    assert rows(folder / "mem.db", "SELECT content FROM memories") == [("told",)]


def test_a_database_without_a_pipeline_is_refused(api):
    answer = api.call("POST", "/v1/webhooks", {"url": "sqlite:mem.db", "events": ["*"]})
    assert (answer.status, answer.error["field"]) == (400, "pipeline") and "operations on rows" in answer.error["message"]
    webhook = api.add_webhook("sqlite:mem.db", pipeline=CREATING)
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"pipeline": []}).error["field"] == "pipeline"


def test_kill_9_in_between_loses_nothing_and_doubles_nothing(gateway, folder):
    execute(folder / "mem.db", "CREATE TABLE memories (memory_id text PRIMARY KEY, content text, writes integer DEFAULT 0)")
    execute(folder / "mem.db", "CREATE TRIGGER counted AFTER UPDATE OF content ON memories BEGIN"
            " UPDATE memories SET writes = writes + 1 WHERE memory_id = new.memory_id; END")
    script = operation('{ table = "memories", key = { memory_id = event.data.memory_id }, values = { content = event.data.content } }')
    webhook = gateway.api.add_webhook("sqlite:mem.db", ["memory.*"], script=script)
    total = 300
    for round in range(3):
        gateway.api.publish_batch([{"event": "memory.created", "data": memory(n)} for n in range(round * 100, round * 100 + 100)])
        written = "SELECT count(*) FROM memories"
        eventually(lambda: rows(folder / "mem.db", written)[0][0] > round * 100 + 20, what="some rows")
        gateway.kill()
        gateway.start()
    eventually(lambda: len(gateway.api.deliveries(webhook=webhook["id"], state="delivered")) == total, 30.0, "every delivery")
    assert rows(folder / "mem.db", "SELECT count(*), sum(writes) FROM memories") == [(total, 0)]


@pytest.mark.parametrize(("body", "error"), [
    ('{ table = "notes", key = { id = "x" }, values = { content = json.null } }', "NOT NULL constraint failed: notes.content"),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a", owner = 7 } }', "FOREIGN KEY constraint failed"),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a", nope = 7 } }', "nope"),
    ('{ table = "nope", key = { id = "x" }, values = { content = "a" } }', "no such table: nope"),
    ('{ table = "notes", key = { content = "x" }, values = { owner = 1 } }', "table notes needs a unique index on (content)"),
    ('{ table = [[notes" SET content = "x"; --]], key = { id = "x" }, delete = true }', "no such table"),
    ('{ table = "notes", key = { ["id\\" = \\"id\\" OR \\"id"] = "x" }, delete = true }', "no such column"),
    ('{ table = "notes", key = { id = "x" }, values = { content = 1e300 * 1e10 } }', ""),
    ('{ table = "a\\0b", key = { id = "x" }, delete = true }', "table: expected a name of 1 to 63 bytes without NUL"),
    ('{ table = "tidehook_rows", key = { row_key = "x" }, delete = true }', "is a table of the database itself or of Tidehook"),
    ('{ table = "notes" }', "key: expected an object"), ('"no json"', "the body is not JSON"), ("event", 'is no member of an operation'),
])
def test_what_cannot_be_done_is_a_failed_attempt_and_undone(api, folder, body, error):
    execute(folder / "mem.db", "CREATE TABLE owners (id integer PRIMARY KEY)")
    execute(folder / "mem.db", "CREATE TABLE notes (id text PRIMARY KEY, content text NOT NULL, owner integer REFERENCES owners)")
    execute(folder / "mem.db", "INSERT INTO notes VALUES ('kept', 'kept', NULL)")
    webhook = api.add_webhook("sqlite:mem.db", script=operation(body), retry=QUICK)
    delivery = api.settled(webhook, api.publish())
    (attempt,) = delivery["attempts"]
    assert (delivery["state"], attempt["failure"] in ("database", "script")) == ("dead", True), attempt
    assert error in attempt["error"] and attempt["response"] is None
    assert rows(folder / "mem.db", "SELECT * FROM notes") == [("kept", "kept", None)]


def test_one_of_many_that_fails_undoes_all(api, folder):
    execute(folder / "mem.db", "CREATE TABLE notes (id text PRIMARY KEY, content text NOT NULL)")
    good = '{ table = "notes", key = { id = "a" }, values = { content = "x" } }'
    webhook = api.add_webhook("sqlite:mem.db", script=operation("{" + good + ', { table = "notes", key = { id = "b" }, values = {} } }'), retry=QUICK)
    assert api.settled(webhook, api.publish())["state"] == "dead"
    assert rows(folder / "mem.db", "SELECT * FROM notes") == []


def test_values_arrive_as_they_are(api, folder):
    execute(folder / "mem.db", "CREATE TABLE notes (id text PRIMARY KEY, v)")
    script = operation('{ table = "notes", key = { id = event.data.id }, values = { v = event.data.v } }')
    webhook = api.add_webhook("sqlite:mem.db", script=script)
    injection = "'); DROP TABLE notes; --"
    values = {
        "a": ("z\0z", "z\0z"), "b": ("šť🎉\u202e", "šť🎉\u202e"), "c": (2**63 - 1, 2**63 - 1), "d": (-(2**63), -(2**63)), "e": (1.5, 1.5),
        "f": (True, 1), "g": (None, None), "h": ([1, {"a": []}], '[1,{"a":[]}]'), "i": (injection, injection), injection: ("", ""),
    }
    for id, (value, _) in values.items():
        done(api.settled(webhook, api.publish(data={"id": id, "v": value})))
    assert dict(rows(folder / "mem.db", "SELECT id, v FROM notes")) == {id: kept for id, (_, kept) in values.items()}


def test_a_dry_run_says_that_an_event_is_no_row_operation(api):
    webhook = api.add_webhook("sqlite:mem.db", active=False, script="function transform(event) return event end")
    api.publish()
    (run,) = api.call("POST", "/v1/dry-runs", {"webhook": webhook["id"], "last": 1}).json["results"]
    assert (run["outcome"], run["failure"]) == ("error", "database") and "is no member of an operation" in run["error"]


def test_a_locked_file_is_waited_for_and_then_a_failed_attempt(api, folder):
    execute(folder / "mem.db", "CREATE TABLE memories (memory_id text PRIMARY KEY, content text, tags text, namespace text, updated_at text)")
    retry = {"max_retries": 5, "initial_delay_secs": 0.05, "multiplier": 1}
    webhook = api.add_webhook("sqlite:mem.db", script=SCRIPT, timeout_secs=0.3, retry=retry)
    holder = sqlite3.connect(folder / "mem.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    event = api.publish(data=memory())
    waiting = api.settled(webhook, event, states=("retrying",))
    assert waiting["attempts"][0]["failure"] in ("database", "timeout")
    holder.execute("ROLLBACK")
    holder.close()
    assert done(api.settled(webhook, event))["ignored"] in (0, 1)
    assert rows(folder / "mem.db", "SELECT content FROM memories") == [("Use Redis",)]


def test_a_locked_file_holds_nobody_else_up(api, folder, receiver, make_gateway):
    gateway = make_gateway(arguments=["--databases", str(folder)])
    execute(folder / "held.db", "CREATE TABLE memories (memory_id text PRIMARY KEY, content text, tags text, namespace text, updated_at text)")
    holder = sqlite3.connect(folder / "held.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    gateway.api.add_webhook("sqlite:held.db", script=SCRIPT, timeout_secs=30)
    other = gateway.api.add_webhook("sqlite:free.db", ["memory.*"], pipeline=CREATING)
    gateway.api.add_webhook(receiver.url())
    for number in range(20):
        event = gateway.api.publish(data=memory(number))
    done(gateway.api.settled(other, event, timeout=5))
    receiver.wait_for(20, timeout=5)
    assert gateway.api.call("GET", "/healthz").status == 200
    holder.close()


def test_two_webhooks_on_one_file_do_not_stand_in_each_others_way(api, folder):
    webhooks = [api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=[{"plugin": "database", "options": {"create": True, "table": f"t{n}"}}]) for n in range(2)]
    api.publish_batch([{"event": "memory.created", "data": memory(n)} for n in range(100)])
    for webhook in webhooks:
        eventually(lambda: len(api.deliveries(webhook=webhook["id"], state="delivered")) == 100, what="every delivery")
    assert [rows(folder / "mem.db", f"SELECT count(*) FROM t{n}") for n in range(2)] == [[(100,)], [(100,)]]


BAD_FILES = ["sqlite:", "sqlite:../mem.db", "sqlite:/etc/mem.db", "sqlite:a/b.db", "sqlite:mem.txt", "sqlite://mem.db", "sqlite:.db", "sqlite:mem.db?mode=rwc",
             "sqlite:%2e%2e/mem.db", "sqlite:mem.db\0", "sqlite:" + "x" * 200 + ".db"]


@pytest.mark.parametrize("url", BAD_FILES)
def test_names_that_are_no_file_of_the_folder_are_refused(gateway, url):
    check(gateway, gateway.api.call("POST", "/v1/webhooks", {"url": url, "events": ["*"]}), (400,), "url")


def test_without_a_folder_there_are_no_files(strict):
    answer = strict.api.call("POST", "/v1/webhooks", {"url": "sqlite:mem.db", "events": ["*"]})
    assert (answer.status, answer.error["code"], answer.error["field"]) == (400, "invalid_url", "url")
    assert "--databases" in answer.error["message"]


def test_a_folder_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(StartFailed, match='databases must be a folder that is there, not "missing"'):
        Gateway(tmp_path, arguments=["--databases", "missing"]).start()


def test_links_and_the_gateways_own_database_are_refused(make_gateway, tmp_path):
    gateway = make_gateway(start=False, allow=None)
    gateway.arguments = ["--databases", str(gateway.data)]
    gateway.data.mkdir()
    gateway.start()
    elsewhere = tmp_path / "elsewhere.db"
    execute(elsewhere, "CREATE TABLE memories (memory_id text PRIMARY KEY)")
    (gateway.data / "link.db").symlink_to(elsewhere)
    os.link(gateway.data / "tidehook.db", gateway.data / "hard.db")
    for file in ("link.db", "tidehook.db", "hard.db"):
        answer = gateway.api.call("POST", "/v1/webhooks", {"url": f"sqlite:{file}", "events": ["*"]})
        assert (answer.status, answer.error["field"]) == (400, "url") and file in answer.error["message"]
    # What comes to be a link later is refused by the attempt.
    webhook = gateway.api.add_webhook("sqlite:later.db", pipeline=CREATING)
    (gateway.data / "later.db").symlink_to(elsewhere)
    delivery = gateway.api.settled(webhook, gateway.api.publish(data=memory()))
    assert (delivery["state"], delivery["attempts"][0]["failure"]) == ("dead", "blocked")
    assert rows(elsewhere, "SELECT * FROM memories") == []


def test_a_folder_that_is_taken_away_blocks(gateway, folder):
    webhook = gateway.api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING)
    assert gateway.stop() == 0
    gateway.arguments = []
    gateway.start()
    delivery = gateway.api.settled(webhook, gateway.api.publish(data=memory()))
    assert (delivery["state"], delivery["attempts"][0]["failure"]) == ("dead", "blocked") and not (folder / "mem.db").exists()


def test_nothing_is_made_that_was_not_asked_for(api, folder):
    webhook = api.add_webhook("sqlite:mem.db", pipeline=[{"plugin": "database"}], retry=QUICK)
    delivery = api.settled(webhook, api.publish(data=memory()))
    assert delivery["attempts"][0]["failure"] == "database" and "there is no database mem.db" in delivery["reason"]
    assert list(folder.iterdir()) == []


def test_a_script_cannot_choose_a_database(api, folder, receiver, make_gateway):
    gateway = make_gateway(arguments=["--databases", str(folder)])
    execute(folder / "mem.db", "CREATE TABLE t (k text PRIMARY KEY)")
    script = 'function transform(event) return { table = "t", key = { k = "x" }, values = json.object() }, { url = "sqlite:mem.db" } end'
    webhook = gateway.api.add_webhook(receiver.url(), script=script, retry=QUICK)
    delivery = gateway.api.settled(webhook, gateway.api.publish())
    assert (delivery["attempts"][0]["failure"], rows(folder / "mem.db", "SELECT * FROM t")) == ("script", [])


def test_a_dry_run_writes_nothing(api, folder):
    webhook = api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING, active=False)
    api.publish(data=memory())
    (result,) = api.call("POST", "/v1/dry-runs", {"webhook": webhook["id"], "last": 1}).json["results"]
    assert (result["outcome"], result["request"]["method"], result["request"]["url"]) == ("delivered", "UPSERT", "sqlite:mem.db")
    assert list(folder.iterdir()) == []


def test_a_stop_in_the_middle_ends_in_time(gateway, folder):
    """A statement that waits for a lock does not keep the process from ending; the delivery is made after the next start."""
    execute(folder / "mem.db", "CREATE TABLE memories (memory_id text PRIMARY KEY, content text, tags text, namespace text, updated_at text)")
    gateway.stop()
    gateway.arguments += ["--drain-timeout-secs", "1"]
    gateway.start()
    webhook = gateway.api.add_webhook("sqlite:mem.db", script=SCRIPT, timeout_secs=60)
    holder = sqlite3.connect(folder / "mem.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    event = gateway.api.publish(data=memory())
    gateway.api.settled(webhook, event, states=("pending",))
    assert gateway.stop(timeout=10) == 0
    holder.close()
    gateway.start()
    done(gateway.api.settled(webhook, event))
    assert rows(folder / "mem.db", "SELECT count(*) FROM memories") == [(1,)]


def test_many_at_once_end_with_the_newest(api, folder):
    """Updates of one row, published by several clients: whatever order they are delivered in, the newest stays."""
    webhook = api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING)
    prefix = unique("mem")

    def publish(client):
        for number in range(25):
            content = f"{number:02}{client}"
            api.publish("memory.updated", {"memory_id": prefix, "content": content}, timestamp=f"2026-04-13T10:{number:02}:{client:02}Z")

    threads = [threading.Thread(target=publish, args=(client,)) for client in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: len(api.deliveries(webhook=webhook["id"], state="delivered")) == 100, what="every delivery")
    assert rows(folder / "mem.db", "SELECT content FROM memories") == [("243",)]
