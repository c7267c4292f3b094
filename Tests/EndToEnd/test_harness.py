"""The tests' own tools: a receiver that verifies nothing, or misses a request, would make every other test worthless."""

import hashlib
import hmac
import http.client

import pytest

from harness.express import SECRET
from harness.receiver import Reply

VECTOR = (
    '{"id":"evt_abc123","event":"memory.created","timestamp":"2026-04-13T10:30:00Z","data":{"memory_id":"mem_xyz789",'
    '"content":"We decided to use Redis for caching","namespace":"my-project","tags":["architecture","caching"],'
    '"created_at":"2026-04-13T10:30:00Z"}}'
)
VECTOR_SIGNATURE = "dbc989519f810b0002a66e3a1ff0ee29a1b01d39d40f1026ee38fbfb3384b0eb"


def post(port, path, body, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"} | (headers or {}))
        return connection.getresponse().status
    finally:
        connection.close()


def signed(body):
    return {"X-REM-Signature": hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()}


def test_the_seeds_receiver_takes_what_is_signed_right(express):
    assert signed(VECTOR)["X-REM-Signature"] == VECTOR_SIGNATURE
    assert post(express.port, "/webhooks/remlabs", VECTOR, signed(VECTOR)) == 200
    express.wait_for_line("New memory: We decided to use Redis for caching")
    (verdict,) = express.wait_for(1)
    assert (verdict.status, verdict.raw.decode(), verdict.signature) == (200, VECTOR, VECTOR_SIGNATURE)


@pytest.mark.parametrize("body", [VECTOR.replace(",", ", "), VECTOR.replace("Redis", "\\u0052edis"), VECTOR.replace("mem_xyz789", "\\/")])
def test_the_seeds_receiver_refuses_bytes_that_javascript_would_write_differently(express, body):
    assert post(express.port, "/webhooks/remlabs", body, signed(body)) == 401


def test_the_receiver_records_and_answers_as_told(receiver):
    receiver.reply("/a", Reply(500), Reply(204, headers=(("X-Team", "tide"),)))
    assert [post(receiver.port, "/a", "1"), post(receiver.port, "/a", "2"), post(receiver.port, "/a", "3")] == [500, 204, 204]
    assert post(receiver.port, "/b", "x" * 300_000, {"X-Case": "Kept"}) == 200
    assert [request.body for request in receiver.wait_for(3, path="/a")] == [b"1", b"2", b"3"]
    (other,) = receiver.wait_for(1, path="/b")
    assert (other.method, other.header("x-case"), len(other.body)) == ("POST", "Kept", 300_000)


def test_the_receiver_can_drop_a_connection(receiver):
    receiver.reply("/", Reply(close=True))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        post(receiver.port, "/", "1")


def test_a_dead_end_refuses(dead_end):
    with pytest.raises(ConnectionRefusedError):
        post(int(dead_end.url.split(":")[-1].strip("/")), "/", "1")
