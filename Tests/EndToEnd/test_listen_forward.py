"""`tidehook listen --forward`: requests go on to an app unchanged, and its answers come back."""

import http.client
import json
import socket

import pytest
from harness.cli import Cli
from harness.receiver import Reply

BODY = bytes(range(256)) + b'{"a": 1.0}\r\n'


def send(listener, method="POST", path="/", body=b"", headers=()):
    """Sends one request; returns the answer's status, its headers with lower-case names, and its body."""
    connection = http.client.HTTPConnection(listener.url.removeprefix("http://"), timeout=20)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_a_request_goes_on_unchanged_and_the_answer_comes_back(listen, receiver):
    listener = listen("--forward", receiver.url("/"))
    path = "/hooks/%C3%A9%2Fx//y?b=2&a=%20+&b="
    receiver.reply(path, Reply(418, (("X-Tea", "green"), ("Set-Cookie", "a=1"), ("Content-Type", "text/plain")), b"short \xff and stout"))
    headers = (("X-Signature", "v1=abc"), ("X-Twice", "1"), ("X-Twice", "2"), ("Content-Type", "application/x-tide"), ("User-Agent", "me/1"))
    status, answered, body = send(listener, "PUT", path, BODY, headers)
    assert (status, body, answered["x-tea"], answered["set-cookie"], answered["content-type"]) == (
        418, b"short \xff and stout", "green", "a=1", "text/plain")

    [request] = receiver.requests()
    assert (request.method, request.path, request.body) == ("PUT", path, BODY)
    passed = [(name.lower(), value) for name, value in request.headers if name.lower() not in ("host", "content-length")]
    assert passed == [(name.lower(), value) for name, value in headers]
    assert request.header("Host") == f"127.0.0.1:{receiver.port}"
    printed = listener.request()
    assert (printed["method"], printed["path"], printed["headers"]["X-Twice"]) == ("PUT", path, "1, 2")


def test_the_paths_of_requests_follow_that_of_the_app(listen, receiver):
    listener = listen("--forward", receiver.url("/base/"))
    assert send(listener, path="/hook?x=1")[0] == 200
    assert receiver.requests()[0].path == "/base/hook?x=1"


@pytest.mark.parametrize("status", [200, 204, 304, 404, 500])
def test_any_status_comes_back(listen, receiver, status):
    listener = listen("--forward", receiver.url("/"))
    receiver.reply("/", Reply(status))
    assert [send(listener)[0] for _ in range(2)] == [status, status]
    assert send(listener, "GET")[0] == status


class RawReply(Reply):
    """The bytes that `body` has, as they are."""

    def encoded(self):
        return self.body


def pipelined(listener, *heads):
    """Sends requests on one connection and returns every byte that comes back until it is closed."""
    host, port = listener.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("".join(f"{head} HTTP/1.1\r\nHost: a\r\n{more}\r\n" for head, more in heads).encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_an_answer_to_head_is_a_head_alone_and_the_next_answer_follows(listen, receiver):
    listener = listen("--forward", receiver.url("/"))
    receiver.reply("/head", RawReply(body=b"HTTP/1.1 200 OK\r\nContent-Length: 42\r\nX-App: 1\r\n\r\n"))
    receiver.reply("/next", Reply(201, body=b"next"))
    came = pipelined(listener, ("HEAD /head", ""), ("GET /next", "Connection: close\r\n"))
    first, rest = came.split(b"\r\n\r\n", 1)
    assert first.startswith(b"HTTP/1.1 200") and b"content-length: 42" in first.lower() and b"chunked" not in first.lower(), came
    assert rest.startswith(b"HTTP/1.1 201") and rest.endswith(b"\r\n\r\nnext"), came


def test_an_answer_to_head_without_a_length_ends_the_connection(listen, receiver):
    listener = listen("--forward", receiver.url("/"))
    receiver.reply("/head", RawReply(body=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
    came = pipelined(listener, ("HEAD /head", ""))
    assert came.endswith(b"\r\n\r\n") and came.count(b"\r\n\r\n") == 1 and b"chunked" not in came.lower(), came


def test_an_answer_of_its_own_to_head_has_the_length_of_one_to_get(listen):
    came = pipelined(listen(), ("HEAD /", ""), ("HEAD /", "Connection: close\r\n"))
    assert came.lower().count(b"content-length: 17\r\n") == came.count(b"\r\n\r\n") == 2, came


def test_headers_that_connection_names_stay_behind_in_both_directions(listen, receiver):
    listener = listen("--forward", receiver.url("/"))
    receiver.reply("/", Reply(200, (("Connection", "X-Back, keep-alive"), ("X-Back", "1"), ("X-Stays", "2")), b"x"))
    _, answered, _ = send(listener, headers=(("Connection", "X-There"), ("X-There", "1"), ("X-Kept", "2")))
    assert "x-back" not in answered and answered["x-stays"] == "2"
    [request] = receiver.requests()
    assert request.header("X-There") is None and request.header("X-Kept") == "2"


def test_large_bodies_pass_both_ways(listen, receiver):
    listener = listen("--forward", receiver.url("/"))
    body, answer = BODY * 20_000, b"\x1f\x8b" + BODY * 10_000
    receiver.reply("/", Reply(200, (("Content-Encoding", "gzip"),), answer))
    status, headers, received = send(listener, body=body)
    assert (status, received == answer, headers["content-encoding"]) == (200, True, "gzip")
    assert receiver.requests()[0].body == body


def test_an_app_that_is_down_is_a_502_that_says_so(listen, dead_end):
    listener = listen("--forward", dead_end.url)
    for _ in range(2):
        status, _, body = send(listener, body=b"{}")
        message = json.loads(body)["error"]["message"]
        assert status == 502 and message.startswith(f"nothing answers at {dead_end.url.rstrip('/')}: "), body
        assert listener.request()["body"] == "{}"
    assert listener.errors().count("tidehook: nothing answers at ") == 2


def test_an_app_that_hangs_up_is_a_502(listen, receiver):
    listener = listen("--forward", receiver.url("/"))
    receiver.reply("/", Reply(close=True))
    assert send(listener)[0] == 502
    receiver.reply("/", Reply(201))
    assert send(listener)[0] == 201


def test_an_app_that_hangs_does_not_hold_up_others(listen, receiver):
    listener = listen("--forward", receiver.url("/"))
    receiver.reply("/hang", Reply(hang=True))
    connection = http.client.HTTPConnection(listener.url.removeprefix("http://"), timeout=20)
    connection.request("POST", "/hang", b"x")
    receiver.wait_for(1, path="/hang")
    assert send(listener, path="/other")[0] == 200
    connection.close()
    assert send(listener, path="/other")[0] == 200


def test_deliveries_reach_the_app_with_signatures_that_hold(listen, receiver, gateway):
    listener = listen("--forward", receiver.url("/app"), "--secret", "your-webhook-secret", "--count", "1")
    webhook = gateway.api.add_webhook(f"{listener.url}/hook", secret="your-webhook-secret")
    receiver.reply("/app/hook", Reply(202, body=b"taken"))
    delivery = gateway.api.settled(webhook, gateway.api.publish(data={"n": 1}))
    assert delivery["attempts"][0]["response"]["status"] == 202
    printed = listener.request()
    assert printed["signature"]["rem"] == printed["signature"]["standard"] == "valid"
    assert receiver.requests()[0].body.decode() == printed["body"]
    assert receiver.requests()[0].header("X-REM-Signature") == printed["headers"]["X-REM-Signature"]
    assert listener.ended() == 0


@pytest.mark.parametrize("arguments, problem", [
    (("--forward", "http://127.0.0.1:1", "--status", "500"), "--forward"),
    (("--forward", "http://127.0.0.1:1", "--hang"), "--forward"),
    (("--forward", "127.0.0.1:1"), "bad --forward 127.0.0.1:1"),
    (("--forward", "http://127.0.0.1:1/?a=1"), "its own query"),
])
def test_what_cannot_be_meant_is_refused(tmp_path, arguments, problem):
    assert problem in Cli(tmp_path).run("listen", "--port", "0", *arguments, status=2).stderr
