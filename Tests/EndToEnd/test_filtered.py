"""Why a delivery was filtered: which stage dropped it, and where."""

import pytest

from harness.cli import Cli
from harness.waiting import eventually

QUIET = "function filter(event)\n  return true\nend"
SCRIPT = """
function transform(event)
  if event.data.n then return nil, "no <b>numbers</b>" end
  return event
end
"""


@pytest.fixture
def cli(gateway, tmp_path):
    return Cli(tmp_path, gateway)


def test_the_stage_is_told_with_the_line_of_its_script(api, receiver, cli):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"script": QUIET}, {"script": SCRIPT}])
    delivery = api.settled(webhook, api.publish("a", {"n": 1}))
    assert (delivery["state"], delivery["reason"]) == ("filtered", "pipeline[1].script: no <b>numbers</b>")
    assert delivery["dropped_by"] == {"stage": 1, "name": "pipeline[1].script", "plugin": None, "revision": None, "line": 3}
    (listed,) = api.deliveries(webhook=webhook["id"])
    assert listed["dropped_by"] == delivery["dropped_by"] | {"line": None}
    assert "pipeline[1]: script, line 3" in cli.text("deliveries", "show", delivery["id"])
    # What the webhook has become since does not count: it is the revision that ran.
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"script": QUIET}).status == 200
    assert api.delivery(delivery["id"])["dropped_by"]["line"] == 3
    assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay").status == 202
    receiver.wait_for(1)
    shown = eventually(lambda: (row := api.delivery(delivery["id"]))["state"] == "delivered" and row, 5, "the replay")
    assert shown["dropped_by"] is None
    # The attempt that dropped it keeps why, and where its own revision says so.
    first, second = shown["attempts"]
    assert (first["reason"], first["dropped_by"]) == (delivery["reason"], delivery["dropped_by"])
    assert (second["reason"], second["dropped_by"], second["revision"]) == (None, None, 2)
    text = cli.text("deliveries", "show", delivery["id"])
    assert "no <b>numbers</b>" in text and "pipeline[1]: script, line 3" in text


def test_a_plugin_is_told_with_its_revision(gateway, receiver, cli):
    api = gateway.api
    webhook = api.add_webhook(receiver.url(), pipeline=[{"script": QUIET}, {"plugin": "tags", "options": {"any": ["architecture"]}}])
    delivery = api.settled(webhook, api.publish("memory.created", {"tags": []}))
    revision = api.call("GET", "/v1/plugins/tags").json["revision"]
    assert delivery["dropped_by"] == {"stage": 1, "name": "tags", "plugin": "tags", "revision": revision, "line": None}
    assert delivery["reason"].startswith("tags: ")
    assert f"pipeline[1]: tags, revision {revision}" in cli.text("deliveries", "show", delivery["id"])


def test_what_was_delivered_or_failed_has_none(api, receiver):
    webhook = api.add_webhook(receiver.url(), script="function filter(event) error('no tags') end", retry={"max_retries": 0})
    dead = api.settled(webhook, api.publish("a", {}))
    fine = api.settled(api.add_webhook(receiver.url("/fine"), ["b"]), api.publish("b", {}))
    assert (dead["state"], dead["dropped_by"], fine["state"], fine["dropped_by"]) == ("dead", None, "delivered", None)


def test_what_is_dropped_before_a_batch_or_out_of_one_names_its_stage(api, receiver):
    batch = {"max_events": 2, "max_wait_secs": 1}
    early = api.add_webhook(receiver.url("/early"), ["a"], batch=batch, script="function filter(event)\n  return false, 'early'\nend")
    delivery = api.settled(early, api.publish("a", {}))
    assert (delivery["reason"], delivery["dropped_by"]["stage"], delivery["dropped_by"]["line"]) == ("early", 0, 2)
    assert [(one["reason"], one["request"]) for one in delivery["attempts"]] == [("early", None)]
    whole = api.add_webhook(receiver.url("/whole"), ["b"], batch=batch, pipeline=[
        {"script": "function transform_batch(events)\n  return { n = #events }\nend"},
        {"script": "function transform(body)\n  return nil, 'not worth it'\nend"}])
    events = [api.publish("b", {"n": n}) for n in range(2)]
    for event in events:
        delivery = api.settled(whole, event)
        assert (delivery["state"], delivery["batch"] is not None) == ("filtered", True)
        assert (delivery["dropped_by"]["name"], delivery["dropped_by"]["line"]) == ("pipeline[1].script", 2)
        assert [one["dropped_by"] for one in delivery["attempts"]] == [delivery["dropped_by"]]
    assert not receiver.requests("/whole")
