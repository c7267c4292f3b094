"""`serve --verify-ownership true`: no webhook becomes active before its receiver has proved whose it is."""

import json

import pytest

from harness.cli import Cli
from harness.receiver import Reply


@pytest.fixture
def asking(make_gateway):
    return make_gateway(arguments=["--verify-ownership", "true"])


def register(api, url, **fields):
    return api.call("POST", "/v1/webhooks", {"url": url, "events": ["*"], **fields})


def test_listen_proves_it_and_gets_its_deliveries(asking, listen):
    listener = listen("--secret", "a secret", "--count", "1")
    answer = register(asking.api, listener.url, secret="a secret")
    assert answer.status == 201 and answer.json["active"] is True and answer.json["verified_at"], answer
    challenge = listener.request()
    assert json.loads(challenge["body"])["event"] == "webhook.verification"
    event = asking.api.publish()
    assert json.loads(listener.request()["body"])["id"] == event["id"]
    assert listener.ended() == 0, "the challenge is none of the requests that --count counts"


@pytest.mark.parametrize("reply,words", [
    (Reply(200), "did not answer with the challenge"), (Reply(404), "answered 404"), (Reply(302), "answered 302"),
    (Reply(close=True), "closed"),
])
def test_who_proves_nothing_is_not_registered(asking, receiver, reply, words):
    receiver.reply("/hook", reply)
    answer = register(asking.api, receiver.url("/hook"))
    assert (answer.status, answer.error["code"], answer.error["field"]) == (400, "ownership_not_proven", "url")
    assert words in answer.error["message"]
    assert list(asking.api.pages("/v1/webhooks")) == []
    (request,) = receiver.requests("/hook")
    assert request.method == "POST" and request.header("X-Tidehook-Challenge") == json.loads(request.body)["data"]["challenge"]


def test_an_inactive_one_is_asked_when_it_is_resumed_and_another_url_again(asking, receiver, listen, tmp_path):
    cli = Cli(tmp_path, asking)
    listener = listen()
    webhook = register(asking.api, listener.url, active=False).json
    assert webhook["verified_at"] is None
    assert cli.json("webhooks", "resume", webhook["id"])["verified_at"]
    assert "challenge" in cli.run("webhooks", "update", webhook["id"], "--url", receiver.url("/hook"), status=1).stderr
    assert asking.api.call("GET", f"/v1/webhooks/{webhook['id']}").json["url"].rstrip("/") == listener.url


def test_listen_answers_no_challenge_that_is_not_signed_with_its_secret(asking, listen):
    listener = listen("--secret", "your-webhook-secret")
    refused = register(asking.api, f"{listener.url}/hook", secret="another-secret")
    assert refused.status == 400 and "answered 401" in refused.error["message"]
    assert register(asking.api, f"{listener.url}/hook", secret="your-webhook-secret").status == 201


def test_a_pipeline_cannot_send_elsewhere(asking, receiver, listen):
    listener = listen()
    script = "function transform(e) return e, {url = '%s'} end" % receiver.url("/stolen")
    webhook = register(asking.api, listener.url, script=script).json
    delivery = asking.api.settled(webhook, asking.api.publish())
    assert (delivery["state"], delivery["attempts"][0]["failure"]) == ("dead", "blocked")
    assert receiver.requests() == []


def test_it_is_a_setting_like_all_others(make_gateway, receiver, tmp_path):
    (tmp_path / "tidehook.yaml").write_text("verify_ownership: true\n")
    by_file = make_gateway(arguments=["--config", str(tmp_path / "tidehook.yaml")])
    by_environment = make_gateway(start=False)
    by_environment.environment = {"TIDEHOOK_VERIFY_OWNERSHIP": "true"}
    for gateway in (by_file, by_environment.start()):
        assert register(gateway.api, receiver.url()).status == 400


def test_nobody_is_asked_without_it(api, receiver):
    assert register(api, receiver.url()).json["verified_at"] is None
    assert receiver.requests() == []
