"""Standard Webhooks' own library: what it signs is accepted. (That it verifies every delivery is tested end to end, in `test_signing.py`.)"""

import json
from datetime import datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from clients.sources import add_source, events, send

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = json.dumps({"type": "contact.created", "timestamp": "2026-04-13T10:30:00Z", "data": {"id": "c_1", "name": "Åsa 🎉"}}, ensure_ascii=False)


def signed(body=BODY, secret=SECRET, id="msg_1", at=None):
    at = at or datetime.now(timezone.utc)
    return {
        "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body),
    }


@pytest.fixture
def source(gateway):
    return add_source(gateway, "contacts", "standard", secret=SECRET)


def test_what_the_library_signs_is_accepted_as_it_came(gateway, source):
    status, answer = send(gateway, source, BODY.encode(), signed())
    assert 200 <= status < 300, answer
    (event,) = events(gateway, "source.contacts")
    assert event["data"] == json.loads(BODY)


@pytest.mark.parametrize("name,change", [
    ("another secret", {"secret": OTHER}),
    ("another body", {"body": BODY + " "}),
    ("six minutes ago", {"at": datetime.now(timezone.utc) - timedelta(minutes=6)}),
    ("in six minutes", {"at": datetime.now(timezone.utc) + timedelta(minutes=6)}),
])
def test_what_the_library_refuses_is_refused(gateway, source, name, change):
    headers = signed(**change)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, headers)
    assert send(gateway, source, BODY.encode(), headers)[0] == 401
    assert events(gateway, "source.contacts") == []


def test_one_of_several_signatures_and_of_several_secrets_is_enough(gateway):
    source = add_source(gateway, "contacts", "standard", secrets=[OTHER, SECRET])
    headers = signed()
    headers["webhook-signature"] = f"v1a,bm90IG91cnM= {signed(secret=OTHER, body='x')['webhook-signature']} {headers['webhook-signature']}"
    Webhook(SECRET).verify(BODY, headers)
    assert 200 <= send(gateway, source, BODY.encode(), headers)[0] < 300


def test_the_older_names_of_the_headers_are_taken(gateway, source):
    headers = {name.replace("webhook-", "svix-"): value for name, value in signed().items()}
    assert 200 <= send(gateway, source, BODY.encode(), headers)[0] < 300


def test_the_plugin_makes_the_payloads_event_once(gateway):
    source = add_source(gateway, "contacts", plugin="from-standard", secret=SECRET)
    for _ in range(2):
        assert 200 <= send(gateway, source, BODY.encode(), signed())[0] < 300
    (event,) = events(gateway, "contact.created")
    assert (event["timestamp"], event["data"]) == ("2026-04-13T10:30:00Z", {"id": "c_1", "name": "Åsa 🎉"})
