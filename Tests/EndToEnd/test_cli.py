"""The commands: tables for people, JSON for machines, and one sentence when something is wrong."""

import hashlib
import hmac
import json
import os
import pty
import re
import subprocess

import pytest
from standardwebhooks import Webhook

from harness.cli import Cli
from harness.gateway import KEY, binary, environment
from harness.receiver import Reply
from harness.waiting import eventually

NONE = dict.fromkeys(["rem", "standard", "standard-ed25519", "mem0", "github", "stripe", "slack", "shopify"], "missing")
SCRIPT = 'function transform(event) return { text = event.data.content } end\n'


@pytest.fixture
def cli(gateway, tmp_path):
    return Cli(tmp_path, gateway)


def test_an_event_from_the_command_line_arrives_and_can_be_followed(cli, listen, tmp_path):
    listener = listen("--secret", "your-webhook-secret", "--count", "1")
    (tmp_path / "slack.lua").write_text(SCRIPT)
    webhook = cli.json(
        "webhooks", "add", f"{listener.url}/hook", "--events", "memory.created,memory.deleted", "--secret", "your-webhook-secret",
        "--name", "slack", "--script", "slack.lua", "--header", "X-Team=tide", "--max-retries", "1", "--timeout", "5")
    assert (webhook["events"], webhook["name"], webhook["timeout_secs"]) == (["memory.created", "memory.deleted"], "slack", 5)
    assert (webhook["retry"]["max_retries"], webhook["script"], webhook["headers"]) == (1, SCRIPT, {"X-Team": "tide"})

    event = cli.json("events", "send", "memory.created", "--data", '{"content":"We decided"}', "--id", "evt_cli")
    assert event == {"id": "evt_cli", "deliveries": 1, "duplicate": False}
    request = listener.request()
    assert (request["method"], request["path"], request["body"]) == ("POST", "/hook", '{"text":"We decided"}')
    assert request["signature"] == {**NONE, "rem": "valid", "standard": "valid"}
    assert listener.ended() == 0

    def delivered():
        rows = cli.json("deliveries", "list", "--webhook", webhook["id"], "--state", "delivered")["data"]
        return rows and rows[0]

    row = eventually(delivered, 10, "the delivery's record")
    shown = cli.json("deliveries", "show", row["id"])
    assert (shown["event_id"], shown["attempts"][0]["response"]["status"]) == ("evt_cli", 200)
    assert cli.json("events", "show", "evt_cli")["data"] == {"content": "We decided"}
    assert [event["id"] for event in cli.json("events", "list", "--event", "memory.created")["data"]] == ["evt_cli"]


def test_webhooks_can_be_listed_shown_changed_and_removed(cli):
    first = cli.json("webhooks", "add", "https://example.com/1", "--events", "memory.*")
    second = cli.json("webhooks", "add", "https://example.com/2")
    assert {row["id"] for row in cli.json("webhooks", "list")["data"]} == {first["id"], second["id"]}
    changed = cli.json("webhooks", "update", first["id"], "--url", "https://example.com/3", "--no-active")
    assert (changed["url"], changed["active"], changed["revision"], changed["events"]) == ("https://example.com/3", False, 2, ["memory.*"])
    assert cli.json("webhooks", "show", first["id"])["url"] == "https://example.com/3"
    cli.run("webhooks", "remove", first["id"])
    assert [row["id"] for row in cli.json("webhooks", "list")["data"]] == [second["id"]]
    assert first["id"] in cli.run("webhooks", "show", first["id"], status=1).stderr


def test_a_dead_delivery_can_be_replayed(cli, gateway, receiver):
    receiver.reply("/", Reply(500))
    webhook = cli.json("webhooks", "add", receiver.url(), "--max-retries", "0")
    event = cli.json("events", "send", "memory.created", "--data", "{}")
    delivery = gateway.api.settled(webhook, event)
    assert delivery["state"] == "dead"
    receiver.reply("/", Reply(200))
    cli.run("deliveries", "replay", delivery["id"])
    assert gateway.api.settled(webhook, event, states=("delivered",))["attempt_count"] == 2


def test_many_events_from_a_file_and_from_a_pipe(cli, tmp_path):
    lines = "".join(json.dumps({"event": "memory.created", "id": f"f{n}", "data": {"n": n}}) + "\n" for n in range(1200))
    (tmp_path / "events.ndjson").write_text(lines)
    assert cli.json("events", "send", "--file", "events.ndjson") == {"accepted": 1200, "duplicates": 0, "rejected": []}
    assert cli.json("events", "send", stdin=lines)["duplicates"] == 1200
    array = json.dumps([{"event": "memory.created", "data": {}}, {"event": "memory.created"}])
    done = cli.run("events", "send", "--json", stdin=array, status=1)
    answer = json.loads(done.stdout)
    assert answer["accepted"] == 1 and [row["index"] for row in answer["rejected"]] == [1]
    assert "1 of 2" in done.stderr


def test_nothing_is_an_error_to_send(cli):
    for text in ("", " \n\n", "[]"):
        assert "nothing to send" in cli.run("events", "send", stdin=text, status=2).stderr


def test_events_as_deep_as_the_server_takes_can_be_read(cli, tmp_path):
    deep = json.loads("[" * 126 + "]" * 126)
    event = cli.json("events", "send", "memory.created", "--data", json.dumps({"deep": deep}))
    assert event["id"] in cli.text("events", "list")
    assert cli.json("events", "show", event["id"])["data"]["deep"] == deep
    (tmp_path / "all.lua").write_text("function filter() return true end\n")
    assert cli.json("plugins", "run", "all.lua", "--last", "1")["summary"]["delivered"] == 1
    assert "1 would be sent" in cli.text("plugins", "run", "all.lua", "--last", "1")


def test_a_log_is_shown_without_an_empty_line_after_it(cli, gateway, receiver, tmp_path):
    (tmp_path / "log.lua").write_text('function filter() print("one") print("two") return true end\n')
    webhook = cli.json("webhooks", "add", receiver.url(), "--script", "log.lua")
    delivery = gateway.api.settled(webhook, gateway.api.publish(), states=("delivered",))
    lines = cli.text("deliveries", "show", delivery["id"]).splitlines()
    log = next(index for index, line in enumerate(lines) if line.strip().startswith("log"))
    assert [line.split()[-1] for line in lines[log:log + 2]] == ["one", "two"] and lines[log + 2].strip().startswith("times")
    assert all(line == line.rstrip() for line in lines)


def test_tables_are_for_people_and_carry_no_colours_into_a_pipe(cli, gateway, receiver):
    webhook = cli.json("webhooks", "add", receiver.url(), "--name", "first")
    event = cli.json("events", "send", "memory.created", "--data", '{"content":"\\u001b[31mred"}')
    delivery = gateway.api.settled(webhook, event)
    for arguments, expected in (
        (("webhooks", "list"), webhook["id"]), (("webhooks", "show", webhook["id"]), webhook["url"]), (("events", "list"), event["id"]),
        (("events", "show", event["id"]), "memory.created"), (("deliveries", "list"), delivery["id"]),
        (("deliveries", "show", delivery["id"]), "200"),
    ):
        text = cli.text(*arguments)
        assert expected in text and "\x1b" not in text, text


def test_listen_answers_as_told(gateway, listen):
    listener = listen("--status", "500,204", "--delay", "0.1")
    webhook = gateway.api.add_webhook(f"{listener.url}/", retry={"initial_delay_secs": 0.05, "jitter": 0})
    delivery = gateway.api.settled(webhook, gateway.api.publish(), states=("delivered",))
    assert [attempt["response"]["status"] for attempt in delivery["attempts"]] == [500, 204]
    assert all(attempt["duration_ms"] >= 95 for attempt in delivery["attempts"])
    assert listener.request()["signature"] == {**NONE, "rem": "unchecked", "standard": "unchecked"}


def test_listen_can_hang(gateway, listen):
    listener = listen("--hang")
    webhook = gateway.api.add_webhook(f"{listener.url}/", retry={"max_retries": 0}, timeout_secs=0.5)
    delivery = gateway.api.settled(webhook, gateway.api.publish())
    assert delivery["attempts"][0]["failure"] == "timeout"


def test_listen_tells_a_wrong_signature(gateway, listen):
    listener = listen("--secret", "another-secret")
    gateway.api.add_webhook(f"{listener.url}/", secret="your-webhook-secret")
    gateway.api.publish()
    assert listener.request()["signature"] == {**NONE, "rem": "invalid", "standard": "invalid"}


VECTOR = '{"id":"evt_abc123"}'
SECRET = "your-webhook-secret"
REM = hmac.new(SECRET.encode(), VECTOR.encode(), hashlib.sha256).hexdigest()


def test_sign_prints_the_headers_that_verify_takes(tmp_path):
    cli = Cli(tmp_path)
    printed = cli.text("sign", "--secret", SECRET, "--id", "evt_abc123", stdin=VECTOR)
    headers = dict(line.split(": ", 1) for line in printed.splitlines())
    names = {name.lower(): value for name, value in headers.items()}
    assert names["x-rem-signature"] == REM
    Webhook(SECRET.encode()).verify(VECTOR, names)
    arguments = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    cli.run("verify", "--secret", SECRET, *arguments, stdin=VECTOR)
    cli.run("verify", "--secret", "another", *arguments, stdin=VECTOR, status=1)
    cli.run("verify", "--secret", SECRET, *arguments, stdin=VECTOR + " ", status=1)


def test_a_bar_says_no_rate_that_it_cannot_know(cli, gateway, tmp_path):
    (tmp_path / "events.ndjson").write_text("".join(f'{{"event":"a","data":{{"n":{n}}}}}\n' for n in range(1200)))
    terminal, other_end = pty.openpty()
    variables = environment(tmp_path, **cli.variables)
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        with os.fdopen(other_end, "wb") as error:
            subprocess.run(
                [binary(), "events", "send", "--file", "events.ndjson"], cwd=tmp_path, env=variables, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=error, check=True, timeout=30)
            first = screen.read(65536).decode().split("\r\x1b[K")[1]
    said = re.fullmatch(r"(?:.*% )?(\d+) events(?:, (\d+)/s)?", first)
    assert said, first
    # On a slow machine a second has passed, and the rate is less than what is done.
    assert said[2] is None or int(said[2]) <= int(said[1]), first


@pytest.mark.parametrize("arguments,status,word", [
    (["webhooks", "show", "wh_none"], 1, "wh_none"),
    (["webhooks", "add", "http://169.254.169.254/"], 1, "url"),
    (["webhooks", "add"], 2, "url"),
    (["events", "send", "memory.created", "--data", "not json"], 2, "JSON"),
    (["events", "send", "bad type", "--data", "{}"], 1, "event"),
    (["deliveries", "list", "--state", "bogus"], 1, "state"),
    (["webhooks", "test", "wh_none", "--data", '{"a":1}'], 2, "data folder"),
    (["no-such-command"], 2, "no-such-command"),
    (["webhooks", "list", "--no-such-option"], 2, "no-such-option"),
])
def test_what_is_wrong_is_told_in_one_sentence(cli, arguments, status, word):
    done = cli.run(*arguments, status=status)
    assert done.stdout == "" and word.lower() in done.stderr.lower(), done.stderr
    assert len(done.stderr) < 1500


def test_no_server_and_no_key_are_told_apart(cli, dead_end, tmp_path):
    assert "127.0.0.1" in cli.run("webhooks", "list", status=69, TIDEHOOK_SERVER=dead_end.url).stderr
    assert "key" in cli.run("webhooks", "list", status=2, TIDEHOOK_API_KEY="").stderr
    wrong = cli.run("webhooks", "list", status=1, TIDEHOOK_API_KEY="wrong-key-wrong-key")
    assert "key" in wrong.stderr and "wrong-key" not in wrong.stderr


def test_the_key_is_read_from_the_data_folder(make_gateway, tmp_path):
    gateway = make_gateway(key=None)
    arguments = [binary(), "webhooks", "list", "--json", "--server", gateway.url, "--data", str(gateway.data)]
    done = subprocess.run(arguments, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert (done.returncode, json.loads(done.stdout)["data"]) == (0, []), done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["webhooks", "--help"], ["events", "send", "--help"],
                                       ["listen", "--help"], ["--version"]])
def test_help_is_there_without_a_server(tmp_path, arguments):
    assert Cli(tmp_path).text(*arguments).strip()
    assert KEY not in Cli(tmp_path).text(*arguments)
