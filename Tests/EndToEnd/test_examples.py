"""Every example runs with one command, on the binary under test, and prints what its README says."""

import json
import os
import re
import signal
import socket
import subprocess

import pytest

from harness.express import SEED
from harness.gateway import REPOSITORY, binary, environment

EXAMPLES = REPOSITORY / "examples"


def command(name, folder, **variables):
    """What `subprocess` needs to run an example from another folder, as somebody does who has a gateway of his own."""
    own = {"TIDEHOOK_BINARY": binary(), "TIDEHOOK_SERVER": "http://127.0.0.1:1", "TIDEHOOK_API_KEY": "another-gateways-key", "TIDEHOOK_PORT": "1"}
    extra = {key: os.environ[key] for key in ("NODE_PATH",) if key in os.environ}
    return {"args": [EXAMPLES / name / "run.sh"], "cwd": folder, "env": environment(folder, **(own | extra | variables)), "text": True}


@pytest.fixture
def printed(tmp_path):
    """Runs an example to its end and returns what it printed."""

    def run(name, **variables):
        done = subprocess.run(**command(name, tmp_path, **variables), capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    return run


def test_the_express_receiver_is_the_seeds_and_prints_its_lines(printed):
    assert (SEED / "receiver.js").read_text() in (EXAMPLES / "express-receiver/receiver.mjs").read_text()
    lines = printed("express-receiver").splitlines()
    shown = [re.sub(r"evt_\w+", "evt_…", line) for line in lines[lines.index("Registering it:") + 2 :]]
    readme = (EXAMPLES / "express-receiver/README.md").read_text()
    assert "\n".join(shown).strip() == readme.partition("```text\n")[2].partition("\n```")[0]
    assert json.loads(lines[lines.index("Registering it:") + 1])["events"] == ["memory.created", "memory.updated", "memory.deleted"]


def test_slack_gets_one_message_by_script_and_one_by_plugins(printed):
    lines = printed("slack-notifications").splitlines()
    bodies = {line.strip(" :"): json.loads(body) for line, body in zip(lines, lines[1:]) if line.startswith("  to /")}
    assert bodies["to /script"] == {"text": "New architecture decision stored:\nWe decided to use Redis for caching"}
    assert bodies["to /plugins"]["text"] == "New architecture decision stored: We decided to use Redis for caching"
    assert {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Tags*\narchitecture caching"}]} in bodies["to /plugins"]["blocks"]
    assert len(bodies) == 2
    kept_away = [line for line in lines if " filtered " in line]
    assert len(kept_away) == 2 and all("evt_abc124" in line for line in kept_away)


def test_the_quickstart_shows_both_deliveries_and_serves_until_it_is_interrupted(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        **command("quickstart", tmp_path, PORT=str(port), DATA=str(tmp_path / "data")), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Tidehook is serving at "):
                break
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(40) == 0, "".join(said) + rest
    assert any("POST /rem " in line and "rem valid" in line for line in said), said
    assert '  {"text":"New architecture decision stored:\\nWe decided to use Redis for caching"}\n' in said


@pytest.mark.parametrize("name", ["express-receiver", "slack-notifications", "quickstart"])
def test_without_a_binary_an_example_says_what_to_do(tmp_path, name):
    done = subprocess.run(**command(name, tmp_path, TIDEHOOK_BINARY=str(tmp_path / "none")), capture_output=True, timeout=20)
    assert done.returncode == 1 and "build it with: make build" in done.stderr and not done.stdout
