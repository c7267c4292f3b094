"""What mem0ai makes of answers that Tidehook itself never gives, because something in front of it answers in its place.

With test_mem0_constructor.py and test_mem0_errors.py these are all rows of the clients' tables, of pings and of statuses. They hold what the dialect
relies on (a ping with both ids as strings, `detail` beside `error`, JSON in every answer) to what the pinned clients really do.
"""

import json

import pytest
from mem0.exceptions import MemoryError, NetworkError, RateLimitError, ValidationError
from pydantic import ValidationError as ModelError

from clients.mem0_client import refusal, refused
from clients.proxy import Proxy

PING = "/v1/ping/"
WEBHOOKS = "/api/v1/webhooks/"
IDS = {"status": "ok", "org_id": "org", "project_id": "project", "user_email": None}


@pytest.fixture
def proxy(shared_gateway):
    proxy = Proxy(shared_gateway)
    yield proxy
    proxy.close()


@pytest.fixture
def behind(shared_gateway, connect, proxy):
    """Connects a client through the proxy, which may answer the ping itself."""
    return lambda: connect(shared_gateway, host=proxy.url)


def encoded(value):
    return json.dumps(value).encode()


@pytest.mark.parametrize("body", [{}, {"status": "ok"}, {"status": "ok", "org_id": "org"}, {"status": "ok", "project_id": "project"}])
def test_a_ping_without_both_ids_makes_no_client_that_has_a_project(proxy, behind, body):
    proxy.replace(PING, 200, encoded(body))
    with pytest.raises(ValueError) as caught:
        behind().project.get()
    assert "org_id and project_id must be set to access project operations" in str(caught.value)


def test_a_ping_with_ids_that_are_no_strings_is_refused(proxy, behind):
    proxy.replace(PING, 200, encoded(IDS | {"org_id": 1, "project_id": 2}))
    with pytest.raises(ModelError):
        behind()


def test_a_ping_that_is_no_json_is_refused(proxy, behind):
    proxy.replace(PING, 200, b"<html>It works!</html>", "text/html")
    with pytest.raises(ValueError) as caught:
        behind()
    assert "JSONDecodeError" in {kind.__name__ for kind in type(caught.value).__mro__}


def test_a_ping_that_is_a_list_is_refused(proxy, behind):
    proxy.replace(PING, 200, b"[]")
    with pytest.raises(AttributeError):
        behind()


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_ping_that_fails_tells_its_detail(proxy, behind, status):
    proxy.replace(PING, status, encoded({"detail": "Not today."}))
    with pytest.raises(ValueError) as caught:
        behind()
    assert str(caught.value) == "Error: Not today."


def test_a_ping_that_fails_without_detail_tells_its_status(proxy, behind):
    proxy.replace(PING, 401, encoded({"error": "no"}))
    with pytest.raises(ValueError) as caught:
        behind()
    assert "401" in str(caught.value) and "Error: " in str(caught.value)


@pytest.mark.parametrize(
    "status, kind",
    [
        (400, ValidationError), (409, ValidationError), (422, ValidationError),
        (429, RateLimitError),
        (408, NetworkError), (502, NetworkError), (503, NetworkError), (504, NetworkError),
        (405, MemoryError), (415, MemoryError), (500, MemoryError), (301, MemoryError), (302, MemoryError), (307, MemoryError), (418, MemoryError),
    ],
)
def test_a_status_is_the_exception_that_the_client_has_for_it(proxy, behind, status, kind):
    client = behind()
    proxy.replace(WEBHOOKS, status, encoded({"error": "taken", "detail": "It is taken.", "field": "name"}))
    for call in (lambda: client.get_webhooks(project_id="project"), lambda: client.delete_webhook("wh_1")):
        error = refused(kind, call)
        assert (str(error), error.error_code) == ("It is taken.", f"HTTP_{status}")
        assert error.details == {"error": "taken", "detail": "It is taken.", "field": "name"}


@pytest.mark.parametrize("content_type, told", [
    ("application/json", "It is taken."), ("application/json; charset=utf-8", "It is taken."), ("application/problem+json", '{"detail": "It is taken."}'),
])
def test_detail_is_told_from_an_answer_whose_type_begins_with_that_of_json(proxy, behind, content_type, told):
    client = behind()
    proxy.replace(WEBHOOKS, 409, encoded({"detail": "It is taken."}), content_type)
    assert str(refused(ValidationError, lambda: client.get_webhooks(project_id="project"))) == told


def test_an_answer_without_detail_is_told_as_it_is(proxy, behind):
    client = behind()
    proxy.replace(WEBHOOKS, 502, b"<h1>Bad Gateway</h1>", "text/html")
    assert str(refusal(lambda: client.get_webhooks(project_id="project"))) == "<h1>Bad Gateway</h1>"


@pytest.mark.parametrize("status", [200, 204])
def test_an_answer_without_a_body_is_no_answer(proxy, behind, status):
    client = behind()
    proxy.replace(WEBHOOKS, status)
    with pytest.raises(json.JSONDecodeError):
        client.delete_webhook("wh_1")
