"""`tidehook sources simulate`: requests as providers send them, checked here with code of our own, and believed by sources."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qsl

import pytest
from harness.cli import Cli
from harness.receiver import Reply
from standardwebhooks import Webhook

SECRET = "simulation-secret"


def code(message, algorithm=hashlib.sha256, secret=SECRET):
    return hmac.new(secret.encode(), message, algorithm).digest()


@pytest.fixture
def simulate(tmp_path, receiver):
    """Sends a provider's request to the receiver, and returns it."""

    def run(provider, *arguments, path="/in/src_1", secret=SECRET):
        secrets = ("--secret", secret) if secret else ()
        Cli(tmp_path).run("sources", "simulate", provider, "--to", receiver.url(path), *secrets, *arguments)
        return receiver.requests()[-1]

    return run


def hex_of(request, message=None, secret=SECRET):
    return code(request.body if message is None else message, secret=secret).hex()


@pytest.mark.parametrize("provider, header, prefix, event_header, event", [
    ("github", "X-Hub-Signature-256", "sha256=", "X-GitHub-Event", "push"),
    ("linear", "Linear-Signature", "", "Linear-Event", "Issue"),
    ("pagerduty", "X-PagerDuty-Signature", "v1=", None, None),
    ("rem", "X-REM-Signature", "", None, None),
    ("mem0", "X-Mem0-Signature-256", "sha256=", "X-Mem0-Event", "memory_add"),
])
def test_hashes_of_the_body(simulate, provider, header, prefix, event_header, event):
    request = simulate(provider)
    assert request.header(header) == prefix + hex_of(request)
    assert json.loads(request.body) and b"{{" not in request.body and b"\n" not in request.body
    if event_header:
        assert request.header(event_header) == event


def test_stripe(simulate):
    request = simulate("stripe", "--event", "checkout.session.completed")
    pairs = dict(pair.split("=") for pair in request.header("Stripe-Signature").split(","))
    assert abs(int(pairs["t"]) - request.wall) < 60
    assert pairs["v1"] == hex_of(request, f"{pairs['t']}.".encode() + request.body)
    assert json.loads(request.body)["type"] == "checkout.session.completed"


@pytest.mark.parametrize("event, content_type", [
    (None, "application/json"), ("url_verification", "application/json"), ("command", "application/x-www-form-urlencoded"),
])
def test_slack(simulate, event, content_type):
    request = simulate("slack", *(("--event", event) if event else ()))
    timestamp = request.header("X-Slack-Request-Timestamp")
    assert request.header("X-Slack-Signature") == "v0=" + hex_of(request, f"v0:{timestamp}:".encode() + request.body)
    assert request.header("Content-Type") == content_type
    if event == "url_verification":
        assert json.loads(request.body)["challenge"]


def test_shopify(simulate):
    request = simulate("shopify")
    assert request.header("X-Shopify-Hmac-SHA256") == base64.b64encode(code(request.body)).decode()
    assert request.header("X-Shopify-Topic") == "orders/create"


def test_gitlab_sends_the_secret_itself(simulate):
    request = simulate("gitlab", "--event", "merge_request")
    assert (request.header("X-Gitlab-Token"), request.header("X-Gitlab-Event")) == (SECRET, "Merge Request Hook")


def test_twilio_forms_and_json(simulate, receiver):
    request = simulate("twilio", path="/in/src_1?a=1")
    pairs = sorted(set(parse_qsl(request.body.decode(), keep_blank_values=True)))
    signed = receiver.url("/in/src_1?a=1") + "".join(name + value for name, value in pairs)
    assert request.header("X-Twilio-Signature") == base64.b64encode(code(signed.encode(), hashlib.sha1)).decode()

    request = simulate("twilio", "--event", "json", path="/in/src_1?a=1")
    assert request.path == "/in/src_1?a=1&bodySHA256=" + hashlib.sha256(request.body).hexdigest()
    signed = receiver.url(request.path).encode()
    assert request.header("X-Twilio-Signature") == base64.b64encode(code(signed, hashlib.sha1)).decode()


def test_standard_webhooks(simulate):
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    request = simulate("standard", secret=secret)
    assert Webhook(secret).verify(request.body, {name.lower(): value for name, value in request.headers})["type"] == "user.created"


def test_schemes_without_a_provider(simulate):
    assert simulate("bearer").header("Authorization") == f"Bearer {SECRET}"
    basic = simulate("basic", secret="ann:pass:word").header("Authorization")
    assert basic == "Basic " + base64.b64encode(b"ann:pass:word").decode()
    assert simulate("api-key", "--signature-header", "X-Key").header("X-Key") == SECRET
    assert simulate("path", path="/in/src_1?a=1").path == f"/in/src_1/{SECRET}?a=1"
    assert simulate("none", secret=None).header("Content-Type") == "application/json"
    request = simulate(
        "hmac", "--signature-header", "X-Sig", "--algorithm", "sha512", "--encoding", "base64", "--prefix", "v1=", "--template",
        "{id}.{timestamp}.{body}", "--timestamp-header", "X-Time", "--id-header", "X-Id")
    signed = f"{request.header('X-Id')}.{request.header('X-Time')}.".encode() + request.body
    assert request.header("X-Sig") == "v1=" + base64.b64encode(code(signed, hashlib.sha512)).decode()


def test_cloudevents_in_each_mode(simulate):
    structured = simulate("cloudevents", secret=None)
    assert structured.header("Content-Type") == "application/cloudevents+json" and json.loads(structured.body)["specversion"] == "1.0"
    binary = simulate("cloudevents", "--event", "binary", secret=None)
    assert (binary.header("ce-specversion"), binary.header("Content-Type")) == ("1.0", "application/json")
    batch = json.loads(simulate("cloudevents", "--event", "batch", secret=None).body)
    assert len({event["id"] for event in batch}) == 2


def test_a_body_and_headers_of_ones_own(simulate, tmp_path):
    body = b'{"a":\xff}\r\n'
    (tmp_path / "body").write_bytes(body)
    request = simulate("github", "--body", "body", "--event", "star", "--header", "X-GitHub-Delivery=mine", "--header", "X-Extra: 1")
    assert (request.body, request.header("X-Hub-Signature-256")) == (body, "sha256=" + code(body).hex())
    assert (request.header("X-GitHub-Event"), request.header("X-GitHub-Delivery"), request.header("X-Extra")) == ("star", "mine", "1")


def test_a_body_from_standard_input(tmp_path, receiver):
    arguments = ("sources", "simulate", "rem", "--to", receiver.url("/"), "--secret", SECRET, "--body", "-")
    Cli(tmp_path).run(*arguments, stdin='{"id":"evt_é"}')
    [request] = receiver.requests()
    assert request.body.decode() == '{"id":"evt_é"}' and request.header("X-REM-Signature") == code(request.body).hex()


def test_each_request_has_an_id_of_its_own(simulate):
    assert simulate("github").header("X-GitHub-Delivery") != simulate("github").header("X-GitHub-Delivery")
    assert simulate("rem").body != simulate("rem").body


def test_the_answer_decides_the_exit_status(tmp_path, receiver):
    receiver.reply("/", Reply(401, (("X-Reason", "none"),), b'{"error":{"message":"no"}}'))
    arguments = ("sources", "simulate", "github", "--to", receiver.url("/"), "--secret", SECRET)
    done = Cli(tmp_path).run(*arguments, status=1)
    assert "401" in done.stdout and '"message": "no"' in done.stdout
    shown = json.loads(Cli(tmp_path).run(*arguments, "--json", status=1).stdout)
    assert (shown["response"]["status"], shown["response"]["headers"]["X-Reason"]) == (401, "none")
    assert shown["request"]["headers"]["X-GitHub-Event"] == "push" and shown["event"] == "push"
    receiver.reply("/", Reply(204))
    assert "204" in Cli(tmp_path).text(*arguments)


def test_nothing_there_is_told_from_a_refusal(tmp_path, dead_end):
    done = Cli(tmp_path).run("sources", "simulate", "github", "--to", dead_end.url, "--secret", SECRET, status=69)
    assert "no answer from http://127.0.0.1:" in done.stderr


@pytest.mark.parametrize("arguments, problem", [
    (("nobody", "--to", "http://127.0.0.1:1"), "there is no provider nobody; there are github, gitlab"),
    (("github", "--to", "http://127.0.0.1:1"), "name it with --secret"),
    (("github",), "--to or --source"),
    (("github", "--to", "http://127.0.0.1:1", "--source", "src_1"), "--to or --source"),
    (("github", "--to", "127.0.0.1:1", "--secret", "s"), "bad address"),
    (("github", "--to", "http://127.0.0.1:1", "--secret", "s", "--event", "star"), "no built-in event star, but push"),
    (("hmac", "--to", "http://127.0.0.1:1", "--secret", "s"), "verify.header"),
    (("basic", "--to", "http://127.0.0.1:1", "--secret", "s"), "--secret: expected user:password"),
    (("discord", "--to", "http://127.0.0.1:1", "--secret", "s"), "--secret: expected an Ed25519 private key"),
    (("sendgrid", "--to", "http://127.0.0.1:1", "--secret", "s"), "--secret: expected a private key on curve P-256"),
    (("github", "--generate-key"), "both ends share a secret"),
])
def test_what_cannot_be_meant_is_refused(tmp_path, arguments, problem):
    assert problem in Cli(tmp_path).run("sources", "simulate", *arguments, status=2).stderr


@pytest.mark.parametrize("provider, length", [("discord", 64), ("sendgrid", 124), ("standard", 49)])
def test_generated_keys(tmp_path, provider, length):
    pair = Cli(tmp_path).json("sources", "simulate", provider, "--generate-key")
    assert len(pair["public_key"]) == length and pair["private_key"] not in ("", pair["public_key"])
