"""Bad input gets a 4xx that says what is wrong and where, never a 5xx, and never ends the process."""

import json
import socket

import pytest

from harness.refusals import check

GOOD = {"url": "https://example.com/hook", "events": ["memory.created"]}
MEMORY = {"event": "memory.created", "data": {"memory_id": "mem_1"}}
TWO_MIB = b"x" * (2 * 1024 * 1024)
DEEP = 100_000


RAW = {
    "empty": b"",
    "not JSON": b"hello",
    "truncated": b'{"event":"memory.created","data":{"a":1}',
    "truncated string": b'{"event":"memory.cre',
    "two values": b'{"event":"a.b","data":{}}{"event":"a.b","data":{}}',
    "trailing comma": b'{"event":"a.b","data":{},}',
    "NUL bytes": b'{"event":"a.b","data":{"x":"a\x00b"}}',
    "only NUL bytes": b"\x00" * 100,
    "NUL after the value": b'{"event":"a.b","data":{}}\x00',
    "control character in a string": b'{"event":"a.b","data":{"x":"a\nb"}}',
    "invalid UTF-8": b'{"event":"a.b","data":{"x":"\xff\xfe"}}',
    "overlong UTF-8": b'{"event":"a.b","data":{"x":"\xc0\xaf"}}',
    "surrogate in UTF-8": b'{"event":"a.b","data":{"x":"\xed\xa0\x80"}}',
    "cut UTF-8": b'{"event":"a.b","data":{"x":"\xe2\x80"}}',
    "byte order mark of UTF-16": '{"event":"a.b","data":{}}'.encode("utf-16"),
    "depth 100 000, arrays": b'{"event":"a.b","data":{"x":' + b"[" * DEEP + b"]" * DEEP + b"}}",
    "depth 100 000, objects": b'{"event":"a.b","data":' + b'{"x":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "depth 100 000, open": b"[" * DEEP,
    "depth 129": b'{"event":"a.b","data":' + b'{"x":' * 129 + b"1" + b"}" * 129 + b"}",
    "NaN": b'{"event":"a.b","data":{"x":NaN}}',
    "leading zero": b'{"event":"a.b","data":{"x":01}}',
    "hexadecimal": b'{"event":"a.b","data":{"x":0x10}}',
    "single quotes": b"{'event':'a.b','data':{}}",
    "comment": b'{"event":"a.b","data":{}} // no',
    "bad escape": rb'{"event":"a.b","data":{"x":"\q"}}',
    "array": b"[]",
    "string": b'"memory.created"',
    "null": b"null",
}


@pytest.mark.parametrize("path", ["/v1/events", "/v1/webhooks"])
@pytest.mark.parametrize("name", RAW)
def test_bodies_that_are_not_a_json_object(strict, path, name):
    check(strict, strict.api.call("POST", path, RAW[name]), (400, 422))


TOO_LONG = {"junk": TWO_MIB, "JSON": b'{"event":"a.b","data":{"x":"' + TWO_MIB + b'"}}'}


@pytest.mark.parametrize("path", ["/v1/events", "/v1/webhooks"])
@pytest.mark.parametrize("name", TOO_LONG)
def test_bodies_of_two_mebibytes(strict, path, name):
    check(strict, strict.api.call("POST", path, TOO_LONG[name]), 413)


def test_an_event_of_two_mebibytes_in_a_batch(strict):
    """A batch may be longer than one event, but no event in it may."""
    batch = strict.api.publish_batch(b"[" + TOO_LONG["JSON"] + b',{"event":"a.b","data":{}}]')
    assert (batch["accepted"], [row["index"] for row in batch["rejected"]]) == (1, [0])
    check(strict, strict.api.call("POST", "/v1/events/batch", TWO_MIB), (400, 413))
    check(strict, strict.api.call("POST", "/v1/events/batch", b" " * (17 << 20)), 413)


def test_a_body_that_does_not_say_how_long_it_is(strict):
    connection = strict.api.connection()
    try:
        connection.request("POST", "/v1/events", iter([b"x" * 65536] * 32), strict.api.headers(), encode_chunked=True)
    except (BrokenPipeError, ConnectionResetError):
        pass
    answer = connection.getresponse()
    assert answer.status == 413, answer.read()
    connection.close()
    assert strict.running


EVENTS = {
    "no event": ({"data": {}}, "event"),
    "event of a wrong type": (MEMORY | {"event": 5}, "event"),
    "event null": (MEMORY | {"event": None}, "event"),
    "event empty": (MEMORY | {"event": ""}, "event"),
    "event with spaces": (MEMORY | {"event": "memory created"}, "event"),
    "event with NUL": (MEMORY | {"event": "memory\x00created"}, "event"),
    "event with a wildcard": (MEMORY | {"event": "memory.*"}, "event"),
    "event too long": (MEMORY | {"event": "a" * 1000}, "event"),
    "no data": ({"event": "memory.created"}, "data"),
    "data null": (MEMORY | {"data": None}, "data"),
    "data a string": (MEMORY | {"data": "x"}, "data"),
    "data an array": (MEMORY | {"data": []}, "data"),
    "id of a wrong type": (MEMORY | {"id": 5}, "id"),
    "id empty": (MEMORY | {"id": ""}, "id"),
    "id with a space": (MEMORY | {"id": "evt 1"}, "id"),
    "id with NUL": (MEMORY | {"id": "evt\x00"}, "id"),
    "id with a line break": (MEMORY | {"id": "evt\r\nX-Evil: 1"}, "id"),
    "id not ASCII": (MEMORY | {"id": "évt"}, "id"),
    "id too long": (MEMORY | {"id": "e" * 129}, "id"),
    "timestamp of a wrong type": (MEMORY | {"timestamp": 5}, "timestamp"),
    "timestamp not RFC 3339": (MEMORY | {"timestamp": "yesterday"}, "timestamp"),
    "timestamp without a zone": (MEMORY | {"timestamp": "2026-04-13T10:30:00"}, "timestamp"),
    "timestamp of no day": (MEMORY | {"timestamp": "2026-02-30T10:30:00Z"}, "timestamp"),
    "namespace of a wrong type": (MEMORY | {"namespace": 5}, "namespace"),
    "namespace empty": (MEMORY | {"namespace": ""}, "namespace"),
    "namespace too long": (MEMORY | {"namespace": "n" * 1000}, "namespace"),
    "unknown field": (MEMORY | {"evnet": 1}, "evnet"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_events(strict, name):
    body, field = EVENTS[name]
    check(strict, strict.api.call("POST", "/v1/events", body), (400, 422), field)


def hook(**fields):
    return GOOD | fields


WEBHOOKS = {
    "no url": ({"events": ["*"]}, "url"),
    "url of a wrong type": (hook(url=5), "url"),
    "url null": (hook(url=None), "url"),
    "no events": ({"url": GOOD["url"]}, "events"),
    "events empty": (hook(events=[]), "events"),
    "events a string": (hook(events="memory.created"), "events"),
    "events of wrong types": (hook(events=[5]), "events"),
    "events with an empty one": (hook(events=[""]), "events"),
    "events with a bad pattern": (hook(events=["memory.**"]), "events"),
    "events with NUL": (hook(events=["a\x00b"]), "events"),
    "namespace of a wrong type": (hook(namespace=5), "namespace"),
    "secret of a wrong type": (hook(secret=5), "secret"),
    "secret empty": (hook(secret=""), "secret"),
    "secret not base64 after whsec_": (hook(secret="whsec_***"), "secret"),
    "name of a wrong type": (hook(name=5), "name"),
    "name too long": (hook(name="n" * 1000), "name"),
    "script of a wrong type": (hook(script=5), "script"),
    "script that does not compile": (hook(script="function filter(\n  return true\nend"), "script"),
    "script and pipeline": (hook(script="function filter() return true end", pipeline=[]), None),
    "pipeline of a wrong type": (hook(pipeline="mem0"), "pipeline"),
    "pipeline with an unknown plugin": (hook(pipeline=[{"plugin": "no-such-plugin"}]), "pipeline"),
    "signing of a wrong type": (hook(signing="rem"), "signing"),
    "signing with an unknown scheme": (hook(signing=["rot13"]), "signing"),
    "headers of a wrong type": (hook(headers=5), "headers"),
    "headers with a bad name": (hook(headers={"a b": "c"}), "headers"),
    "headers with a line break": (hook(headers={"X-A": "b\r\nX-Evil: 1"}), "headers"),
    "headers with Host": (hook(headers={"Host": "example.net"}), "headers"),
    "headers with Content-Length": (hook(headers={"Content-Length": "1"}), "headers"),
    "headers with Transfer-Encoding": (hook(headers={"Transfer-Encoding": "chunked"}), "headers"),
    "headers with the mark of a test": (hook(headers={"x-tidehook-test": "true"}), "headers"),
    "headers with a challenge": (hook(headers={"X-Tidehook-Challenge": {"secret": "x"}}), "headers"),
    "ordering by all data": (hook(ordering={"key": "data"}), "ordering"),
    "ordering by an element": (hook(ordering={"key": "data.tags[0]"}), "ordering"),
    "batch by all data": (hook(batch={"max_events": 2, "max_wait_secs": 1, "key": "data"}), "batch"),
    "retry of a wrong type": (hook(retry=5), "retry"),
    "retries negative": (hook(retry={"max_retries": -1}), "retry"),
    "retries too many": (hook(retry={"max_retries": 101}), "retry"),
    "retries a fraction": (hook(retry={"max_retries": 1.5}), "retry"),
    "retry delay zero": (hook(retry={"initial_delay_secs": 0}), "retry"),
    "retry delay a string": (hook(retry={"initial_delay_secs": "5"}), "retry"),
    "retry multiplier below one": (hook(retry={"multiplier": 0.5}), "retry"),
    "retry jitter above one": (hook(retry={"jitter": 2}), "retry"),
    "unknown field of retry": (hook(retry={"max_retires": 3}), "retry"),
    "timeout zero": (hook(timeout_secs=0), "timeout_secs"),
    "timeout too long": (hook(timeout_secs=1e9), "timeout_secs"),
    "timeout a string": (hook(timeout_secs="5"), "timeout_secs"),
    "active of a wrong type": (hook(active="yes"), "active"),
    "unknown field": (hook(evnets=["*"]), "evnets"),
    "id given": (hook(id="wh_mine"), "id"),
}


@pytest.mark.parametrize("name", WEBHOOKS)
def test_webhooks(strict, name):
    body, field = WEBHOOKS[name]
    check(strict, strict.api.call("POST", "/v1/webhooks", body), (400, 422), field)
    assert strict.api.call("GET", "/v1/webhooks").json["data"] == []


def test_a_script_that_does_not_compile_is_told_its_line(strict):
    answer = strict.api.call("POST", "/v1/webhooks", hook(script="function filter(event)\n  return true\nend\n\nfunction transform(\n"))
    check(strict, answer, (400, 422), "script")
    assert "6" in answer.error["message"] or "5" in answer.error["message"], answer


def test_changes_are_checked_as_strictly(strict):
    webhook = strict.api.add_webhook(**GOOD)
    path = f"/v1/webhooks/{webhook['id']}"
    try:
        for url in ("http://127.0.0.1", "http://localhost", "ftp://example.com/"):
            check(strict, strict.api.call("PATCH", path, {"url": url}), (400, 422), "url")
        check(strict, strict.api.call("PATCH", path, {"events": []}), (400, 422), "events")
        check(strict, strict.api.call("PATCH", path, {"script": "function filter("}), (400, 422), "script")
        check(strict, strict.api.call("PATCH", path, {"no_such": 1}), (400, 422), "no_such")
        assert strict.api.call("GET", path).json["revision"] == 1
    finally:
        assert strict.api.call("DELETE", path).status == 204


@pytest.mark.parametrize("method,path", [
    ("GET", "/v1/webhooks"), ("POST", "/v1/webhooks"), ("GET", "/v1/webhooks/wh_x"), ("POST", "/v1/events"), ("POST", "/v1/events/batch"),
    ("GET", "/v1/events"), ("GET", "/v1/deliveries"), ("GET", "/v1/deliveries/dlv_x"), ("POST", "/v1/deliveries/dlv_x/replay"),
])
@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer wrong-key-wrong-key"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"},
    {"Authorization": "Basic ZW5kOnRvLWVuZA=="}, {"Authorization": "end-to-end-admin-key"},
    {"Authorization": "Bearer end-to-end-admin-ke"}, {"Authorization": "Bearer end-to-end-admin-key2"},
], ids=["none", "wrong", "empty", "scheme alone", "basic", "bare", "shorter", "longer"])
def test_a_missing_or_wrong_key(strict, method, path, headers):
    body = GOOD if method == "POST" else None
    check(strict, strict.api.call(method, path, body, headers=headers, key=""), 401)


@pytest.mark.parametrize("scheme", ["Bearer", "Token", "bearer", "token"])
def test_both_schemes_carry_the_key(strict, scheme):
    assert strict.api.call("GET", "/v1/webhooks", headers={"Authorization": f"{scheme} {strict.api.key}"}, key="").status == 200


@pytest.mark.parametrize("method,path", [
    ("GET", "/v1/webhooks/wh_none"), ("PATCH", "/v1/webhooks/wh_none"), ("DELETE", "/v1/webhooks/wh_none"), ("GET", "/v1/events/evt_none"),
    ("GET", "/v1/deliveries/dlv_none"), ("POST", "/v1/deliveries/dlv_none/replay"),
    ("GET", "/v1/webhooks/wh_01890a5d000000000000000000000000"),
    ("GET", "/v1/events/%00"), ("GET", "/v1/deliveries/" + "x" * 3000), ("GET", "/v1/nothing"), ("GET", "/"), ("GET", "/v2/webhooks"),
])
def test_unknown_ids_and_paths(strict, method, path):
    body = {"name": "x"} if method == "PATCH" else None
    check(strict, strict.api.call(method, path, body), 404)


@pytest.mark.parametrize("method,path", [
    ("PUT", "/v1/webhooks"), ("DELETE", "/v1/webhooks"), ("PUT", "/v1/events"), ("DELETE", "/v1/events"), ("PATCH", "/v1/events"),
    ("PUT", "/v1/events/evt_1"), ("DELETE", "/v1/deliveries"), ("POST", "/v1/deliveries"),
    ("PATCH", "/v1/deliveries/dlv_1"), ("GET", "/v1/deliveries/dlv_1/replay"), ("POST", "/healthz"), ("PUT", "/v1/webhooks/wh_1"),
])
def test_wrong_methods(strict, method, path):
    answer = strict.api.call(method, path, b"{}" if method in ("PUT", "PATCH", "POST") else None)
    check(strict, answer, 405)
    assert answer.headers["allow"] and method not in answer.headers["allow"].replace(" ", "").split(",")


def test_the_same_id_with_other_content(strict):
    first = MEMORY | {"id": "evt_twice", "timestamp": "2026-04-13T10:30:00Z"}
    assert strict.api.publish(**first)["duplicate"] is False
    assert strict.api.publish(**first)["duplicate"] is True
    spaced = json.dumps(first, indent=2).encode()
    assert strict.api.call("POST", "/v1/events", spaced).json["duplicate"] is True, "white space is no difference"
    for change in ({"data": {"memory_id": "mem_2"}}, {"event": "memory.deleted"}, {"namespace": "elsewhere"}):
        check(strict, strict.api.call("POST", "/v1/events", first | change), 409)


def test_the_same_idempotency_key_with_other_content(strict):
    def send(body):
        return strict.api.call("POST", "/v1/events", body, headers={"Idempotency-Key": "order-1"})

    first, second = send(MEMORY), send(MEMORY)
    assert (first.json["duplicate"], second.json["duplicate"], second.json["id"]) == (False, True, first.json["id"])
    check(strict, send(MEMORY | {"data": {"other": 1}}), 409)


def test_one_bad_event_of_a_batch_stops_only_itself(strict):
    answer = strict.api.publish_batch([MEMORY, {"event": 5, "data": {}}, MEMORY, "text", {"event": "a.b", "data": {}, "extra": 1}])
    assert answer["accepted"] == 2
    assert [row["index"] for row in answer["rejected"]] == [1, 3, 4]
    assert answer["rejected"][0]["error"]["field"] == "event" and answer["rejected"][2]["error"]["field"] == "extra"


def test_a_batch_of_lines(strict):
    lines = b'{"event":"a.b","data":{}}\n{"event":"a.b","data":[]}\n\n{"event":"a.b","data":{}}\n'
    answer = strict.api.call("POST", "/v1/events/batch", lines, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status == 202, answer
    assert answer.json["accepted"] == 2 and len(answer.json["rejected"]) == 1


@pytest.mark.parametrize("body", [b"", b"7", b'"text"', b'{"event"', b"[1,", b"[[]", b"\x00", b"[" * DEEP])
def test_bodies_that_are_no_batch(strict, body):
    answer = strict.api.call("POST", "/v1/events/batch", body)
    if answer.status == 202:
        assert answer.json["accepted"] == 0 and answer.json["rejected"], "a line that is no event is told as such"
    else:
        check(strict, answer, (400, 422))


def test_a_span_that_starts_before_all_time_is_refused(strict):
    check(strict, strict.api.call("GET", "/v1/events?since=999999999d"), 400, "since")


@pytest.mark.parametrize("query,field", [
    ("limit=abc", "limit"), ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=99999999999999999999", "limit"), ("state=bogus", "state"),
    ("cursor=%ff", None), ("cursor=%00", "cursor"), ("cursor=bogus", "cursor"), ("since=yesterday", "since"),
    ("webhook=%20", "webhook"), ("no_such=1", "no_such"),
])
def test_query_parameters(strict, query, field):
    check(strict, strict.api.call("GET", f"/v1/deliveries?{query}"), (400, 422), field)


@pytest.mark.parametrize("raw", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\x00" * 1000, b"GET / HTTP/9.9\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
    b"GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
], ids=lambda raw: repr(raw[:30]))
def test_what_is_not_http(strict, raw):
    """Whatever comes over the socket, the process goes on to serve the next one."""
    connection = strict.api.connection(5)
    connection.connect()
    try:
        connection.sock.sendall(raw)
        connection.sock.shutdown(1)
        head = connection.sock.recv(65536)
        assert not head.startswith(b"HTTP/1.1 5") or head.startswith(b"HTTP/1.1 505"), head[:200]
    except (ConnectionError, TimeoutError):
        pass
    finally:
        connection.close()
    assert strict.api.call("GET", "/healthz").status == 200


@pytest.mark.parametrize("path, key, status", [
    ("/v1/events", True, 413), ("/v1/events", False, 401), ("/v1/nothing", True, 404), ("/v1/events/batch/more", True, 404), ("/v1/plugins", True, 405),
    ("/v1/dry-runs", True, 413), ("/v1/webhooks/wh_00000000000000000000000000/test", True, 413)])
def test_who_sends_all_before_it_reads_and_wants_the_connection_closed_is_answered(strict, path, key, status):
    """As Python's urllib does. Buffers take some mebibytes, so that less is no test."""
    body = b"a" * (24 << 20)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    head += f"Authorization: Bearer {strict.api.key}\r\n\r\n" if key else "\r\n"
    answer = said_all(strict, head.encode() + body)
    assert int(answer.split()[1]) == status
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]


def said_all(gateway, request):
    """The answer to who sends everything before it reads until the end."""
    with socket.create_connection((gateway.api.host, gateway.api.port), 20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_same_without_a_length(strict):
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer {strict.api.key}\r\n\r\n"
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    answer = said_all(strict, head.encode() + chunk * 24 + b"0\r\n\r\n")
    assert int(answer.split()[1]) == 413
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_head_has_no_body_where_the_connection_ends(strict, body):
    answer = said_all(strict, b"HEAD /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == 404 and b"content-length" in head.lower()
    assert rest == b""


def test_who_waits_for_a_word_before_the_body_is_disconnected_with_the_refusal(strict):
    head = b"POST /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 30000000\r\n\r\n"
    assert int(said_all(strict, head).split()[1]) == 404


@pytest.mark.parametrize("path", ["/v1/dry-runs", "/v1/webhooks/wh_00000000000000000000000000/test"])
def test_a_refusal_comes_though_the_connection_would_go_on(strict, path):
    """Those that watch whether their client goes must not wait for the rest of a body."""
    body = b"a" * 900_000
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nAuthorization: Bearer {strict.api.key}\r\n\r\n"
    with socket.create_connection((strict.api.host, strict.api.port), 20) as connection:
        connection.sendall(head.encode() + body)
        assert int(connection.recv(65536).split()[1]) == 415


def test_a_tail_takes_no_body(strict):
    """A body that nobody reads would keep the place of a client that is gone."""
    for _ in range(10):
        head = f"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {4 << 20}\r\nAuthorization: Bearer {strict.api.key}\r\n\r\n"
        assert int(said_all(strict, head.encode() + b"a" * (4 << 20)).split()[1]) == 413
