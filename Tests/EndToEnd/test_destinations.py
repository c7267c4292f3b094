"""Where deliveries may go: only where the operator lets them, whatever the address looks like and whoever names it."""

import pytest

from harness.refusals import check

URLS = [
    "", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "gopher://example.com/",
    "data:text/plain,x", "unix:/var/run/x", "http://", "http:///path", "https://example.com:0/", "https://example.com:99999/",
    "https://example.com:x/", "https://exa mple.com/", "https://example.com/\x00", "https://example.com/\r\nX-Evil: 1",
    "https://user:secret@example.com/", "https://user@example.com/", "https://@example.com/", "https://[::1",
    "https://" + "a" * 300 + ".com/",
    "https://example.com/" + "a" * 10_000,
]
INTERNAL = [
    "http://127.0.0.1", "http://127.0.0.1:8420/", "http://127.1", "http://127.255.255.254/", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]/", "http://2130706433", "http://0x7f.1", "http://0x7f000001/",
    "http://017700000001/",
    "http://0177.0.0.1/", "http://0.0.0.0/", "http://0/", "http://localhost", "http://LOCALHOST/", "http://localhost./",
    "http://foo.localhost/",
    "http://169.254.169.254", "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://[fe80::1]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://198.18.0.1/", "http://192.0.2.1/", "http://224.0.0.1/",
    "http://240.0.0.1/", "http://255.255.255.255/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001::1]/",
    "http://[::127.0.0.1]/", "http://[ff02::1]/", "http://[fc00::1]/", "http://[2001:db8::1]/",
]


@pytest.mark.parametrize("url", URLS + INTERNAL)
def test_urls(strict, url):
    check(strict, strict.api.call("POST", "/v1/webhooks", {"url": url, "events": ["*"]}), (400, 422), "url")


def test_an_error_never_repeats_a_password(strict):
    answer = strict.api.call("POST", "/v1/webhooks", {"url": "https://user:hunter2@example.com/", "events": ["*"]})
    assert b"hunter2" not in answer.body and "hunter2" not in strict.stderr()


def test_addresses_are_refused_at_delivery_too(make_gateway, receiver):
    """A webhook from when loopback was allowed: without the permission, its deliveries are refused and never reach the receiver."""
    gateway = make_gateway()
    webhook = gateway.api.add_webhook(receiver.url(), ["memory.created"])
    assert gateway.stop() == 0
    gateway.allow = None
    gateway.start()
    delivery = gateway.api.settled(webhook, gateway.api.publish())
    assert (delivery["state"], delivery["attempts"][0]["failure"], receiver.requests()) == ("dead", "blocked", [])
    assert "127.0.0.1" in delivery["attempts"][0]["error"]


@pytest.mark.parametrize("url", [
    "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::ffff:10.0.0.1]/", "http://0x0a.1/", "ftp://example.com/",
    "http://user:pw@example.com/", "not a url",
])
def test_a_script_cannot_reach_what_a_webhook_may_not(gateway, receiver, url):
    script = f'function transform(event) return event, {{ url = "{url}" }} end'
    webhook = gateway.api.add_webhook(receiver.url(), script=script, retry={"max_retries": 0})
    delivery = gateway.api.settled(webhook, gateway.api.publish())
    assert (delivery["state"], receiver.requests()) == ("dead", [])
    assert delivery["attempts"][0]["failure"] in ("blocked", "script")


def test_an_allowed_address_may_be_named_too(make_gateway, receiver):
    """`localhost` is judged by what it resolves to, once that is allowed."""
    gateway = make_gateway()
    gateway.api.add_webhook(f"http://localhost:{receiver.port}/named")
    gateway.api.publish()
    (request,) = receiver.wait_for(1)
    assert request.header("Host") == f"localhost:{receiver.port}"
