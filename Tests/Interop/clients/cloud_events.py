"""CloudEvents made, and read again, with their own SDK."""

from datetime import datetime, timezone

from cloudevents.core.bindings import http
from cloudevents.core.v1.event import CloudEvent

from harness.api import unique

TIME = datetime(2026, 4, 13, 10, 30, tzinfo=timezone.utc)
WAYS = {"structured": http.to_structured_event, "binary": http.to_binary_event}
DATA = {
    "an object": ("application/json", {"order": 42, "tags": [], "note": None, "name": "Åsa 🎉"}),
    "an object without a type": (None, {"order": 42}),
    "a text": ("text/plain; charset=utf-8", "Åsa 🎉\nsecond line"),
    "bytes": ("application/octet-stream", b"\x00\xff\xfe\x80"),
}
EXTRAS = {
    "nothing more": {},
    "a subject and extensions": {
        "subject": 'order/42 "Åsa" 100 % 🎉', "dataschema": "https://shop.example.com/schema#order", "traceparent": "00-ab-cd-01",
    },
}


def cloud_event(type, data, extras):
    content_type, content = DATA[data]
    attributes = {"id": unique("A"), "source": "https://shop.example.com/orders", "type": type, "time": TIME} | EXTRAS[extras]
    if content_type:
        attributes["datacontenttype"] = content_type
    return CloudEvent(attributes=attributes, data=content)


def read(request):
    """What the SDK makes of a delivery."""
    return http.from_http_event(http.HTTPMessage(headers=dict(request.headers), body=request.body))


def check_same(event, sent):
    """Attribute for attribute; a `datacontenttype` that the sender left out may have been said."""
    expected = event.get_attributes()
    given = {name: value for name, value in sent.get_attributes().items() if name in expected or name != "datacontenttype"}
    assert given == expected
    assert sent.get_data() == event.get_data()


def send_on(gateway, receiver):
    """An event type of the caller's own, that two webhooks send on as CloudEvents: to `/KIND/structured` and `/KIND/binary`."""
    kind = unique("shop.order")
    for mode in WAYS:
        gateway.api.add_webhook(receiver.url(f"/{kind}/{mode}"), [kind], pipeline=[{"plugin": "cloudevents", "options": {"mode": mode}}])
    return kind


def check_arrivals(receiver, kind, event):
    """The event is at `/KIND/structured` and at `/KIND/binary`, as the SDK reads it."""
    for mode in WAYS:
        (request,) = receiver.wait_for(1, path=f"/{kind}/{mode}")
        assert any(name.lower().startswith("ce-") for name, _ in request.headers) == (mode == "binary")
        check_same(event, read(request))
