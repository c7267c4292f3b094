"""Whatever comes, the ping and the four calls of Mem0's clients answer with a status that those have an exception for, and with JSON that they can read.

Never 204 or 3xx, which make them fail in their own code, and never 5xx. What they make of each status is in `Tests/Interop/test_mem0_statuses.py`.
"""

import json

import pytest

from harness.api import exchange, unique

STATUSES = (200, 201, 400, 401, 403, 404, 413)
LOGGER = {"url": "https://your-app.com/webhook", "name": "Logger", "event_types": ["memory_add"]}
MIB = 1024 * 1024
DEEP = 100_000
CALLS = {"ping": ("GET", "/v1/ping/"), "list": ("GET", "/api/v1/webhooks/projects/{project}/"), "create": ("POST", "/api/v1/webhooks/projects/{project}/"),
         "update": ("PUT", "/api/v1/webhooks/{id}/"), "delete": ("DELETE", "/api/v1/webhooks/{id}/")}
GOOD = dict.fromkeys(["create", "update"], json.dumps(LOGGER).encode())
BODIES = {
    "none": None, "empty": b"", "no JSON": b"hello", "cut": b'{"name":"x', "null": b"null", "list": b"[]", "text": b'"x"', "number": b"1", "no members": b"{}",
    "trailing": b"{}{}", "invalid UTF-8": b'{"name":"\xff"}', "lone surrogate": rb'{"name":"\ud800"}', "NUL": b'{"name":"a\x00"}', "escaped NUL": rb'{"name":"a\u0000"}',
    "UTF-16": '{"name":"x"}'.encode("utf-16"), "deep lists": b"[" * DEEP + b"]" * DEEP, "deep objects": b'{"name":' * DEEP + b"1" + b"}" * DEEP,
    "deep value": b'{"event_types":' + b"[" * DEEP + b"]" * DEEP + b"}", "huge number": b'{"is_active":1e999999}', "long number": b'{"is_active":' + b"9" * 5000 + b"}",
    "a member twice": b'{"name":"a","name":"b"}', "unknown members": b'{"project_id":7,"webhook_id":[],"secret":"s","":0}', "form": b"name=x&url=y",
    "many types": json.dumps(LOGGER | {"event_types": ["memory_add"] * 10_000}).encode(), "a long name": json.dumps(LOGGER | {"name": "x" * 2 * MIB}).encode(),
}
VALUES = [None, True, 0, -1, 1.5, "", " ", "x" * 10_000, "\u0000", "\u202e", "\ud83c\udf0a", [], [None], [[]], [{}], [""], {}, {"secret": "x"}]
HEADERS = {
    "no key": {"Authorization": None}, "an empty key": {"Authorization": "Token "}, "only a scheme": {"Authorization": "Token"}, "another scheme": {"Authorization": "Basic eDp5"},
    "a wrong key": {"Authorization": "Token nobody-has-this-key"}, "a key that is no ASCII": {"Authorization": "Token \u00e4\u00f6"}, "a long key": {"Authorization": "Token " + "x" * 10_000},
    "no type": {"Content-Type": None}, "a form": {"Content-Type": "application/x-www-form-urlencoded"}, "a broken type": {"Content-Type": ";;="},
    "only HTML": {"Accept": "text/html"}, "conditions": {"If-None-Match": "*", "If-Modified-Since": "Sun, 29 Nov 2026 12:00:00 GMT"},
    "a range": {"Range": "bytes=0-1"}, "another method": {"X-HTTP-Method-Override": "PATCH"}, "an upgrade": {"Connection": "upgrade", "Upgrade": "websocket"},
    "another origin": {"Origin": "https://evil.example"}, "expectations": {"Expect": "100-continue"}, "forwarding": {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"},
}
IDS = [
    "projects", "wh_", "wh_01980000000000000000000000000000", "123", "a/b", "a?b", "..", "%2e%2e", "%00", "%ff", "%", "%zz", "a%2Fb", "a%3Fb", "wh_%0d%0aX-Evil:1", "*", "~", "%F0%9F%8C%8A", "x" * 5000,
]
QUERIES = ["?", "?org_id=orgX&project_id=projY", "?a=1&a=2", "?%ff=%00", "?=&=&&", "?" + "a=1&" * 1000]


class Caller:
    """Sends one of the calls for a project with one webhook, and judges what is answered."""

    def __init__(self, gateway):
        self.gateway, self.project = gateway, unique("project")
        answer = self.send("create", json.dumps(LOGGER).encode())
        assert answer.status == 201, answer
        self.id = answer.json["webhook_id"]

    def send(self, call, body=None, headers=(), path=None, query=""):
        method, template = CALLS[call]
        path = path or template.format(project=self.project, id=getattr(self, "id", ""))
        sent = {"Authorization": f"Token {self.gateway.key}", "Content-Type": "application/json"} | dict(headers)
        sent = {name: value.encode() for name, value in sent.items() if value is not None}
        connection = self.gateway.api.connection()
        try:
            return exchange(connection, method, path + query, body, sent)
        finally:
            connection.close()

    def check(self, *arguments, **named):
        answer = self.send(*arguments, **named)
        assert answer.status in STATUSES, answer
        assert answer.headers["content-type"].startswith("application/json") and "location" not in answer.headers, answer
        told = answer.json
        if answer.status >= 400:
            by_field = answer.status == 400 and all(isinstance(texts, list) and texts for texts in told.values())
            assert by_field or told["detail"], answer
        assert self.gateway.running
        return answer


@pytest.fixture
def caller(shared_gateway):
    return Caller(shared_gateway)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", BODIES)
def test_bodies(caller, call, name):
    caller.check(call, BODIES[name])


@pytest.mark.parametrize("call", ["create", "update"])
@pytest.mark.parametrize("field", ["url", "name", "event_types", "is_active", "eventTypes", "isActive"])
def test_values(caller, call, field):
    for value in VALUES:
        answer = caller.check(call, json.dumps(LOGGER | {field: value}).encode())
        assert answer.status in (200, 201, 400), answer


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", HEADERS)
def test_headers(caller, call, name):
    caller.check(call, GOOD.get(call), HEADERS[name])


@pytest.mark.parametrize("call", GOOD)
@pytest.mark.parametrize("headers", [{"Content-Type": "text/xml"}, {"Content-Encoding": "gzip"}])
def test_what_no_client_sends_is_415_in_the_same_form(caller, call, headers):
    answer = caller.send(call, GOOD[call], headers)
    assert answer.status == 415 and answer.json["error"] == answer.json["detail"] and caller.gateway.running


@pytest.mark.parametrize("call", [call for call in CALLS if call != "ping"])
@pytest.mark.parametrize("id", IDS)
def test_ids_and_projects_in_the_path(caller, call, id):
    path = CALLS[call][1].replace("{project}", id).replace("{id}", id)
    caller.check(call, GOOD.get(call), path=path)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("spelling", ["/{}/", "//{}/", "/{}", "//{}"])
def test_spellings_and_queries(caller, call, spelling):
    path = spelling.format(CALLS[call][1].format(project=caller.project, id=caller.id).strip("/"))
    for query in QUERIES:
        caller.check(call, GOOD.get(call), path=path, query=query)


@pytest.mark.parametrize("call", CALLS)
def test_a_head_that_is_too_long_is_refused_before_it_is_read(caller, call):
    """It is no request yet, so that nobody knows in which form to refuse it."""
    answer = caller.send(call, GOOD.get(call), {"X-Long": "x" * 100_000})
    assert (answer.status, answer.body, answer.headers["connection"]) == (400, b"", "close") and caller.gateway.running
