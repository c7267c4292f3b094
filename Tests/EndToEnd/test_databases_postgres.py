"""Webhooks whose receiver is a PostgreSQL database: a real server of the test's own."""

import json
import socket
import threading

import pytest

from harness.gateway import LOOPBACK
from harness.postgres import PASSWORD, Postgres
from harness.rows import CREATING, SCRIPT, operation
from harness.waiting import eventually

QUICK = {"max_retries": 0}
MARKED = "p%40ss"


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def database(postgres):
    """The server with an empty database."""
    if not postgres.process:
        postgres.start()
    postgres.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION app")
    return postgres


def memory(number=1, **fields):
    return {"memory_id": f"mem_{number}", "content": "Use Redis", "namespace": "my-project", "tags": ["architecture"]} | fields


def done(delivery):
    assert delivery["state"] == "delivered", delivery
    return json.loads(delivery["attempts"][-1]["response"]["body"])


def hidden(gateway, *answers):
    """The password is in nothing that anybody sees."""
    texts = [json.dumps(answer) for answer in answers] + [gateway.stderr(1_000_000)]
    assert not any(secret in text for text in texts for secret in (PASSWORD, MARKED, "hunter2"))


def test_created_updated_deleted(gateway, database):
    api = gateway.api
    webhook = api.add_webhook(database.url(), ["memory.*"], pipeline=CREATING)
    assert webhook["url"] == f"postgres://app:***@127.0.0.1:{database.port}/notes" and webhook["name"] == "127.0.0.1"
    delivery = api.settled(webhook, api.publish(data=memory(), timestamp="2026-04-13T10:30:00Z"))
    assert done(delivery) == {"upserted": 1, "deleted": 0, "ignored": 0}
    (attempt,) = delivery["attempts"]
    assert (attempt["request"]["method"], attempt["request"]["url"]) == ("UPSERT", webhook["url"])
    assert attempt["phases"]["connect_ms"] is not None
    select = "SELECT memory_id, content, tags, tags->>0, namespace, created_at = '2026-04-13T10:30:00Z' FROM memories"
    assert database.query(select) == [("mem_1", "Use Redis", '["architecture"]', "architecture", "my-project", "t")]
    done(api.settled(webhook, api.publish("memory.updated", memory(content="Use Valkey"))))
    assert database.query("SELECT content FROM memories") == [("Use Valkey",)]
    assert done(api.settled(webhook, api.publish("memory.deleted", memory())))["deleted"] == 1
    assert database.query("SELECT * FROM memories") == []
    hidden(gateway, webhook, delivery, api.call("GET", "/v1/webhooks").json, api.call("GET", f"/v1/webhooks/{webhook['id']}/revisions").json)


def test_ten_lines_of_script_do_it_too(api, database):
    database.as_app("CREATE TABLE memories (memory_id text PRIMARY KEY, content text, tags text[], namespace text, updated_at timestamptz)")
    webhook = api.add_webhook(database.url(), ["memory.*"], script=SCRIPT)
    tags = ["a,b", 'quo"te', "back\\slash", "{}", "NULL", "", " "]
    done(api.settled(webhook, api.publish(data=memory(tags=tags))))
    assert json.loads(database.query("SELECT to_json(tags) FROM memories")[0][0]) == tags
    done(api.settled(webhook, api.publish("memory.updated", memory(tags=[]))))
    assert database.query("SELECT tags FROM memories") == [("{}",)]
    assert done(api.settled(webhook, api.publish("memory.deleted", memory())))["deleted"] == 1


def test_out_of_order_events_end_where_order_would(api, database):
    webhook = api.add_webhook(database.url(), ["memory.*"], pipeline=CREATING)
    late = [("memory.deleted", "2026-04-13T10:33:00Z", 0), ("memory.updated", "2026-04-13T10:32:00Z", 1), ("memory.created", "2026-04-13T10:31:00Z", 1)]
    for event, time, ignored in late:
        assert done(api.settled(webhook, api.publish(event, memory(), timestamp=time)))["ignored"] == ignored
    assert database.query("SELECT table_name, row_key, deleted FROM tidehook_rows") == [("memories", '{"memory_id":"mem_1"}', "t")]
    done(api.settled(webhook, api.publish("memory.created", memory(content="again"), timestamp="2026-04-13T10:34:00Z")))
    assert database.query("SELECT content FROM memories") == [("again",)]


def test_of_events_at_the_same_time_the_one_accepted_last_wins(api, database):
    webhook = api.add_webhook(database.url(), ["memory.*"], pipeline=CREATING)
    for id in ("evt_B", "evt_A", "evt_a", "evt_0"):
        done(api.settled(webhook, api.publish("memory.updated", memory(content=id), id=id, timestamp="2026-04-13T10:31:00Z")))
    assert database.query("SELECT content FROM memories") == [("evt_0",)]


def test_kill_9_in_between_loses_nothing_and_doubles_nothing(gateway, database):
    database.as_app("CREATE TABLE memories (memory_id text PRIMARY KEY, content text, writes integer DEFAULT 0)")
    database.as_app("CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.writes = OLD.writes + 1; RETURN NEW; END'")
    database.as_app("CREATE TRIGGER counted BEFORE UPDATE ON memories FOR EACH ROW EXECUTE FUNCTION counted()")
    script = operation('{ table = "memories", key = { memory_id = event.data.memory_id }, values = { content = event.data.content } }')
    webhook = gateway.api.add_webhook(database.url(), ["memory.*"], script=script)
    for round in range(3):
        gateway.api.publish_batch([{"event": "memory.created", "data": memory(n)} for n in range(round * 100, round * 100 + 100)])
        eventually(lambda: int(database.query("SELECT count(*) FROM memories")[0][0]) > round * 100 + 20, what="some rows")
        gateway.kill()
        gateway.start()
    eventually(lambda: len(gateway.api.deliveries(webhook=webhook["id"], state="delivered")) == 300, 30.0, "every delivery")
    assert database.query("SELECT count(*), sum(writes) FROM memories") == [("300", "0")]


@pytest.mark.parametrize(("body", "error"), [
    ('{ table = "notes", key = { id = "x" }, values = { content = json.null } }', 'null value in column "content"'),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a", owner = 7 } }', "violates foreign key constraint"),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a", nope = 7 } }', 'column "nope" of relation "notes" does not exist'),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a", n = "many" } }', "invalid input syntax for type integer"),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a", n = 2147483648 } }', "out of range"),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a\\0b" } }', "NUL character"),
    ('{ table = "notes", key = { id = "x" }, values = { content = "a", data = { "a\\0b" } } }', "unsupported Unicode escape sequence"),
    ('{ table = "nope", key = { id = "x" }, values = { content = "a" } }', 'relation "nope" does not exist'),
    ('{ table = "nope", key = { id = "x" }, delete = true }', 'relation "nope" does not exist'),
    ('{ table = "notes", key = { content = "x" }, values = { owner = 1 } }', "table notes needs a unique index on (content)"),
    ('{ table = [[notes" SET content = "x"; --]], key = { id = "x" }, delete = true }', "does not exist"),
    ('{ table = "notes", key = { ["id\\" = \\"id\\" OR \\"id"] = "x" }, delete = true }', "does not exist"),
    ('{ table = "pg_authid", key = { rolname = "x" }, delete = true }', "is a table of the database itself"),
])
def test_what_cannot_be_done_is_a_failed_attempt_and_undone(api, database, body, error):
    database.as_app("CREATE TABLE owners (id integer PRIMARY KEY)")
    database.as_app("CREATE TABLE notes (id text PRIMARY KEY, content text NOT NULL, owner integer REFERENCES owners, n integer, data jsonb)")
    database.as_app("INSERT INTO notes VALUES ('kept', 'kept')")
    webhook = api.add_webhook(database.url(), script=operation(body), retry=QUICK)
    delivery = api.settled(webhook, api.publish())
    (attempt,) = delivery["attempts"]
    assert (delivery["state"], attempt["failure"]) == ("dead", "database") and error in attempt["error"], attempt
    assert database.query("SELECT id, content FROM notes") == [("kept", "kept")]
    assert database.query("SELECT to_regclass('tidehook_rows') IS NULL") == [("t",)], "the failed transaction made nothing either"


def test_values_are_cast_to_their_columns_types(api, database):
    columns = {
        "t": "text", "i": "bigint", "d": "double precision", "n": "numeric", "b": "boolean", "j": "jsonb", "js": "json", "ta": "text[]", "ia": "integer[]",
        "m": "integer[]", "ja": "jsonb[]", "at": "timestamptz", "u": "uuid", "v": "varchar(3)",
    }
    database.as_app(f"CREATE TABLE notes (id text PRIMARY KEY, {', '.join(f'{name} {type}' for name, type in columns.items())})")
    webhook = api.add_webhook(database.url(), script=operation('{ table = "notes", key = { id = event.id }, values = event.data }'))
    uuid = "a15577bd-ffaa-519c-8728-1d03d291bebd"
    data = {
        "t": "'); DROP TABLE notes; --\u202e🎉", "i": 2**63 - 1, "d": 1.5, "n": 12345678901, "b": True, "j": "text", "js": {"b": [], "a": 1}, "ta": ["x", None],
        "ia": [1, 2], "m": [[1, 2], [3, 4]], "ja": [{"a": 1}, "x", [1]], "at": "2026-04-13T10:30:00Z", "u": uuid, "v": "abc",
    }
    done(api.settled(webhook, api.publish(data=data)))
    (row,) = database.query("SELECT row_to_json(notes) FROM notes")
    kept = json.loads(row[0])
    assert kept.pop("at").startswith("2026-04-13T10:30:00") and kept.pop("id")
    assert kept == {name: value for name, value in data.items() if name != "at"}
    nulls = api.settled(webhook, api.publish(data=dict.fromkeys(columns)))
    assert done(nulls)["upserted"] == 1
    assert database.query("SELECT count(*) FROM notes WHERE num_nulls(j, js, ta, t, i) = 5") == [("1",)]


def test_a_changed_table_is_learned_again(api, database):
    database.as_app("CREATE TABLE notes (id text PRIMARY KEY, v text)")
    retry = {"max_retries": 3, "initial_delay_secs": 0.05, "multiplier": 1}
    webhook = api.add_webhook(database.url(), script=operation('{ table = "notes", key = { id = "x" }, values = { v = { "a" } } }'), retry=retry)
    done(api.settled(webhook, api.publish()))
    assert database.query("SELECT v FROM notes") == [('["a"]',)]
    database.as_app("ALTER TABLE notes ALTER v TYPE text[] USING NULL")
    done(api.settled(webhook, api.publish()))
    assert database.query("SELECT v FROM notes") == [("{a}",)]


def test_a_role_that_may_not_make_tables_uses_those_that_are_there(api, database):
    webhook = api.add_webhook(database.url(), ["memory.*"], pipeline=CREATING)
    done(api.settled(webhook, api.publish(data=memory(1))))
    database.query("ALTER SCHEMA public OWNER TO postgres; GRANT USAGE ON SCHEMA public TO app")
    other = api.add_webhook(database.url(query="?sslmode=disable"), ["memory.*"], pipeline=CREATING)
    done(api.settled(other, api.publish(data=memory(2))))
    assert database.query("SELECT count(*) FROM memories") == [("2",)]


def test_a_server_that_is_down_then_up(gateway, database):
    api = gateway.api
    retry = {"max_retries": 50, "initial_delay_secs": 0.1, "multiplier": 1}
    webhook = api.add_webhook(database.url(), ["memory.*"], pipeline=CREATING, retry=retry)
    done(api.settled(webhook, api.publish(data=memory(1))))
    database.stop()
    event = api.publish(data=memory(2))
    waiting = api.settled(webhook, event, states=("retrying",))
    assert waiting["attempts"][0]["failure"] == "connect", waiting["attempts"][0]
    hidden(gateway, waiting)
    database.start()
    done(api.settled(webhook, event, timeout=20))
    assert database.query("SELECT count(*) FROM memories") == [("2",)]


def test_a_restart_between_deliveries_is_not_noticed(api, database):
    """The kept connection is closed by then: the delivery is made over a fresh one, in the same attempt."""
    webhook = api.add_webhook(database.url(), ["memory.*"], pipeline=CREATING, retry=QUICK)
    done(api.settled(webhook, api.publish(data=memory(1))))
    database.stop()
    database.start()
    done(api.settled(webhook, api.publish(data=memory(2))))


@pytest.mark.parametrize(("change", "failure", "error"), [
    ({"password": "hunter2"}, "database", "password authentication failed"), ({"database": "nope"}, "database", 'database "nope" does not exist'),
    ({"query": "?sslmode=require"}, "tls", "does not support SSL"), ({"query": "?sslmode=verify-full"}, "tls", "does not support SSL"),
])
def test_a_refused_login_is_a_failed_attempt_that_shows_no_password(gateway, database, change, failure, error):
    webhook = gateway.api.add_webhook(database.url(**change), pipeline=CREATING, retry=QUICK)
    delivery = gateway.api.settled(webhook, gateway.api.publish(data=memory()))
    (attempt,) = delivery["attempts"]
    assert error in attempt["error"] and attempt["failure"] in (failure, "database"), attempt
    hidden(gateway, webhook, delivery)


def test_tls_is_used_and_checked_as_the_url_says(gateway, database):
    database.stop()
    database.start(tls=True)
    try:
        secure = gateway.api.add_webhook(database.url(query="?sslmode=require"), ["memory.*"], pipeline=CREATING, retry=QUICK)
        done(gateway.api.settled(secure, gateway.api.publish(data=memory())))
        assert ("t",) in database.query("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'tidehook'")
        for mode in ("verify-ca", "verify-full"):
            url, script = database.url(host="localhost", query=f"?sslmode={mode}"), operation('{ table = "memories", key = { memory_id = "x" }, delete = true }')
            webhook = gateway.api.add_webhook(url, [f"tls.{mode}"], script=script, retry=QUICK)
            (attempt,) = gateway.api.settled(webhook, gateway.api.publish(f"tls.{mode}"))["attempts"]
            assert attempt["failure"] == "tls" and "certificate verify failed" in attempt["error"], attempt
    finally:
        database.stop()
        database.start()


def test_a_password_can_be_kept_and_changed(gateway, database):
    api = gateway.api
    webhook = api.add_webhook(database.url(password="hunter2"), ["memory.*"], pipeline=CREATING, retry=QUICK)
    changed = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"url": database.url()})
    kept = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"url": changed.json["url"], "name": "sync"})
    assert (changed.json["revision"], kept.json["revision"], kept.json["url"]) == (2, 3, webhook["url"])
    diff = api.call("GET", f"/v1/webhooks/{webhook['id']}/revisions/diff?from=1&to=2").json
    hidden(gateway, changed.json, kept.json, diff)
    done(api.settled(webhook, api.publish(data=memory())))
    assert gateway.stop() == 0
    gateway.start()
    done(gateway.api.settled(webhook, gateway.api.publish(data=memory(2))))
    refused = gateway.api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"url": webhook["url"].replace("127.0.0.1", "127.0.0.2")})
    assert refused.status == 400 and "expected the password itself" in refused.error["message"]


def test_addresses_are_judged_when_saved_and_when_connecting(make_gateway, database):
    gateway = make_gateway(allow=None)
    answer = gateway.api.call("POST", "/v1/webhooks", {"url": database.url(), "events": ["*"]})
    assert (answer.status, answer.error["field"]) == (400, "url") and "--allow-destinations 127.0.0.1" in answer.error["message"]
    assert gateway.stop() == 0
    gateway.allow = LOOPBACK
    gateway.start()
    webhook = gateway.api.add_webhook(database.url(host="localhost"), pipeline=CREATING, retry=QUICK)
    done(gateway.api.settled(webhook, gateway.api.publish(data=memory())))
    assert gateway.stop() == 0
    gateway.allow = None
    gateway.start()
    delivery = gateway.api.settled(webhook, gateway.api.publish(data=memory(2)))
    assert (delivery["state"], delivery["attempts"][0]["failure"]) == ("dead", "blocked")
    assert database.query("SELECT count(*) FROM memories") == [("1",)]


def test_the_environment_has_no_say(make_gateway, database):
    """Neither variables of libpq nor a password file: what a URL does not say is not filled in."""
    gateway = make_gateway(start=False)
    (gateway.folder / ".pgpass").write_text(f"*:*:*:*:{PASSWORD}\n")
    (gateway.folder / ".pgpass").chmod(0o600)
    gateway.environment = {"PGPASSWORD": PASSWORD, "PGHOSTADDR": "127.0.0.9", "PGPORT": "1", "PGOPTIONS": "-c search_path=nowhere"}
    gateway.start()
    open_url = database.url().replace(":p%40ss%2Fw%3Ard%3F%25@", "@")
    delivery = gateway.api.settled(
        gateway.api.add_webhook(open_url, ["memory.created"], pipeline=CREATING, retry=QUICK), gateway.api.publish(data=memory()))
    assert "no password supplied" in delivery["attempts"][0]["error"]
    webhook = gateway.api.add_webhook(database.url(), ["memory.updated"], pipeline=CREATING)
    done(gateway.api.settled(webhook, gateway.api.publish("memory.updated", memory())))
    assert database.query("SELECT count(*) FROM public.memories") == [("1",)]


def test_a_locked_row_is_waited_for_and_then_a_timeout(api, database):
    webhook = api.add_webhook(database.url(), ["memory.*"], pipeline=CREATING, timeout_secs=0.5, retry=QUICK)
    done(api.settled(webhook, api.publish(data=memory())))
    with database.holding("LOCK TABLE memories"):
        delivery = api.settled(webhook, api.publish("memory.updated", memory(content="late")))
        assert (delivery["state"], delivery["attempts"][0]["failure"]) == ("dead", "timeout")
        eventually(lambda: database.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == [("0",)], what="the statement's end")
    done(api.settled(webhook, api.publish("memory.updated", memory(content="free"))))
    assert database.query("SELECT content FROM memories") == [("free",)]


def test_a_server_that_never_answers_is_a_timeout_and_holds_nobody_up(gateway, receiver):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgres://app:hunter2@127.0.0.1:{silent.getsockname()[1]}/notes"
        webhook = gateway.api.add_webhook(url, ["memory.created"], pipeline=CREATING, timeout_secs=1, retry=QUICK)
        gateway.api.add_webhook(receiver.url())
        events = [gateway.api.publish(data=memory(n)) for n in range(20)]
        receiver.wait_for(20, timeout=5)
        for event in events:
            delivery = gateway.api.settled(webhook, event)
            assert delivery["attempts"][0]["failure"] in ("timeout", "connect"), delivery["attempts"][0]
        hidden(gateway, delivery)


def test_a_server_that_says_the_password_back_does_not_get_it_shown(gateway):
    def refuse(connection):
        """Asks for the password in clear text, and has it in its refusal (PostgreSQL documentation, chapter "Frontend/Backend Protocol")."""
        stream = connection.makefile("rwb")
        read = lambda: stream.read(int.from_bytes(stream.read(4), "big") - 4)
        if read() == (80877103).to_bytes(4, "big"):
            stream.write(b"N")
            stream.flush()
            read()
        stream.write(b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big"))
        stream.flush()
        stream.read(1)
        fields = b"SFATAL\0C28P01\0Mnobody has the password " + read().rstrip(b"\0") + b"\0\0"
        stream.write(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)
        stream.flush()

    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=lambda: refuse(server.accept()[0]), daemon=True)
        answering.start()
        url = f"postgres://app:hunter2@127.0.0.1:{server.getsockname()[1]}/notes"
        webhook = gateway.api.add_webhook(url, pipeline=CREATING, retry=QUICK)
        delivery = gateway.api.settled(webhook, gateway.api.publish(data=memory()))
        answering.join(5)
    assert "nobody has the password <secret>" in delivery["attempts"][0]["error"], delivery["attempts"][0]
    hidden(gateway, delivery, gateway.api.deliveries())


def test_many_deliveries_at_once_do_not_deadlock(api, database):
    """Each delivery writes the same rows, in an order of its own."""
    database.as_app("CREATE TABLE notes (id integer PRIMARY KEY, content text)")
    script = """
        function transform(event)
          local list = {}
          for n = 1, 10 do
            local id = event.data.n % 2 == 0 and n or 11 - n
            list[n] = { table = "notes", key = { id = id }, values = { content = event.id } }
          end
          return list
        end
    """
    webhook = api.add_webhook(database.url(), ["memory.*"], script=script, retry=QUICK)

    def publish(client):
        api.publish_batch([{"event": "memory.created", "data": {"n": client * 50 + n}} for n in range(50)])

    threads = [threading.Thread(target=publish, args=(client,)) for client in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: len(api.deliveries(webhook=webhook["id"], state="delivered")) == 200, 30.0, "every delivery")
    assert database.query("SELECT count(*), count(DISTINCT content) FROM notes") == [("10", "1")]
    assert database.query("SELECT deadlocks FROM pg_stat_database WHERE datname = 'notes'") == [("0",)]
