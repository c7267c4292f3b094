"""A webhook may get a share of the events; their ids decide which."""

import json

MASK = (1 << 64) - 1


def point(id):
    """The rule of docs/delivery.md, written anew."""
    value = 0xCBF29CE484222325
    for byte in id.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ (value >> 33)) * factor) & MASK
    return ((value ^ (value >> 33)) >> 11) / 2**53


def publish(api, ids):
    answer = api.publish_batch([{"event": "memory.recalled", "id": id, "data": {}} for id in ids])
    assert answer["accepted"] == len(ids)


def received(receiver, path, count):
    return {json.loads(request.body)["id"] for request in receiver.wait_for(count, path=path)}


def test_the_ids_decide_and_more_is_more_of_the_same(gateway, receiver):
    rates = {"/a": 0.1, "/b": 0.1, "/c": 0.3}
    webhooks = {path: gateway.api.add_webhook(receiver.url(path), sample=rate) for path, rate in rates.items()}
    assert webhooks["/a"]["sample"] == 0.1
    ids = [f"recall-{n}" for n in range(1000)]
    publish(gateway.api, ids[:500])
    gateway.stop()
    gateway.start()
    publish(gateway.api, ids[500:])
    for path, rate in rates.items():
        wanted = {id for id in ids if point(id) < rate}
        assert received(receiver, path, len(wanted)) == wanted
        assert len(list(gateway.api.deliveries(webhook=webhooks[path]["id"], limit=500))) == len(wanted)
    changed = gateway.api.call("PATCH", f"/v1/webhooks/{webhooks['/a']['id']}", {"sample": None})
    assert changed.status == 200 and changed.json["sample"] is None
    publish(gateway.api, ["recall-all"])
    assert "recall-all" in received(receiver, "/a", len({id for id in ids if point(id) < 0.1}) + 1)
