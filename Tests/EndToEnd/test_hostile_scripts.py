"""Scripts from strangers: each hostile one ends as a failed attempt within its limit, and nothing else notices."""

import re
import time

import pytest

from harness.api import unique

MIB = 1024 * 1024
# The limit on a script is 50 ms of CPU; the rest is for a machine that runs other tests on the same cores.
ENDS_WITHIN_SECS = 3.0
LIMIT = r"instruction|time|budget|limit"
MEMORY = r"memory"
BODY = "function transform(event)\n{}\nreturn event\nend"

# name: (script, what its error must speak of)
HOSTILE = {
    "endless loop": ("while true do end", LIMIT),
    "endless loop in pcall": ("while true do pcall(function() while true do end end) end", LIMIT),
    "endless loop in xpcall with a handler": (
        "while true do xpcall(function() while true do end end, function() while true do end end) end", LIMIT),
    "endless loop in a coroutine": ("coroutine.wrap(function() while true do end end)()", LIMIT),
    "endless loop in nested coroutines": (
        "local function f() while true do coroutine.wrap(f)() end end f()", LIMIT + r"|overflow|memory|nil value \(global 'coroutine'\)"),
    "endless loop in __index": ("return setmetatable({}, {__index = function() while true do end end}).x", LIMIT),
    "endless loop in __tostring": ("return tostring(setmetatable({}, {__tostring = function() while true do end end}))", LIMIT),
    "endless loop in __close": ("local x <close> = setmetatable({}, {__close = function() while true do end end})", LIMIT),
    "endless goto": ("::again:: goto again", LIMIT),
    "endless tail calls": ("local function f() return f() end return f()", LIMIT),
    "a billion times a": ('return ("a"):rep(1e9)', MEMORY + r"|output|too large|limit"),
    "doubling string": ('local s = "a" while true do s = s .. s end', MEMORY + r"|limit"),
    "doubling string in pcall": ('local s = "a" while true do pcall(function() s = s .. s end) end', LIMIT + "|" + MEMORY),
    "growing table": ("local t = {} for i = 1, 1e9 do t[i] = i end", MEMORY + r"|limit"),
    "backtracking pattern": ('return string.find(("a"):rep(40), (".-"):rep(12) .. "b")', LIMIT + r"|pattern"),
    "backtracking gsub": ('return (("a"):rep(5000):gsub((".-"):rep(12) .. "b", ""))', LIMIT + r"|pattern"),
    "backtracking gmatch": ('for _ in ("a"):rep(5000):gmatch((".-"):rep(12) .. "b") do end', LIMIT + r"|pattern"),
    "endless table.move": ("table.move({}, 1, 1e15, 2)", LIMIT),
    "rep of nothing": ('return string.rep("", 1e15)', LIMIT + r"|too large|memory"),
    "rep of nothing with nothing between": ('return string.rep("", 1e15, "")', LIMIT + r"|too large|memory"),
    "wide format": ('return string.format("%99999d", 1)', r"format|conversion"),
    "concat of holes": ("return table.concat({}, '', 1, 1e15)", LIMIT + r"|invalid value|nil"),
    "unpack of a billion": ("return table.unpack({}, 1, 1e9)", r"too many|limit|memory|overflow"),
    "insert far away": ("local t = setmetatable({}, {__len = function() return 1e15 end}) table.insert(t, 1, 1)", LIMIT),
    "sort that never agrees": ("local t = {} for i = 1, 1e6 do t[i] = i end table.sort(t, function() return true end)",
                               LIMIT + r"|invalid order|memory"),
    "deep recursion": ("local function f() return 1 + f() end return f()", r"overflow|recursion|depth|memory|instruction|limit"),
    "deep recursion in C": ("local function f() return pcall(f) end while true do f() end", r"overflow|" + LIMIT + "|" + MEMORY),
    "deep recursion in gsub": ('local function f(s) return s:gsub(".", f) end return f("a")', r"overflow|" + LIMIT + "|" + MEMORY),
    "100 000 nested tables": ("local t = {} for i = 1, 100000 do t = {t} end return t", r"dep|nest|memory|limit"),
    "1000 nested tables": ("local t = {} for i = 1, 1000 do t = {t} end return t", r"dep|nest"),
    "table that contains itself": ("local t = {} t.t = t return t", r"cycl|itself|circular|recursive|dep|nest"),
    "function in the result": ("return { f = print }", r"function"),
    "not a number in the result": ("return { n = 0/0 }", r"nan|number|finite"),
    "infinity in the result": ("return { n = 1/0 }", r"inf|number"),
    "mixed keys in the result": ("return { 1, a = 2 }", r"key|list"),
    "huge output": ('return { s = ("a"):rep(2 * 1024 * 1024) }', r"output|limit|larger|memory"),
    "huge error": ('error(("a"):rep(1e6))', r"a{10}"),
    "error without a message": ("error()", r"nil|error"),
    "error that is a table": ("error({})", r"table|error"),
    "error that is hostile": ("error(setmetatable({}, {__tostring = function() while true do end end}))", r"error|" + LIMIT),
    "a finalizer": ("setmetatable({}, {__gc = function() while true do end end})", r"__gc"),
    "bytecode": ('return load(string.dump(function() end))', r"dump|load|nil"),
    "os": ('return os.execute("true")', r"\bos\b"),
    "os.exit": ("os.exit(1)", r"\bos\b|exit"),
    "io": ('return io.open("/etc/passwd"):read("a")', r"\bio\b"),
    "package": ('return package.loadlib("libc.so.6", "system")', r"package"),
    "require": ('return require("os")', r"require"),
    "debug": ("return debug.getregistry()", r"debug"),
    "load": ('return load("return 1")()', r"load"),
    "loadstring": ('return loadstring("return 1")()', r"loadstring"),
    "dofile": ('return dofile("/etc/passwd")', r"dofile"),
    "loadfile": ('return loadfile("/etc/passwd")', r"loadfile"),
    "collectgarbage": ('return collectgarbage("count")', r"collectgarbage"),
    "the string metatable": ('getmetatable("").__index.upper = function() return "owned" end return ("a"):upper()',
                             r"getmetatable|index|modif|read.?only|frozen|nil|boolean|string"),
    "a changed library": ('string.upper = function() return "owned" end return ("a"):upper()', r"read.?only|frozen|modif|protected"),
    "rawset on a library": ('rawset(string, "upper", 1) return ("a"):upper()', r"rawset|read.?only|frozen|modif|protected"),
}
REFUSED = {
    "bytecode as source": ("\x1bLua\x54\x00\x19\x93\r\n", r"text|binary|bytecode|precompiled"),
    "source that is too long": ("-- " + "x" * 70_000, r"70003 bytes, more than 65536"),
    "syntax error": ("function transform(event)\n\n  return {{{\nend", r"[:\s]4\b"),
    "deeply nested source": ("return " + "(" * 5000 + "1" + ")" * 5000, r"level|overflow|limit|nest"),
    "deeply nested tables in source": ("x = " + "{" * 5000 + "}" * 5000, r"level|overflow|limit|nest"),
}
BYSTANDER_EVENTS = 5


@pytest.fixture(scope="module")
def bystander(shared_gateway, shared_receiver):
    """A webhook with a script of its own, whose deliveries must go on whatever the others do."""
    return shared_gateway.api.add_webhook(
        shared_receiver.url("/bystander"), ["bystander.ran"], script="function transform(event) return { n = event.data.n } end")


def run(gateway, receiver, script, events=1):
    """Runs a script over some events and returns the last delivery, once it has ended."""
    type = unique("hostile").replace("-", ".")
    retry = {"max_retries": 0}
    webhook = gateway.api.add_webhook(receiver.url("/hostile"), [type], script=script, retry=retry, timeout_secs=5)
    published = [gateway.api.publish(type) for _ in range(events)]
    delivery = gateway.api.settled(webhook, published[-1], timeout=ENDS_WITHIN_SECS * 5)
    return delivery


def check_failed(delivery, words):
    (attempt,) = delivery["attempts"]
    assert (delivery["state"], attempt["failure"]) == ("dead", "script"), delivery
    assert re.search(words, attempt["error"], re.IGNORECASE), attempt["error"]
    assert attempt["duration_ms"] < ENDS_WITHIN_SECS * 1000
    assert len(attempt["error"]) <= 8192 and len(attempt["log"]) <= 4096
    assert attempt["request"] is None


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_as_a_failed_attempt(shared_gateway, shared_receiver, bystander, name):
    script, words = HOSTILE[name]
    delivery = run(shared_gateway, shared_receiver, BODY.format("do " + script + " end"))
    check_failed(delivery, words)
    assert shared_receiver.requests("/hostile") == []


@pytest.mark.parametrize("name", ["endless loop", "doubling string", "backtracking pattern"])
def test_it_ends_the_same_in_a_filter(shared_gateway, shared_receiver, name):
    script, words = HOSTILE[name]
    check_failed(run(shared_gateway, shared_receiver, f"function filter(event) do {script} end return true end"), words)


@pytest.mark.parametrize("name", ["endless loop", "endless loop in pcall", "doubling string", "backtracking pattern", "os"])
def test_it_is_refused_when_it_runs_as_soon_as_the_script_is_loaded(shared_gateway, shared_receiver, name):
    script, words = HOSTILE[name]
    check_refused(shared_gateway, shared_receiver, f"function filter(event) return true end\ndo {script} end", words)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compiled_is_refused(shared_gateway, shared_receiver, name):
    check_refused(shared_gateway, shared_receiver, *REFUSED[name])


def check_refused(gateway, receiver, script, words):
    answer = gateway.api.call("POST", "/v1/webhooks", {"url": receiver.url("/hostile"), "events": ["hostile.never"], "script": script})
    assert answer.status in (400, 422), answer
    assert answer.error["field"] == "script" and re.search(words, answer.error["message"], re.IGNORECASE), answer


def test_a_flood_of_output_is_cut(shared_gateway, shared_receiver):
    script = 'function transform(event) for i = 1, 1000 do print(("x"):rep(100)) end error("end") end'
    check_failed(run(shared_gateway, shared_receiver, script), "end")


def test_what_a_script_throws_away_cannot_be_kept_for_the_next(shared_gateway, shared_receiver):
    """A library that one event could change would leak into the next event of the same webhook."""
    script = 'function transform(event) local old = string.leak pcall(function() string.leak = "kept" end) error(tostring(old)) end'
    delivery = run(shared_gateway, shared_receiver, script, events=3)
    assert "kept" not in delivery["attempts"][0]["error"]


@pytest.mark.serial
def test_others_go_on_undisturbed_while_all_of_them_run(shared_gateway, shared_receiver, bystander):
    """Twenty runs of each worst script at once: the bystander's events still arrive quickly."""
    api = shared_gateway.api
    for name in ("endless loop", "endless loop in pcall", "doubling string", "backtracking pattern", "endless table.move"):
        api.add_webhook(shared_receiver.url("/hostile"), ["storm.broke"], script=BODY.format("do " + HOSTILE[name][0] + " end"),
                        retry={"max_retries": 0})
    before = len(shared_receiver.requests("/bystander"))
    api.publish_batch([{"event": "storm.broke", "data": {}} for _ in range(20)])
    published = time.monotonic()
    api.publish_batch([{"event": "bystander.ran", "data": {"n": n}} for n in range(BYSTANDER_EVENTS)])
    arrived = shared_receiver.wait_for(before + BYSTANDER_EVENTS, timeout=20, path="/bystander")[before:]
    assert sorted(request.body for request in arrived) == [b'{"n":%d}' % n for n in range(BYSTANDER_EVENTS)]
    assert arrived[-1].at - published < 1
    assert shared_receiver.requests("/hostile") == []


def test_memory_returns(shared_gateway, shared_receiver):
    """After a first round has warmed everything up, a hundred greedy runs leave the process no larger than before."""
    greedy = BODY.format("do " + HOSTILE["doubling string"][0] + " end")
    run(shared_gateway, shared_receiver, greedy, events=20)
    before = shared_gateway.memory()
    run(shared_gateway, shared_receiver, greedy, events=50)
    run(shared_gateway, shared_receiver, BODY.format("do " + HOSTILE["growing table"][0] + " end"), events=50)
    assert shared_gateway.memory() - before < 32 * MIB
    assert shared_gateway.memory() < 256 * MIB
    assert shared_gateway.running
