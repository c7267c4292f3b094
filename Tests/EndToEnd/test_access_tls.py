"""Client certificates and authorities of a webhook's own, judged when they are saved, and never used for another webhook."""

import ssl

import pytest

from harness.certificates import Authority
from harness.receiver import Receiver, Reply
from harness.tls_server import SilentServer, TLSServer

RETRY = {"max_retries": 0}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.fixture
def guarded(authority):
    """A receiver that takes nobody without a certificate of the authority."""
    receiver = Receiver(tls=authority.server())
    yield receiver
    receiver.close()


def tls(authority, name, issuer=None):
    certificate, key = (issuer or authority).issue(name)
    return {"client_certificate": certificate, "client_key": key, "ca": authority.pem}


def test_a_receiver_sees_the_certificate_of_the_webhook(gateway, guarded, authority):
    api = gateway.api
    given = tls(authority, "client-a")
    webhook = api.add_webhook(guarded.url(), tls=given, retry=RETRY)
    assert webhook["tls"] == {**given, "client_key": "<secret>"}
    delivery = api.settled(webhook, api.publish())
    assert delivery["state"] == "delivered", delivery
    assert guarded.requests()[0].peer == "client-a"
    key = given["client_key"].split("\n")[1]
    for text in [api.call("GET", path).body.decode() for path in ("/v1/webhooks", f"/v1/webhooks/{webhook['id']}/revisions/1")]:
        assert key not in text
    assert key not in gateway.stderr()


def test_webhooks_of_one_receiver_never_share_a_certificate(api, guarded, authority):
    names = ["client-a", "client-b"]
    webhooks = {name: api.add_webhook(guarded.url(f"/{name}"), tls=tls(authority, name), retry=RETRY) for name in names}
    bare = api.add_webhook(guarded.url("/none"), tls={"ca": authority.pem}, retry=RETRY)
    for _ in range(3):
        event = api.publish()
        for name, webhook in webhooks.items():
            assert api.settled(webhook, event)["state"] == "delivered"
        refused = api.settled(bare, event)
        assert (refused["state"], refused["attempts"][0]["failure"]) == ("dead", "tls"), refused["attempts"][0]["error"]
    for name in names:
        assert {request.peer for request in guarded.requests(f"/{name}")} == {name}
    connections = {name: {request.connection for request in guarded.requests(f"/{name}")} for name in names}
    assert not connections["client-a"] & connections["client-b"]
    assert guarded.requests("/none") == []


def test_an_authority_is_trusted_by_its_webhook_alone(api, authority):
    receiver = Receiver(tls=authority.server(asks_for_client=False))
    try:
        trusting = api.add_webhook(receiver.url("/a"), tls={"ca": authority.pem}, retry=RETRY)
        other = api.add_webhook(receiver.url("/b"), retry=RETRY)
        event = api.publish()
        assert api.settled(trusting, event)["state"] == "delivered"
        refused = api.settled(other, event)
        assert refused["attempts"][0]["failure"] == "tls" and receiver.requests("/b") == []
    finally:
        receiver.close()


def test_a_key_can_be_kept_and_replaced(api, guarded, authority):
    webhook = api.add_webhook(guarded.url(), tls=tls(authority, "client-a"), retry=RETRY)
    path = f"/v1/webhooks/{webhook['id']}"
    api.settled(webhook, api.publish())
    assert api.call("PATCH", path, {"tls": webhook["tls"]}).json["revision"] == 1
    mixed = {**webhook["tls"], "client_certificate": authority.issue("client-b")[0]}
    refused = api.call("PATCH", path, {"tls": mixed})
    assert (refused.status, refused.error["field"]) == (400, "tls.client_key")
    changed = api.call("PATCH", path, {"tls": tls(authority, "client-b")})
    assert changed.status == 200 and changed.json["revision"] == 2
    api.settled(webhook, api.publish())
    assert [request.peer for request in guarded.requests()] == ["client-a", "client-b"]


def test_what_cannot_be_used_is_refused_when_it_is_saved(api, authority, stranger):
    certificate, key = authority.issue("client-a")
    _, other = authority.issue("client-b")
    expired, expired_key = authority.issue("expired", days=0)
    garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    cases = [
        ({"client_certificate": certificate}, "tls.client_key", "is required"),
        ({"client_key": key}, "tls.client_certificate", "is required"),
        ({}, "tls", "expected client_certificate"),
        ({"client_certificate": "hello", "client_key": key}, "tls.client_certificate", "PEM"),
        ({"client_certificate": garbage, "client_key": key}, "tls.client_certificate", "PEM"),
        ({"client_certificate": key, "client_key": key}, "tls.client_certificate", "PEM"),
        ({"client_certificate": certificate, "client_key": certificate}, "tls.client_key", "private key in PEM"),
        ({"client_certificate": certificate, "client_key": other}, "tls.client_key", "of another one"),
        ({"client_certificate": certificate, "client_key": authority.encrypted("client-a", "x")}, "tls.client_key", "without a passphrase"),
        ({"client_certificate": expired, "client_key": expired_key}, "tls.client_certificate", "expired at 20"),
        ({"ca": garbage}, "tls.ca", "PEM"), ({"ca": "x" * 70_000}, "tls.ca", "65536"), ({"ca": 1}, "tls.ca", "PEM"),
        ({"ca": authority.pem, "password": "x"}, "tls.password", "unknown"),
    ]
    for fields, field, words in cases:
        answer = api.call("POST", "/v1/webhooks", {"url": "https://127.0.0.1:9/", "events": ["*"], "tls": fields})
        assert answer.status == 400, (field, answer)
        assert answer.error["field"] == field and words in answer.error["message"], answer
        assert "PRIVATE KEY" not in answer.body.decode()


@pytest.mark.parametrize("kind", [TLSServer, Receiver], ids=["alert", "silence"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_missing_certificate_and_one_that_the_receiver_does_not_take_are_named_failures(api, authority, stranger, version, kind):
    """One of the two servers sends an alert, as it should; the other just closes the connection."""
    context = authority.server()
    context.minimum_version = context.maximum_version = version
    server = kind(context)
    certificate, key = authority.issue("client-a")
    cases = [
        ({"ca": authority.pem}, ("certificate required", "handshake failure"), "the webhook has none"),
        (tls(authority, "foreign", issuer=stranger), ("unknown ca",), "was shown the webhook's"),
    ]
    try:
        for given, alerts, words in cases:
            webhook = api.add_webhook(server.url(), tls=given, retry=RETRY)
            # Without an alert an end after the handshake may mean anything, where a certificate was shown.
            is_silent = kind is Receiver and version == ssl.TLSVersion.TLSv1_3 and "client_certificate" in given
            for _ in range(5):
                delivery = api.settled(webhook, api.publish())
                attempt = delivery["attempts"][0]
                assert (delivery["state"], attempt["failure"]) == ("dead", "malformed" if is_silent else "tls"), attempt["error"]
                assert attempt["error"].endswith(words), attempt["error"]
                assert kind is Receiver or any(alert in attempt["error"] for alert in alerts), attempt["error"]
            assert api.call("DELETE", f"/v1/webhooks/{webhook['id']}").status == 204
        assert server.requests() == []
        taken = api.add_webhook(server.url(), tls={"client_certificate": certificate, "client_key": key, "ca": authority.pem}, retry=RETRY)
        assert api.settled(taken, api.publish())["state"] == "delivered"
    finally:
        server.close()


@pytest.mark.parametrize(("limits", "time"), [({"timeout_secs": 0.3}, "300 ms"), ({}, "5.0 s")])
def test_a_receiver_that_never_answers_the_handshake_is_a_failure_of_tls(api, limits, time):
    server = SilentServer()
    try:
        webhook = api.add_webhook(server.url(), retry=RETRY, **limits)
        attempt = api.settled(webhook, api.publish())["attempts"][0]
        assert attempt["failure"] == "tls"
        assert attempt["error"] == f"connected to 127.0.0.1:{server.port}, but its TLS handshake did not end within {time}"
    finally:
        server.close()


def test_a_receiver_without_an_answer_is_no_failure_of_tls_when_it_was_shown_a_certificate(api, authority):
    context = authority.server()
    context.verify_mode = ssl.CERT_OPTIONAL
    receiver = Receiver(tls=context)
    try:
        receiver.reply("/", Reply(close=True))
        webhook = api.add_webhook(receiver.url(), tls=tls(authority, "client-a"), retry=RETRY)
        attempt = api.settled(webhook, api.publish())["attempts"][0]
        assert attempt["failure"] == "malformed"
        assert attempt["error"].endswith("; it asked for a client certificate, and was shown the webhook's"), attempt["error"]
    finally:
        receiver.close()


def test_a_receiver_without_an_answer_is_no_failure_of_tls_when_it_asked_for_no_certificate(api, authority):
    receiver = Receiver(tls=authority.server(asks_for_client=False))
    try:
        receiver.reply("/", Reply(close=True))
        webhook = api.add_webhook(receiver.url(), tls={"ca": authority.pem}, retry=RETRY)
        assert api.settled(webhook, api.publish())["attempts"][0]["failure"] == "malformed"
    finally:
        receiver.close()
