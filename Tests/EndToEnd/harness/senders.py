"""Others' senders: requests signed with `hmac`, as providers sign them."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

from harness.api import exchange


@dataclass
class Sender:
    """Sends to one source, without an API key."""

    api: object
    source: dict
    headers: dict = field(default_factory=dict)

    def send(self, body=b"", headers=None, method="POST", path="", query=""):
        """Sends a request as it is. `body` may be bytes, or anything that JSON can hold."""
        connection = self.api.connection()
        try:
            target = self.source["url"] + path + (f"?{query}" if query else "")
            return exchange(connection, method, target, encoded(body), self.headers | (headers or {}))
        finally:
            connection.close()

    def github(self, body, secret, delivery=None, event="push"):
        """As GitHub signs: HMAC-SHA256 of the body, in hex."""
        body = encoded(body)
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={signature}"}
        return self.send(body, headers | ({"X-GitHub-Delivery": delivery} if delivery else {}))

    def stripe(self, body, secret, at=None):
        """As Stripe signs: HMAC-SHA256 of time and body."""
        body = encoded(body)
        at = int(time.time()) if at is None else at
        signature = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return self.send(body, {"Content-Type": "application/json", "Stripe-Signature": f"t={at},v1={signature}"})


def encoded(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def make_source(api, name="crm", verify=None, **fields):
    """Makes a source, which believes everybody unless it says otherwise, and returns its sender."""
    answer = api.call("POST", "/v1/sources", {"name": name, "verify": verify or {"scheme": "none"}, **fields})
    assert answer.status == 201, answer
    return Sender(api, answer.json)


def requests_of(api, source, **filters):
    """Every request that a source keeps, newest first."""
    return list(api.pages(f"/v1/sources/{source['id']}/requests", **filters))


def request_of(api, source, id):
    """One of them, whole."""
    answer = api.call("GET", f"/v1/sources/{source['id']}/requests/{id}")
    assert answer.status == 200, answer
    return answer.json


def rerun(api, source, id):
    return api.call("POST", f"/v1/sources/{source['id']}/requests/{id}/rerun")
