"""The shipped source plugins: what a provider sends, signed as it signs, becomes events, is answered as it wants, and is delivered."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from harness.senders import Sender, requests_of
from harness.waiting import eventually

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECRET = "a-secret-of-twenty-bytes-and-more"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def mac(body, secret=SECRET, algorithm=hashlib.sha256):
    return hmac.new(secret.encode(), body, algorithm)


@dataclass
class KeyPair:
    """Keys of asymmetric schemes, made and used by the openssl command."""

    pem: str
    public: bytes

    @classmethod
    def make(cls, folder, *algorithm):
        pem = folder / "key.pem"
        subprocess.run(["openssl", "genpkey", *algorithm, "-out", pem], check=True, capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", pem, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        return cls(str(pem), public)

    def sign(self, folder, message, *arguments):
        (folder / "message").write_bytes(message)
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.pem, "-in", folder / "message", *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout


@dataclass
class Case:
    """One provider: the source, the request, and what should become of it."""

    plugin: str
    body: bytes
    events: list
    headers: dict = field(default_factory=dict)
    secret: str = SECRET
    options: dict = field(default_factory=dict)
    path: str = ""
    status: int = 200
    answer: object = None


def github(_):
    body = json.dumps({"action": "opened", "issue": {"id": 9007199254740993, "title": "Use Redis"}}).encode()
    headers = JSON | {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
    return Case("from-github", body, ["github.issues.opened"], headers | {"X-Hub-Signature-256": "sha256=" + mac(body).hexdigest()})


def github_form(_):
    body = urlencode({"payload": json.dumps({"ref": "refs/heads/main", "commits": []})}).encode()
    headers = FORM | {"X-GitHub-Event": "push", "X-GitHub-Delivery": "d-form"}
    return Case("from-github", body, ["github.push"], headers | {"X-Hub-Signature-256": "sha256=" + mac(body).hexdigest()})


def gitlab(_):
    body = json.dumps({"object_kind": "merge_request", "object_attributes": {"iid": 1, "action": "open"}}).encode()
    headers = JSON | {"X-Gitlab-Event": "Merge Request Hook", "Idempotency-Key": "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"}
    return Case("from-gitlab", body, ["gitlab.merge_request.open"], headers | {"X-Gitlab-Token": SECRET})


def stripe(_):
    body = json.dumps({"id": "evt_1N", "object": "event", "created": 1776076200, "type": "invoice.paid", "data": {"object": {}}}).encode()
    at = int(time.time())
    signature = mac(f"{at}.".encode() + body, WHSEC).hexdigest()
    return Case("from-stripe", body, ["stripe.invoice.paid"], JSON | {"Stripe-Signature": f"t={at},v1={signature}"}, secret=WHSEC)


def slack_headers(body):
    at = str(int(time.time()))
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": "v0=" + mac(f"v0:{at}:".encode() + body).hexdigest()}


def slack_event(_):
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event_time": 1776076200, "event": {"type": "app_mention"}}).encode()
    return Case("from-slack", body, ["slack.app_mention"], JSON | slack_headers(body), answer=b"")


def slack_challenge(_):
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aBm2rZgRNFdxV"}).encode()
    return Case("from-slack", body, [], JSON | slack_headers(body), answer=b"3eZbrw1aBm2rZgRNFdxV")


def slack_command(_):
    body = urlencode({"command": "/remember", "text": "use Redis & tell", "trigger_id": "1.2.3"}).encode()
    answer = {"response_type": "ephemeral", "text": "Noted."}
    return Case(
        "from-slack", body, ["slack.slash_command"], FORM | slack_headers(body), options={"command_reply": "Noted."}, answer=answer)


def shopify(_):
    body = json.dumps({"id": 820982911946154508, "total_price": "398.00"}).encode()
    headers = JSON | {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": "acme.myshopify.com", "X-Shopify-Webhook-Id": "b54557e4"}
    signature = base64.b64encode(mac(body).digest()).decode()
    return Case("from-shopify", body, ["shopify.orders.create"], headers | {"X-Shopify-Hmac-SHA256": signature})


def linear(_):
    body = json.dumps({"type": "Issue", "action": "create", "data": {"id": "1"}, "webhookTimestamp": int(time.time() * 1000)}).encode()
    headers = JSON | {"Linear-Delivery": "234d1a4e", "Linear-Signature": mac(body).hexdigest()}
    return Case("from-linear", body, ["linear.issue.create"], headers)


def sendgrid(folder):
    pair = KeyPair.make(folder, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    names = ("delivered", "open")
    items = [{"event": name, "sg_event_id": f"id-{name}", "timestamp": 1776076200, "email": "a@example.com"} for name in names]
    body, at = json.dumps(items).encode() + b"\r\n", str(int(time.time()))
    signature = base64.b64encode(pair.sign(folder, at.encode() + body, "-digest", "sha256")).decode()
    prefix = "X-Twilio-Email-Event-Webhook-"
    headers = JSON | {prefix + "Signature": signature, prefix + "Timestamp": at}
    return Case("from-sendgrid", body, [f"sendgrid.{name}" for name in names], headers, secret=base64.b64encode(pair.public).decode())


def discord(folder, payload, events, answer):
    pair = KeyPair.make(folder, "-algorithm", "ed25519")
    body, at = json.dumps(payload).encode(), str(int(time.time()))
    headers = JSON | {"X-Signature-Ed25519": pair.sign(folder, at.encode() + body).hex(), "X-Signature-Timestamp": at}
    return Case("from-discord", body, events, headers, secret=pair.public[-32:].hex(), answer=answer)


def discord_ping(folder):
    return discord(folder, {"id": "1", "application_id": "2", "type": 1}, [], {"type": 1})


def discord_command(folder):
    return discord(folder, {"id": "846462639134605312", "type": 2, "data": {"name": "x"}}, ["discord.application_command"], {"type": 5})


def pagerduty(_):
    body = json.dumps({"event": {"id": "01B", "event_type": "incident.triggered", "occurred_at": "2026-04-13T10:30:00Z"}}).encode()
    return Case("from-pagerduty", body, ["pagerduty.incident.triggered"], JSON | {"X-PagerDuty-Signature": "v1=" + mac(body).hexdigest()})


def rem(_):
    event = {"id": "evt_rem1", "event": "memory.recalled", "timestamp": "2026-04-13T10:30:00Z", "data": {"query": "redis"}}
    body = json.dumps(event).encode()
    return Case("from-rem", body, ["memory.recalled"], JSON | {"X-REM-Signature": mac(body).hexdigest()})


def mem0(_):
    body = json.dumps({"event_details": {"id": "a1b2c3d4-4g7h", "data": {"memory": "Name is Alex"}, "event": "ADD"}}).encode()
    return Case("from-mem0", body, ["memory.created"], JSON, path="/" + SECRET)


def standard(_):
    body, at = b'{"type":"user.created","data":{"id":"user_1"}}', str(int(time.time()))
    key = base64.b64decode(WHSEC.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, f"msg_1.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = JSON | {"webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}
    return Case("from-standard", body, ["clerk.user.created"], headers, secret=WHSEC, options={"prefix": "clerk"})


def cloudevents(_):
    body = b'{"order": 1}'
    attributes = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/shop", "ce-type": "order.placed"}
    return Case("from-cloudevents", body, ["order.placed"], JSON | {"Authorization": f"Bearer {SECRET}"} | attributes)


CASES = [
    github, github_form, gitlab, stripe, slack_event, slack_challenge, slack_command, shopify, linear, sendgrid, discord_ping,
    discord_command, pagerduty, rem, mem0, standard, cloudevents,
]


def make(api, plugin, **fields):
    """Makes a source with a plugin, which says how requests are verified."""
    answer = api.call("POST", "/v1/sources", {"name": plugin, "plugin": plugin, **fields})
    assert answer.status == 201, answer
    return Sender(api, answer.json)


@pytest.fixture(params=CASES, ids=lambda case: case.__name__)
def case(request, tmp_path):
    return request.param(tmp_path)


def test_what_a_provider_sends_is_verified_answered_and_delivered(api, receiver, case):
    api.add_webhook(receiver.url("/hook"))
    sender = make(api, case.plugin, secret=case.secret, options=case.options)
    answer = sender.send(case.body, case.headers, path=case.path)
    assert answer.status == case.status, answer
    if isinstance(case.answer, bytes):
        assert answer.body == case.answer
    elif case.answer is not None:
        assert answer.json == case.answer and answer.headers["content-type"].startswith("application/json")
    delivered = [json.loads(request.body) for request in receiver.wait_for(len(case.events), path="/hook")] if case.events else []
    assert sorted(event["event"] for event in delivered) == case.events
    (row,) = requests_of(api, sender.source)
    assert (row["state"], row["event_count"]) == ("accepted" if case.events else "answered", len(case.events)), row
    assert case.secret not in json.dumps(row)


def test_another_secret_is_refused(api, case, tmp_path):
    if case.plugin in ("from-sendgrid", "from-discord"):
        other = KeyPair.make(tmp_path, *(["-algorithm", "ed25519"] if case.plugin == "from-discord" else
                                         ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]))
        secret = other.public[-32:].hex() if case.plugin == "from-discord" else base64.b64encode(other.public).decode()
    else:
        secret = "whsec_" + base64.b64encode(b"another secret of enough bytes").decode()
    sender = make(api, case.plugin, secret=secret, options=case.options)
    assert sender.send(case.body, case.headers, path=case.path).status == 401
    (row,) = requests_of(api, sender.source)
    assert row["state"] == "rejected" and list(api.pages("/v1/events", event=case.events[0] if case.events else "none")) == []


def test_a_repeat_makes_no_second_event(api, case):
    sender = make(api, case.plugin, secret=case.secret, options=case.options)
    answers = [sender.send(case.body, case.headers, path=case.path) for _ in range(3)]
    assert len({(answer.status, answer.body) for answer in answers}) == 1, answers
    names = [event["event"] for event in api.pages("/v1/events") if event["namespace"] != "tidehook"]
    assert sorted(names) == case.events


def test_two_sources_of_a_provider_do_not_take_each_others_events_for_repeats(api):
    case = github(None)
    senders = [make(api, case.plugin, secret=case.secret) for _ in range(2)]
    assert [sender.send(case.body, case.headers).status for sender in senders] == [200, 200]
    events = list(api.pages("/v1/events", event="github.issues.opened"))
    assert len({event["id"] for event in events}) == 2


def twilio_signature(token, url, parameters):
    text = url + "".join(name + value for name, value in sorted(parameters.items()))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_twilio_signs_the_url_that_it_calls_and_is_answered_with_twiml(api, receiver):
    api.add_webhook(receiver.url("/hook"))
    url = "https://hooks.example.com/in/twilio"
    sender = make(api, "from-twilio", secret="12345-auth-token", verify={"scheme": "twilio", "url": url})
    parameters = {"MessageSid": "SM1f0e8ae6ade43cb3", "SmsStatus": "received", "From": "+14158675309", "Body": "hello & goodbye"}
    signature = twilio_signature("12345-auth-token", url, parameters)
    answer = sender.send(urlencode(parameters).encode(), FORM | {"X-Twilio-Signature": signature})
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml"), answer
    assert answer.body == b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    (request,) = receiver.wait_for(1, path="/hook")
    envelope = json.loads(request.body)
    assert (envelope["event"], envelope["data"]) == ("twilio.message.received", parameters)


def test_a_sender_of_cloudevents_may_ask_without_a_secret_but_not_publish(api):
    sender = make(api, "from-cloudevents", secret=SECRET, options={"origin": "emitter.example.com", "rate": 120})
    asked = sender.send(b"", {"WebHook-Request-Origin": "emitter.example.com", "WebHook-Request-Rate": "60"}, method="OPTIONS")
    assert asked.status == 200, asked
    assert (asked.headers["webhook-allowed-origin"], asked.headers["webhook-allowed-rate"]) == ("emitter.example.com", "120")
    assert sender.send(b"", {"WebHook-Request-Origin": "other.example.com"}, method="OPTIONS").status == 403
    event = {"specversion": "1.0", "id": "1", "source": "/s", "type": "a.b", "data": {}}
    assert sender.send(event, {"Content-Type": "application/cloudevents+json"}).status == 401
    assert [event for event in api.pages("/v1/events", event="a.b")] == []


def test_a_batch_of_cloudevents_becomes_an_event_each(api):
    sender = make(api, "from-cloudevents", secret=SECRET)
    batch = [{"specversion": "1.0", "id": str(n), "source": "/s", "type": "a.b", "data": {"n": n}} for n in range(3)]
    headers = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {SECRET}"}
    assert sender.send(batch, headers).json == {"accepted": 3}
    assert len(list(api.pages("/v1/events", event="a.b"))) == 3


def test_what_two_sources_call_by_the_same_id_are_two_events(api):
    headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {SECRET}"}
    event = {"specversion": "1.0", "id": "1", "source": "/app", "type": "a.b"}
    for tenant in ("ta", "tb"):
        sender = make(api, "from-cloudevents", name=tenant, secret=SECRET, namespace=tenant)
        assert sender.send(event | {"data": {"tenant": tenant}}, headers).json == {"accepted": 1}
    assert sorted(event["namespace"] for event in api.pages("/v1/events", event="a.b")) == ["ta", "tb"]


BAD_MEMBERS = {"id": "a b c", "event": "memory created", "timestamp": "yesterday", "namespace": "a\nb", "data": [1]}


@pytest.mark.parametrize("member", BAD_MEMBERS)
def test_what_no_event_can_have_is_the_senders_fault(shared_gateway, member):
    sender = make(shared_gateway.api, "from-rem", verify={"scheme": "none"})
    answer = sender.send({"event": "memory.created", "data": {}, member: BAD_MEMBERS[member]}, JSON)
    assert answer.status == 400 and member in answer.body.decode(), answer


def test_json_of_any_sender_is_taken_apart_by_options(api):
    options = {"list": "alerts", "event": "alerts.{{item.status}}", "id": "{{item.fingerprint}}-{{item.status}}"}
    sender = make(api, "from-json", verify={"scheme": "api-key", "header": "X-Token"}, secret=SECRET, options=options)
    alerts = {"alerts": [{"status": "firing", "fingerprint": "c6"}, {"status": "resolved", "fingerprint": "c6"}]}
    for _ in range(2):
        assert sender.send(alerts, JSON | {"X-Token": SECRET}).status == 200
    assert len(list(api.pages("/v1/events", event="alerts.firing"))) == 1
    assert sender.send(b"\xff\x00", JSON | {"X-Token": SECRET}).status == 400


UGLY = {
    "empty": b"", "no UTF-8": b"\xff\xfe\x00", "deep": b"[" * 5000, "null": b"null", "a long number": b'{"a":' + b"9" * 5000 + b"}",
    "many members": b"{" + b'"k":1,' * 50000 + b'"k":1}',
}
PARSERS = [
    "from-github", "from-gitlab", "from-slack", "from-twilio", "from-sendgrid", "from-discord", "from-mem0", "from-json", "from-rem",
    "from-standard", "from-cloudevents",
]


@pytest.mark.parametrize("body", UGLY.values(), ids=UGLY.keys())
@pytest.mark.parametrize("plugin", PARSERS)
def test_ugly_bodies_are_answered_and_harm_nothing(shared_gateway, plugin, body):
    sender = make(shared_gateway.api, plugin, verify={"scheme": "none"})
    for headers in (JSON | {"X-GitHub-Event": "push"}, FORM | {"X-GitHub-Event": "push"}):
        assert sender.send(body, headers).status < 500
    assert shared_gateway.running


def test_an_option_that_the_plugin_does_not_take_is_refused_by_name(api):
    answer = api.call("POST", "/v1/sources", {"name": "x", "plugin": "from-slack", "secret": SECRET, "options": {"command_replay": "x"}})
    assert answer.status == 400 and "command_replay" in answer.error["field"], answer
    answer = api.call("POST", "/v1/sources", {"name": "x", "plugin": "slack", "secret": SECRET})
    assert answer.status == 400 and "slack" in answer.error["message"], answer


def test_content_that_a_source_could_not_go_on_with_is_not_taken(make_gateway, tmp_path):
    plugin = """return {
      name = "door", version = "1", summary = "Opens.", kind = "source", verify = { scheme = "none" }, %s
      receive = function(request, ctx) return { event = "door.%s", data = {} } end,
    }"""
    options = "options = { word = { type = 'string', description = 'A word.' } },"
    folder = tmp_path / "plugins" / "door"
    folder.mkdir(parents=True)
    (folder / "plugin.lua").write_text(plugin % (options, "first"))
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "plugins")])
    sender = make(gateway.api, "door", options={"word": "x"})
    assert sender.send({}).status == 200
    (folder / "plugin.lua").write_text(plugin % ("", "second"))
    shown = lambda: str(gateway.api.call("GET", "/v1/plugins/door").json["problem"])
    eventually(lambda: "could not go on" in shown(), 10, "the refusal of the content")
    assert sender.send({}).status == 200
    (folder / "plugin.lua").write_text(plugin % (options, "third"))
    took = lambda: sender.send({}).status == 200 and list(gateway.api.pages("/v1/events", event="door.third"))
    eventually(took, 10, "an event of the new content")
    assert list(gateway.api.pages("/v1/events", event="door.second")) == []


def test_the_catalog_shows_what_a_plugin_brings(api):
    preset = api.call("GET", "/v1/plugins/from-github").json["preset"]
    assert preset["verify"] == {"scheme": "github"} and preset["dedupe"]["header"] == "X-GitHub-Delivery"
    assert api.call("GET", "/v1/plugins/slack").json["preset"] is None
