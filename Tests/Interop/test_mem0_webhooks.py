"""mem0ai manages webhooks as its documentation shows, and their deliveries are Mem0's payloads and nothing more."""

import hashlib
import hmac
import json
import re
from datetime import datetime

import pytest
from standardwebhooks import Webhook

from harness.api import unique

URL = "https://your-app.com/webhook"
ID = "a1b2c3d4-e5f6-4g7h-8i9j-k0l1m2n3o4p5"
UPDATED, DELETED = {"message": "Webhook updated successfully"}, {"message": "Webhook deleted successfully"}
PAYLOADS = {
    "memory_add": ("memory.created", {"memory_id": ID, "content": "Name is Alex"}, {"id": ID, "data": {"memory": "Name is Alex"}, "event": "ADD"}),
    "memory_update": (
        "memory.updated", {"memory_id": ID, "content": "Name is Åsa 🎉"}, {"id": ID, "data": {"memory": "Name is Åsa 🎉"}, "event": "UPDATE"}),
    "memory_delete": (
        "memory.deleted", {"memory_id": ID, "content": "Name is Alex"}, {"id": ID, "data": {"memory": "Name is Alex"}, "event": "DELETE"}),
    "memory_categorize": (
        "memory.categorized", {"memory_id": ID, "categories": ["hobbies", "travel"]},
        {"event": "CATEGORIZE", "memory_id": ID, "categories": ["hobbies", "travel"]}),
}


@pytest.fixture
def project():
    return unique("project")


def create(client, project, **fields):
    return client.create_webhook(**{"url": URL, "name": "Memory Logger", "project_id": project, "event_types": ["memory_add"]} | fields)


def test_create_returns_the_documented_object(client, project):
    webhook = create(client, project)
    assert re.fullmatch(r"wh_[A-Za-z0-9_-]+", webhook["webhook_id"])
    assert (webhook["name"], webhook["url"], webhook["event_types"]) == ("Memory Logger", URL, ["memory_add"])
    assert webhook["is_active"] is True
    assert (type(webhook["owner"]), type(webhook["project"])) == (str, str) and webhook["owner"] and webhook["project"]
    for field in ("created_at", "updated_at"):
        assert datetime.fromisoformat(webhook[field]).tzinfo is not None


def test_get_returns_the_projects_webhooks_and_no_secret(client, project):
    made = [create(client, project, name=name) for name in ("first", "second")]
    create(client, unique("other-project"))
    listed = client.get_webhooks(project_id=project)
    assert isinstance(listed, list)
    assert listed == [{name: value for name, value in webhook.items() if name != "secret"} for webhook in made]


def test_get_of_a_project_without_webhooks_is_an_empty_list(client, project):
    assert client.get_webhooks(project_id=project) == []


def test_update_changes_what_is_given_and_keeps_the_rest(client, project):
    webhook = create(client, project)
    answer = client.update_webhook(
        name="Updated Logger", url="https://your-app.com/new-webhook", event_types=["memory_update", "memory_add"],
        webhook_id=webhook["webhook_id"])
    assert answer == UPDATED
    (changed,) = client.get_webhooks(project_id=project)
    assert (changed["name"], changed["url"]) == ("Updated Logger", "https://your-app.com/new-webhook")
    assert changed["event_types"] == ["memory_update", "memory_add"]
    assert client.update_webhook(webhook["webhook_id"], name="Only name") == UPDATED
    (renamed,) = client.get_webhooks(project_id=project)
    assert renamed | {"name": 0, "updated_at": 0} == changed | {"name": 0, "updated_at": 0}
    assert renamed["name"] == "Only name"


def test_an_update_of_nothing_is_taken(client, project):
    webhook = create(client, project)
    assert client.update_webhook(webhook["webhook_id"]) == UPDATED
    assert client.get_webhooks(project_id=project)[0] | {"secret": 0} == webhook | {"secret": 0}


def test_delete_removes_it(client, project):
    webhook = create(client, project)
    assert client.delete_webhook(webhook_id=webhook["webhook_id"]) == DELETED
    assert client.get_webhooks(project_id=project) == []


@pytest.mark.parametrize("given,shown", [
    ("memory_add", "memory_add"), ("memory:add", "memory_add"), ("memory:update", "memory_update"), ("memory_delete", "memory_delete"),
    ("memory_categorize", "memory_categorize"), ("ingest_job_completed", "ingest_job_completed"), ("ingest_job_failed", "ingest_job_failed"),
    ("ingest_job_partially_completed", "ingest_job_partially_completed"), ("ingest_job_cancelled", "ingest_job_cancelled"),
])
def test_every_event_type_is_shown_in_mem0s_spelling(client, project, given, shown):
    assert create(client, project, event_types=[given])["event_types"] == [shown]


def test_both_dialects_see_the_same_webhooks(shared_gateway, client, project):
    webhook = create(client, project, event_types=["memory_add", "memory_delete"])
    native = shared_gateway.api.call("GET", f"/v1/webhooks/{webhook['webhook_id']}").json
    assert (native["id"], native["name"], native["url"], native["namespace"]) == (webhook["webhook_id"], "Memory Logger", URL, project)
    assert native["events"] == ["memory.created", "memory.deleted"]
    assert [stage["plugin"] for stage in native["pipeline"]] == ["mem0"]
    other = shared_gateway.api.add_webhook(URL, ["memory.created"], namespace=project, name="native")
    assert {listed["webhook_id"] for listed in client.get_webhooks(project_id=project)} == {webhook["webhook_id"], other["id"]}
    assert client.delete_webhook(other["id"]) == DELETED
    assert shared_gateway.api.call("GET", f"/v1/webhooks/{other['id']}").status == 404


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_delivery_is_mem0s_payload_and_nothing_more(shared_gateway, shared_receiver, client, project, name):
    kind, data, details = PAYLOADS[name]
    webhook = create(client, project, url=shared_receiver.url(f"/{project}"), event_types=[name])
    event = shared_gateway.api.publish(kind, data, namespace=project)
    (request,) = shared_receiver.wait_for(1, path=f"/{project}")
    assert json.loads(request.body) == {"event_details": details}
    assert (request.method, request.header("Content-Type"), request.header("X-Mem0-Event")) == ("POST", "application/json", name)
    delivery = shared_gateway.api.settled({"id": webhook["webhook_id"]}, event)
    assert (request.header("X-Mem0-Delivery"), request.header("webhook-id")) == (delivery["id"], event["id"])
    check_signatures(request, webhook["secret"])


def check_signatures(request, secret):
    """In both forms that Mem0's receivers check, and as Standard Webhooks' library does."""
    expected = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    assert (request.header("X-Mem0-Signature"), request.header("X-Mem0-Signature-256")) == (expected, f"sha256={expected}")
    headers = {name.lower(): value for name, value in request.headers}
    assert Webhook(secret).verify(request.body, headers) == json.loads(request.body)


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_of_mem0_that_is_published_arrives_as_it_was(shared_gateway, shared_receiver, client, project, name):
    _, _, details = PAYLOADS[name]
    create(client, project, url=shared_receiver.url(f"/{project}"), event_types=[name])
    answer = shared_gateway.api.call("POST", "/v1/events", {"event_details": details, "namespace": project})
    assert (answer.status, answer.json["deliveries"]) == (202, 1), answer
    (request,) = shared_receiver.wait_for(1, path=f"/{project}")
    assert json.loads(request.body) == {"event_details": details}


def test_only_the_projects_events_of_the_chosen_types_are_delivered(shared_gateway, shared_receiver, client, project):
    create(client, project, url=shared_receiver.url(f"/{project}"), event_types=["memory_add"])
    publish = shared_gateway.api.publish
    data = {"memory_id": ID, "content": "Name is Alex"}
    assert publish("memory.created", data, namespace=unique("elsewhere"))["deliveries"] == 0
    assert publish("memory.updated", data, namespace=project)["deliveries"] == 0
    assert publish("memory.created", data, namespace=project)["deliveries"] == 1
    shared_receiver.wait_for(1, path=f"/{project}")


def test_a_deleted_webhook_gets_nothing(shared_gateway, client, project):
    webhook = create(client, project)
    client.delete_webhook(webhook["webhook_id"])
    assert shared_gateway.api.publish("memory.created", {"memory_id": ID, "content": "x"}, namespace=project)["deliveries"] == 0
