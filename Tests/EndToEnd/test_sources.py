"""Sources: signed requests become events and are delivered; what is not believed is kept, and runs again once that was mended."""

import json
import time

from harness.senders import make_source, request_of, requests_of, rerun
from harness.waiting import eventually


def events(api, **filters):
    return list(api.pages("/v1/events", **filters))


def test_a_signed_request_becomes_an_event_and_is_delivered(api, receiver):
    api.add_webhook(receiver.url("/hook"), events=["source.code"])
    sender = make_source(api, "code", {"scheme": "github"}, secret="s3cr3t", namespace="repo")
    answer = sender.github({"ref": "refs/heads/main", "big": 9007199254740993}, "s3cr3t")
    assert (answer.status, answer.json) == (200, {"accepted": 1})
    (request,) = receiver.wait_for(1)
    envelope = json.loads(request.body)
    assert envelope["event"] == "source.code"
    assert envelope["data"] == {"ref": "refs/heads/main", "big": 9007199254740993}
    (row,) = requests_of(api, sender.source)
    assert (row["state"], row["event_count"], row["status"], row["scheme"]) == ("accepted", 1, 200, "github")
    whole = request_of(api, sender.source, row["id"])
    assert whole["events"] == [envelope["id"]]
    assert json.loads(whole["request"]["body"])["ref"] == "refs/heads/main"
    assert events(api, namespace="repo")[0]["id"] == envelope["id"]


def test_nothing_that_a_source_takes_is_one_of_the_gateways_own_events(api):
    fields = {"name": "rejecting", "verify": {"scheme": "none"}}
    refused = api.call("POST", "/v1/sources", fields | {"namespace": "tidehook"})
    assert (refused.status, refused.error["field"]) == (403, "namespace"), refused
    sender = make_source(api, **fields)
    refused = api.call("PATCH", f"/v1/sources/{sender.source['id']}", {"namespace": "tidehook"})
    assert (refused.status, refused.error["field"]) == (403, "namespace"), refused
    assert sender.send({"namespace": "tidehook"}).status == 200
    rem = make_source(api, "rem", plugin="from-rem", verify={"scheme": "none"})
    answer = rem.send({"event": "memory.created", "namespace": "tidehook", "data": {}})
    assert answer.status == 400 and "tidehook" in answer.body.decode(), answer
    (own,) = eventually(lambda: events(api, namespace="tidehook"), 10, "the gateway's own event, of what it refused")
    assert own["data"]["name"] == "rem" and own["event"] == "source.rejecting"


def test_nobody_is_believed_without_the_secret(api, receiver):
    api.add_webhook(receiver.url())
    sender = make_source(api, "code", {"scheme": "github"}, secret="s3cr3t")
    for answer in (sender.github({}, "wrong"), sender.send({}), sender.send({}, {"X-Hub-Signature-256": "sha256="})):
        assert answer.status == 401, answer
        assert answer.headers["www-authenticate"]
        assert "s3cr3t" not in answer.body.decode()
    assert events(api, event="source.code") == []
    assert [row["state"] for row in requests_of(api, sender.source)] == ["rejected"] * 3


def test_a_rejected_request_runs_again_once_the_secret_is_right(api, receiver):
    api.add_webhook(receiver.url("/hook"), events=["source.pay"])
    sender = make_source(api, "pay", {"scheme": "stripe"}, secret="whsec_old")
    at = int(time.time())
    assert sender.stripe({"id": "evt_1", "paid": True}, "whsec_new", at).status == 401
    (row,) = requests_of(api, sender.source, state="rejected")
    assert row["reason"]
    still = rerun(api, sender.source, row["id"])
    assert (still.status, still.json["state"]) == (202, "rejected")
    changed = api.call("PATCH", sender.source["url"].replace("/in/", "/v1/sources/"), {"secrets": ["whsec_new", "whsec_old"]})
    assert changed.json["secret_count"] == 2, changed
    again = rerun(api, sender.source, row["id"])
    assert (again.status, again.json["state"], again.json["event_count"]) == (202, "accepted", 1)
    (request,) = receiver.wait_for(1, path="/hook")
    assert json.loads(request.body)["data"] == {"id": "evt_1", "paid": True}
    assert rerun(api, sender.source, row["id"]).status == 409
    assert requests_of(api, sender.source, state="rejected") == []


def test_two_secrets_rotate_without_a_gap(api):
    sender = make_source(api, "code", {"scheme": "github"}, secret="old")
    path = f"/v1/sources/{sender.source['id']}"
    assert sender.github({"n": 1}, "old").status == 200
    api.call("PATCH", path, {"secrets": ["new", "old"]})
    assert [sender.github({"n": 2}, secret).status for secret in ("old", "new")] == [200, 200]
    api.call("PATCH", path, {"secret": "new"})
    assert [sender.github({"n": 3}, secret).status for secret in ("old", "new")] == [401, 200]
    shown = api.call("GET", path).json
    assert shown["secret_count"] == 1 and "secret" not in shown and "secrets" not in shown


def test_a_repeat_is_answered_like_the_first_and_publishes_nothing(api):
    sender = make_source(api, "code", {"scheme": "github"}, secret="s", dedupe={"header": "X-GitHub-Delivery"})
    answers = [sender.github({"n": n}, "s", delivery="d-1") for n in range(3)]
    assert [(answer.status, answer.body) for answer in answers] == [(200, b'{"accepted":1}')] * 3
    assert sender.github({"n": 9}, "s", delivery="d-2").status == 200
    assert len(events(api, event="source.code")) == 2
    assert [row["state"] for row in requests_of(api, sender.source)] == ["accepted", "duplicate", "duplicate", "accepted"]


def test_a_rejected_request_is_no_repeat_of_itself(api):
    sender = make_source(api, "code", {"scheme": "github"}, secret="s", dedupe={"header": "X-GitHub-Delivery"})
    assert sender.github({}, "wrong", delivery="d-1").status == 401
    assert sender.github({}, "s", delivery="d-1").json == {"accepted": 1}
    (row,) = requests_of(api, sender.source, state="rejected")
    api.call("PATCH", f"/v1/sources/{sender.source['id']}", {"secret": "wrong"})
    assert rerun(api, sender.source, row["id"]).json["state"] == "duplicate"
    assert len(events(api, event="source.code")) == 1


def test_a_window_ends(api):
    sender = make_source(api, dedupe={"path": "id", "window_secs": 1})
    assert sender.send({"id": 1}).status == 200
    deadline = time.monotonic() + 10
    while len(events(api, event="source.crm")) < 2 and time.monotonic() < deadline:
        sender.send({"id": 1})
    assert len(events(api, event="source.crm")) == 2


def test_secrets_are_stored_but_never_shown(api, gateway):
    sender = make_source(api, "crm", {"scheme": "api-key", "header": "X-Door"}, secret="0p3n-s3s4m3")
    headers = {"X-Door": "0p3n-s3s4m3", "Authorization": "Bearer 0p3n-s3s4m3", "Cookie": "a=0p3n-s3s4m3", "X-Gitlab-Token": "0p3n-s3s4m3"}
    assert sender.send({}, headers, query="token=0p3n-s3s4m3&n=1").status == 200
    (row,) = requests_of(api, sender.source)
    shown = request_of(api, sender.source, row["id"])
    assert "0p3n-s3s4m3" not in json.dumps([row, shown])
    assert shown["request"]["headers"]["X-Door"] == "<secret>"
    assert shown["query"] == "token=<secret>&n=1"
    assert "0p3n-s3s4m3" not in gateway.stderr()


def test_sources_outlive_a_restart_and_go_with_all_they_received(gateway):
    sender = make_source(gateway.api, "code", {"scheme": "github"}, secret="s", dedupe={"header": "X-GitHub-Delivery"})
    sender.github({}, "s", delivery="d-1")
    gateway.stop()
    gateway.start()
    sender.api = gateway.api
    assert sender.github({}, "s", delivery="d-1").status == 200
    assert [row["state"] for row in requests_of(gateway.api, sender.source)] == ["duplicate", "accepted"]
    path = f"/v1/sources/{sender.source['id']}"
    assert gateway.api.call("DELETE", path).status == 204
    assert sender.github({}, "s").status == 404
    assert gateway.api.call("GET", f"{path}/requests").status == 404
    assert len(events(gateway.api, event="source.code")) == 1


def test_the_first_rejection_tells_the_operator_once(api, receiver, gateway):
    api.add_webhook(receiver.url("/ops"), events=["source.rejecting"], namespace="tidehook")
    sender = make_source(api, "code", {"scheme": "github"}, secret="s")
    for _ in range(5):
        sender.github({}, "wrong")
    (request,) = receiver.wait_for(1, path="/ops")
    data = json.loads(request.body)["data"]
    assert (data["source"], data["name"]) == (sender.source["id"], "code")
    assert data["request"] == requests_of(api, sender.source)[-1]["id"]
    assert len(receiver.requests("/ops")) == 1
    assert gateway.stderr().count("source rejects requests") == 1
