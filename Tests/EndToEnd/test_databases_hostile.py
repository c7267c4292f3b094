"""Databases that hang, lie or say too much, and events that are not what they seem."""

import json

import pytest

from harness.fake_postgres import AUTHENTICATION_GSS, WELCOME, authentication, farewell, message, refusal, rows as answer_rows, serving
from harness.rows import CREATING, rows

QUICK = {"max_retries": 0}
MIB = 1 << 20


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "databases"
    folder.mkdir()
    return folder


@pytest.fixture
def gateway(make_gateway, folder):
    return make_gateway(arguments=["--databases", str(folder)])


def memory(number=1, **fields):
    return {"memory_id": f"mem_{number}", "content": "Use Redis"} | fields


def flooded_with_rows(client):
    client.send(WELCOME)
    client.statement()
    beginning, row = answer_rows(MIB)
    client.send(beginning)
    client.flood(row, 400 * MIB)


def flooded_with_one_message(client):
    client.send(WELCOME)
    client.statement()
    client.send(refusal(b"x" * (100 * MIB)))


def flooded_while_connecting(client):
    client.send(authentication(0))
    client.flood(message(b"S", b"name\0" + b"x" * 1000 + b"\0"), 400 * MIB)


def flooded_with_notices(client):
    client.send(WELCOME)
    client.statement()
    client.flood(message(b"N", b"SNOTICE\0M" + b"x" * 10_000 + b"\0\0"), 400 * MIB)


@pytest.mark.parametrize("behave", [flooded_with_rows, flooded_with_one_message, flooded_while_connecting, flooded_with_notices])
def test_a_server_that_answers_without_end_is_not_listened_to(gateway, behave):
    with serving(behave) as (url, clients):
        webhook = gateway.api.add_webhook(url, pipeline=CREATING, timeout_secs=20, retry=QUICK)
        (attempt,) = gateway.api.settled(webhook, gateway.api.publish(data=memory()), timeout=25)["attempts"]
        assert attempt["failure"] == "database" and len(attempt["error"]) < 1000, attempt["error"]
        assert attempt["duration_ms"] < 15_000
        assert all(client.is_gone.wait(10) for client in clients)
        # What was sent is at most what was read and what the buffers of two sockets hold.
        assert sum(client.sent for client in clients) < 40 * MIB


@pytest.mark.parametrize("kind", [b"G", b"H", b"W"])
def test_a_server_that_begins_a_copy_is_left(gateway, kind):
    def copy(client):
        client.send(WELCOME)
        client.statement()
        client.send(message(kind, bytes(3)))

    with serving(copy) as (url, clients):
        webhook = gateway.api.add_webhook(url, pipeline=CREATING, timeout_secs=20, retry=QUICK)
        (attempt,) = gateway.api.settled(webhook, gateway.api.publish(data=memory()), timeout=15)["attempts"]
        assert (attempt["failure"], "wants to copy data" in attempt["error"]) == ("database", True), attempt
        assert clients[0].is_gone.wait(10)


@pytest.mark.parametrize("length", [20_000, MIB // 2])
def test_of_what_a_server_says_the_beginning_is_kept(gateway, length):
    def refuse(client):
        client.send(WELCOME)
        client.statement()
        client.send(refusal(b"no " + b"x" * length))

    with serving(refuse) as (url, _):
        webhook = gateway.api.add_webhook(url, pipeline=CREATING, retry=QUICK)
        delivery = gateway.api.settled(webhook, gateway.api.publish(data=memory()))
    (attempt,) = delivery["attempts"]
    assert attempt["failure"] == "database" and attempt["error"].startswith("no xxxx"), attempt["error"][:100]
    assert 500 <= len(attempt["error"]) < 600 and len(json.dumps(delivery)) < 10_000


def test_what_a_server_says_when_it_ends_the_connection_is_in_the_attempt_alone(gateway):
    def end(client):
        client.send(WELCOME)
        client.statement()
        client.send(farewell(b"out because of jane.doe"))
        client.connection.close()

    with serving(end) as (url, _):
        webhook = gateway.api.add_webhook(url, pipeline=CREATING, retry=QUICK)
        (attempt,) = gateway.api.settled(webhook, gateway.api.publish(data=memory()))["attempts"]
    assert attempt["failure"] == "connect" and "jane.doe" in attempt["error"], attempt
    shown = gateway.api.call("GET", f"/v1/webhooks/{webhook['id']}").json
    assert shown["failing"]["error"] == "the connection to the database was lost"


def test_a_password_that_was_cut_in_two_is_not_shown(gateway):
    def refuse(client):
        client.send(WELCOME)
        client.statement()
        client.send(refusal(b"x" * 495 + b"hunter2 and more"))

    with serving(refuse) as (url, _):
        webhook = gateway.api.add_webhook(url, pipeline=CREATING, retry=QUICK)
        delivery = gateway.api.settled(webhook, gateway.api.publish(data=memory()))
    assert delivery["attempts"][0]["error"].startswith("xxxx") and "hunt" not in json.dumps(delivery)


def test_a_server_that_asks_for_kerberos_does_not_get_it(make_gateway, tmp_path):
    def ask(client):
        client.send(authentication(AUTHENTICATION_GSS))

    gateway = make_gateway(start=False)
    gateway.environment = {"KRB5CCNAME": f"FILE:{tmp_path}/tickets", "KRB5_CLIENT_KTNAME": f"FILE:{tmp_path}/keys"}
    gateway.start()
    with serving(ask) as (url, _):
        webhook = gateway.api.add_webhook(url, pipeline=CREATING, timeout_secs=5, retry=QUICK)
        (attempt,) = gateway.api.settled(webhook, gateway.api.publish(data=memory()))["attempts"]
    assert attempt["failure"] == "database" and str(tmp_path) not in attempt["error"], attempt


def test_servers_that_hang_hold_no_other_database_up(gateway, folder):
    """Eighty webhooks with four deliveries each wait for one server: more than the system's queues have threads."""
    with serving(lambda client: client.send(WELCOME)) as (url, clients):
        for number in range(80):
            gateway.api.add_webhook(f"{url}{number}", ["memory.created"], pipeline=CREATING, timeout_secs=30, retry=QUICK)
        webhook = gateway.api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING, timeout_secs=10, retry=QUICK)
        gateway.api.publish_batch([{"event": "memory.created", "data": memory(n)} for n in range(4)])
        late = gateway.api.publish("memory.updated", memory(9))
        assert gateway.api.settled(webhook, late)["state"] == "delivered"
        assert len(clients) <= 16
    assert rows(folder / "mem.db", "SELECT count(*) FROM memories") == [(5,)]


def test_of_events_at_the_same_time_the_one_accepted_last_wins(gateway, folder):
    """Times of whole seconds are usual, and so are ids that say nothing about order."""
    webhook = gateway.api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING)
    for id, event, content in [("zz1", "memory.created", "first"), ("aa1", "memory.updated", "second"), ("bb1", "memory.deleted", "")]:
        published = gateway.api.publish(event, memory(content=content), id=id, timestamp="2026-04-13T10:30:00Z")
        delivery = gateway.api.settled(webhook, published)
        assert json.loads(delivery["attempts"][0]["response"]["body"])["ignored"] == 0, id
    assert rows(folder / "mem.db", "SELECT * FROM memories") == []


def test_a_time_far_ahead_does_not_shut_out_later_events(gateway, folder):
    webhook = gateway.api.add_webhook("sqlite:mem.db", ["memory.*"], pipeline=CREATING)
    for content, timestamp in [("first", "9999-12-31T00:00:00Z"), ("second", "9000-01-01T00:00:00Z")]:
        published = gateway.api.publish("memory.updated", memory(content=content), timestamp=timestamp)
        assert gateway.api.settled(webhook, published)["state"] == "delivered"
    assert rows(folder / "mem.db", "SELECT content FROM memories") == [("second",)]
