"""Stripe's own library: what it signs is accepted, and what it refuses is refused."""

import json
import time

import pytest
import stripe

from clients.sources import add_source, events, send

SECRET = "whsec_test_secret"
EVENT = {
    "id": "evt_1Nv0FGQ9RKHgCVdK", "object": "event", "api_version": "2024-06-20", "created": 1776076200, "livemode": False,
    "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None}, "type": "invoice.paid",
    "data": {"object": {"id": "in_1MtHbELkdIwHu7ix", "object": "invoice", "amount_paid": 4200, "currency": "eur", "customer_name": "Åsa 🎉"}},
}
BODY = json.dumps(EVENT, ensure_ascii=False)


def signed(body=BODY, secret=SECRET, timestamp=None):
    """The headers that Stripe's library makes."""
    signature = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp)
    return {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}


@pytest.fixture
def source(gateway):
    return add_source(gateway, "payments", "stripe", secret=SECRET)


def test_what_the_library_signs_is_accepted_as_it_came(gateway, source):
    status, answer = send(gateway, source, BODY.encode(), signed())
    assert 200 <= status < 300, answer
    (event,) = events(gateway, "source.payments")
    assert event["data"] == EVENT


@pytest.mark.parametrize("name,headers", [
    ("another secret", lambda: signed(secret="whsec_other")),
    ("another body", lambda: signed(body=BODY.replace("4200", "1"))),
    ("a signature of ten minutes ago", lambda: signed(timestamp=int(time.time()) - 600)),
    ("none", lambda: {"Content-Type": "application/json"}),
])
def test_what_the_library_refuses_is_refused(gateway, source, name, headers):
    given = headers()
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(BODY, given.get("Stripe-Signature") or "", SECRET)
    status, answer = send(gateway, source, BODY.encode(), given)
    assert (status, events(gateway, "source.payments")) == (401, []), answer


def test_a_signature_among_several_is_enough(gateway, source):
    """While a secret is being replaced, Stripe signs with both."""
    headers = signed(secret="whsec_older")
    headers["Stripe-Signature"] += "," + stripe.WebhookSignature.generate_signature_header(
        BODY, SECRET, int(headers["Stripe-Signature"].partition("t=")[2].partition(",")[0])).partition(",")[2]
    assert stripe.Webhook.construct_event(BODY, headers["Stripe-Signature"], SECRET)["id"] == EVENT["id"]
    assert 200 <= send(gateway, source, BODY.encode(), headers)[0] < 300


def test_the_plugin_makes_stripes_events(gateway):
    source = add_source(gateway, "stripe", plugin="from-stripe", secret=SECRET)
    for _ in range(2):
        assert 200 <= send(gateway, source, BODY.encode(), signed())[0] < 300
    (event,) = events(gateway, "stripe.invoice.paid")
    assert event["timestamp"].startswith("2026-04-13T10:30:00")
    assert event["data"]["id"] == EVENT["id"]
