"""What webhooks send convinces the libraries of those whose schemes they are signed with, also while a secret is being replaced."""

import pytest
import stripe
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook, WebhookVerificationError

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def headers(request):
    return {name.lower(): value for name, value in request.headers}


def is_stripes(request, secret):
    try:
        stripe.WebhookSignature.verify_header(request.body.decode(), request.header("Stripe-Signature"), secret, 300)
        return True
    except stripe.SignatureVerificationError:
        return False


def is_slacks(request, secret):
    """Slack's verifier takes one signature; that of a former secret is in the second header."""
    given = headers(request)
    found = [given[name] for name in ("x-slack-signature", "x-slack-signature-previous") if name in given]
    return any(SignatureVerifier(secret).is_valid(request.body, given["x-slack-request-timestamp"], value) for value in found)


def is_standard(request, secret):
    try:
        return Webhook(secret).verify(request.body, headers(request))["event"] == "memory.created"
    except WebhookVerificationError:
        return False


@pytest.mark.parametrize("scheme,verify", [("stripe", is_stripes), ("slack", is_slacks), ("standard", is_standard)])
def test_the_library_believes_it(gateway, receiver, scheme, verify):
    webhook = gateway.api.add_webhook(receiver.url(), secret=OLD, signing=[scheme])
    gateway.api.publish(data={"name": "Åsa 🎉"})
    (request,) = receiver.wait_for(1)
    assert [verify(request, secret) for secret in (OLD, NEW, OTHER)] == [True, False, False]
    path = f"/v1/webhooks/{webhook['id']}/secret/rotate"
    assert gateway.api.call("POST", path, {"secret": NEW}).status == 200
    gateway.api.publish(data={"name": "Åsa 🎉"})
    request = receiver.wait_for(2)[1]
    assert [verify(request, secret) for secret in (OLD, NEW, OTHER)] == [True, True, False]
    assert gateway.api.call("POST", path, {"secret": OTHER, "overlap_secs": 0}).status == 200
    gateway.api.publish(data={"name": "Åsa 🎉"})
    request = receiver.wait_for(3)[2]
    assert [verify(request, secret) for secret in (OLD, NEW, OTHER)] == [False, False, True]


def test_all_of_them_believe_one_request(gateway, receiver):
    gateway.api.add_webhook(receiver.url(), secret=OLD, signing=["stripe", "slack", "standard", "standard-ed25519", "github", "shopify"])
    gateway.api.publish()
    (request,) = receiver.wait_for(1)
    assert all(verify(request, OLD) for verify in (is_stripes, is_slacks, is_standard))
