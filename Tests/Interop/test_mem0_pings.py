"""What mem0ai makes of every answer that a ping can have, row by row.

Its constructor asks `/v1/ping/`. GIVEN are the gateway's own answers. NEVER are those that it does not give, each with the reason: there a real server in
front of the gateway answers in its place, so that the reason is held to what the pinned clients really do.
"""

import json

import pytest
from pydantic import ValidationError as ModelError

from harness.api import unique

PATH = "/v1/ping/"
IDS = {"status": "ok", "org_id": "org", "project_id": "project", "user_email": None}


def has_its_project(connect):
    client = connect()
    assert client.org_id and client.project_id and client.project.config.project_id == client.project_id
    assert (type(client.org_id), type(client.project_id)) == (str, str)
    assert client.user_email is None or "@" in client.user_email


def tells(*words):
    """The constructor fails with these words; without any, with the gateway's own."""

    def check(connect):
        with pytest.raises(ValueError) as caught:
            connect()
        assert str(caught.value).startswith("Error: ") and all(word in str(caught.value) for word in words), caught.value
        return str(caught.value).removeprefix("Error: ")

    return check


def has_no_project(connect):
    """What the constructor lets pass fails as soon as the project is asked for."""
    with pytest.raises(ValueError, match="org_id and project_id must be set to access project operations"):
        connect().project.get()


def fails(name):
    """The constructor ends with an exception of this name, or of a subclass: which JSONDecodeError it is depends on the client."""

    def check(connect):
        with pytest.raises((ValueError, AttributeError)) as caught:
            connect()
        assert name in {kind.__name__ for kind in type(caught.value).__mro__}, repr(caught.value)

    return check


def refuses_the_model(connect):
    with pytest.raises(ModelError):
        connect()


# The answer of the gateway: how it is asked for, its status, and what comes of it.
GIVEN = {
    "the full body": ({}, 200, has_its_project),
    "401 to a wrong key": ({"key": "not-the-key-of-this-gateway"}, 401, tells()),
    "404 to a host with a wrong path": ({"below": "/nowhere"}, 404, tells()),
}
# An answer in the gateway's place: status, type, body, what comes of it, and why the gateway never answers so.
JSON = "application/json"
NEVER = {
    "an empty object": (200, JSON, {}, has_no_project, "both ids are always there"),
    "only the status": (200, JSON, {"status": "ok"}, has_no_project, "both ids are always there"),
    "only the organisation": (200, JSON, {"status": "ok", "org_id": "org"}, has_no_project, "both ids are always there"),
    "only the project": (200, JSON, {"status": "ok", "project_id": "project"}, has_no_project, "both ids are always there"),
    "ids that are integers": (200, JSON, IDS | {"org_id": 1, "project_id": 2}, refuses_the_model, "both ids are texts"),
    "HTML": (200, "text/html", "<html>It works!</html>", fails("JSONDecodeError"), "every answer is JSON"),
    "a list": (200, JSON, [], fails("AttributeError"), "the answer is an object"),
    "nothing": (200, JSON, "", fails("JSONDecodeError"), "every answer has a body"),
    "403 with detail": (403, JSON, {"detail": "Not today."}, tells("Not today."), "each key may ping: it learns its own project"),
    "500 with detail": (500, JSON, {"detail": "Not today."}, tells("Not today."), "a ping reads nothing that could fail"),
    "401 without detail": (401, JSON, {"error": "no"}, tells("401"), "every refusal has detail"),
}


@pytest.mark.parametrize("below", ["", "/", "/mem0", "/mem0/"])
def test_every_host_that_people_write_works(shared_gateway, connect, below):
    client = connect(shared_gateway, host=shared_gateway.url + below)
    assert client.get_webhooks(project_id="default") is not None


@pytest.mark.parametrize("row", GIVEN)
def test_a_ping_that_the_gateway_answers(shared_gateway, connect, proxy, row):
    arguments, status, outcome = GIVEN[row]
    key, below = arguments.get("key", shared_gateway.key), arguments.get("below", "")
    told = outcome(lambda: connect(shared_gateway, key=key, host=proxy.url + below))
    (ping,) = proxy.passed[:1]
    assert (ping.target, ping.status) == (below + PATH, status)
    if told:
        assert told == shared_gateway.api.call("GET", below + PATH, key=key).json["detail"]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row}, {why}") for row, (*_, why) in NEVER.items()])
def test_why_the_gateway_never_answers_a_ping_so(shared_gateway, connect, proxy, row):
    status, content_type, body, outcome, _ = NEVER[row]
    proxy.replace(PATH, status, body.encode() if isinstance(body, str) else json.dumps(body).encode(), content_type)
    outcome(lambda: connect(shared_gateway, host=proxy.url))


def test_a_limited_key_learns_its_own_project(shared_gateway, connect):
    project = unique("project")
    key = shared_gateway.api.call("POST", "/v1/keys", {"name": unique("key"), "namespaces": [project]}).json["key"]
    assert connect(shared_gateway, key=key).project_id == project
