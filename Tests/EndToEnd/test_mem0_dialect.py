"""Mem0's wire contract, with the requests that its clients send: every row that does not need the clients themselves."""

import hashlib
import hmac
import json

import pytest
from standardwebhooks import Webhook

from harness.api import Answer

PROJECT = "/api/v1/webhooks/projects/proj_123/"
LOGGER = {"name": "Memory Logger", "event_types": ["memory_add"]}
REQUIRED = ["This field is required."]
ADD = {"event_details": {"id": "a1b2c3d4-e5f6-4g7h-8i9j-k0l1m2n3o4p5", "data": {"memory": "Name is Alex"}, "event": "ADD"}}
CATEGORIZE = {"event_details": {"event": "CATEGORIZE", "memory_id": "a1-4g7h", "categories": ["hobbies", "travel"]}}


class Mem0:
    """Sends what the Python client sends, header by header."""

    def __init__(self, gateway, key=None, extra=None):
        self.api, key = gateway.api, gateway.key if key is None else key
        self.headers = {
            "Authorization": f"Token {key}", "Mem0-User-ID": hashlib.md5(key.encode()).hexdigest(), "X-Mem0-Client": "mem0-python/2.2.1",
            "User-Agent": "python-httpx/0.28.1", "Accept": "*/*", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive",
        } | (extra or {})

    def call(self, method, path, body=None, **headers):
        connection = self.api.connection()
        try:
            sent = self.headers | ({"Content-Type": "application/json"} if body is not None else {}) | headers
            connection.request(method, path, None if body is None else body if isinstance(body, bytes) else json.dumps(body), sent)
            response = connection.getresponse()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
        finally:
            connection.close()

    def add(self, url, project=PROJECT, **fields):
        answer = self.call("POST", project, {"url": url, **LOGGER, **fields})
        assert answer.status == 201, answer
        return answer.json


@pytest.fixture
def mem0(gateway):
    return Mem0(gateway)


@pytest.fixture(scope="module")
def shared(shared_gateway):
    return Mem0(shared_gateway)


@pytest.mark.parametrize("path", ["/v1/ping/", "/v1/ping", "//v1/ping/", "/v1/ping/?org_id=orgX&project_id=projY"])
def test_the_ping_has_what_the_constructor_needs(shared, path):
    answer = shared.call("GET", path)
    assert (answer.status, answer.json["status"]) == (200, "ok")
    assert all(isinstance(answer.json[name], str) and answer.json[name] for name in ("org_id", "project_id"))
    assert answer.json["user_email"] is None
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("key", ["wrong-key", "Ä"])
def test_a_bad_key_has_a_detail(shared_gateway, key):
    answer = Mem0(shared_gateway, key).call("GET", "/v1/ping/")
    assert answer.status == 401 and answer.json["detail"] == answer.json["error"] != ""


def test_the_whole_cycle_is_as_it_was_recorded(mem0, receiver):
    created = mem0.add(receiver.url())
    listed = mem0.call("GET", PROJECT)
    assert listed.status == 200 and listed.json == [{name: value for name, value in created.items() if name != "secret"}]
    path = f"/api/v1/webhooks/{created['webhook_id']}/"
    body = {"name": "Updated Logger", "url": receiver.url("/new"), "event_types": ["memory_update", "memory_add"]}
    updated = mem0.call("PUT", path, body)
    assert (updated.status, updated.json) == (200, {"message": "Webhook updated successfully"})
    assert {name: mem0.call("GET", PROJECT).json[0][name] for name in body} == body
    assert mem0.call("PUT", path, {"name": "Only name"}).status == 200
    assert mem0.call("PUT", path, {}).status == 200
    removed = mem0.call("DELETE", path)
    assert (removed.status, removed.json) == (200, {"message": "Webhook deleted successfully"})
    assert mem0.call("GET", PROJECT).json == []


def test_a_new_webhook_has_every_documented_field(mem0, receiver):
    webhook = mem0.add(receiver.url())
    assert list(webhook) == ["webhook_id", "name", "url", "owner", "event_types", "project", "is_active", "created_at", "updated_at", "secret"]
    assert webhook["name"] == "Memory Logger" and webhook["event_types"] == ["memory_add"]
    assert (webhook["owner"], webhook["project"], webhook["is_active"]) == ("admin", "proj_123", True)
    assert webhook["webhook_id"].replace("_", "").isalnum() and webhook["webhook_id"] != "projects"


@pytest.mark.parametrize("body,problems", [
    ({}, {"url": REQUIRED, "name": REQUIRED, "event_types": REQUIRED}),
    ({"url": "https://a.com", "event_types": ["memory_add"]}, {"name": REQUIRED}),
    ({"url": "https://a.com", "name": "", "event_types": []}, {"name": ["This field may not be blank."], "event_types": ["This list may not be empty."]}),
    ({"url": None, "name": None, "event_types": None}, dict.fromkeys(["url", "name", "event_types"], ["This field may not be null."])),
])
def test_bad_fields_are_keyed_by_their_names(shared, body, problems):
    answer = shared.call("POST", PROJECT, body)
    assert (answer.status, answer.json) == (400, problems)


@pytest.mark.parametrize("field,value", [
    ("event_types", "memory_add"), ("event_types", ["memory_ad"]), ("event_types", [None]), ("event_types", {"a": 1}), ("url", "not a url"),
    ("url", "http://169.254.169.254/"), ("name", "x" * 201), ("is_active", "yes"),
])
def test_each_bad_value_is_told_on_create_and_update(shared, shared_receiver, field, value):
    webhook = shared.add(shared_receiver.url())
    created = shared.call("POST", PROJECT, {"url": shared_receiver.url(), **LOGGER, field: value})
    updated = shared.call("PUT", f"/api/v1/webhooks/{webhook['webhook_id']}/", {field: value})
    for answer in (created, updated):
        assert answer.status == 400 and list(answer.json) == [field] and answer.json[field][0]


@pytest.mark.parametrize("method,path,status", [
    ("PUT", "/api/v1/webhooks/projects/", 404), ("DELETE", "/api/v1/webhooks/projects/", 404), ("PUT", "/api/v1/webhooks/wh_nope/", 404),
    ("DELETE", "/api/v1/webhooks/wh_nope/", 404), ("GET", "/api/v1/webhooks/wh_nope/", 405), ("DELETE", PROJECT, 405),
    ("POST", "/v1/ping/", 405),
])
def test_what_is_not_there_has_error_and_detail(shared, method, path, status):
    answer = shared.call(method, path, {} if method in ("PUT", "POST") else None)
    assert answer.status == status and answer.json["error"] == answer.json["detail"]
    if status == 404:
        assert answer.json["error"] == "Webhook not found"


@pytest.mark.parametrize("path", ["/api/v1/webhooks/a/b/", "/api/v1/webhooks/a?b/"])
def test_ids_that_break_the_path_are_refused_and_nothing_more(shared, path):
    assert shared.call("DELETE", path).status == 404


def test_a_body_that_is_too_large_is_413(shared):
    answer = shared.call("POST", PROJECT, {"name": "x" * (1 << 20)})
    assert answer.status == 413 and answer.json["detail"]


def test_what_the_javascript_client_sends_is_understood(shared_gateway, shared_receiver):
    browserlike = {"user-agent": "node", "accept-language": "*", "sec-fetch-mode": "cors", "Mem0-User-ID": "", "Content-Type": "application/json"}
    mem0 = Mem0(shared_gateway, extra=browserlike)
    project = mem0.call("GET", "/v1/ping/").json["project_id"]
    path = f"/api/v1/webhooks/projects/{project}/"
    old = mem0.call("POST", path, {"eventTypes": ["memory_add"], "projectId": "other", "name": "n", "url": shared_receiver.url()})
    assert (old.status, old.json["event_types"], old.json["project"]) == (201, ["memory_add"], project)
    new = mem0.call("POST", path, {"url": shared_receiver.url(), "name": "n", "event_types": ["memory:update"]})
    assert (new.status, new.json["event_types"]) == (201, ["memory_update"])
    id = old.json["webhook_id"]
    assert mem0.call("PUT", f"/api/v1/webhooks/{id}/", {"webhookId": id, "eventTypes": ["memory_delete"]}).status == 200
    assert {row["webhook_id"]: row["event_types"] for row in mem0.call("GET", path).json}[id] == ["memory_delete"]
    assert mem0.call("DELETE", f"/api/v1/webhooks/{id}/").status == 200


def test_changes_are_revisions_for_both_dialects(mem0, receiver):
    id = mem0.add(receiver.url())["webhook_id"]
    mem0.call("PUT", f"/api/v1/webhooks/{id}/", {"name": "Two"})
    mem0.api.call("PATCH", f"/v1/webhooks/{id}", {"events": ["memory.created", "memory.recalled"]})
    revisions = mem0.api.call("GET", f"/v1/webhooks/{id}/revisions").json["data"]
    assert [(row["revision"], row["made_by"], row["changed"]) for row in revisions] == [
        (3, "admin", ["events"]), (2, "admin", ["name"]), (1, "admin", None)]
    assert mem0.call("GET", PROJECT).json[0]["event_types"] == ["memory_add", "memory.recalled"]


def deliver(mem0, receiver, body, **fields):
    """Publishes a body for a webhook that Mem0's client made, and returns what arrived, and the webhook."""
    webhook = mem0.add(receiver.url(), event_types=["memory_add", "memory_update", "memory_delete", "memory_categorize"], **fields)
    answer = mem0.api.call("POST", "/v1/events", {"namespace": "proj_123", **body})
    assert answer.status == 202 and answer.json["deliveries"] == 1, answer
    (request,) = receiver.wait_for(1)
    return request, webhook


@pytest.mark.parametrize("body,event", [
    ({"event": "memory.created", "data": {"memory_id": ADD["event_details"]["id"], "content": "Name is Alex", "tags": ["a"]}}, "memory_add"),
    (ADD, "memory_add"),
])
def test_deliveries_have_mem0s_payload_and_nothing_more(mem0, receiver, body, event):
    request, _ = deliver(mem0, receiver, body)
    assert json.loads(request.body) == ADD
    assert request.header("X-Mem0-Event") == event
    assert request.header("X-Mem0-Delivery").startswith("dlv_")
    assert request.header("Content-Type") == "application/json"
    assert request.header("X-REM-Signature") is None


def test_categorize_comes_back_as_it_went_in(mem0, receiver):
    request, _ = deliver(mem0, receiver, CATEGORIZE)
    assert json.loads(request.body) == CATEGORIZE and request.header("X-Mem0-Event") == "memory_categorize"


def test_every_signature_verifies_with_the_secret_of_the_201(mem0, receiver):
    request, webhook = deliver(mem0, receiver, ADD)
    code = hmac.new(webhook["secret"].encode(), request.body, hashlib.sha256).hexdigest()
    assert request.header("X-Mem0-Signature") == code
    assert request.header("X-Mem0-Signature-256") == f"sha256={code}"
    assert Webhook(webhook["secret"]).verify(request.body, {name.lower(): value for name, value in request.headers}) == ADD


def test_a_script_for_rems_payload_finds_its_names_in_mem0s_events(api, receiver):
    api.add_webhook(receiver.url(), script="function transform(event) return event.data.memory_id .. ': ' .. event.data.content end")
    assert api.call("POST", "/v1/events/batch", [ADD]).json["accepted"] == 1
    (request,) = receiver.wait_for(1)
    assert request.body == b"a1b2c3d4-e5f6-4g7h-8i9j-k0l1m2n3o4p5: Name is Alex"


def test_events_of_other_projects_and_types_do_not_arrive(mem0, receiver):
    mem0.add(receiver.url())
    for body in ({**ADD, "namespace": "other"}, {"event": "memory.updated", "namespace": "proj_123", "data": {"memory_id": "m", "content": "x"}}):
        assert mem0.api.call("POST", "/v1/events", body).json["deliveries"] == 0
