"""What opens a receiver reaches it, and nobody else: not answers, attempts, revisions, dry runs, the log, or another receiver."""

import base64
import sqlite3

import pytest

from harness.certificates import Authority
from harness.cli import Cli
from harness.receiver import Receiver, Reply

PASSWORD, TOKEN, HEADER = "pa:ss wörd", "token-0123456789", "door-key-42"
BASIC = {"type": "basic", "username": "tide", "password": PASSWORD}
BEARER = {"type": "bearer", "token": TOKEN}
RETRY = {"max_retries": 0}


@pytest.fixture
def other():
    """Another receiver: another port is another origin."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def patch(api, webhook, **fields):
    return api.call("PATCH", f"/v1/webhooks/{webhook['id']}", fields)


def get(api, webhook, path=""):
    answer = api.call("GET", f"/v1/webhooks/{webhook['id']}{path}")
    assert answer.status == 200, answer
    return answer


def delivered(api, receiver, webhook, path="/"):
    """Publishes an event and returns the request that came of it, with its delivery."""
    count = len(receiver.requests(path))
    delivery = api.settled(webhook, api.publish())
    return receiver.wait_for(count + 1, path=path)[-1], delivery


@pytest.mark.parametrize("auth, value", [
    (BASIC, "Basic " + base64.b64encode(f"tide:{PASSWORD}".encode()).decode()), (BEARER, f"Bearer {TOKEN}"),
], ids=["basic", "bearer"])
def test_credentials_are_sent_and_never_shown(gateway, receiver, auth, value):
    api = gateway.api
    receiver.reply("/", Reply(400, body=f"I was given {value}, {PASSWORD}, {TOKEN} and {HEADER}".encode()))
    headers = {"X-Open": "seen", "X-Door": {"secret": HEADER}}
    webhook = api.add_webhook(receiver.url(), auth=auth, headers=headers, retry=RETRY)
    assert webhook["headers"] == {"X-Open": "seen", "X-Door": "<secret>"}
    assert webhook["auth"] == {name: "<secret>" if name in ("password", "token") else text for name, text in auth.items()}
    request, delivery = delivered(api, receiver, webhook)
    assert request.header("Authorization") == value
    assert (request.header("X-Open"), request.header("X-Door")) == ("seen", HEADER)
    sent = delivery["attempts"][0]["request"]["headers"]
    assert (sent["Authorization"], sent["X-Door"], sent["X-Open"]) == ("<secret>", "<secret>", "seen")
    patch(api, webhook, name="renamed")
    shown = [
        get(api, webhook), api.call("GET", "/v1/webhooks"), get(api, webhook, "/revisions"), get(api, webhook, "/revisions/1"),
        get(api, webhook, "/revisions/diff"), api.call("GET", f"/v1/deliveries/{delivery['id']}"), api.call("GET", "/v1/deliveries"),
        api.call("POST", "/v1/dry-runs", {"webhook": webhook["id"], "last": 1, "events": ["*"]}),
    ]
    secrets = [HEADER, *([TOKEN] if auth is BEARER else [PASSWORD, value[6:]])]
    for text in [answer.body.decode() for answer in shown] + [gateway.stderr()]:
        for secret in secrets:
            assert secret not in text, (secret, text)
    assert '"X-Door":"<secret>"' in shown[-1].body.decode()


def test_a_short_secret_is_hidden_by_the_name_of_its_header(api, receiver):
    webhook = api.add_webhook(receiver.url(), headers={"X-Door": {"secret": "1"}})
    request, delivery = delivered(api, receiver, webhook)
    assert request.header("X-Door") == "1"
    assert delivery["attempts"][0]["request"]["headers"]["X-Door"] == "<secret>"


def test_a_change_can_keep_what_it_does_not_know(api, receiver):
    webhook = api.add_webhook(receiver.url(), auth=BASIC, headers={"X-Door": {"secret": HEADER}})
    shown = get(api, webhook).json
    changed = patch(api, webhook, auth=shown["auth"], headers={**shown["headers"], "X-New": "1"})
    assert changed.status == 200 and changed.json["revision"] == 2
    request, _ = delivered(api, receiver, webhook)
    assert request.header("X-Door") == HEADER and request.header("X-New") == "1"
    assert base64.b64decode(request.header("Authorization")[6:]).decode() == f"tide:{PASSWORD}"
    assert patch(api, webhook, auth=shown["auth"]).json["revision"] == 2
    for fields, field in [
        ({"auth": {**shown["auth"], "username": "other"}}, "auth.password"), ({"auth": {"type": "bearer", "token": "<secret>"}}, "auth.token"),
        ({"headers": {"X-Other": "<secret>"}}, "headers.X-Other"),
    ]:
        answer = patch(api, webhook, **fields)
        assert (answer.status, answer.error["field"]) == (400, field), answer
    assert patch(api, webhook, auth=None).json["auth"] is None
    request, _ = delivered(api, receiver, webhook)
    assert request.header("Authorization") is None


def test_no_credentials_go_to_a_receiver_that_they_were_not_given_for(api, receiver, other):
    webhook = api.add_webhook(receiver.url(), auth=BEARER)
    assert patch(api, webhook, url=receiver.url("/elsewhere")).status == 200
    refused = patch(api, webhook, url=other.url())
    assert (refused.status, refused.error["field"]) == (400, "auth")
    assert "another receiver" in refused.error["message"]
    kept = patch(api, webhook, url=other.url(), auth={"type": "bearer", "token": "<secret>"})
    assert (kept.status, kept.error["field"]) == (400, "auth.token")
    assert patch(api, webhook, url=other.url(), auth={"type": "bearer", "token": "for-the-other"}).status == 200
    request, _ = delivered(api, other, webhook)
    assert request.header("Authorization") == "Bearer for-the-other"
    back = api.call("POST", f"/v1/webhooks/{webhook['id']}/rollback", {"revision": 1})
    assert (back.status, back.error["field"]) == (400, "url")


def test_a_script_that_sends_elsewhere_takes_no_credentials_along(api, receiver, other):
    script = f"function transform(event, ctx) return event, {{ url = '{other.url('/taken')}' }} end"
    webhook = api.add_webhook(receiver.url(), auth=BEARER, headers={"X-Door": {"secret": HEADER}}, script=script)
    request, _ = delivered(api, other, webhook, path="/taken")
    assert request.header("Authorization") is None and request.header("X-Door") is None


def test_a_rollback_keeps_the_credentials_of_now(api, receiver):
    webhook = api.add_webhook(receiver.url("/old"), auth=BEARER)
    patch(api, webhook, url=receiver.url("/new"), auth={"type": "bearer", "token": "rotated-token"})
    rows = get(api, webhook, "/revisions").json["data"]
    assert rows[0]["changed"] == ["url", "auth"]
    back = api.call("POST", f"/v1/webhooks/{webhook['id']}/rollback", {"revision": 1})
    assert back.status == 200 and back.json["url"] == receiver.url("/old")
    request, _ = delivered(api, receiver, webhook, path="/old")
    assert request.header("Authorization") == "Bearer rotated-token"


def test_a_replay_of_the_original_uses_the_credentials_of_now(api, receiver, other):
    webhook = api.add_webhook(receiver.url("/old"), auth=BEARER)
    first = api.settled(webhook, api.publish())

    def replay(path, receiver, count):
        assert api.call("POST", f"/v1/deliveries/{first['id']}/replay", {"revision": "original"}).status == 202
        return receiver.wait_for(count, path=path)[-1]

    patch(api, webhook, url=receiver.url("/new"), auth={"type": "bearer", "token": "rotated-token"})
    assert replay("/old", receiver, 2).header("Authorization") == "Bearer rotated-token"
    api.settled(webhook, {"id": first["event_id"]}, states=("delivered",))
    patch(api, webhook, url=other.url("/far"), auth={"type": "bearer", "token": "for-the-other"})
    assert replay("/old", receiver, 3).header("Authorization") is None


def test_credentials_survive_a_restart_and_are_forgotten_with_the_webhook(gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url(), auth=BEARER, headers={"X-Door": {"secret": HEADER}})
    gateway.stop()
    gateway.start()
    request, _ = delivered(gateway.api, receiver, webhook)
    assert request.header("Authorization") == f"Bearer {TOKEN}" and request.header("X-Door") == HEADER
    assert gateway.api.call("DELETE", f"/v1/webhooks/{webhook['id']}").status == 204
    gateway.stop()
    (database,) = gateway.data.glob("*.db")
    with sqlite3.connect(database) as store:
        text = "\n".join(line for line in store.iterdump())
    assert TOKEN not in text and HEADER not in text
    gateway.start()


@pytest.mark.parametrize("fields, field", [
    ({"auth": "x"}, "auth"), ({"auth": {}}, "auth.type"), ({"auth": {"type": "digest"}}, "auth.type"),
    ({"auth": {"type": "basic", "username": "a:b", "password": "x"}}, "auth.username"),
    ({"auth": {"type": "basic", "username": "a"}}, "auth.password"),
    ({"auth": {"type": "basic", "username": "a", "password": "b\nc"}}, "auth.password"),
    ({"auth": {"type": "bearer", "token": "a b"}}, "auth.token"), ({"auth": {"type": "bearer", "token": "x", "more": 1}}, "auth.more"),
    ({"auth": {"type": "bearer", "token": "<secret>"}}, "auth.token"),
    ({"auth": {"type": "oauth2", "token_url": "http://127.0.0.1/", "client_id": "a"}}, "auth.client_secret"),
    ({"auth": {"type": "oauth2", "token_url": "ftp://a/", "client_id": "a", "client_secret": "b"}}, "auth.token_url"),
    ({"auth": {"type": "oauth2", "token_url": "http://10.0.0.1/", "client_id": "a", "client_secret": "b"}}, "auth.token_url"),
    ({"auth": {"type": "oauth2", "token_url": "http://127.0.0.1/", "client_id": "a", "client_secret": "b", "client_auth": "jwt"}}, "auth.client_auth"),
    ({"auth": BEARER, "headers": {"authorization": "x"}}, "auth"), ({"headers": {"X-A": {"secret": 1}}}, "headers.X-A.secret"),
    ({"headers": {"X-A": {}}}, "headers.X-A.secret"), ({"headers": {"X-A": {"secret": "a\r\nb"}}}, "headers.X-A.secret"),
    ({"headers": {"X-A": "<secret>"}}, "headers.X-A"), ({"headers": {"Proxy-Authorization": "x"}}, "headers.Proxy-Authorization"),
    ({"url": "sqlite:a.db", "auth": BEARER}, "url"),
])
def test_what_makes_no_sense_is_refused_by_its_name(shared_gateway, fields, field):
    answer = shared_gateway.api.call("POST", "/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["*"], **fields})
    assert answer.status == 400, answer
    assert answer.error["field"] == field, answer
    assert TOKEN not in answer.body.decode()


def test_the_command_line_says_it_in_its_own_words(gateway, receiver, tmp_path):
    cli = Cli(tmp_path, gateway)
    webhook = cli.json("webhooks", "add", receiver.url(), "--basic", f"tide:{PASSWORD}", "--header", "X-A=1", "--secret-header", f"X-Door={HEADER}")
    assert webhook["auth"] == {"type": "basic", "username": "tide", "password": "<secret>"}
    assert webhook["headers"] == {"X-A": "1", "X-Door": "<secret>"}
    request, _ = delivered(gateway.api, receiver, webhook)
    assert request.header("X-Door") == HEADER and base64.b64decode(request.header("Authorization")[6:]).decode() == f"tide:{PASSWORD}"
    authority = Authority(tmp_path)
    authority.issue("client")
    (tmp_path / "auth.json").write_text('{"type": "bearer", "token": "from-a-file"}')
    changed = cli.json(
        "webhooks", "update", webhook["id"], "--auth", "@auth.json", "--client-cert", "client.pem", "--client-key", "client.key", "--ca",
        "authority.pem", "--proxy", "direct")
    assert changed["auth"] == {"type": "bearer", "token": "<secret>"} and changed["proxy"] == "direct"
    assert changed["tls"]["ca"] == authority.pem and changed["tls"]["client_key"] == "<secret>"
    shown = cli.text("webhooks", "show", webhook["id"])
    assert "shows its own, trusts another authority" in shown and "BEGIN" not in shown and "from-a-file" not in shown
    reset = cli.json("webhooks", "update", webhook["id"], "--reset", "auth,tls,proxy,headers")
    assert (reset["auth"], reset["tls"], reset["proxy"], reset["headers"]) == (None, None, None, {})
    refused = cli.run("webhooks", "update", webhook["id"], "--bearer", "a", "--basic", "b:c", status=2)
    assert "give one of them" in refused.stderr
