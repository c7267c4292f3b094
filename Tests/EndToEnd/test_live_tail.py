"""`GET /v1/events/stream`: events as they are accepted."""

import socket

import pytest

from harness.api import Api
from harness.tail import Tail
from harness.waiting import eventually


@pytest.fixture
def tail(api):
    """Opens streams, all of them closed afterwards."""
    opened = []

    def open(query="", client=api, **headers):
        opened.append(Tail(client, query, **headers))
        return opened[-1]

    yield open
    for stream in opened:
        stream.close()


def ids(messages):
    return [data["id"] for _, _, data in messages]


def test_events_come_as_the_list_shows_them(api, tail):
    api.publish(data={"before": True})
    stream = tail()
    assert stream.status == 200 and stream.response.getheader("Content-Type") == "text/event-stream"
    assert stream.response.getheader("Cache-Control") == "no-store"
    assert stream.ready() == []
    sent = api.publish(data={"n": 9007199254740993, "text": "<b>\n"})
    name, cursor, data = stream.take()
    (shown, _) = api.pages("/v1/events")
    assert name == "event" and cursor and data == shown | {"truncated": False} and data["id"] == sent["id"]
    many = api.publish_batch([{"event": "x", "data": {"n": n}} for n in range(80)])
    assert many["accepted"] == 80
    assert [data["data"]["n"] for _, _, data in stream.events(80)] == list(range(80))


def test_long_data_is_left_to_those_who_open_the_event(api, tail):
    stream = tail()
    stream.ready()
    for length in (16_000, 17_000):
        api.publish(data={"text": "x" * length})
    short, long = [data for _, _, data in stream.events(2)]
    assert short["truncated"] is False and len(short["data"]["text"]) == 16_000
    assert long["truncated"] is True and long["data"] is None


def test_only_what_was_asked_for_comes(api, tail):
    streams = [tail("?event=memory.*,order.created"), tail("?namespace=b"), tail("?event=memory.*&namespace=b")]
    for stream in streams:
        stream.ready()
    wanted = [[], [], []]
    for event, namespace in [("memory.created", "a"), ("order.created", "b"), ("order.deleted", "a"), ("memory.deleted", "b")]:
        id = api.publish(event, namespace=namespace)["id"]
        matches = [event != "order.deleted", namespace == "b", event == "memory.deleted"]
        for list, match in zip(wanted, matches):
            list += [id] * match
    last = api.publish("memory.updated", namespace="b")["id"]
    for stream, list in zip(streams, wanted):
        assert ids(stream.events(len(list) + 1)) == [*list, last]


@pytest.mark.parametrize("query, field", [
    ("event=a%21", "event"), ("event=" + ",".join(["a"] * 21), "event"), ("cursor=x", "cursor"), ("cursor=x.1.2", "cursor"),
    ("limit=5", "limit")])
def test_what_is_wrong_with_a_stream_is_named(api, tail, query, field):
    stream = tail(f"?{query}")
    assert stream.status == 400 and stream.body["error"]["field"] == field, stream.body


def test_a_bad_position_is_refused(api, tail):
    stream = tail()
    stream.ready()
    api.publish("x")
    ((_, cursor, _),) = stream.events(1)
    for text in ("7", f"{cursor}.1", f"{cursor}.1.2.3", f"{cursor}.1.-2", f"{cursor}.a.b", f"{cursor}.99999999999999999999.0", f"{cursor}.+5.0", f"{cursor}.05.0"):
        refused = tail(**{"Last-Event-ID": text})
        assert (refused.status, refused.body["error"]["field"]) == (400, "Last-Event-ID")


def test_a_stream_resumes_where_it_was_cut_and_nothing_comes_twice(gateway, tail):
    api = gateway.api
    stream = tail("?event=x")
    stream.ready()
    first = [api.publish("x")["id"] for _ in range(3)]
    messages = stream.events(3)
    assert ids(messages) == first
    stream.close()
    missed = [api.publish("x", namespace=f"n{n}")["id"] for n in range(3)]
    api.publish("y")
    for headers, query in [({"Last-Event-ID": messages[1][1]}, ""), ({}, f"&cursor={messages[1][1]}")]:
        again = tail(f"?event=x{query}", **headers)
        assert ids(again.ready()) == [first[2], *missed]
        later = api.publish("x")["id"]
        assert ids(again.events(1)) == [later]
        missed.append(later)
    gateway.kill()
    gateway.start()
    after = Tail(gateway.api, "?event=x", **{"Last-Event-ID": messages[2][1]})
    assert ids(after.ready()) == missed
    after.close()


def test_who_missed_too_much_is_told_so(api, tail):
    stream = tail()
    stream.ready()
    api.publish("x")
    ((_, cursor, _),) = stream.events(1)
    stream.close()
    api.publish_batch([{"event": "x", "data": {"n": n}} for n in range(1500)])
    (skipped, *events) = tail(**{"Last-Event-ID": cursor}).ready()
    assert skipped[0] == "skipped" and skipped[2]["message"]
    assert [data["data"]["n"] for _, _, data in events] == list(range(500, 1500))


def test_who_wants_little_gets_it_whatever_others_take(api, tail):
    broad, narrow = tail(), tail("?event=rare.*")
    for stream in (broad, narrow):
        stream.ready()
    many = [{"event": "x", "data": {"n": n}} for n in range(1500)]
    many[7]["event"] = many[700]["event"] = "rare.event"
    api.publish_batch(many)
    assert [data["data"]["n"] for _, _, data in narrow.events(2)] == [7, 700]
    assert broad.take()[0] == "skipped"
    last = api.publish("rare.last")["id"]
    assert ids(narrow.events(1)) == [last]


def test_who_wanted_too_much_once_gets_all_again_beside_one_who_always_does(api, tail):
    broad, narrow = tail(), tail("?event=rare")
    for stream in (broad, narrow):
        stream.ready()
    api.publish_batch([{"event": "rare", "data": {"n": n}} for n in range(300)])
    assert narrow.take()[0] == "skipped"
    assert [data["data"]["n"] for _, _, data in narrow.events(100)] == list(range(200, 300))
    for _ in range(6):
        # Within what one reading shows of those that are rare, and far beyond it of all.
        api.publish_batch([{"event": "x" if n % 5 else "rare", "data": {"n": n}} for n in range(300)])
        messages = narrow.events(60)
        assert {name for name, _, _ in messages} == {"event"}
        assert [data["data"]["n"] for _, _, data in messages] == list(range(0, 300, 5))
    assert broad.take()[0] == "skipped"


def future_cursor():
    """The cursor of a position whose key is as high as a key gets."""
    key = 2**63 - 1
    number = key << 64 | (key ^ 0x7461_696C_0000_000A) * 0x9E37_79B9_7F4A_7C15 % 2**64
    return "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> 5 * place & 31] for place in reversed(range(26)))


@pytest.mark.parametrize("position", [future_cursor(), f"{future_cursor()}.{2**63 - 1}.{2**63 - 1}"])
def test_a_position_of_the_future_hides_nothing_from_anybody(gateway, tail, position):
    gateway.api.publish("x")
    # Nobody listens who began before.
    gateway.kill()
    gateway.start()
    first = Tail(gateway.api, **{"Last-Event-ID": position})
    assert first.status == 200, first.body
    assert first.ready() == []
    second = Tail(gateway.api)
    second.ready()
    sent = gateway.api.publish("x")["id"]
    for stream in (second, first):
        assert ids(stream.events(1)) == [sent]
        stream.close()


def test_a_limited_key_sees_its_own_and_nothing_once_it_is_removed(api, tail):
    key = api.call("POST", "/v1/keys", {"name": "team", "namespaces": ["a"]}).json
    client = Api(api.host, api.port, key["key"])
    assert tail("?namespace=b", client).status == 403
    stream = tail("", client)
    stream.ready()
    api.publish("x", namespace="b")
    own = api.publish("x", namespace="a")["id"]
    assert ids(stream.events(1)) == [own]
    assert api.call("DELETE", f"/v1/keys/{key['id']}").status == 204
    api.publish("x", namespace="a")
    assert stream.take() is None
    assert tail("", client).status == 401


def test_a_session_of_the_console_may_listen_until_it_ends(api, tail):
    answer = api.call("POST", "/console/session", {"key": api.key}, key="")
    cookie = answer.headers["set-cookie"].split(";")[0]
    stream = tail("", Api(api.host, api.port, ""), Cookie=cookie)
    stream.ready()
    event = api.publish("x")["id"]
    assert ids(stream.events(1)) == [event]
    headers = {"Cookie": cookie, "X-Tidehook-CSRF": answer.json["csrf"]}
    assert api.call("DELETE", "/console/session", headers=headers, key="").status == 204
    api.publish("x")
    assert stream.take() is None


def test_more_streams_than_there_are_places_for_are_refused_until_one_goes(api, tail):
    made = [api.call("POST", "/v1/keys", {"name": name, "namespaces": ["a"]}).json["key"] for name in "abcd"]
    clients = [api] + [Api(api.host, api.port, key) for key in made]
    streams = [tail() for _ in range(8)]
    refused = tail()
    assert refused.status == 503 and "8 live tails of this key" in refused.body["error"]["message"]
    streams += [tail(client=client) for client in clients[1:4] for _ in range(8)]
    for stream in streams:
        stream.ready()
    refused = tail(client=clients[4])
    assert refused.status == 503 and "32 live tails" in refused.body["error"]["message"]
    assert api.call("HEAD", "/v1/events/stream").status == 200
    assert api.call("GET", "/v1/about").json["counts"]["streams"] == 32
    for stream in streams[:4]:
        stream.close()
    # Nothing is written to them meanwhile: that they are gone is seen by itself.
    eventually(lambda: tail().status == 200, 10, "a place for another stream")


def test_streams_end_when_the_gateway_drains(gateway, tail):
    stream = tail()
    stream.ready()
    assert gateway.stop(timeout=10) == 0
    assert stream.take() is None
    gateway.start()


def test_a_reader_that_does_not_read_is_dropped_and_the_others_go_on(api, tail):
    deaf = socket.create_connection((api.host, api.port))
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.sendall(f"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n\r\n".encode())
    eventually(lambda: api.call("GET", "/v1/about").json["counts"]["streams"] == 1, 10, "the deaf reader's stream")
    stream = tail()
    stream.ready()
    event = {"event": "x", "data": {"text": "x" * 16_000}}

    def dropped():
        api.publish_batch([event] * 30)
        return api.call("GET", "/v1/about").json["counts"]["streams"] == 1

    eventually(dropped, 30, "the deaf reader to be dropped")
    last = api.publish("last")["id"]
    while stream.take()[2].get("id") != last:
        pass
    deaf.close()
