"""REM Labs' published contract: its curl registers a webhook, its Express receiver verifies every delivery."""

import json
import os
import subprocess
from types import SimpleNamespace

import pytest

from harness.express import SECRET, SEED, ExpressReceiver

SEED_EVENT = json.loads((SEED / "event.json").read_text())
STABLE = {
    "plain text": '"We decided to use Redis for caching"',
    "literal non-ASCII": '"café, 日本語, 🎉"',
    "line separators": '"a\u2028b\u2029c"',
    "delete": '"\x7f"',
    "markup": '"<b>&</b>"',
    "short escapes": r'"\b\f\n\r\t\"\\"',
    "first control character": r'"\u0001"',
    "last control character": r'"\u001f"',
    "null character": r'"\u0000"',
    "lone surrogate": r'"\ud800"',
    "large exponent": "1e+21",
    "small exponent": "1e-7",
    "small fraction": "0.00001",
    "twenty digits": "10000000000000000000",
    "twenty digits that are an exact double": "12345678901234567000",
    "largest safe integer": "9007199254740991",
    "fraction": "-0.5",
    "integer-like key first": '{"2":3,"b":1}',
    "empty containers": '{"a":[],"b":{}}',
    "literals": "[null,true,false]",
}
CANONICALISED = {
    "white space": ('{"a": 1 ,\n\t"b" : [ 1, 2 ] }', '{"a":1,"b":[1,2]}'),
    "escaped letter": (r'"caf\u00e9"', '"café"'),
    "escaped surrogate pair": (r'"\ud83c\udf89"', '"🎉"'),
    "escaped markup": (r'"\u003cb\u003e\u0026"', '"<b>&"'),
    "escaped slash": (r'"a\/b"', '"a/b"'),
    "long escape of backspace": (r'"\u0008"', r'"\b"'),
    "upper-case control character": (r'"\u001F"', r'"\u001f"'),
    "upper-case lone surrogate": (r'"\uD800"', r'"\ud800"'),
    "escaped line separators": (r'"\u2028\u2029"', '"\u2028\u2029"'),
    "float without fraction": ("1.0", "1"),
    "exponent": ("1e3", "1000"),
    "padded exponents": ("[1e-07,1e-05,1E+2]", "[1e-7,0.00001,100]"),
    "negative zeros": ("[-0,-0.0]", "[0,0]"),
    "sextillion": ("1000000000000000000000", "1e+21"),
    "integer-like keys": ('{"b":1,"10":2,"2":3}', '{"2":3,"10":2,"b":1}'),
    "keys that only look like integers": ('{"b":1,"02":2,"4294967295":3,"-1":4}', '{"b":1,"02":2,"4294967295":3,"-1":4}'),
    "duplicate keys": ('{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'),
}
KEPT = {
    "integer above 2^53": "9007199254740993",
    "largest 64-bit integer": "9223372036854775807",
    "smallest 64-bit integer": "-9223372036854775808",
}


def data_text(value):
    """A memory with `value` as its content, among its tags, and in its metadata."""
    return f'{{"memory_id":"mem_1","content":{value},"namespace":"my-project","tags":["a",{value}],"metadata":{{"value":{value}}}}}'


def publish_text(api, event_id, data, namespace="my-project"):
    body = f'{{"id":"{event_id}","event":"memory.updated","timestamp":"2026-04-13T10:30:00Z","namespace":"{namespace}","data":{data}}}'
    answer = api.call("POST", "/v1/events", body.encode())
    assert answer.status == 202, answer


def run_seed_curl(gateway, target, folder):
    """Runs the seed's command, word for word but for host, key and target; the settings that show the status sit in curl's own file."""
    (folder / ".curlrc").write_text('silent\nwrite-out = "\\n%{http_code}"\n')
    command = (SEED / "register.sh").read_text()
    for old, new in (
        ("https://api.remlabs.ai", gateway.url), ("your-api-key", gateway.key), ("https://your-app.com/webhooks/remlabs", target),
    ):
        assert command.count(old) == 1
        command = command.replace(old, new)
    done = subprocess.run(["bash", "-c", command], env=os.environ | {"CURL_HOME": str(folder)}, capture_output=True, text=True, timeout=20)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


@pytest.fixture(scope="module")
def express_webhook(shared_gateway, tmp_path_factory):
    """The seed's receiver, registered with the seed's curl."""
    receiver = ExpressReceiver(tmp_path_factory.mktemp("express"))
    status, webhook = run_seed_curl(shared_gateway, receiver.url, tmp_path_factory.mktemp("curl"))
    assert status == 201, webhook
    yield receiver
    receiver.close()


def verdict_for(express, event_id):
    """What the seed's handler made of one event's delivery."""
    seen = 0
    while True:
        verdicts = express.wait_for(seen + 1)
        for verdict in verdicts[seen:]:
            if f'"id":"{event_id}"'.encode() in verdict.raw:
                return verdict
        seen = len(verdicts)


def test_the_seeds_curl_creates_a_webhook(gateway, express, tmp_path):
    status, webhook = run_seed_curl(gateway, express.url, tmp_path)
    assert status == 201, webhook
    assert webhook["url"] == express.url
    assert webhook["events"] == ["memory.created", "memory.updated", "memory.deleted"]
    assert (webhook["namespace"], webhook["active"], webhook["revision"]) == ("my-project", True, 1)
    assert "secret" not in webhook, "a secret that the caller chose is not repeated"


def test_the_seeds_payload_arrives_word_for_word_and_verifies(gateway, express, tmp_path):
    run_seed_curl(gateway, express.url, tmp_path)
    answer = gateway.api.call("POST", "/v1/events", (SEED / "event.json").read_bytes())
    assert (answer.status, answer.json) == (202, {"id": "evt_abc123", "deliveries": 1, "duplicate": False})
    (verdict,) = express.wait_for(1)
    assert verdict.raw.decode() == json.dumps(SEED_EVENT, separators=(",", ":"))
    assert verdict.status == 200
    assert verdict.signature == "dbc989519f810b0002a66e3a1ff0ee29a1b01d39d40f1026ee38fbfb3384b0eb"
    express.wait_for_line("New memory: We decided to use Redis for caching")


def test_the_delivery_shows_what_was_sent_and_what_came_back(gateway, express, tmp_path):
    _, webhook = run_seed_curl(gateway, express.url, tmp_path)
    event = gateway.api.publish(**SEED_EVENT)
    delivery = gateway.api.settled(webhook, event)
    (attempt,) = delivery["attempts"]
    sent = {name.lower(): value for name, value in pairs(attempt["request"]["headers"])}
    assert (delivery["state"], delivery["attempt_count"]) == ("delivered", 1)
    assert (attempt["request"]["method"], attempt["request"]["url"]) == ("POST", express.url)
    assert sent["content-type"] == "application/json"
    assert sent["user-agent"].startswith("Tidehook/")
    assert json.loads(attempt["request"]["body"]) == SEED_EVENT
    assert (attempt["number"], attempt["response"]["status"], attempt["response"]["body"]) == (1, 200, "OK")


def pairs(headers):
    """Headers as pairs, whether the API shows an object or a list."""
    if isinstance(headers, dict):
        return headers.items()
    return [(header["name"], header["value"]) if isinstance(header, dict) else tuple(header) for header in headers]


@pytest.mark.parametrize("event,line", [("memory.updated", "Updated: mem_9"), ("memory.deleted", "Deleted: mem_9")])
def test_the_seeds_other_events_verify(shared_gateway, express_webhook, event, line):
    shared_gateway.api.publish(event, {"memory_id": "mem_9"}, namespace="my-project")
    express_webhook.wait_for_line(line)


def test_recalled_memories_go_to_nobody_who_did_not_ask(shared_gateway, express_webhook):
    assert shared_gateway.api.publish("memory.recalled", {"query": "caching"}, namespace="my-project")["deliveries"] == 0


@pytest.mark.parametrize("event", ["memory.created", "memory.updated", "memory.deleted", "memory.recalled"])
def test_every_type_of_event_arrives_and_verifies(api, express, event):
    api.add_webhook(express.url, [event], namespace="my-project", secret=SECRET)
    data = {"memory_id": "mem_9", "content": "Redis", "namespace": "my-project", "tags": [], "created_at": "2026-04-13T10:30:00Z"}
    published = api.publish(event, data, timestamp="2026-04-13T10:30:00Z")
    assert published["deliveries"] == 1
    (verdict,) = express.wait_for(1)
    assert verdict.status == 200
    envelope = {"id": published["id"], "event": event, "timestamp": "2026-04-13T10:30:00Z", "data": data}
    assert verdict.raw.decode() == json.dumps(envelope, separators=(",", ":"))


@pytest.mark.parametrize("change,target,status,code", [
    ({"key": "another-key"}, "https://your-app.com/", 401, "unauthorized"), ({}, "ftp://your-app.com/", 400, "invalid_url"),
])
def test_the_seeds_curl_is_refused_in_rems_form(shared_gateway, tmp_path, change, target, status, code):
    gateway = SimpleNamespace(**({"url": shared_gateway.url, "key": shared_gateway.key} | change))
    answered, body = run_seed_curl(gateway, target, tmp_path)
    assert (answered, body["error"]["code"]) == (status, code)
    assert body["error"]["message"]


@pytest.mark.parametrize("name", STABLE)
def test_stable_values_arrive_byte_for_byte_and_verify(shared_gateway, express_webhook, name):
    check_arrival(shared_gateway, express_webhook, f"stable-{list(STABLE).index(name)}", STABLE[name], STABLE[name])


@pytest.mark.parametrize("name", CANONICALISED)
def test_other_spellings_arrive_as_javascript_writes_them_and_verify(shared_gateway, express_webhook, name):
    given, expected = CANONICALISED[name]
    check_arrival(shared_gateway, express_webhook, f"canonical-{list(CANONICALISED).index(name)}", given, expected)


def check_arrival(gateway, express, event_id, given, expected):
    publish_text(gateway.api, event_id, data_text(given))
    verdict = verdict_for(express, event_id)
    assert verdict.raw.decode() == (
        f'{{"id":"{event_id}","event":"memory.updated","timestamp":"2026-04-13T10:30:00Z","data":{data_text(expected)}}}')
    assert verdict.status == 200


@pytest.mark.parametrize("name", KEPT)
def test_integers_that_javascript_would_round_keep_their_digits(shared_gateway, shared_receiver, name):
    """JavaScript loses these digits, so no bytes could satisfy the seed's verifier; Tidehook keeps the digits."""
    path = f"/{name.replace(' ', '-').replace('^', '')}"
    webhook = shared_gateway.api.add_webhook(shared_receiver.url(path), ["memory.updated"], namespace=path.strip("/"))
    publish_text(shared_gateway.api, f"kept-{list(KEPT).index(name)}", data_text(KEPT[name]), webhook["namespace"])
    (request,) = shared_receiver.wait_for(1, path=path)
    assert request.body.decode().endswith(f'"data":{data_text(KEPT[name])}}}')
