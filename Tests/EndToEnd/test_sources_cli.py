"""The commands on sources, against a real server: each simulated provider is believed by a source of its scheme."""

import json

import pytest
from harness.cli import Cli
from harness.receiver import Reply

SECRET = "sources-cli-secret"
HMAC = (
    "--signature-header", "X-Acme-Signature", "--prefix", "v1=", "--encoding", "base64", "--template", "{method} {path} {timestamp}.{body}",
    "--timestamp-header", "X-Acme-Time")
PROVIDERS = {
    "github": (), "gitlab": (), "stripe": (), "slack": (), "shopify": (), "linear": (), "twilio": (), "pagerduty": (), "rem": (), "mem0": (),
    "standard": (), "hmac": HMAC, "bearer": (), "basic": (), "api-key": ("--signature-header", "X-Acme-Key"), "path": (),
}
KEYED = ("discord", "sendgrid", "standard")


@pytest.fixture
def cli(shared_gateway, tmp_path):
    return Cli(tmp_path, shared_gateway)


def secret_for(scheme):
    return "ann:pass:word" if scheme == "basic" else SECRET


def add(cli, name, scheme, secret, *arguments):
    return cli.json("sources", "add", name, "--scheme", scheme, "--secret", secret, *arguments)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_simulated_request_is_believed_with_the_right_secret_alone(cli, provider):
    source = add(cli, provider, provider, secret_for(provider), *PROVIDERS[provider])
    right = cli.json("sources", "simulate", provider, "--source", source["id"], "--secret", secret_for(provider))
    assert right["response"]["status"] == 200, right
    wrong = cli.run("sources", "simulate", provider, "--source", source["id"], "--secret", "x:wrong" if provider == "basic" else "wrong", status=1)
    assert "401" in wrong.stdout
    rows = cli.json("sources", "requests", source["id"])["data"]
    assert [row["state"] for row in rows] == ["rejected", "accepted"]


@pytest.mark.parametrize("provider", KEYED)
def test_public_keys_are_a_sources_secrets(cli, provider):
    pair = cli.json("sources", "simulate", provider, "--generate-key")
    other = cli.json("sources", "simulate", provider, "--generate-key")
    source = add(cli, f"{provider}-keyed", provider, other["public_key"], "--secret", pair["public_key"])
    assert source["secret_count"] == 2
    arguments = ("sources", "simulate", provider, "--source", source["id"], "--secret")
    assert cli.json(*arguments, pair["private_key"])["response"]["status"] == 200
    assert cli.json(*arguments, other["private_key"])["response"]["status"] == 200
    stranger = cli.json("sources", "simulate", provider, "--generate-key")
    assert "401" in cli.run(*arguments, stranger["private_key"], status=1).stdout


@pytest.mark.parametrize("event", ["message", "json"])
def test_twilio_is_believed_behind_a_proxy_that_hides_the_url(cli, shared_gateway, event):
    public = "https://hooks.example.com/twilio?a=1"
    source = add(cli, "twilio-proxied", "twilio", SECRET, "--public-url", public)
    simulated = cli.json(
        "sources", "simulate", "twilio", "--event", event, "--to", f"{shared_gateway.url}{source['url']}?a=1", "--public-url", public,
        "--secret", SECRET)
    assert simulated["response"]["status"] == 200


def test_sources_can_be_listed_shown_changed_and_removed(cli, shared_gateway):
    source = cli.json(
        "sources", "add", "acme", "--scheme", "slack", "--secret", "one", "--secret", "two", "--tolerance", "60", "--namespace", "acme",
        "--dedupe-path", "data.id", "--dedupe-window", "3600", "--methods", "post,put", "--content-types", "application/json",
        "--max-body", "2048", "--rate", "100/60", "--burst", "10")
    assert (source["verify"], source["secret_count"], source["namespace"]) == ({"scheme": "slack", "tolerance_secs": 60}, 2, "acme")
    assert source["dedupe"] == {"path": "data.id", "window_secs": 3600}
    assert (source["methods"], source["content_types"], source["max_body_bytes"]) == (["POST", "PUT"], ["application/json"], 2048)
    assert source["rate_limit"] == {"count": 100, "per_secs": 60, "burst": 10}

    assert source["id"] in {row["id"] for row in cli.json("sources", "list")["data"]}
    assert source["id"] in cli.text("sources", "list")
    shown = cli.text("sources", "show", source["id"])
    assert f"{shared_gateway.url}/in/{source['id']}" in shown and "one" not in shown.split("\n")[0]

    changed = cli.json("sources", "update", source["id"], "--name", "acme-2", "--no-active", "--secret", "three", "--reset", "dedupe")
    assert (changed["name"], changed["active"], changed["secret_count"], changed["dedupe"]) == ("acme-2", False, 1, None)
    assert changed["verify"] == source["verify"] and changed["revision"] == 2
    assert "removed" in cli.text("sources", "remove", source["id"])
    assert source["id"] in cli.run("sources", "show", source["id"], status=1).stderr


def test_a_rejected_request_can_be_seen_and_run_again(cli, gateway, receiver, tmp_path):
    cli = Cli(tmp_path, gateway)
    (tmp_path / "receive.lua").write_text('function receive(r) return {{ event = "acme.came", data = r.json }} end\n')
    source = cli.json("sources", "add", "again", "--scheme", "github", "--secret", "old", "--script", "receive.lua")
    webhook = gateway.api.add_webhook(receiver.url("/hook"), events=["acme.came"])
    cli.run("sources", "simulate", "github", "--source", source["id"], "--secret", SECRET, status=1)
    [row] = cli.json("sources", "requests", source["id"], "--state", "rejected")["data"]
    assert "X-Hub-Signature-256" in row["reason"]
    assert row["id"] in cli.text("sources", "requests", source["id"], "--since", "1h")
    shown = cli.text("sources", "requests", source["id"], row["id"])
    assert "refs/heads/main" in shown and "rejected" in shown and SECRET not in shown

    cli.run("sources", "update", source["id"], "--secret", SECRET)
    assert "accepted" in cli.text("sources", "rerun", source["id"], row["id"])
    [request] = receiver.wait_for(1)
    assert json.loads(request.body)["event"] == "acme.came" and webhook["id"]
    assert "accepted" in cli.run("sources", "rerun", source["id"], row["id"], status=1).stderr


def test_a_plugin_names_and_verifies_its_source(cli):
    source = cli.json("sources", "add", "--plugin", "from-github", "--secret", SECRET)
    assert (source["name"], source["verify"]["scheme"]) == ("github", "github")
    for event in ("push", "pull_request", "issues", "ping"):
        assert cli.json("sources", "simulate", "github", "--source", source["id"], "--event", event, "--secret", SECRET)
    assert "from-github" in cli.text("sources", "list")


EVENTS = {
    "github": ("push", "pull_request", "issues", "ping"), "gitlab": ("push", "merge_request", "issue"),
    "stripe": ("invoice.paid", "checkout.session.completed", "customer.subscription.deleted"),
    "slack": ("message", "app_mention", "reaction_added", "url_verification", "command"),
    "shopify": ("orders/create", "products/update", "app/uninstalled"), "linear": ("Issue", "Comment"),
    "twilio": ("message", "status", "call", "json"), "sendgrid": ("delivered", "open", "bounce", "batch"), "discord": ("ping", "command"),
    "pagerduty": ("incident.triggered", "incident.acknowledged", "incident.resolved"),
    "rem": ("memory.created", "memory.updated", "memory.deleted", "memory.recalled"),
    "mem0": ("memory_add", "memory_update", "memory_delete", "memory_categorize"), "standard": ("user.created", "user.deleted"),
    "cloudevents": ("structured", "binary", "batch"),
}


@pytest.mark.parametrize("provider", EVENTS)
def test_the_shipped_plugin_takes_every_simulated_event(cli, provider):
    """The samples and the plugins were written apart from each other, so that each checks the other."""
    sent = kept = SECRET
    if provider in ("discord", "sendgrid"):
        pair = cli.json("sources", "simulate", provider, "--generate-key")
        sent, kept = pair["private_key"], pair["public_key"]
    source = cli.json("sources", "add", f"{provider}-plugin", "--plugin", f"from-{provider}", "--secret", kept)
    for event in EVENTS[provider]:
        answer = cli.json("sources", "simulate", provider, "--source", source["id"], "--event", event, "--secret", sent)
        assert 200 <= answer["response"]["status"] < 300, (event, answer)
    rows = cli.json("sources", "requests", source["id"])["data"]
    assert len(rows) == len(EVENTS[provider]) and {row["state"] for row in rows} <= {"accepted", "answered"}, rows
    assert any(row["event_count"] for row in rows)


def test_a_secret_that_tidehook_made_is_shown_once(cli):
    done = cli.run("sources", "add", "made", "--scheme", "bearer")
    assert "secret " in done.stdout and "keep the secret" in done.stderr


def test_a_source_forwards_to_a_local_app(cli, shared_gateway, listen, receiver):
    listener = listen("--forward", receiver.url("/app"))
    receiver.reply("/app/in", Reply(204))
    assert "204" in cli.text("sources", "simulate", "github", "--to", f"{listener.url}/in", "--secret", SECRET)
    assert receiver.requests()[0].header("X-GitHub-Event") == "push"


@pytest.mark.parametrize("arguments, problem", [
    (("add", "Bad Name", "--scheme", "none"), "name"),
    (("add", "x", "--scheme", "nonsense"), "verify.scheme"),
    (("add", "x", "--scheme", "hmac"), "verify.header"),
    (("add", "x"), "verify"),
    (("requests", "src_nothing"), "src_nothing"),
])
def test_what_the_server_refuses_is_told(cli, arguments, problem):
    assert problem in cli.run("sources", *arguments, status=1).stderr


@pytest.mark.parametrize("arguments, problem", [
    (("add", "x", "--plugin", "from-json", "--script", "x.lua"), "--plugin or --script"),
    (("add", "x", "--dedupe-path", "a", "--dedupe-header", "b"), "--dedupe-header or --dedupe-path"),
    (("add", "x", "--burst", "1"), "--burst goes with --rate"),
    (("add", "x", "--rate", "fast"), "--rate"),
    (("update", "src_1"), "nothing to change"),
])
def test_what_cannot_be_meant_is_refused(tmp_path, arguments, problem):
    assert problem in Cli(tmp_path).run("sources", *arguments, status=2).stderr
