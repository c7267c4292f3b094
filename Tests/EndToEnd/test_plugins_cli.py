"""The plugin commands: write, check, test, run and measure a plugin without a server, and over what a server keeps."""

import json
import queue
import re
import signal
import subprocess
import threading
import xml.etree.ElementTree as ElementTree

import pytest

from harness.cli import Cli
from harness.gateway import REPOSITORY, binary, environment
from harness.waiting import eventually

PLUGIN = """\
return {
  name = "greet", version = "1.0.0", summary = "Greets.", kind = "stage",
  options = { greeting = { type = "string", default = "hello", description = "What it says." } },
  filter = function(event, ctx)
    if event.data.quiet then return false, "quiet" end
    return true
  end,
  transform = function(event, ctx)
    print("greeting " .. event.data.who)
    return { id = event.id, text = ctx.options.greeting .. " " .. event.data.who },
      { method = "PUT", headers = { ["X-Greeting"] = "yes" } }
  end,
}
"""
EVENT = {"event": "memory.created", "id": "evt_1", "data": {"who": "Ada"}}


def case(name="says hello", expect=None, **members):
    return {"name": name, "event": EVENT, "expect": expect or {"body": {"id": "evt_1", "text": "hello Ada"}}, **members}


@pytest.fixture
def cli(tmp_path):
    """Runs commands in a folder without a server."""
    return Cli(tmp_path)


@pytest.fixture
def greet(tmp_path):
    """Writes the plugin `greet`; returns a function that writes its files again."""
    folder = tmp_path / "plugins" / "greet"
    folder.mkdir(parents=True)

    def write(plugin=PLUGIN, cases=(case(),)):
        (folder / "plugin.lua").write_text(plugin)
        (folder / "cases.json").write_text(json.dumps(list(cases)))
        (folder / "README.md").write_text("# greet\n")
        return folder

    write()
    return write


@pytest.fixture
def event(tmp_path):
    (tmp_path / "event.json").write_text(json.dumps(EVENT))
    return "event.json"


# new

@pytest.mark.parametrize("kind", ["stage", "source"])
def test_a_new_plugin_passes_its_own_cases_and_checks(cli, tmp_path, kind):
    assert "plugins/team-updates" in cli.text("plugins", "new", "team-updates", "--kind", kind)
    folder = tmp_path / "plugins" / "team-updates"
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "cases.json", "plugin.lua"]
    assert "NAME" not in "".join(path.read_text() for path in folder.iterdir())
    result = cli.json("plugins", "test", "team-updates")
    assert result["failed"] == 0 and result["cases"] >= 3
    assert cli.json("plugins", "check", "team-updates", "--strict")["problems"] == []


def test_the_guide_shows_what_new_makes(cli, tmp_path):
    cli.run("plugins", "new", "decisions")
    made = (tmp_path / "plugins/decisions/plugin.lua").read_text().splitlines()
    guide = (REPOSITORY / "docs/plugins.md").read_text(encoding="utf-8")
    shown = re.search(r"```lua\n(.*?)```", guide, re.DOTALL)[1].splitlines()
    assert [line for line in made if line.strip() and not line.lstrip().startswith("--")] == [line for line in shown if line.strip()]


def test_new_touches_nothing_that_is_there(cli, greet, tmp_path):
    before = (tmp_path / "plugins/greet/plugin.lua").read_text()
    assert "exists" in cli.run("plugins", "new", "greet", status=1).stderr
    assert (tmp_path / "plugins/greet/plugin.lua").read_text() == before


@pytest.mark.parametrize("name", ["Team", "1st", "a_b", "lib", "../up", ""])
def test_a_plugin_needs_a_plain_name(cli, tmp_path, name):
    assert "name" in cli.run("plugins", "new", name, status=2).stderr
    assert not (tmp_path / "plugins").exists()


def test_new_does_not_replace_a_shipped_plugin(cli, tmp_path):
    assert "`tidehook plugins copy where`" in cli.run("plugins", "new", "where", status=1).stderr
    assert not (tmp_path / "plugins").exists()


def test_new_makes_the_folders_above(cli, tmp_path):
    cli.run("plugins", "new", "fresh", "--in", "a/b/c")
    assert cli.json("plugins", "test", "a/b/c")["failed"] == 0
    assert cli.json("plugins", "test", "a/b/c/fresh")["failed"] == 0


# test

def test_cases_that_pass_are_counted(cli, greet):
    text = cli.text("plugins", "test")
    assert re.search(r"greet\s+1 passed", text) and "1 case of 1 plugin: 1 passed" in text and "\x1b" not in text


def test_a_case_that_fails_shows_what_differs(cli, greet):
    greet(cases=[case(expect={"body": {"id": "evt_1", "text": "bye Ada"}}), case("drops", {"drop": "quiet"}), case("fine")])
    done = cli.run("plugins", "test", status=1)
    assert "failed: says hello" in done.stdout and "failed: drops" in done.stdout and "failed: fine" not in done.stdout
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "body.text" in lines and '- "bye Ada"' in lines and '+ "hello Ada"' in lines
    assert "1 passed, 2 failed" in done.stdout
    assert lines.count("- is what a case expects, + is what came") == 1
    assert "is what" not in cli.run("plugins", "test", "where").stdout


@pytest.mark.parametrize("expect,word", [({"drop": "quiet"}, "drop"), ({"error": "boom"}, "error"), ({"untouched": True}, "untouched")])
def test_a_case_shows_what_came_instead(cli, greet, expect, word):
    greet(cases=[case(expect=expect), case("fails", expect, event={"event": "memory.created", "data": {}})])
    text = cli.run("plugins", "test", status=1).stdout
    came, failed = text.split("failed: fails")
    assert word in came and '"text": "hello Ada"' in came
    assert "attempt to concatenate" in failed


def test_results_as_json(cli, greet):
    greet(cases=[case(), case("wrong", {"body": {}})])
    answer = json.loads(cli.run("plugins", "test", "--json", status=1).stdout)
    assert (answer["plugins"], answer["cases"], answer["failed"]) == (1, 2, 1)
    good, bad = answer["results"]
    assert (good["plugin"], good["name"], good["passed"], good["problems"]) == ("greet", "says hello", True, [])
    assert not bad["passed"] and bad["problems"] == ['body.id: expected nothing, got "evt_1"', 'body.text: expected nothing, got "hello Ada"'] and bad["file"].endswith("plugins/greet/cases.json")


def test_junit_is_what_ci_systems_read(cli, greet, tmp_path):
    greet(cases=[case('<&" \x01 name'), case("wrong", {"body": "<a & b>"})])
    cli.run("plugins", "test", "--junit", "report.xml", status=1)
    root = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == ("testsuites", "2", "1", "0")
    (suite,) = root
    assert (suite.tag, suite.get("name"), suite.get("tests"), suite.get("failures")) == ("testsuite", "greet", "2", "1")
    good, bad = suite
    assert good.get("name") == '<&" \ufffd name' and good.get("classname") == "greet" and float(good.get("time")) >= 0 and len(good) == 0
    assert bad[0].tag == "failure" and 'body: expected "<a & b>"' in bad[0].get("message") and '- "<a & b>"' in bad[0].text


def test_junit_can_be_printed(cli, greet):
    assert ElementTree.fromstring(cli.text("plugins", "test", "--junit", "-")).get("tests") == "1"
    assert "--tap" in cli.run("plugins", "test", "--junit", "-", "--tap", status=2).stderr


def test_a_plugin_without_cases_is_skipped_and_said_so(cli, greet, tmp_path):
    (tmp_path / "plugins/greet/cases.json").unlink()
    assert re.search(r"greet\s+no cases", cli.text("plugins", "test"))
    answer = cli.json("plugins", "test")
    assert (answer["cases"], answer["skipped"], answer["results"][0]["passed"]) == (0, 1, False)
    (point,) = tap_points(cli.text("plugins", "test", "--tap"))
    assert point["ok"] and "# SKIP" in point["text"]
    (suite,) = ElementTree.fromstring(cli.text("plugins", "test", "--junit", "-"))
    assert suite.get("skipped") == "1" and suite[0][0].tag == "skipped"


def tap_points(text):
    """A strict reader of the little of TAP 14 that is used: the plan, the points, and the YAML blocks, whose scalars are JSON."""
    lines = text.splitlines()
    assert lines[0] == "TAP version 14"
    assert re.fullmatch(r"1\.\.\d+", lines[1])
    points, block = [], None
    for line in lines[2:]:
        if line == "  ---":
            block = points[-1]["yaml"]
        elif line == "  ...":
            block = None
        elif block is not None:
            found = re.fullmatch(r'  (?:(\w+):(?: (.*))?|  - (".*"))', line)
            assert found, line
            block.append(found[1] or json.loads(found[3]))
        else:
            found = re.fullmatch(r"(not )?ok (\d+) - (.*)", line)
            assert found, line
            points.append({"ok": not found[1], "number": int(found[2]), "text": found[3], "yaml": []})
    assert block is None and [point["number"] for point in points] == list(range(1, int(lines[1][3:]) + 1))
    return points


def test_tap_is_a_stream_that_parses(cli, greet):
    greet(cases=[case("number #1 \\ two"), case("wrong", {"body": {}})])
    points = tap_points(cli.run("plugins", "test", "--tap", status=1).stdout)
    assert [(point["ok"], point["text"]) for point in points] == [(True, r"greet: number \#1 \\ two"), (False, "greet: wrong")]
    assert points[0]["yaml"] == [] and "message" in points[1]["yaml"]


def test_a_plugin_that_does_not_load_fails(cli, greet):
    greet(plugin="return {\n  name =\n}")
    done = cli.run("plugins", "test", status=1)
    assert "plugin.lua:3" in done.stdout, done.stdout
    assert json.loads(cli.run("plugins", "test", "--json", status=1).stdout)["failed"] == 1


def test_cases_that_are_no_json_fail(cli, greet, tmp_path):
    (tmp_path / "plugins/greet/cases.json").write_text("[{")
    assert "cases.json" in cli.run("plugins", "test", status=1).stdout


def test_nothing_to_test_is_a_misuse(cli):
    assert "./plugins" in cli.run("plugins", "test", status=2).stderr
    assert "nowhere" in cli.run("plugins", "test", "nowhere", status=2).stderr


def test_watch_runs_again_after_a_change_until_it_is_stopped(greet, tmp_path):
    process = subprocess.Popen(
        [binary(), "plugins", "test", "--watch"], cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True)
    lines = queue.Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True).start()

    def wait_for(text):
        while text not in lines.get(timeout=10):
            pass

    try:
        wait_for("1 case of 1 plugin: 1 passed")
        greet(cases=[case(), case("wrong", {"body": {}})])
        wait_for("failed: wrong")
        wait_for("1 failed")
        greet()
        wait_for("1 case of 1 plugin: 1 passed")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def test_every_shipped_plugin_passes_its_cases():
    folder = REPOSITORY / "plugins"
    done = Cli(REPOSITORY).run("plugins", "test", str(folder), "--json")
    answer = json.loads(done.stdout)
    names = {path.parent.name for path in folder.glob("*/plugin.lua")}
    assert {result["plugin"] for result in answer["results"]} == names and answer["cases"] >= 3 * len(names)


def test_every_shipped_plugin_checks_without_a_warning():
    assert Cli(REPOSITORY).json("plugins", "check", str(REPOSITORY / "plugins"), "--strict")["problems"] == []


def test_what_lies_in_the_folder_comes_before_what_is_shipped(cli, tmp_path):
    cli.run("plugins", "new", "own", "--in", ".")
    plugin = (tmp_path / "own").rename(tmp_path / "slack") / "plugin.lua"
    plugin.write_text(plugin.read_text().replace('"own"', '"slack"'))
    assert cli.json("plugins", "test", "slack")["cases"] == 4 and cli.json("plugins", "show", "slack")["from"] == "folder"


# check

def test_check_says_nothing_is_wrong(cli, greet):
    assert "greet" in cli.text("plugins", "check")
    assert cli.json("plugins", "check") == {"plugins": 1, "errors": 0, "warnings": 0, "problems": []}


def test_warnings_are_shown_and_fail_only_when_strict(cli, greet):
    greet(plugin=PLUGIN.replace('print("greeting "', 'pritn("greeting "').replace("ctx.options.greeting", "ctx.options.greting"))
    done = cli.run("plugins", "check")
    assert "pritn" in done.stdout and "greting" in done.stdout and "greeting" in done.stdout
    cli.run("plugins", "check", "--strict", status=1)
    problems = cli.json("plugins", "check")["problems"]
    assert all(problem["severity"] == "warning" and problem["plugin"] == "greet" for problem in problems)
    assert any(problem["line"] == 9 and "pritn" in problem["message"] for problem in problems), problems


def test_check_knows_the_members_of_the_library_and_lost_locals(cli, greet):
    greet(plugin="counter = 0\n" + PLUGIN.replace('print("', 'print(text.tirm("x") .. "'))
    problems = cli.json("plugins", "check")["problems"]
    assert [(problem["line"], problem["message"].split("'")[1]) for problem in problems] == [(1, "counter"), (10, "text.tirm")]


@pytest.mark.parametrize("plugin,word", [
    ("return {", "plugin.lua:1"), ("return 1", "table"), (PLUGIN.replace('version = "1.0.0", ', ""), "version"),
    (PLUGIN.replace('kind = "stage"', 'kind = "stag"'), "kind"), (PLUGIN.replace('type = "string"', 'type = "text"'), "text"),
    (PLUGIN.replace('name = "greet"', 'name = "other"'), "greet"),
])
def test_what_cannot_load_is_an_error(cli, greet, plugin, word):
    greet(plugin=plugin)
    assert word in cli.run("plugins", "check", status=1).stdout
    answer = json.loads(cli.run("plugins", "check", "--json", status=1).stdout)
    assert answer["errors"] == 1 and answer["problems"][0]["severity"] == "error"


def test_a_misspelt_member_is_told_before_the_missing_one(cli, greet):
    greet(plugin=PLUGIN.replace("summary =", "sumary ="))
    assert 'unknown member "sumary"' in cli.run("plugins", "check", status=1).stdout
    greet(cases=[{"nme": "x", "event": EVENT, "expect": {}}])
    assert 'case 1: unknown member "nme"' in cli.run("plugins", "check", status=1).stdout


# list, show, copy

def test_list_tells_folder_and_shipped_plugins_apart(cli, greet):
    rows = {row["name"]: row for row in cli.json("plugins", "list")["data"]}
    assert rows["greet"]["from"] == "folder" and rows["greet"]["version"] == "1.0.0" and rows["greet"]["kind"] == "stage"
    assert rows["slack"]["from"] == "shipped" and rows["slack"]["summary"]
    text = cli.text("plugins", "list")
    assert "greet" in text and "slack" in text and "\x1b" not in text


def test_list_shows_what_does_not_load(cli, greet):
    greet(plugin="return {")
    row = next(row for row in cli.json("plugins", "list")["data"] if row["name"] == "greet")
    assert "plugin.lua:1" in row["problem"]
    assert "plugin.lua:1" in cli.text("plugins", "list")


def test_show_describes_options_and_the_readme(cli, greet):
    text = cli.text("plugins", "show", "greet")
    assert "Greets." in text and "greeting" in text and "What it says." in text and "hello" in text
    shown = cli.json("plugins", "show", "greet")
    assert shown["options"]["greeting"]["default"] == "hello" and shown["functions"] == ["filter", "transform"]
    assert "# greet" in shown["readme"]
    assert "no plugin none" in cli.run("plugins", "show", "none", status=2).stderr


def test_a_copied_plugin_works_and_replaces_the_shipped_one(cli, tmp_path):
    cli.run("plugins", "copy", "slack")
    assert cli.json("plugins", "test")["failed"] == 0
    assert {row["name"]: row["from"] for row in cli.json("plugins", "list")["data"]}["slack"] == "folder"
    assert "exists" in cli.run("plugins", "copy", "slack", status=1).stderr
    assert "none" in cli.run("plugins", "copy", "none", status=2).stderr


def test_list_and_show_can_ask_the_server(make_gateway, greet, tmp_path):
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "plugins")])
    cli = Cli(tmp_path, gateway)
    rows = {row["name"]: row for row in cli.json("plugins", "list", "--server", gateway.url)["data"]}
    assert rows["greet"]["revision"] == 1
    assert cli.json("plugins", "show", "greet", "--server", gateway.url)["options"]["greeting"]["type"] == "string"
    assert "greet" in cli.text("plugins", "list", "--server", gateway.url)
    assert "greeting" in cli.text("plugins", "show", "greet", "--server", gateway.url)


# run

def test_run_shows_decision_difference_request_log_and_cost(cli, greet, event):
    text = cli.text("plugins", "run", "greet", "--event", event, "--options", '{"greeting":"ahoy"}')
    lines = [line.strip() for line in text.splitlines()]
    assert any(line.startswith("evt_1  memory.created  would be sent") for line in lines), text
    assert '+   "text": "ahoy Ada"' in lines and '-   "event": "memory.created",' in lines and '"id": "evt_1",' in lines
    assert any(line.startswith("PUT http") for line in lines) and "X-Greeting: yes" in lines
    assert "log  greeting Ada" in lines and "instructions" in text and "µs" in text
    assert "1 would be sent, 0 filtered, 0 failed" in lines and "\x1b" not in text


def test_run_as_json(cli, greet, event):
    answer = cli.json("plugins", "run", "greet", "--event", event)
    (result,) = answer["results"]
    assert result["event_id"] == "evt_1" and result["request"]["method"] == "PUT"
    assert json.loads(result["request"]["body"]) == {"id": "evt_1", "text": "hello Ada"}
    (stage,) = result["stages"]
    assert stage["log"].strip() == "greeting Ada" and stage["memory_bytes"] > 0
    assert answer["summary"] == {"events": 1, "delivered": 1, "filtered": 0, "errors": 0, "reasons": {}, "stopped": None}


def test_a_failing_script_shows_its_line(cli, greet, event, tmp_path):
    (tmp_path / "event.json").write_text('{"data":{}}')
    done = cli.run("plugins", "run", "greet", "--event", event, status=1)
    assert "greet/plugin.lua:9:" in done.stdout
    assert '>  9 |     print("greeting " .. event.data.who)' in done.stdout
    assert "0 would be sent, 0 filtered, 1 failed" in done.stdout


def test_many_events_end_in_a_sum(cli, greet, tmp_path):
    rows = [EVENT, {"data": {"quiet": True}}, {"data": {"quiet": True, "n": 2}}]
    text = cli.text("plugins", "run", "greet", "--event", "-", stdin="\n".join(map(json.dumps, rows)))
    assert "1 would be sent, 2 filtered, 0 failed" in text and "2 filtered: greet: quiet" in text


def test_a_script_and_plugins_make_a_pipeline(cli, greet, event, tmp_path):
    (tmp_path / "first.lua").write_text('function transform(event) event.data.who = "Grace" return event end\n')
    answer = cli.json("plugins", "run", "first.lua", "--then", "greet", "--options", '{"greeting":"hi"}', "--event", event)
    (result,) = answer["results"]
    assert json.loads(result["request"]["body"])["text"] == "hi Grace" and len(result["stages"]) == 2


def test_options_from_a_file(cli, greet, event, tmp_path):
    (tmp_path / "options.json").write_text('{"greeting":"from a file"}')
    assert "from a file Ada" in cli.text("plugins", "run", "greet", "--event", event, "--options", "@options.json")


@pytest.mark.parametrize("arguments,word", [
    (["none", "--event", "event.json"], "none"), (["greet", "--event", "missing.json"], "missing.json"), (["greet"], "--event"),
    (["greet", "--event", "event.json", "--options", '{"greetin":"x"}'], "greetin"),
    (["greet", "--event", "event.json", "--options", "[1]"], "object"), (["greet", "--event", "event.json", "--options", "{"], "JSON"),
    (["greet", "--event", "event.json", "--last", "3"], "--last"), (["greet", "--last", "0"], "--last"),
    (["greet", "--event", "bad.json"], "data"), (["broken.lua", "--event", "event.json"], "broken.lua"),
])
def test_a_misused_run_is_told_in_one_sentence(cli, greet, event, tmp_path, arguments, word):
    (tmp_path / "bad.json").write_text('{"event":"memory.created"}')
    (tmp_path / "broken.lua").write_text("function transform(")
    done = cli.run("plugins", "run", *arguments, status=2)
    assert done.stdout == "" and word in done.stderr, done.stderr


def test_a_plugin_and_a_webhook_are_one_too_many(cli, greet):
    done = cli.run("plugins", "run", "greet", "--webhook", "wh_1", "--last", "1", status=2)
    assert "not both" in done.stderr and "greet" in done.stderr and "wh_1" in done.stderr


@pytest.mark.parametrize("plugin,place", [("return {\n  name =\n}", "greet/plugin.lua:3:"), (PLUGIN.replace('"stage"', '"stag"'), "plugin.lua: kind:")])
def test_a_run_of_what_cannot_be_loaded_tells_the_problem_once(cli, greet, event, plugin, place):
    greet(plugin=plugin)
    done = cli.run("plugins", "run", "greet", "--event", event, status=1)
    assert done.stdout == "" and done.stderr.startswith(f"tidehook: the plugin greet cannot be loaded: {place}"), done.stderr
    assert "slack" not in done.stderr


def test_the_latest_events_leave_out_operational_ones(make_gateway, greet, tmp_path):
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "plugins")])
    cli = Cli(tmp_path, gateway)
    gateway.api.add_webhook("http://127.0.0.1:1/", retry={"max_retries": 0})
    gateway.api.publish("memory.created", {"who": "Ada"}, id="evt_own")
    (news,) = eventually(lambda: list(gateway.api.pages("/v1/events", namespace="tidehook")), what="the news of a dead delivery")
    assert [row["event_id"] for row in cli.json("plugins", "run", "greet", "--last", "5")["results"]] == ["evt_own"]
    named = cli.json("plugins", "run", "greet", "--last", "5", "--namespace", "tidehook", status=1)["results"]
    assert news["id"] in [row["event_id"] for row in named]


def test_run_over_events_of_the_server(make_gateway, greet, tmp_path):
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "plugins")])
    cli = Cli(tmp_path, gateway)
    for number, name in enumerate(["Ada", "Grace", "Edsger"]):
        gateway.api.publish("memory.created" if number else "memory.deleted", {"who": name}, id=f"evt_{number}", namespace="team")
    (result,) = cli.json("plugins", "run", "greet", "--event", "evt_0")["results"]
    assert json.loads(result["request"]["body"])["text"] == "hello Ada"
    assert [row["event_id"] for row in cli.json("plugins", "run", "greet", "--last", "2")["results"]] == ["evt_2", "evt_1"]
    chosen = cli.json("plugins", "run", "greet", "--last", "5", "--events", "memory.updated,memory.deleted", "--namespace", "team")
    assert [row["event_id"] for row in chosen["results"]] == ["evt_0"]
    assert "no such event" in cli.run("plugins", "run", "greet", "--last", "5", "--namespace", "other", status=1).stderr
    assert "evt_9" in cli.run("plugins", "run", "greet", "--event", "evt_9", status=1).stderr


def test_run_of_a_registered_webhook(make_gateway, greet, tmp_path):
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "plugins")])
    cli = Cli(tmp_path, gateway)
    webhook = cli.json(
        "webhooks", "add", "https://example.com/hook", "--plugin", "greet", "--options", '{"greeting":"dear"}', "--no-active")
    event = gateway.api.publish("memory.created", {"who": "Ada"})
    text = cli.text("plugins", "run", "--webhook", webhook["id"], "--event", event["id"])
    assert "dear Ada" in text and "https://example.com/hook" in text
    answer = cli.json("plugins", "run", "--webhook", webhook["id"], "--last", "1")
    assert answer["results"][0]["event_id"] == event["id"]
    assert "wh_none" in cli.run("plugins", "run", "--webhook", "wh_none", "--last", "1", status=1).stderr


# bench

def test_bench_measures(cli, greet, event):
    answer = cli.json("plugins", "bench", "greet", "--event", event, "--calls", "200")
    assert (answer["plugin"], answer["calls"]) == ("greet", 200)
    (row,) = answer["events"]
    assert row["name"] == "evt_1" and row["cpu_us"] > 0 and row["memory_bytes"] > 0 and row["instructions"] > 0
    text = cli.text("plugins", "bench", "greet", "--event", event, "--calls", "200")
    assert re.search(r"greet: [0-9.]+ µs of CPU and at most \d+ bytes for each event", text), text


def test_bench_takes_the_plugins_own_cases(cli, greet):
    answer = cli.json("plugins", "bench", "greet", "--calls", "50")
    assert [row["name"] for row in answer["events"]] == ["says hello"] and answer["calls"] == 50


# webhooks with pipelines

def test_a_webhook_takes_its_stages_in_the_order_of_the_command_line(make_gateway, greet, tmp_path):
    cli = Cli(tmp_path, make_gateway(arguments=["--plugins", str(tmp_path / "plugins")]))
    (tmp_path / "a.lua").write_text("function filter() return true end\n")
    (tmp_path / "b.lua").write_text("function filter(event) return true end\n")
    webhook = cli.json(
        "webhooks", "add", "https://example.com/hook", "--script", "a.lua", "--plugin", "greet", "--options", '{"greeting":"hi"}',
        "--name", "three", "--plugin=greet", "--script", "b.lua")
    assert [stage.get("plugin", "script") for stage in webhook["pipeline"]] == ["script", "greet", "greet", "script"]
    assert [stage.get("options") for stage in webhook["pipeline"]][1:3] == [{"greeting": "hi"}, {}]
    assert "two" not in cli.text("webhooks", "show", webhook["id"]) and "2. greet" in cli.text("webhooks", "show", webhook["id"])
    changed = cli.json("webhooks", "update", webhook["id"], "--plugin", "greet")
    assert changed["pipeline"] == [{"plugin": "greet", "options": {}}]
    wrong = cli.run("webhooks", "update", webhook["id"], "--options", "{}", "--plugin", "greet", status=2).stderr
    assert "--plugin" in wrong
    refused = cli.run("webhooks", "update", webhook["id"], "--plugin", "greet", "--options", '{"greeting":1}', status=1).stderr
    assert "greeting" in refused
