"""The shipped plugins: their cases pass, and their READMEs say what is so."""

import json
import re

import pytest

from harness.cli import Cli
from harness.gateway import REPOSITORY

PLUGINS = REPOSITORY / "plugins"
NAMES = sorted(path.parent.name for path in PLUGINS.glob("*/plugin.lua"))
# The plugins whose READMEs show input and output in the form that `examples` reads, and the options that these need besides those that they name.
EXAMPLES = {
    "discord": {},
    "github-issue": {"repo": "acme/memories", "token": "github_pat_…"},
    "google-chat": {},
    "pagerduty": {"routing_key": "0123456789abcdef0123456789abcdef"},
    "slack": {},
    "teams": {},
    "telegram": {"token": "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", "chat_id": "-1001234567890"},
}


@pytest.fixture
def cli(tmp_path):
    """Runs commands on the plugins of this repository."""
    return lambda *arguments: Cli(tmp_path).json("plugins", *arguments, "--plugins", str(PLUGINS))


def readme(name):
    return (PLUGINS / name / "README.md").read_text()


def examples(name):
    """Yields options, event and body of each example. A first JSON block is the event; each later one is what comes out of it, with the
    options of the nearest ``With `{…}`:`` before it, and as the type of the nearest ``A `type` with the same``."""
    section = readme(name).split("## Input and output")[1].split("\n## ")[0]
    event, options = None, {}
    for match in re.finditer(r"With `(\{[^`]*\})`:|A `(\S+)` with the same|```json\n(.*?)```", section, re.DOTALL):
        given, kind, block = match.groups()
        if given:
            options = json.loads(given)
        elif kind:
            event = event | {"event": kind}
        elif event is None:
            event = json.loads(block)
        else:
            yield EXAMPLES[name] | options, event, json.loads(block)


def test_every_case_passes(cli):
    result = cli("test")
    assert result["failed"] == 0 and result["plugins"] == len(NAMES) and result["cases"] > 20 * len(NAMES)


def test_nothing_is_probably_a_mistake(cli):
    assert cli("check", "--strict")["problems"] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_lists_the_options_as_they_are_declared(cli, name):
    rows = {}
    for row in re.findall(r"^\| `(\w+)` \|(.*)\|$", readme(name).split("## Input and output")[0], re.MULTILINE):
        rows.setdefault(row[0], row[1].replace("`", "").replace("\\|", "|"))
    declared = cli("show", name)["options"]
    assert [option for option in declared if option not in rows] == []
    for option, rules in declared.items():
        assert rules["description"].replace("`", "").rstrip(".") in rows[option], option


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_readme_shows_what_comes_out(cli, tmp_path, name):
    shown = list(examples(name))
    assert shown
    for options, event, body in shown:
        (tmp_path / "event.json").write_text(json.dumps(event))
        (result,) = cli("run", name, "--options", json.dumps(options), "--event", str(tmp_path / "event.json"))["results"]
        # What is sent has a plugin's secrets in it, what is shown has not.
        for secret in (value for option, value in options.items() if option in ("token", "routing_key")):
            body = json.loads(json.dumps(body).replace(secret, "<secret>"))
        assert json.loads(result["request"]["body"]) == body


def test_the_overview_names_every_plugin():
    linked = re.findall(r"^\| \[([a-z0-9-]+)\]\(([a-z0-9-]+)/README\.md\) \|", (PLUGINS / "README.md").read_text(), re.MULTILINE)
    assert all(name == folder for name, folder in linked)
    assert set(NAMES) <= {name for name, _ in linked}
