"""What a key may do, and how often, as mem0ai tells it: 401, 403, 404 and 429 of a real gateway."""

from mem0.exceptions import AuthenticationError, MemoryNotFoundError, RateLimitError

from clients.mem0_client import refused
from harness.api import unique


def create(client, project):
    return client.create_webhook(url="https://your-app.com/webhook", name="Logger", project_id=project, event_types=["memory_add"])


def limited(gateway, *namespaces):
    answer = gateway.api.call("POST", "/v1/keys", {"name": unique("key"), "namespaces": list(namespaces)})
    assert answer.status == 201, answer
    return answer.json


def test_a_key_that_was_removed_is_an_authentication_error(shared_gateway, connect):
    project = unique("project")
    key = limited(shared_gateway, project)
    client = connect(shared_gateway, key=key["key"])
    made = create(client, project)
    assert shared_gateway.api.call("DELETE", f"/v1/keys/{key['id']}").status == 204
    for call in (
        lambda: client.get_webhooks(project_id=project), lambda: create(client, project), lambda: client.delete_webhook(made["webhook_id"]),
        lambda: client.update_webhook(made["webhook_id"], name="x"),
    ):
        error = refused(AuthenticationError, call)
        assert error.error_code == "HTTP_401" and error.details["detail"] == str(error)


def test_another_project_is_forbidden(shared_gateway, connect):
    client = connect(shared_gateway, key=limited(shared_gateway, unique("mine"))["key"])
    foreign = unique("foreign")
    for call in (lambda: client.get_webhooks(project_id=foreign), lambda: create(client, foreign)):
        error = refused(AuthenticationError, call)
        assert (str(error), error.error_code) == ("You don't have access to this project", "HTTP_403")
        assert error.details["error"] == error.details["detail"] == str(error)


def test_another_projects_webhook_is_invisible(shared_gateway, connect):
    theirs = create(connect(shared_gateway), unique("theirs"))
    mine = connect(shared_gateway, key=limited(shared_gateway, unique("mine"))["key"])
    for call in (lambda: mine.delete_webhook(theirs["webhook_id"]), lambda: mine.update_webhook(theirs["webhook_id"], name="x")):
        assert str(refused(MemoryNotFoundError, call)) == "Webhook not found"


def test_a_limited_key_pings_its_own_project(shared_gateway, connect):
    project = unique("project")
    assert connect(shared_gateway, key=limited(shared_gateway, project)["key"]).project_id == project


def test_too_many_calls_are_a_rate_limit_error_with_the_wait_in_seconds(make_gateway, connect):
    gateway = make_gateway(arguments=["--rate-limit-per-minute", "5"])
    client = connect(gateway)
    error = refused(RateLimitError, lambda: [client.get_webhooks(project_id="project") for _ in range(10)])
    assert error.error_code == "HTTP_429" and str(error) == error.details["detail"]
    assert error.debug_info["retry_after"] >= 1
    assert (error.debug_info["x_ratelimit_limit"], error.debug_info["x_ratelimit_remaining"]) == ("5", "0")
    assert int(error.debug_info["x_ratelimit_reset"]) > 1_700_000_000
