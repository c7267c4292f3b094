"""What `tidehook sources simulate` sends convinces the providers' own libraries."""

import json

import pytest
import stripe
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook, WebhookVerificationError

from harness.cli import Cli

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.fixture
def simulated(tmp_path, receiver):
    """Simulates a request of a provider and returns what arrived."""

    def simulate(provider, *arguments):
        Cli(tmp_path).run("sources", "simulate", provider, "--secret", SECRET, "--to", receiver.url("/in"), *arguments)
        (request,) = receiver.wait_for(1, path="/in")
        return request

    return simulate


def headers(request):
    return {name.lower(): value for name, value in request.headers}


def construct(body, request, secret=SECRET):
    return stripe.Webhook.construct_event(body, request.header("Stripe-Signature"), secret)


def test_stripes_library_constructs_an_event(simulated):
    request = simulated("stripe")
    event = construct(request.body, request)
    assert event["object"] == "event" and event["id"].startswith("evt_") and "." in event["type"]
    for body, secret in ((request.body + b" ", SECRET), (request.body, OTHER)):
        with pytest.raises(stripe.SignatureVerificationError):
            construct(body, request, secret)


def test_a_body_of_ones_own_is_sent_and_signed_as_it_is(simulated, tmp_path):
    event = {"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {"name": "Åsa 🎉"}}}
    body = json.dumps(event, ensure_ascii=False, indent=1)
    (tmp_path / "event.json").write_text(body, encoding="utf-8")
    request = simulated("stripe", "--body", "event.json")
    assert request.body == body.encode()
    assert construct(request.body, request)["type"] == "invoice.paid"


@pytest.mark.parametrize("event", [(), ("--event", "url_verification")])
def test_slacks_verifier_believes_it(simulated, event):
    request = simulated("slack", *event)
    assert SignatureVerifier(SECRET).is_valid_request(request.body, headers(request))
    assert not SignatureVerifier(SECRET).is_valid_request(request.body + b" ", headers(request))
    assert not SignatureVerifier(OTHER).is_valid_request(request.body, headers(request))


def test_standard_webhooks_library_verifies_it(simulated):
    request = simulated("standard")
    assert {"type", "timestamp", "data"} <= set(Webhook(SECRET).verify(request.body, headers(request)))
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(request.body, headers(request))
