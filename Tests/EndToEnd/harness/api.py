"""A small client of the native HTTP API, on the standard library alone."""

import http.client
import itertools
import json
import threading
from dataclasses import dataclass
from urllib.parse import urlencode

from harness.waiting import eventually

SETTLED = ("delivered", "filtered", "dead", "cancelled")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """A status, the headers with lower-case names, and the body."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The `error` object that every 4xx and 5xx carries."""
        return self.json["error"]

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


class Api:
    """Calls one gateway. Each call has its own connection; `kept()` gives a client that keeps one, for load."""

    def __init__(self, host, port, key):
        self.host, self.port, self.key = host, port, key

    def connection(self, timeout=20.0):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def call(self, method, path, body=None, headers=None, key=None, timeout=20.0):
        """Sends one request. `body` may be bytes, or anything that JSON can hold. `key=""` sends none."""
        connection = self.connection(timeout)
        try:
            return exchange(connection, method, path, body, self.headers(headers, key))
        finally:
            connection.close()

    def headers(self, extra=None, key=None):
        key = self.key if key is None else key
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return headers | (extra or {})

    def kept(self, timeout=20.0):
        return KeptApi(self, timeout)

    def add_webhook(self, url, events=("*",), **fields):
        """Creates a webhook and returns it."""
        answer = self.call("POST", "/v1/webhooks", {"url": url, "events": list(events), **fields})
        assert answer.status == 201, answer
        return answer.json

    def publish(self, event="memory.created", data=None, **fields):
        """Publishes one event and returns the answer's object."""
        answer = self.call("POST", "/v1/events", {"event": event, "data": {} if data is None else data, **fields})
        assert answer.status == 202, answer
        return answer.json

    def publish_batch(self, events):
        answer = self.call("POST", "/v1/events/batch", events)
        assert answer.status == 202, answer
        return answer.json

    def pages(self, path, **filters):
        """Every row of a list, page after page."""
        cursor = None
        while True:
            query = {name: value for name, value in {**filters, "cursor": cursor}.items() if value is not None}
            answer = self.call("GET", f"{path}?{urlencode(query)}")
            assert answer.status == 200, answer
            yield from answer.json["data"]
            cursor = answer.json["next_cursor"]
            if not cursor:
                return

    def deliveries(self, **filters):
        return list(self.pages("/v1/deliveries", **filters))

    def delivery(self, id):
        """One delivery with its attempts."""
        answer = self.call("GET", f"/v1/deliveries/{id}")
        assert answer.status == 200, answer
        return answer.json

    def settled(self, webhook, event, states=SETTLED, timeout=10.0):
        """Waits until an event's delivery to a webhook is in one of `states`, and returns it with its attempts."""

        def find():
            rows = [row for row in self.deliveries(webhook=webhook["id"]) if row["event_id"] == event["id"]]
            return next((row for row in rows if row["state"] in states), None)

        row = eventually(find, timeout, f"a delivery of {event['id']} to {webhook['id']} in {states}")
        return self.delivery(row["id"])


class KeptApi:
    """The same calls over one kept connection; for one thread."""

    def __init__(self, api, timeout):
        self.api, self.connection = api, api.connection(timeout)
        self.sent_headers = api.headers()

    def call(self, method, path, body=None):
        return exchange(self.connection, method, path, body, self.sent_headers)

    def close(self):
        self.connection.close()


def exchange(connection, method, path, body, headers):
    """Sends a request and reads its answer, also one that comes before the whole request was taken."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    try:
        connection.request(method, path, body, headers)
    except (BrokenPipeError, ConnectionResetError):
        pass
    response = connection.getresponse()
    names = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, names, response.read())


def unique(prefix):
    """A name that no other test of this run uses."""
    return f"{prefix}-{threading.get_native_id()}-{next(_numbers)}"
