"""Requests copied as curl commands: pasted into a shell they send what was sent, and do nothing else, whoever wrote them."""

import base64
import subprocess

import pytest
from harness.senders import Sender, make_source
from playwright.sync_api import expect

CURL = "async ([request, secret]) => (await import(new URL('pages/curl.js', document.baseURI).href)).curl(request, { isSecret: (name) => name === secret })"
# Tells what it was called with, in place of curl.
SPY = "curl() { printf '%s\\0' $# \"$@\"; case \"${*: -1}\" in @-) cat;; esac; }\n"
HARM = "'; touch harmed; $(touch harmed) `touch harmed` | touch harmed & touch harmed \\' \" #"


def copied(page):
    """What "Copy as curl" of the page that is open puts into the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    return page.evaluate("navigator.clipboard.readText()")


def run(script, folder, **variables):
    """Runs a command in an empty folder, with nothing but these variables, and returns what it wrote."""
    (folder / "pasted").write_text(script)
    done = subprocess.run(["bash", "pasted"], cwd=folder, env={"PATH": "/usr/bin:/bin", **variables}, capture_output=True, timeout=30)
    assert done.returncode == 0, done
    assert not [path for path in folder.iterdir() if path.name == "harmed"], script
    return done.stdout


@pytest.fixture
def words(page, tmp_path):
    """Makes a command of a request, and returns the words that curl would get and its standard input."""
    page.visit("/nowhere")

    def parse(request, secret=None, **variables):
        command = page.evaluate(CURL, [{"method": "POST", "url": "http://127.0.0.1:9/", "headers": [], **request}, secret])
        many, written = run(SPY + command, tmp_path, **variables).split(b"\0", 1)
        *arguments, rest = written.split(b"\0", int(many))
        return [argument.decode() for argument in arguments], rest

    return parse


def after(arguments, option):
    return [value for name, value in zip(arguments, arguments[1:]) if name == option]


def test_nothing_of_a_request_is_a_word_of_the_shell(words):
    for harm in (HARM, "GET|touch harmed", "a&touch harmed", "`touch harmed`", "$(touch harmed)", "x\ttouch harmed\rtouch harmed", "\x1b[201~\ntouch harmed\n", "\u009b201~a\u202eb\u2066c"):
        arguments, _ = words({"method": harm, "url": f"http://127.0.0.1:9/{harm}", "headers": [["X-Harm", harm], ["Content-Type", "text/plain"]], "body": harm})
        assert after(arguments, "-X") == [harm] and f"http://127.0.0.1:9/{harm}" in arguments
        assert after(arguments, "-H") == [f"X-Harm: {harm}", "Content-Type: text/plain", "Accept:", "User-Agent:"]
        assert after(arguments, "--data-raw") == [harm]


def test_no_body_is_the_name_of_a_file_and_no_address_a_pattern(words):
    arguments, _ = words({"url": "http://127.0.0.1:9/[1-3]/{a,b}/../c", "body": "@/etc/hostname"})
    assert "--globoff" in arguments and "--path-as-is" in arguments
    assert after(arguments, "--data-raw") == ["@/etc/hostname"]
    assert not {"-d", "--data", "--data-binary"} & set(arguments)
    assert after(arguments, "-H") == ["Accept:", "User-Agent:", "Content-Type:"], "curl would say so of itself, and call the body a form"


@pytest.mark.parametrize(("message", "sent"), [
    ({"body_base64": base64.b64encode(b"\xff\x00@x").decode()}, b"\xff\x00@x"), ({"body": "a\0b\u00fc"}, "a\0b\u00fc".encode()), ({"body": "@" + "'" * 200_000}, b"@" + b"'" * 200_000)])
def test_what_is_no_argument_goes_through_a_pipe(words, message, sent):
    arguments, rest = words(message)
    assert after(arguments, "--data-binary") == ["@-"] and rest == sent


def test_headers_are_what_they_were_and_secrets_are_variables(words):
    arguments, _ = words({"headers": [["X-Api-Key", "of-a-secret"], ["X-Empty", ""], ["Content-Length", "5"]], "body": ""}, secret="X-Api-Key", X_API_KEY="given")
    assert after(arguments, "-H") == ["X-Api-Key: given", "X-Empty;", "Accept:", "User-Agent:"]


def test_what_would_turn_the_line_is_written_as_its_bytes(page):
    page.visit("/nowhere")
    command = page.evaluate(CURL, [{"method": "POST", "url": "http://127.0.0.1:9/", "headers": [["X-A", "\u009b\u202e\u2066\u200f"], ["user-agent", "a"]]}, None])
    assert command.isascii() and "\\xc2\\x9b\\xe2\\x80\\xae" in command and "'User-Agent:'" not in command


def test_a_head_request_waits_for_no_body(words):
    arguments, _ = words({"method": "HEAD"})
    assert "--head" in arguments and "-X" not in arguments


def test_a_copied_delivery_arrives_once_more_as_it_was(page, api, receiver, tmp_path):
    webhook = api.add_webhook(receiver.url("/it's"), headers={"X-Quote": "it's $HOME `id`"}, script="function transform(event) return '@/etc/hostname', { method = 'PUT' } end")
    delivery = api.settled(webhook, api.publish())
    page.visit(f"/deliveries/{delivery['id']}")
    run(copied(page), tmp_path)
    first, again = receiver.wait_for(2)
    assert (again.method, again.path, again.body) == (first.method, first.path, first.body) == ("PUT", "/it's", b"@/etc/hostname")
    assert again.header("X-Quote") == first.header("X-Quote") and again.header("Content-Type") == first.header("Content-Type")


def test_a_copied_request_of_a_sender_sends_no_file_of_whoever_pastes_it(page, api, tmp_path):
    (tmp_path / "private").write_text("of the operator")
    sender = make_source(api)
    sent = f"@{tmp_path}/private".encode()
    assert Sender(api, sender.source).send(sent, {"Content-Type": "text/plain"}, query="a=[1-2]").status == 200
    (request,) = api.pages(f"/v1/sources/{sender.source['id']}/requests")
    page.visit(f"/sources/{sender.source['id']}/requests/{request['id']}")
    assert b"HTTP/1.1 200" in run(copied(page), tmp_path)
    kept = [api.call("GET", f"/v1/sources/{sender.source['id']}/requests/{row['id']}").json["request"] for row in api.pages(f"/v1/sources/{sender.source['id']}/requests")]
    assert [one["body"] for one in kept] == [sent.decode()] * 2
