"""Sources in the console: making one, what it received and why, secrets, and requests that run again."""

import re
import subprocess

import pytest
from browser.markup import unharmed
from harness.senders import Sender
from harness.waiting import eventually
from playwright.sync_api import expect

SECRET = "a-secret-of-the-tests"
GITHUB = {"plugin": "from-github", "name": "code", "secret": SECRET}
BODY = {"ref": "refs/heads/main"}


def add(api, **fields):
    answer = api.call("POST", "/v1/sources", fields)
    assert answer.status == 201, answer
    return answer.json


def sh(script, gateway, secret=""):
    """Runs what a page says to run, with the secret in its place, and returns the answer's status."""
    script = re.sub(r"http://127\.0\.0\.1:\d+", gateway.url, script.replace("the secret of this source", secret))
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30)
    status = re.search(r"^HTTP/1.1 (\d+)", done.stdout)
    assert status, done
    return int(status.group(1)), done.stdout


def rows(page, name="Requests"):
    return page.get_by_role("table", name=name).locator("tbody tr")


def control(page, label):
    """The control of a form that has this label, be it optional or not."""
    return page.get_by_label(re.compile(f"^{re.escape(label)}( optional)?$"))


def choose(page, label, name):
    control(page, label).select_option(name)


def test_from_nothing_to_a_request_that_is_believed(page, gateway, accessible, portraits):
    page.visit("/sources")
    expect(page.get_by_text("No sources yet")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Make a source").click()
    page.get_by_label("GitHub").check()
    control(page, "Name").fill("Not A Name")
    control(page, "Secret").fill(SECRET)
    page.get_by_role("button", name="Make the source").click()
    expect(page.get_by_text("1 to 63 of a-z")).to_be_visible()
    accessible(page)
    portraits(page, "source-new")
    control(page, "Name").fill("code")
    page.get_by_role("button", name="Make the source").click()
    expect(page.locator("#main h1")).to_have_text("code")
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    script = page.get_by_role("group", name="Request with curl").inner_text()
    assert SECRET not in script
    status, answer = sh(script, gateway, SECRET)
    assert status == 200, answer
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("accepted")
    expect(rows(page)).to_contain_text("1 event")
    accessible(page)
    portraits(page, "source")


def test_a_secret_that_is_made_is_shown_once(page, gateway):
    page.visit("/sources/new?plugin=from-rem")
    page.get_by_role("button", name="Make the source").click()
    dialog = page.get_by_role("dialog", name="The secret of rem")
    secret = dialog.get_by_label("Secret").input_value()
    assert len(secret) > 20
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator("#main h1")).to_have_text("rem")
    script = page.get_by_role("group", name="Request with curl").inner_text()
    status, answer = sh(script, gateway, secret)
    assert status == 200, answer
    page.reload()
    expect(page.get_by_text("1, never shown")).to_be_visible()
    assert secret not in page.content()


TRIALS = [
    *({"plugin": f"from-{name}", "secret": SECRET} for name in ("github", "gitlab", "stripe", "slack", "shopify", "linear", "pagerduty", "rem", "cloudevents")),
    {"plugin": "from-mem0", "secret": "a-path-that-nobody-knows"},
    {"plugin": "from-standard", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, {"plugin": "from-standard", "secret": SECRET},
    {"name": "hash", "secret": SECRET, "verify": {"scheme": "hmac", "header": "X-Sign", "algorithm": "sha512", "encoding": "base64url", "prefix": "v1=", "template": "{timestamp}{id}.{body}/{method}{path}{url}", "timestamp_header": "X-Time", "id_header": "X-Id"}},
    {"name": "plain", "secret": SECRET, "verify": {"scheme": "hmac", "header": "X-Sign", "encoding": "base64"}, "dedupe": {"header": "X-Message"}},
    *({"name": scheme, "secret": SECRET, "verify": {"scheme": scheme}} for scheme in ("mem0", "bearer", "path")),
    {"name": "basic", "secret": f"user:{SECRET}", "verify": {"scheme": "basic"}}, {"name": "key", "secret": SECRET, "verify": {"scheme": "api-key", "header": "X-Key"}}, {"name": "open", "verify": {"scheme": "none"}},
]


def test_the_sample_of_every_scheme_is_believed(page, api, gateway):
    page.visit("/sources")
    trial = "async (source) => (await import(new URL('pages/sources/schemes.js', document.baseURI).href)).trial(source)"
    for fields in TRIALS:
        source = add(api, **fields)
        for _ in range(2):
            status, answer = sh(page.evaluate(trial, source), gateway, fields.get("secret", ""))
            assert status == 200, f"{fields}: {answer}"
        states = [row["state"] for row in api.pages(f"/v1/sources/{source['id']}/requests")]
        assert states == ["accepted", "accepted"], f"{fields}: {states}"


@pytest.mark.parametrize("plugin", ["twilio", "sendgrid", "discord"])
def test_where_no_shell_can_sign_the_command_line_does(page, api, plugin):
    source = add(api, plugin=f"from-{plugin}")
    page.visit(f"/sources/{source['id']}")
    expect(page.get_by_role("tab", name="curl")).to_have_count(0 if plugin != "github" else 1)
    expect(page.get_by_text(f"tidehook sources simulate {plugin} --source {source['id']}")).to_be_visible()


def test_what_is_refused_says_why_and_runs_again_when_it_is_mended(page, api, accessible, portraits):
    source = add(api, **GITHUB)
    sender = Sender(api, source, {"Authorization": "Bearer of-somebody"})
    assert sender.github(BODY, "another-secret", "d-1").status == 401
    page.visit("/sources")
    expect(rows(page, "Sources")).to_contain_text("rejected")
    portraits(page, "sources")
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("code")
    expect(rows(page)).to_contain_text("401")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("POST /")
    expect(page.get_by_text("Nothing of it was published")).to_be_visible()
    headers = page.get_by_role("table", name="Headers of the request")
    expect(headers).to_contain_text("Authorizationhidden")
    assert "of-somebody" not in page.content()
    accessible(page)
    portraits(page, "source-request")
    page.get_by_role("button", name="Run again").click()
    expect(page.locator(".toast.bad")).to_contain_text("rejected")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sources").click()
    page.get_by_role("link", name="code", exact=True).click()
    page.get_by_role("button", name="Replace the secret").click()
    dialog = page.get_by_role("dialog", name="Replace the secret")
    dialog.get_by_label("New secret").fill("another-secret")
    dialog.get_by_label("The one before").fill(SECRET)
    dialog.get_by_role("button", name="Replace").click()
    expect(page.get_by_text("2, any of which may match")).to_be_visible()
    rows(page).get_by_role("button", name="Run again").click()
    expect(rows(page)).to_contain_text("accepted")
    assert sender.github(BODY, SECRET, "d-2").status == 200


def test_all_that_was_refused_runs_again_at_once(page, api):
    source = add(api, **GITHUB)
    sender = Sender(api, source)
    for n in range(7):
        assert sender.github(BODY, "another-secret", f"d-{n}").status == 401
    page.visit(f"/sources/{source['id']}?state=rejected")
    expect(rows(page)).to_have_count(7)
    assert api.call("PATCH", f"/v1/sources/{source['id']}", {"secret": "another-secret"}).status == 200
    page.get_by_role("button", name="Run all rejected again").click()
    asked = page.get_by_role("alertdialog", name="Run 7 requests again?")
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    assert {row["state"] for row in api.pages(f"/v1/sources/{source['id']}/requests")} == {"rejected"}
    page.get_by_role("button", name="Run all rejected again").click()
    asked.get_by_role("button", name="Run again").click()
    expect(page.locator(".toast")).to_contain_text("Ran 7 requests again: 7 taken, 0 refused.")
    expect(page.get_by_text("Nothing rejected")).to_be_visible()
    page.get_by_role("button", name="Accepted").click()
    expect(rows(page)).to_have_count(7)


def test_a_secret_of_the_sender_is_set_later(page, api):
    source = add(api, plugin="from-stripe")
    assert Sender(api, source).stripe({"id": "evt_1", "type": "a.b"}, "whsec_of_stripe").status == 503
    page.visit(f"/sources/{source['id']}")
    page.get_by_role("button", name="Set the secret").click()
    page.get_by_role("dialog").get_by_label("Secret").fill("whsec_of_stripe")
    page.get_by_role("dialog").get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("1, never shown")).to_be_visible()
    assert Sender(api, source).stripe({"id": "evt_1", "type": "a.b"}, "whsec_of_stripe").status == 200


def test_a_source_is_changed_and_the_gateways_refusal_stands_at_the_field(page, api, accessible):
    source = add(api, name="sensors", verify={"scheme": "hmac", "header": "X-Sign"}, secret=SECRET)
    page.visit(f"/sources/{source['id']}/edit")
    page.guard.allow("status of 400")
    control(page, "What is signed").fill("{nonsense}")
    page.get_by_role("button", name="Save").click()
    expect(control(page, "What is signed")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field.invalid")).to_contain_text("{nonsense")
    control(page, "What is signed").fill("")
    control(page, "Namespace").fill("team-a")
    page.get_by_text("Repeats, limits and more").click()
    choose(page, "Repeats are told by", "header")
    control(page, "Which").fill("X-Message")
    control(page, "Remembered for, seconds").fill("600")
    control(page, "Requests at most").fill("100")
    control(page, "in seconds").fill("60")
    control(page, "Methods").fill("post, put")
    accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#main h1")).to_have_text("sensors")
    now = api.call("GET", f"/v1/sources/{source['id']}").json
    assert now["namespace"] == "team-a" and now["methods"] == ["POST", "PUT"] and now["verify"] == source["verify"]
    assert now["dedupe"] == {"header": "X-Message", "window_secs": 600}
    assert now["rate_limit"]["count"] == 100 and now["rate_limit"]["per_secs"] == 60
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast").last).to_contain_text("Nothing changed")


def test_a_form_that_is_left_is_there_when_one_comes_back(page, api):
    source = add(api, **GITHUB)
    for path, name in ((f"/sources/{source['id']}/edit", "other"), ("/sources/new?plugin=from-stripe", "pay")):
        page.visit(path)
        control(page, "Name").fill(name)
        page.visit("/keys")
        expect(page.get_by_text("What you changed is kept until you come back to it").last).to_be_visible()
        page.visit(path)
        expect(page.get_by_text("What you changed before you left is here again.")).to_be_visible()
        expect(control(page, "Name")).to_have_value(name)
        page.guard.allow("^dialog: ")
        with page.expect_event("dialog") as asked:
            page.evaluate("setTimeout(() => location.reload())")
        assert asked.value.type == "beforeunload"
    page.get_by_role("button", name="Make the source").click()
    expect(page.locator("#main h1")).to_have_text("pay")
    assert [one["name"] for one in api.call("GET", "/v1/sources").json["data"]] == ["code", "pay"]


def test_a_script_makes_the_events(page, api, gateway):
    page.visit("/sources/new")
    page.get_by_label("A Lua script").check()
    control(page, "Name").fill("alerts")
    choose(page, "How is the sender verified?", "none")
    page.guard.allow("status of 400")
    script = page.get_by_label("Script", exact=True)
    script.fill("function receive( end")
    page.get_by_role("button", name="Make the source").click()
    expect(script).to_have_attribute("aria-invalid", "true")
    script.fill('function receive(request, ctx) return {event = "alert.fired", data = request.json} end')
    page.get_by_role("button", name="Make the source").click()
    expect(page.locator("#main h1")).to_have_text("alerts")
    status, answer = sh(page.get_by_role("group", name="Request with curl").inner_text(), gateway)
    assert status == 200, answer
    eventually(lambda: list(api.pages("/v1/events", event="alert.fired")), what="the event")


def test_pausing_and_deleting_ask(page, api):
    source = add(api, **GITHUB)
    page.visit(f"/sources/{source['id']}")
    page.get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("alertdialog", name="Pause code?")
    dialog.get_by_role("button", name="Cancel").click()
    assert api.call("GET", f"/v1/sources/{source['id']}").json["active"]
    page.get_by_role("button", name="Pause").click()
    dialog.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert Sender(api, source).github(BODY, SECRET).status == 404
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Delete this source").click()
    page.get_by_role("alertdialog", name="Delete code?").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No sources yet")).to_be_visible()
    assert api.call("GET", f"/v1/sources/{source['id']}").status == 404


def test_markup_of_senders_and_scripts_stays_text(page, api, markup):
    text = markup("sender").replace("\\", "\\\\").replace('"', '\\"').replace("\u2028", "")
    script = f'function receive(request, ctx) print("{text}") return nil, 400, "{text}", "text/html" end'
    source = add(api, name="alerts", script=script, verify={"scheme": "none"}, dedupe={"path": '<img src=x onerror=alert("path")>'})
    body = {"x-owned": markup("body"), markup("key"): ["<script>alert(1)</script>", 2**62]}
    sent = Sender(api, source).send(body, {"X-Markup": "<script>alert('header')</script>", "X-Api-Key": "hidden-value"}, path="/%3Cx-owned%3E/<b>", query="q=<img/src=x/onerror=alert(1)>&token=hidden-value")
    assert sent.status == 400
    for path in ("/sources", f"/sources/{source['id']}", f"/sources/{source['id']}/edit"):
        page.visit(path)
        unharmed(page)
    page.visit(f"/sources/{source['id']}")
    expect(rows(page)).to_contain_text("onerror=alert")
    rows(page).get_by_role("link").click()
    expect(page.locator("#main h1")).to_contain_text("POST")
    expect(page.get_by_role("group", name="Body of the request")).to_contain_text(str(2**62))
    expect(page.get_by_role("group", name="Log")).to_contain_text("<script>")
    assert "hidden-value" not in page.content()
    unharmed(page)
