"""Each refusal is the exception that mem0ai has for it, with the gateway's words: all of them answers of a real gateway.

test_mem0_statuses.py has every status, also those that the gateway never gives.
"""

import json

import pytest
from mem0.exceptions import MemoryNotFoundError, ValidationError

from clients.mem0_client import refusal, refused
from harness.api import unique

URL = "https://your-app.com/webhook"
UNKNOWN = "wh_01980000000000000000000000000000"


def create(client, project="project", **fields):
    return client.create_webhook(**{"url": URL, "name": "Logger", "project_id": project, "event_types": ["memory_add"]} | fields)


def test_a_field_that_is_wrong_is_named(client):
    for field, value in (
        ("url", "not a URL"), ("url", "ftp://your-app.com/"), ("url", ""), ("name", ""), ("name", None), ("event_types", "memory_add"),
        ("event_types", None), ("event_types", []), ("event_types", ["memory add"]), ("event_types", [7]),
    ):
        error = refused(ValidationError, lambda: create(client, **{field: value}))
        assert error.error_code == "HTTP_400"
        assert list(error.details) == [field], (field, value, error.details)
        assert all(isinstance(text, str) and text for text in error.details[field])
        assert json.loads(str(error)) == error.details


def test_a_name_that_is_null_is_told_in_mem0s_words(client):
    assert refused(ValidationError, lambda: create(client, name=None)).details == {"name": ["This field may not be null."]}


def test_a_destination_inside_the_network_is_refused_by_its_field(strict, connect):
    error = refused(ValidationError, lambda: create(connect(strict), url="http://127.0.0.1:9/"))
    assert list(error.details) == ["url"] and "127.0.0.1" in error.details["url"][0]


def test_an_update_is_judged_like_a_new_webhook(client):
    made = create(client, unique("project"))
    for field, value in (("url", "nowhere"), ("name", ""), ("event_types", []), ("event_types", "memory_add")):
        error = refused(ValidationError, lambda: client.update_webhook(made["webhook_id"], **{field: value}))
        assert list(error.details) == [field]


def test_a_webhook_that_does_not_exist_is_not_found(client):
    for call in (lambda: client.update_webhook(UNKNOWN, name="x"), lambda: client.delete_webhook(UNKNOWN), lambda: client.delete_webhook(123)):
        error = refused(MemoryNotFoundError, call)
        assert (str(error), error.error_code) == ("Webhook not found", "HTTP_404")
        assert error.details == {"error": "Webhook not found", "detail": "Webhook not found"}


@pytest.mark.parametrize("id", ["projects", "a/b", "a?b", "../projects/p", "%2e%2e", ""])
def test_ids_that_are_none_are_refused_and_change_nothing(shared_gateway, client, id):
    """The client puts ids into the path as they are."""
    project = unique("project")
    create(client, project)
    for call in (lambda: client.delete_webhook(id), lambda: client.update_webhook(id, name="x")):
        assert refusal(call).error_code == "HTTP_404"
    (webhook,) = client.get_webhooks(project_id=project)
    assert webhook["name"] == "Logger" and shared_gateway.running
