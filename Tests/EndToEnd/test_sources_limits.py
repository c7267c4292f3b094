"""What a source does not take: too much, too often, in another way, or what nobody should send."""

import base64
import socket

import pytest

from harness.senders import make_source, request_of, requests_of, rerun


def raw(api, text):
    """Sends bytes as they are and returns the status line of the answer; empty when the connection ends without one."""
    with socket.create_connection((api.host, api.port), timeout=10) as connection:
        try:
            connection.sendall(text)
            return connection.makefile("rb").readline().decode().strip()
        except ConnectionError:
            return ""


def test_a_body_of_any_bytes_is_kept_as_it_is(api):
    sender = make_source(api)
    body = bytes(range(256)) * 3
    assert sender.send(body).json == {"accepted": 1}
    (row,) = requests_of(api, sender.source)
    assert row["body_bytes"] == len(body)
    shown = request_of(api, sender.source, row["id"])["request"]
    assert shown["body"] is None
    assert base64.b64decode(shown["body_base64"]) == body


@pytest.mark.parametrize("body", [b'{"broken":', b"[1,", b"\x00", b"[" * 5000, b'{"a":1}x', b"nul", b'"\xff"', b"", b"NaN", b"1e999"])
def test_a_source_without_code_takes_whatever_comes(shared_gateway, body):
    api = shared_gateway.api
    sender = make_source(api)
    assert sender.send(body, {"Content-Type": "application/json"}).json == {"accepted": 1}
    (row,) = requests_of(api, sender.source)
    assert row["state"] == "accepted"


def test_a_body_is_as_long_as_the_source_says(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api, max_body_bytes=1000)
    assert sender.send(b"x" * 1000).status == 200
    assert sender.send(b"x" * 1001).status == 413
    assert sender.send(b"x" * 5_000_000).status == 413
    line = raw(api, f"POST {sender.source['url']} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + b"7d0\r\n" + b"x" * 2000)
    assert " 413 " in line
    assert len(requests_of(api, sender.source)) == 1


def test_ten_mebibytes_are_taken_where_they_are_allowed(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api, max_body_bytes=10_485_760)
    assert sender.send(b"x" * 10_485_760).status == 200
    assert api.call("POST", "/v1/sources", {"name": "a", "verify": {"scheme": "none"}, "max_body_bytes": 10_485_761}).status == 400


def test_methods_and_media_types_are_ruled(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api, methods=["POST", "PUT"], content_types=["application/json"])
    for method in ("GET", "DELETE", "PATCH"):
        answer = sender.send({}, method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "POST, PUT")
    assert sender.send({}, {"Content-Type": "text/plain"}).status == 415
    assert sender.send({}, {"Content-Type": "application/json; charset=utf-8"}, method="PUT").status == 200
    rows = requests_of(api, sender.source)
    assert [(row["state"], row["status"]) for row in rows] == [("accepted", 200), ("rejected", 415), ("rejected", 405)]
    assert 'got "text/plain"' in rows[1]["reason"] and 'got "PATCH"' in rows[2]["reason"]
    api.call("PATCH", f"/v1/sources/{sender.source['id']}", {"content_types": []})
    assert [rerun(api, sender.source, row["id"]).json["state"] for row in rows[1:]] == ["accepted", "rejected"]


def test_a_rate_is_kept_and_says_when_to_come_again(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api, rate_limit={"count": 3, "per_secs": 3600})
    answers = [sender.send({}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert 1000 < int(answers[3].headers["retry-after"]) <= 1200
    assert answers[3].error["code"] == "rate_limited"


def test_unknown_and_inactive_sources_are_not_there(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api, active=False)
    assert sender.send({}).status == 404
    for path in ("/in/", "/in/x", "/in/src_00000000000000000000000000", "/in/%00", "/in/src_../x"):
        assert api.call("POST", path, {}, key="").status == 404, path
    assert " 404 " in raw(api, b"POST /in/%ff%fe HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")


def test_headers_of_any_bytes_and_too_many_of_them_do_no_harm(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api)
    head = f"POST {sender.source['url']} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n".encode()
    assert " 200 " in raw(api, head + b"X-Odd: \xff\xfe \xc3\r\n\r\n{}")
    refused = raw(api, head + b"X-Big: " + b"a" * 200_000 + b"\r\n\r\n{}")
    assert refused == "" or " 4" in refused
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(500))
    refused = raw(api, head + many + b"\r\n{}")
    assert refused == "" or " 4" in refused
    assert sender.send({}).status == 200


def test_a_sender_that_hangs_in_the_middle_blocks_nobody(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api)
    hanging = []
    for _ in range(50):
        connection = socket.create_connection((api.host, api.port), timeout=10)
        connection.sendall(f"POST {sender.source['url']} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
        hanging.append(connection)
    assert sender.send({}).status == 200
    for connection in hanging:
        connection.close()
    assert len(requests_of(api, sender.source)) == 1


def test_what_is_kept_is_bounded(shared_gateway):
    api = shared_gateway.api
    sender = make_source(api, verify={"scheme": "github"}, secret="s", max_body_bytes=10_485_760)
    assert sender.github({"n": 1}, "s").status == 200
    for _ in range(8):
        assert sender.send(b"x" * 10_000_000).status == 401
    states = [row["state"] for row in requests_of(api, sender.source)]
    assert states == ["rejected"] * 6 + ["accepted"]
