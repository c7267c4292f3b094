"""Every signing scheme, alone and together: Tidehook's own sources and commands believe what its webhooks send, and nothing else."""

import base64
import hashlib
import hmac
import json

import pytest

from harness.cli import Cli
from harness.senders import requests_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
CUSTOM = {
    "scheme": "custom", "header": "X-Acme-Signature", "algorithm": "sha512", "encoding": "base64url", "prefix": "v9=",
    "template": "{id}|{timestamp}|{body}", "timestamp_header": "X-Acme-Time", "id_header": "X-Acme-Id",
}
RULES = {
    "rem": {"scheme": "rem"}, "standard": {"scheme": "standard"}, "mem0": {"scheme": "mem0"}, "github": {"scheme": "github"},
    "stripe": {"scheme": "stripe"}, "slack": {"scheme": "slack"}, "shopify": {"scheme": "shopify"},
    "custom": {**CUSTOM, "scheme": "hmac"}, "standard-ed25519": {"scheme": "standard"},
}


def signing_of(name):
    return {"signing": [CUSTOM if name == "custom" else name], "signing_key": PRIVATE}


@pytest.mark.parametrize("name", RULES)
def test_a_source_believes_what_a_webhook_sends(api, name):
    """One gateway sends to itself: what is published comes back as an event of the source."""
    known = PUBLIC if name == "standard-ed25519" else SECRET
    source = api.call("POST", "/v1/sources", {"name": "own", "verify": RULES[name], "secret": known}).json
    api.add_webhook(f"http://127.0.0.1:{api.port}{source['url']}", events=["memory.created"], secret=SECRET, **signing_of(name))
    webhook = api.call("GET", "/v1/webhooks").json["data"][0]
    event = api.publish(data={"content": "café 🎉"})
    delivery = api.settled(webhook, event)
    assert delivery["state"] == "delivered", (delivery, requests_of(api, source))
    (received,) = api.pages("/v1/events", event="source.own")
    assert received["data"]["id"] == event["id"] and received["data"]["data"] == {"content": "café 🎉"}


@pytest.mark.parametrize("name", RULES)
def test_listen_and_verify_believe_it_and_no_other_body(gateway, listen, tmp_path, name):
    known = PUBLIC if name == "standard-ed25519" else SECRET
    scheme = json.dumps(CUSTOM) if name == "custom" else name
    listener = listen("--secret", known, "--scheme", scheme)
    gateway.api.add_webhook(f"{listener.url}/", secret=SECRET, **signing_of(name))
    gateway.api.publish(data={"content": "café"})
    request = listener.request()
    assert request["signature"] == {name: "valid"}
    headers = [argument for key, value in request["headers"].items() for argument in ("--header", f"{key}: {value}")]
    cli = Cli(tmp_path)
    options = ("--secret", known, "--scheme", scheme, *headers)
    assert cli.json("verify", *options, stdin=request["body"]) == {"valid": True, "verdict": f"valid ({name})"}
    assert "does not match" in cli.text("verify", *options, stdin=request["body"] + " ", status=1)


@pytest.mark.parametrize("name", RULES)
def test_sign_makes_what_verify_believes(tmp_path, name):
    cli = Cli(tmp_path)
    scheme = json.dumps(CUSTOM) if name == "custom" else name
    key, known = (PRIVATE, PUBLIC) if name == "standard-ed25519" else (SECRET, SECRET)
    made = cli.json("sign", "--secret", key, "--scheme", scheme, "--id", "evt_1", stdin="{}")
    headers = [argument for pair in made.items() for argument in ("--header", "=".join(pair))]
    assert cli.json("verify", "--secret", known, "--scheme", scheme, *headers, stdin="{}")["valid"]
    assert not cli.json("verify", "--secret", known, "--scheme", scheme, *headers, stdin="[]", status=1)["valid"]


def test_a_private_key_signs_without_naming_the_scheme(tmp_path):
    made = Cli(tmp_path).json("sign", "--secret", PRIVATE, "--id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "--timestamp", "1614265330",
                              stdin='{"test": 2432232314}')
    assert made["webhook-signature"] == (
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==")
    refused = Cli(tmp_path).run("sign", "--secret", PRIVATE, "--scheme", "rem", stdin="{}", status=2)
    assert "both ends share" in refused.stderr and PRIVATE[5:] not in refused.stderr


def test_all_schemes_sign_one_request(api, receiver):
    names = [name for name in RULES if name != "custom"]
    webhook = api.add_webhook(receiver.url(), secret=SECRET, signing=[*names, CUSTOM], signing_key=PRIVATE)
    assert webhook["signing"] == [*names, CUSTOM] and webhook["public_key"] == PUBLIC
    event = api.publish()
    (request,) = receiver.wait_for(1)
    assert [version.split(",")[0] for version in request.header("webhook-signature").split(" ")] == ["v1", "v1a"]
    code = hmac.new(SECRET.encode(), request.body, hashlib.sha256)
    assert request.header("X-Hub-Signature-256") == f"sha256={code.hexdigest()}"
    assert request.header("X-Shopify-Hmac-SHA256") == base64.b64encode(code.digest()).decode()
    stamp = request.header("X-Acme-Time")
    text = f"{event['id']}|{stamp}|".encode() + request.body
    expected = base64.urlsafe_b64encode(hmac.new(SECRET.encode(), text, hashlib.sha512).digest()).decode().rstrip("=")
    assert request.header("X-Acme-Signature") == "v9=" + expected and request.header("X-Acme-Id") == event["id"]
    assert stamp == request.header("webhook-timestamp") == request.header("X-Slack-Request-Timestamp")
    assert request.header("Stripe-Signature").startswith(f"t={stamp},v1=")


def test_a_script_cannot_set_the_headers_of_its_webhooks_schemes(api, receiver):
    script = 'function transform(event) return event, { headers = { ["x-acme-signature"] = "forged" } } end'
    webhook = api.add_webhook(receiver.url(), signing=[CUSTOM], script=script, retry={"max_retries": 0})
    other = api.add_webhook(receiver.url("/other"), signing=["rem"], script=script)
    event = api.publish()
    assert "X-Acme-Signature".lower() in api.settled(webhook, event)["reason"]
    (request,) = receiver.wait_for(1, path="/other")
    assert request.header("X-Acme-Signature") == "forged" and api.settled(other, event)["state"] == "delivered"


@pytest.mark.parametrize("fields,field,says", [
    ({"signing": [{"scheme": "custom"}]}, "signing[0].header", "required"),
    ({"signing": ["rem", {"scheme": "custom", "header": "X-REM-Signature"}]}, "signing", "X-REM-Signature"),
    ({"signing": [{"scheme": "custom", "header": "Host"}]}, "signing[0].header", "Host"),
    ({"signing": [{"scheme": "custom", "header": "X-A", "template": "{nonce}{body}"}]}, "signing[0].template", "{nonce"),
    ({"signing": [{"scheme": "custom", "header": "X-A", "prefix": "a\r\nX-B: "}]}, "signing[0].prefix", "ASCII"),
    ({"signing": ["custom"]}, "signing[0]", "custom"),
    ({"signing": ["github"], "headers": {"X-Hub-Signature-256": "x"}}, "headers.X-Hub-Signature-256", "set by signing"),
    ({"signing": ["github"], "headers": {"x-hub-signature-256-previous": "x"}}, "headers.x-hub-signature-256-previous", "set by signing"),
    ({"signing": ["github"], "headers": {"X-Hub-Signature-256": {"secret": "hunter2"}}}, "headers.X-Hub-Signature-256", "set by signing"),
    ({"signing": [{"scheme": "custom", "header": "Authorization"}], "auth": {"type": "bearer", "token": "hunter2"}}, "auth", "Authorization"),
    ({"signing_key": "whsk_hunter2"}, "signing_key", "whsk_ and base64"),
    ({"signing_key": PRIVATE[:-8] + "AAAAAA=="}, "signing_key", "public key"),
    ({"secret": PRIVATE}, "secret", "signing_key"), ({"secret": PUBLIC}, "secret", "signing_key"),
])
def test_what_cannot_sign_is_refused_by_name(shared_gateway, fields, field, says):
    answer = shared_gateway.api.call("POST", "/v1/webhooks", {"url": "http://127.0.0.1:1/", "events": ["*"], **fields})
    assert (answer.status, answer.error["field"]) == (400, field), answer
    assert says in answer.error["message"]
    assert all(text not in answer.error["message"] for text in ("hunter2", PRIVATE[5:30]))


def test_the_private_key_is_shown_nowhere(gateway, tmp_path, receiver):
    api = gateway.api
    made = api.add_webhook(receiver.url(), signing=["standard-ed25519"])
    given = api.add_webhook(receiver.url("/given"), signing=["standard-ed25519"], signing_key=PRIVATE)
    assert made["public_key"].startswith("whpk_") and given["public_key"] == PUBLIC
    event = api.publish()
    api.settled(given, event), api.settled(made, event)
    api.call("PATCH", f"/v1/webhooks/{given['id']}", {"name": "renamed"})
    paths = [
        "/v1/webhooks", f"/v1/webhooks/{given['id']}", f"/v1/webhooks/{given['id']}/revisions", f"/v1/webhooks/{given['id']}/revisions/1",
        f"/v1/webhooks/{given['id']}/revisions/diff", "/.well-known/jwks.json",
        *(f"/v1/deliveries/{row['id']}" for row in api.deliveries()),
    ]
    for path in paths:
        answer = api.call("GET", path)
        assert answer.status == 200 and b"whsk_" not in answer.body and PRIVATE[5:40].encode() not in answer.body, path
    assert "whsk_" not in gateway.stderr()
    shown = Cli(tmp_path, gateway).text("webhooks", "show", given["id"])
    assert PUBLIC in shown and "whsk_" not in shown


def test_public_keys_are_a_json_web_key_set_for_everybody(api, receiver):
    webhook = api.add_webhook(receiver.url(), signing=["standard-ed25519"], signing_key=PRIVATE)
    api.add_webhook(receiver.url(), signing=["standard-ed25519"])
    everything = api.call("GET", "/.well-known/jwks.json", key="")
    assert everything.status == 200 and len(everything.json["keys"]) == 2 and "max-age" in everything.headers["cache-control"]
    answer = api.call("GET", f"/.well-known/jwks.json?webhook={webhook['id']}", key="")
    (key,) = answer.json["keys"]
    assert {name: key[name] for name in ("kty", "crv", "alg", "use")} == {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"}
    assert base64.urlsafe_b64decode(key["x"] + "=") == base64.b64decode(PUBLIC[5:])
    thumbprint = hashlib.sha256(json.dumps({"crv": "Ed25519", "kty": "OKP", "x": key["x"]}, separators=(",", ":")).encode()).digest()
    assert key["kid"] == base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")
    assert api.call("DELETE", f"/v1/webhooks/{webhook['id']}").status == 204
    assert len(api.call("GET", "/.well-known/jwks.json", key="").json["keys"]) == 1


def test_keys_and_schemes_survive_a_restart_and_a_rollback(gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url(), signing=["standard-ed25519", CUSTOM])
    gateway.kill()
    gateway.start()
    path = f"/v1/webhooks/{webhook['id']}"
    shown = gateway.api.call("GET", path).json
    assert (shown["signing"], shown["public_key"]) == (webhook["signing"], webhook["public_key"])
    assert gateway.api.call("PATCH", path, {"signing": ["rem"]}).json["public_key"] == webhook["public_key"]
    back = gateway.api.call("POST", f"{path}/rollback", {"revision": 1}).json
    assert (back["signing"], back["public_key"]) == (webhook["signing"], webhook["public_key"])


def test_the_commands_take_schemes_and_keys(gateway, tmp_path):
    cli = Cli(tmp_path, gateway)
    arguments = ("--signing", "github,standard-ed25519", "--signing", json.dumps(CUSTOM), "--signing-key", PRIVATE)
    webhook = cli.json("webhooks", "add", "http://127.0.0.1:1/", *arguments)
    assert webhook["signing"] == ["github", "standard-ed25519", CUSTOM] and webhook["public_key"] == PUBLIC
    shown = cli.text("webhooks", "show", webhook["id"])
    assert "github, standard-ed25519, custom X-Acme-Signature" in shown and PUBLIC in shown
    assert "md5" in cli.run("sign", "--secret", "s", "--scheme", "md5", stdin="{}", status=2).stderr
    assert "header" in cli.run("sign", "--secret", "s", "--scheme", '{"scheme":"custom"}', stdin="{}", status=2).stderr
