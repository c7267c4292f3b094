"""mem0ai's constructor asks `/v1/ping/` and fails on anything it does not like; these are its real answers.

Pings that Tidehook never answers are in test_mem0_behind_a_proxy.py.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path

import pytest

from clients.mem0_client import OLDER
from clients.proxy import Proxy
from harness.api import unique

EVENTS = ["memory_add"]


@pytest.fixture
def proxy(shared_gateway):
    proxy = Proxy(shared_gateway)
    yield proxy
    proxy.close()


def full_cycle(client, project):
    """Every call that the client has for webhooks."""
    made = client.create_webhook(url="https://your-app.com/webhook", name="Logger", project_id=project, event_types=EVENTS)
    assert [webhook["webhook_id"] for webhook in client.get_webhooks(project_id=project)] == [made["webhook_id"]]
    assert client.update_webhook(webhook_id=made["webhook_id"], name="Other") == {"message": "Webhook updated successfully"}
    assert client.delete_webhook(webhook_id=made["webhook_id"]) == {"message": "Webhook deleted successfully"}
    assert client.get_webhooks(project_id=project) == []


def test_the_client_is_the_pinned_one():
    file = "requirements-older.txt" if OLDER else "requirements.txt"
    assert f"mem0ai=={version('mem0ai')}\n" in (Path(__file__).parent / file).read_text()


def test_the_ping_gives_ids_that_are_strings(client):
    assert (type(client.org_id), type(client.project_id)) == (str, str)
    assert client.org_id and client.project_id
    assert client.user_email is None or "@" in client.user_email
    assert client.project.config.project_id == client.project_id


def test_a_wrong_key_is_told_in_the_gateways_words(shared_gateway, connect):
    with pytest.raises(ValueError) as caught:
        connect(shared_gateway, key="not-the-key-of-this-gateway")
    told = shared_gateway.api.call("GET", "/v1/ping/", key="not-the-key-of-this-gateway").json["detail"]
    assert str(caught.value) == f"Error: {told}"


@pytest.mark.skipif(not OLDER, reason="2.0 has no org_id and project_id arguments any more")
def test_org_and_project_that_an_older_client_names_are_taken_as_a_query(shared_gateway, connect):
    client = connect(shared_gateway, org_id="orgX", project_id="projY")
    full_cycle(client, unique("project"))


def test_a_host_with_a_slash_at_its_end_works(shared_gateway, connect):
    full_cycle(connect(shared_gateway, host=f"{shared_gateway.url}/"), unique("project"))


def test_a_prefix_that_a_proxy_takes_away_works(shared_gateway, connect, proxy):
    full_cycle(connect(shared_gateway, host=proxy.url), unique("project"))


def test_a_prefix_with_a_slash_at_its_end_works(shared_gateway, connect, proxy):
    """The asynchronous client then asks for `//v1/ping/`."""
    full_cycle(connect(shared_gateway, host=f"{proxy.url}/"), unique("project"))
    assert proxy.passed[0].target in ("/v1/ping/", "//v1/ping/")


def test_the_client_sends_what_is_documented_and_is_never_redirected(shared_gateway, connect, proxy):
    client, project = connect(shared_gateway, host=proxy.url), unique("project")
    full_cycle(client, project)
    ping, create, read, update, delete, again = proxy.passed
    webhooks = f"/api/v1/webhooks/projects/{project}/"
    one = update.target
    assert one.startswith("/api/v1/webhooks/") and one.endswith("/") and "projects" not in one
    assert [(passed.method, passed.target, passed.status) for passed in proxy.passed] == [
        ("GET", "/v1/ping/", 200), ("POST", webhooks, 201), ("GET", webhooks, 200), ("PUT", one, 200), ("DELETE", one, 200), ("GET", webhooks, 200)]
    for passed in proxy.passed:
        assert passed.headers["authorization"] == f"Token {shared_gateway.key}"
        assert passed.headers["mem0-user-id"] == hashlib.md5(shared_gateway.key.encode()).hexdigest()
    assert (ping.body, read.body, delete.body, again.body) == (b"", b"", b"", b"")
    assert create.headers["content-type"] == update.headers["content-type"] == "application/json"
