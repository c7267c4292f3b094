"""What mem0ai puts on the wire, row by row, what the gateway answers, and the hosts that a client may be given; read in a proxy between the two."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import pytest

from clients.mem0_client import OLDER, refusal
from harness.api import unique

LOGGER = {"url": "https://your-app.com/webhook", "name": "Memory Logger", "event_types": ["memory_add"]}
UPDATE = {"name": "Updated Logger", "url": "https://your-app.com/new-webhook", "event_types": ["memory_update", "memory_add"]}
MINE, ONE = "/api/v1/webhooks/projects/{project}/", "/api/v1/webhooks/{id}/"
UPDATED, DELETED, MISSING = ({"message": "Webhook updated successfully"}, {"message": "Webhook deleted successfully"}, {"error": "Webhook not found", "detail": "Webhook not found"})


def created(answer, project):
    """The documented object; the secret is seen by the caller, as every further member is."""
    assert list(answer) == ["webhook_id", "name", "url", "owner", "event_types", "project", "is_active", "created_at", "updated_at", "secret"]
    assert LOGGER.items() <= answer.items() and (answer["project"], answer["is_active"], answer["owner"]) == (project, True, "admin")


def listed(answer, project):
    assert isinstance(answer, list) and [row["project"] for row in answer] == [project]


def field(name):
    """400, with that field as the only key."""

    def check(answer, project):
        assert list(answer) == [name] and isinstance(answer[name], list) and answer[name][0]

    return check


def exactly(expected):
    def check(answer, project):
        assert answer == expected

    return check


# A call with a project and the id of a webhook in it: what it sends, and what is answered.
ROWS = {
    "create": (lambda c, p, id: c.create_webhook(project_id=p, **LOGGER), "POST", MINE, LOGGER, 201, created),
    "list": (lambda c, p, id: c.get_webhooks(project_id=p), "GET", MINE, None, 200, listed),
    "update": (lambda c, p, id: c.update_webhook(webhook_id=id, **UPDATE), "PUT", ONE, UPDATE, 200, exactly(UPDATED)),
    "update of the name": (lambda c, p, id: c.update_webhook(id, name="Only name"), "PUT", ONE, {"name": "Only name"}, 200, exactly(UPDATED)),
    "update of nothing": (lambda c, p, id: c.update_webhook(id), "PUT", ONE, {}, 200, exactly(UPDATED)),
    "update to an empty name": (lambda c, p, id: c.update_webhook(id, name=""), "PUT", ONE, {"name": ""}, 400, field("name")),
    "update to no types": (lambda c, p, id: c.update_webhook(id, event_types=[]), "PUT", ONE, {"event_types": []}, 400, field("event_types")),
    "delete": (lambda c, p, id: c.delete_webhook(webhook_id=id), "DELETE", ONE, None, 200, exactly(DELETED)),
    "types that are a text": (
        lambda c, p, id: c.create_webhook(project_id=p, **LOGGER | {"event_types": "memory_add"}), "POST", MINE, LOGGER | {"event_types": "memory_add"}, 400, field("event_types")),
    "types that are null": (
        lambda c, p, id: c.create_webhook(project_id=p, **LOGGER | {"event_types": None}), "POST", MINE, LOGGER | {"event_types": None}, 400, field("event_types")),
    "an id that is a number": (lambda c, p, id: c.delete_webhook(123), "DELETE", "/api/v1/webhooks/123/", None, 404, exactly(MISSING)),
    "an id with a slash": (lambda c, p, id: c.delete_webhook("a/b"), "DELETE", "/api/v1/webhooks/a/b/", None, 404, None),
    "an id with a question mark": (lambda c, p, id: c.delete_webhook("a?b"), "DELETE", "/api/v1/webhooks/a?b/", None, 404, exactly(MISSING)),
    "delete of projects": (lambda c, p, id: c.delete_webhook("projects"), "DELETE", "/api/v1/webhooks/projects/", None, 404, exactly(MISSING)),
    "update of projects": (lambda c, p, id: c.update_webhook("projects", name="x"), "PUT", "/api/v1/webhooks/projects/", {"name": "x"}, 404, exactly(MISSING)),
}
# What follows the address of the gateway, or of a proxy that takes `/mem0` away, and the target of the ping then.
HOSTS = {"": ["/v1/ping/"], "/": ["/v1/ping/", "//v1/ping/"], "/mem0": ["/v1/ping/"], "/mem0/": ["/v1/ping/", "//v1/ping/"]}


def create(client, project):
    return client.create_webhook(project_id=project, **LOGGER)


def test_the_client_is_the_pinned_one():
    file = "requirements-older.txt" if OLDER else "requirements.txt"
    assert f"mem0ai=={version('mem0ai')}\n" in (Path(__file__).parent / file).read_text()


@pytest.mark.parametrize("row", ROWS)
def test_a_call_is_sent_and_answered_as_it_was_recorded(shared_gateway, connect, proxy, row):
    call, method, path, body, status, answer = ROWS[row]
    project = unique("project")
    client = connect(shared_gateway, host=proxy.url)
    id = create(client, project)["webhook_id"]
    del proxy.passed[:]
    returned = call(client, project, id) if status < 300 else refusal(lambda: call(client, project, id)).details
    (passed,) = proxy.passed
    assert (passed.method, passed.target, passed.status) == (method, path.format(project=project, id=id), status)
    assert passed.body == (b"" if body is None else json.dumps(body, separators=(",", ":")).encode())
    assert passed.headers.get("content-type") == (None if body is None else "application/json")
    assert passed.headers["authorization"] == f"Token {shared_gateway.key}"
    assert passed.headers["mem0-user-id"] == hashlib.md5(shared_gateway.key.encode()).hexdigest()
    assert ("x-mem0-client" in passed.headers) is not OLDER
    if answer:
        answer(returned, project)


@pytest.mark.parametrize("argument", ["secret", "is_active"])
def test_what_mem0_has_no_argument_for_never_reaches_the_wire(shared_gateway, connect, proxy, argument):
    client = connect(shared_gateway, host=proxy.url)
    del proxy.passed[:]
    with pytest.raises(TypeError):
        client.create_webhook(project_id="project", **LOGGER, **{argument: True})
    assert not proxy.passed


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_works_for_the_whole_cycle(shared_gateway, connect, proxy, host):
    proxy.prefix = "/mem0" if host.startswith("/mem0") else ""
    client, project = connect(shared_gateway, host=f"{proxy.origin}{host}"), unique("project")
    made = create(client, project)
    assert [webhook["webhook_id"] for webhook in client.get_webhooks(project_id=project)] == [made["webhook_id"]]
    assert client.update_webhook(webhook_id=made["webhook_id"], name="Other") == UPDATED
    assert client.delete_webhook(webhook_id=made["webhook_id"]) == DELETED
    assert client.get_webhooks(project_id=project) == []
    assert proxy.passed[0].target in HOSTS[host]
    assert [passed.status for passed in proxy.passed] == [200, 201, 200, 200, 200, 200]


@pytest.mark.skipif(not OLDER, reason="2.0 has no org_id and project_id arguments any more")
def test_org_and_project_that_an_older_client_names_are_taken_as_a_query(shared_gateway, connect, proxy):
    client = connect(shared_gateway, host=proxy.url, org_id="orgX", project_id="projY")
    assert proxy.passed[0].target == "/v1/ping/?org_id=orgX&project_id=projY"
    create(client, unique("project"))
