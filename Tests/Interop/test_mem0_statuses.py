"""Every status of the clients' table is the exception that mem0ai has for it: of the gateway's own answers where it gives it, else of a server in its place.

NEVER says of each status why the gateway does not give it to the four calls. `Tests/EndToEnd/test_mem0_bad_input.py` holds the gateway to that.
"""

import json
from contextlib import closing

import pytest
from mem0.exceptions import (
    AuthenticationError, MemoryError, MemoryNotFoundError, MemoryQuotaExceededError, NetworkError, RateLimitError, ValidationError,
)

from clients.mem0_client import refusal, refused
from harness.api import unique
from harness.tinydisk import TinyDisk

MIB = 1024 * 1024
UNKNOWN = "wh_01980000000000000000000000000000"
WEBHOOKS = "/api/v1/webhooks/"
REDIRECT = "each spelling of a path, with a slash at its end or without, is answered where it is"
PROXY = "it asks no other server before it answers"
# Every row of the table, with the exception.
STATUSES = {
    **dict.fromkeys([400, 409, 422], ValidationError), **dict.fromkeys([401, 403], AuthenticationError), 404: MemoryNotFoundError,
    413: MemoryQuotaExceededError, 429: RateLimitError, **dict.fromkeys([408, 502, 503, 504], NetworkError),
    **dict.fromkeys([405, 415, 500, 301, 302, 303, 307, 308, 418], MemoryError),
}
NEVER = {
    301: REDIRECT, 302: REDIRECT, 303: REDIRECT, 307: REDIRECT, 308: REDIRECT,
    405: "each of the four calls has its method",
    408: "a client that is too slow loses its connection",
    409: "two webhooks may have the same name and address, and a change that another one came before is made again",
    415: "what a client sends is JSON, and said to be",
    418: "others: it gives no status that the table does not have",
    422: "a wrong field is 400, by its name",
    500: "failures of the store are 503, and everything else that can go wrong is told",
    502: PROXY, 504: PROXY,
}


def create(client, project="project", **fields):
    return client.create_webhook(**{"url": "https://your-app.com/webhook", "name": "Logger", "project_id": project, "event_types": ["memory_add"]} | fields)


class Given:
    """How each status that the gateway gives is got from it: `_400()` and so on are calls that end with it."""

    def __init__(self, gateway, make_gateway, connect, folder):
        self.gateway, self.make_gateway, self.connect, self.folder = gateway, make_gateway, connect, folder

    def _client(self, *namespaces):
        """A client of a key limited to namespaces, and the key's id."""
        key = self.gateway.api.call("POST", "/v1/keys", {"name": unique("key"), "namespaces": list(namespaces)}).json
        return self.connect(self.gateway, key=key["key"]), key["id"]

    def _400(self):
        create(self.connect(self.gateway), name="")

    def _401(self):
        client, key = self._client(unique("mine"))
        assert self.gateway.api.call("DELETE", f"/v1/keys/{key}").status == 204
        client.get_webhooks(project_id="project")

    def _403(self):
        self._client(unique("mine"))[0].get_webhooks(project_id=unique("foreign"))

    def _404(self):
        self.connect(self.gateway).delete_webhook(UNKNOWN)

    def _413(self):
        create(self.connect(self.gateway), name="x" * (2 * MIB))

    def _429(self):
        client = self.connect(self.make_gateway(arguments=["--rate-limit-per-minute", "5"]))
        for _ in range(10):
            client.get_webhooks(project_id="project")

    def _503(self):
        """A full disk, on which reading goes on."""
        with closing(TinyDisk(self.folder / "disk")) as disk:
            gateway = self.make_gateway(prefix=disk.prefix, data=disk.folder / "data")
            client = self.connect(gateway)
            disk.leave(2 * MIB)
            while gateway.api.call("POST", "/v1/events", {"event": "memory.created", "data": {"content": "x" * 100_000}}).status == 202:
                pass
            try:
                for number in range(50_000):
                    create(client, name=f"{number} " + "x" * 190)
            finally:
                assert client.get_webhooks(project_id="project") is not None


@pytest.fixture
def given(shared_gateway, make_gateway, connect, tmp_path):
    return Given(shared_gateway, make_gateway, connect, tmp_path)


@pytest.fixture
def behind(shared_gateway, connect, proxy):
    return connect(shared_gateway, host=proxy.url)


@pytest.mark.parametrize("status", [status for status in STATUSES if status not in NEVER])
def test_a_status_that_the_gateway_gives(given, status):
    error = refused(STATUSES[status], getattr(given, f"_{status}"))
    assert error.error_code == f"HTTP_{status}"
    assert error.details == json.loads(str(error)) if status == 400 else error.details["detail"] == str(error)


@pytest.mark.parametrize("status", [pytest.param(status, id=f"{status}, {why}") for status, why in NEVER.items()])
def test_why_the_gateway_never_answers_so(proxy, behind, status):
    proxy.replace(WEBHOOKS, status, b'{"error": "taken", "detail": "It is taken.", "field": "name"}')
    for call in (
        lambda: behind.get_webhooks(project_id="project"), lambda: create(behind), lambda: behind.update_webhook("wh_1", name="x"),
        lambda: behind.delete_webhook("wh_1"),
    ):
        error = refused(STATUSES[status], call)
        assert (str(error), error.error_code) == ("It is taken.", f"HTTP_{status}")
        assert error.details == {"error": "taken", "detail": "It is taken.", "field": "name"}


@pytest.mark.parametrize("status", [200, 201, 204])
def test_why_every_answer_has_a_body(proxy, behind, status):
    proxy.replace(WEBHOOKS, status)
    for call in (lambda: behind.delete_webhook("wh_1"), lambda: behind.update_webhook("wh_1", name="x"), lambda: create(behind)):
        with pytest.raises(json.JSONDecodeError):
            call()


@pytest.mark.parametrize("content_type, told", [
    ("application/json", "It is taken."), ("application/json; charset=utf-8", "It is taken."), ("application/problem+json", '{"detail": "It is taken."}'),
])
def test_why_every_refusal_has_the_type_of_json(proxy, behind, content_type, told):
    proxy.replace(WEBHOOKS, 409, b'{"detail": "It is taken."}', content_type)
    assert str(refused(ValidationError, lambda: behind.get_webhooks(project_id="project"))) == told


@pytest.mark.parametrize("content_type, body", [("text/html", "<h1>Bad Gateway</h1>"), ("application/json", '{"error": "taken"}'), ("application/json", '["taken"]')])
def test_why_every_refusal_has_detail(proxy, behind, content_type, body):
    """Without it the whole text is the message."""
    proxy.replace(WEBHOOKS, 502, body.encode(), content_type)
    assert str(refusal(lambda: behind.get_webhooks(project_id="project"))) == body


@pytest.mark.parametrize("sent, read", [("17", 17), ("Sun, 29 Nov 2026 12:00:00 GMT", None)])
def test_why_the_wait_is_told_in_seconds(proxy, behind, sent, read):
    """A date is ignored."""
    proxy.replace(WEBHOOKS, 429, b'{"detail": "Later."}', headers=[("Retry-After", sent)])
    assert refused(RateLimitError, lambda: behind.get_webhooks(project_id="project")).debug_info.get("retry_after") == read


@pytest.mark.parametrize("call", ["get_webhooks", "create_webhook", "update_webhook", "delete_webhook"])
def test_a_gateway_that_is_gone_is_a_network_error(make_gateway, connect, call):
    gateway = make_gateway()
    client = connect(gateway)
    gateway.stop()
    calls = {
        "get_webhooks": lambda: client.get_webhooks(project_id="project"), "create_webhook": lambda: create(client),
        "update_webhook": lambda: client.update_webhook("wh_1", name="x"), "delete_webhook": lambda: client.delete_webhook("wh_1"),
    }
    assert refused(NetworkError, calls[call]).error_code == "NET_CONNECT"
