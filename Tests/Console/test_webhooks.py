"""Webhooks in the console: the list, making and changing one, and everything that its page can do."""

import json
import re

import pytest
from browser.markup import SHAPES, unharmed
from harness.receiver import Reply
from playwright.sync_api import expect

ONCE = {"max_retries": 0}


def patched(api, webhook, **fields):
    answer = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", fields)
    assert answer.status == 200, answer
    return answer.json


def stored(api, webhook):
    return api.call("GET", f"/v1/webhooks/{webhook['id']}").json


def opened(page, webhook, part=""):
    return page.visit(f"/webhooks/{webhook['id']}{part}")


def unfold(page, title):
    """Opens a folded group of the form and returns it."""
    group = page.locator("details.group").filter(has=page.locator("summary", has_text=title))
    group.locator("> summary").click()
    return group


def saved(page):
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Edit", exact=True).first).to_be_visible()


def add_stage(page, name):
    page.get_by_label("Stage to add").select_option(name)
    page.get_by_role("button", name="Add stage").click()
    return page.locator(".stage").last


# ---- the list


def test_no_webhooks_yet_says_what_to_do(page, accessible, portraits):
    page.visit("/webhooks")
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    portraits(page, "webhooks-empty")
    accessible(page)
    page.get_by_role("link", name="Make a webhook").click()
    expect(page.locator("#main h1")).to_have_text("New webhook")


def test_the_list_shows_how_each_fares(page, api, receiver, accessible, portraits):
    receiver.reply("/bad", Reply(status=500))
    bad = api.add_webhook(receiver.url("/bad"), name="always wrong", retry=ONCE)
    api.add_webhook(receiver.url("/fine"), name="resting", active=False, script="function filter() return true end")
    api.add_webhook(receiver.url("/fine"), ["a.*", "b", "c"], name="well")
    api.settled(bad, api.publish())
    page.visit("/webhooks")
    rows = page.get_by_role("table", name="Webhooks").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("failing")
    expect(rows.nth(1)).to_contain_text("paused")
    expect(rows.nth(1)).to_contain_text("script")
    expect(rows.nth(1).get_by_role("link", name="1", exact=True)).to_have_attribute("href", re.compile("#/deliveries\\?state=held&webhook=wh_"))
    expect(rows.nth(2)).to_contain_text("+1")
    portraits(page, "webhooks")
    for key in ("j", "j"):
        page.keyboard.press(key)
    expect(rows.nth(1).locator(".row-link")).to_be_focused()
    accessible(page)
    rows.nth(1).locator(".row-link").press("Enter")
    expect(page.locator("#main h1")).to_have_text("resting")


def test_a_long_namespace_fits_on_a_narrow_screen(page, api, receiver, portraits):
    webhook = api.add_webhook(receiver.url(), namespace="n" * 256)
    opened(page, webhook)
    portraits(page, "webhook-namespace")
    opened(page, webhook, "/edit")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    portraits(page, "webhook-namespace-edit")


def test_a_stage_that_was_added_is_shown_in_lines(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"script": "function filter() return true end"}])
    patched(api, webhook, pipeline=[{"script": "function filter() return true end"}, {"script": 'function filter()\n  return "a"\nend'}])
    opened(page, webhook, "?tab=revisions")
    change = page.get_by_role("region", name="pipeline")
    expect(change.locator(".line.added").filter(has_text="return")).to_have_text('+   return "a"\n')


def test_what_may_be_secret_of_headers_is_shown_when_asked_for(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), headers={"Authorization": "Bearer of-a-secret", "X-Auth-Hmac-Secret": "of-a-secret", "X-Team": "a"})
    opened(page, webhook, "?tab=settings")
    expect(page.get_by_text("X-Team: a")).to_be_visible()
    assert "of-a-secret" not in page.content()
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Send a test")
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Headers", exact=True).first.click()
    sent = dialog.get_by_role("table", name="Headers of the request")
    expect(sent).to_contain_text("X-Team")
    assert "of-a-secret" not in page.content()
    sent.get_by_role("button", name="Show X-Auth-Hmac-Secret").click()
    expect(sent).to_contain_text("of-a-secret")


# ---- making one


def test_a_webhook_is_made_with_the_keyboard_alone(page, api, receiver):
    page.visit("/webhooks")
    page.keyboard.press("n")
    expect(page.locator("#main h1")).to_have_text("New webhook")
    page.get_by_label("URL", exact=True).focus()
    page.keyboard.type(receiver.url("/new"))
    page.keyboard.press("Tab")
    page.keyboard.type("order.paid,memory.*")
    page.keyboard.press("Enter")
    page.keyboard.type("wrong!")
    page.keyboard.press("Enter")
    expect(page.get_by_text("expected a type like")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Backspace")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("made here")
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("made here")
    secret = page.get_by_role("status").filter(has_text="Keep this secret now")
    expect(secret).to_contain_text("whsec_")
    (webhook,) = api.pages("/v1/webhooks")
    assert (webhook["url"], webhook["events"], webhook["name"]) == (receiver.url("/new"), ["order.paid", "memory.*"], "made here")
    shown = secret.locator("code").first.inner_text()
    api.publish("order.paid")
    request = receiver.wait_for(1)[0]
    from standardwebhooks import Webhook

    Webhook(shown).verify(request.body, {name: value for name, value in request.headers})
    page.reload()
    expect(page.locator("#main h1")).to_have_text("made here")
    expect(page.get_by_text("Keep this secret now")).to_have_count(0)
    assert shown not in page.content()


def test_what_is_missing_or_wrong_stands_at_its_field(page, accessible):
    page.guard.allow("status of 400")
    page.visit("/webhooks/new")
    page.get_by_role("button", name="Create webhook").click()
    expect(page.locator(".field", has=page.get_by_label("URL", exact=True)).locator(".error")).to_have_text("This is required.")
    expect(page.get_by_label("URL", exact=True)).to_be_focused()
    page.get_by_label("URL", exact=True).fill("ftp://x.example/")
    expect(page.get_by_text("Expected an http or https URL")).to_be_visible()
    page.get_by_label("URL", exact=True).fill("http://10.1.2.3/hook")
    expect(page.get_by_text("deliveries to private address 10.1.2.3 are refused")).to_be_visible()
    expect(page.get_by_label("URL", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("URL", exact=True).fill("http://127.0.0.1:9/hook")
    expect(page.get_by_text("are refused")).to_have_count(0)
    page.get_by_label("Name", exact=True).fill("a\u202eb")
    expect(page.get_by_text("without control characters")).to_be_visible()
    accessible(page)


def tried(page):
    """A trial of what was typed that is answered while the block runs."""
    return page.expect_response(lambda answer: answer.url.endswith("/v1/dry-runs"))


def test_a_type_that_is_half_typed_stays_so(page, api, receiver):
    page.visit("/webhooks/new")
    expect(page.get_by_text("No stored event is one that it wants")).to_be_visible()
    page.get_by_label("Events", exact=True).focus()
    with tried(page):
        page.keyboard.type("memory.c")
    expect(page.get_by_label("Events", exact=True)).to_have_value("memory.c")
    page.keyboard.type("reated")
    page.get_by_label("URL", exact=True).fill(receiver.url())
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_role("link", name="Edit", exact=True).first).to_be_visible()
    assert [webhook["events"] for webhook in api.pages("/v1/webhooks")] == [["memory.created"]]


def test_that_no_type_is_wanted_is_said_until_one_is(page, receiver):
    page.visit("/webhooks/new")
    expect(page.get_by_text("No stored event is one that it wants")).to_be_visible()
    events = page.get_by_label("Events", exact=True)
    error = page.locator(".field", has=events).locator(".error")
    with tried(page):
        page.get_by_label("URL", exact=True).fill(receiver.url())
    with tried(page):
        page.get_by_role("button", name="Create webhook").click()
    expect(error).to_have_text("At least one type is required; * is every type.")
    with tried(page):
        page.get_by_label("Name", exact=True).fill("named")
    expect(error).to_be_visible()
    events.fill("wrong!")
    events.press("Enter")
    expect(error).to_contain_text("wrong!: expected a type like")
    events.fill("a.b")
    expect(error).to_be_hidden()
    events.press("Enter")
    expect(page.get_by_role("button", name="Remove a.b")).to_be_visible()
    expect(error).to_be_hidden()


def test_what_the_form_says_of_itself_outlives_the_gateways_answer(page):
    page.guard.allow("status of 400")
    page.visit("/webhooks/new")
    expect(page.get_by_text("No stored event is one that it wants")).to_be_visible()
    page.get_by_label("URL", exact=True).fill("http://10.1.2.3/hook")
    expect(page.get_by_text("deliveries to private address 10.1.2.3 are refused")).to_be_visible()
    with tried(page):
        page.get_by_label("URL", exact=True).fill("http://u:p@127.0.0.1/")
    expect(page.get_by_text("No stored event is one that it wants")).to_be_visible()
    expect(page.get_by_text("A URL has no user name or password")).to_be_visible()


def test_a_refusal_of_what_is_folded_opens_it(page, receiver):
    page.guard.allow("status of 400")
    page.visit("/webhooks/new")
    page.get_by_label("URL", exact=True).fill(receiver.url())
    page.get_by_label("Events", exact=True).fill("a.b")
    group = unfold(page, "Flow")
    group.get_by_label("Order", exact=True).select_option("fifo")
    group.get_by_label("Send events in batches").check()
    group.locator("> summary").click()
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_text(re.compile("batch|ordering", re.I)).first).to_be_visible()
    expect(page.locator(".error:visible, [role=alert]:visible").first).to_contain_text(re.compile("order", re.I))


def test_what_would_be_sent_is_shown_while_typing(page, api, receiver):
    api.publish("memory.created", {"content": "hello", "n": 9007199254740993})
    page.visit("/webhooks/new")
    aside = page.get_by_role("complementary", name="What would be sent")
    expect(aside).to_contain_text("9007199254740993")
    add_stage(page, " script").get_by_label("Lua script").fill("function filter(event)\n  return false, 'not today'\nend")
    expect(aside).to_contain_text("not today")
    page.guard.allow("status of 400")
    page.get_by_label("Lua script").fill("function filter(")
    expect(page.locator(".stage .error:visible")).to_contain_text("script")
    page.get_by_label("Lua script").fill("function transform(event) return { said = event.data.content } end")
    expect(aside).to_contain_text('"said": "hello"')
    expect(page.locator(".stage .error:visible")).to_have_count(0)
    assert not receiver.requests()


def test_everything_that_a_webhook_can_be_is_set_in_the_form(page, api, receiver, portraits, accessible):
    page.visit("/webhooks/new")
    page.get_by_label("URL", exact=True).fill(receiver.url("/all"))
    page.get_by_label("Events", exact=True).fill("memory.*")
    page.get_by_label("Namespace", exact=True).fill("team-a")
    page.get_by_label("Begin paused").check()
    group = unfold(page, "Retries")
    group.get_by_label("Policy").select_option("schedule")
    group.get_by_label("Waits").fill("1s, 2m, 3h")
    group.get_by_label("Jitter").fill("0.5")
    group.get_by_label("Retry on").fill("5xx, !501")
    group.get_by_label("Give up after, seconds").fill("7200")
    expect(group.get_by_role("img", name="Retry schedule: 1 s, 2 min 1 s, 3 h 2 min")).to_be_visible()
    assert group.locator(".schedule rect.band").count() == 3 and group.locator(".schedule circle.late").count() == 1
    group = unfold(page, "Signatures")
    group.get_by_label("github", exact=True).check()
    group.get_by_label("standard", exact=True).uncheck()
    group.get_by_role("button", name="Add a scheme of your own").click()
    group.get_by_label("Header", exact=True).fill("X-Acme")
    group.get_by_label("Secret", exact=True).fill("my-own-secret")
    group = unfold(page, "Access")
    for name, value, secret in (("X-Team", "a", False), ("X-Door", "sesame", True)):
        group.get_by_role("button", name="Add a header").click()
        row = group.locator(".header-row").last
        row.get_by_label("Header name").fill(name)
        row.get_by_label("Value").fill(value)
        row.get_by_label("Secret").set_checked(secret)
    group.get_by_label("Authorization").select_option("basic")
    group.get_by_label("User name").fill("me")
    group.get_by_label("Password").fill("hidden-password")
    group = unfold(page, "Flow")
    group.get_by_label("Timeout, seconds").fill("2.5")
    group.get_by_label("Limit the rate").check()
    group.get_by_label("Attempts", exact=True).fill("7")
    group.get_by_label("in each").select_option("second")
    group.get_by_label("Send events in batches").check()
    group.get_by_label("Apart for each value of").fill("data.user_id")
    group.get_by_label("Send only a sample").check()
    group = unfold(page, "When the receiver fails")
    group.get_by_label("Stop while the receiver fails").check()
    group.get_by_label("Becomes inactive by itself").select_option("own")
    group.get_by_label("After days of failures").fill("2")
    portraits(page, "webhook-form")
    accessible(page, keyboard=False)
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_text("It is paused")).to_be_visible()
    (webhook,) = api.pages("/v1/webhooks")
    assert webhook["retry"] == {"schedule_secs": [1, 120, 10800], "jitter": 0.5, "retry_on": ["5xx", "!501"], "give_up_after_secs": 7200}
    assert webhook["signing"] == ["rem", "github", webhook["signing"][2]] and webhook["signing"][2]["header"] == "X-Acme"
    assert webhook["headers"] == {"X-Team": "a", "X-Door": "<secret>"} and webhook["auth"] == {"type": "basic", "username": "me", "password": "<secret>"}
    assert (webhook["namespace"], webhook["active"], webhook["timeout_secs"], webhook["sample"]) == ("team-a", False, 2.5, 0.1)
    assert webhook["rate_limit"] == {"count": 7, "per_secs": 1, "burst": 7} and webhook["batch"] == {"max_events": 50, "max_wait_secs": 60, "key": "data.user_id"}
    assert webhook["breaker"]["failure_rate"] == 0.7 and webhook["auto_disable"] == {"after_days": 2, "min_failures": 10}
    assert "my-own-secret" not in page.content() and "hidden-password" not in page.content()


# ---- changing one


def test_only_what_was_changed_is_sent_and_secrets_stay(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), ["a.b"], name="before", headers={"X-Door": {"secret": "sesame"}}, auth={"type": "bearer", "token": "t0ken"},
                              retry={"preset": "svix"}, rate_limit={"count": 600, "per_secs": 90}, ordering={"key": "data.k"}, signing=["standard-ed25519"], tls=None)
    opened(page, webhook, "/edit")
    bodies = []
    page.on("request", lambda request: request.method == "PATCH" and bodies.append(json.loads(request.post_data)))
    page.get_by_label("Name", exact=True).fill("after")
    group = unfold(page, "Access")
    expect(group.get_by_label("Value")).to_have_value("")
    group.get_by_role("button", name="Add a header").click()
    group.locator(".header-row").last.get_by_label("Header name").fill("X-More")
    group.locator(".header-row").last.get_by_label("Value").fill("1")
    saved(page)
    assert bodies == [{"name": "after", "headers": {"X-Door": "<secret>", "X-More": "1"}}]
    api.publish("a.b", {"k": 1})
    (request,) = receiver.wait_for(1)
    assert (request.header("X-Door"), request.header("X-More"), request.header("Authorization")) == ("sesame", "1", "Bearer t0ken")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(page, api, receiver, markup, accessible, portraits):
    webhook = api.add_webhook(receiver.url(), name="shared")
    name = markup("key")[:190].replace("\u202e", "").replace("\u2028", "").strip()
    other = api.call("POST", "/v1/keys", {"name": name}).json["key"]

    def meanwhile(**fields):
        assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", fields, key=other).status == 200

    def mine(text):
        page.get_by_label("Name", exact=True).fill(text)
        page.get_by_role("button", name="Save", exact=True).click()

    opened(page, webhook, "/edit")
    meanwhile(events=["theirs.*"])
    mine("mine")
    dialog = page.get_by_role("dialog", name="Somebody else changed it meanwhile")
    expect(dialog).to_contain_text("It is at revision 2")
    expect(dialog).to_contain_text("events")
    expect(dialog).to_contain_text("saving yours keeps both")
    unharmed(page)
    portraits(page, "webhook-lost-edit")
    accessible(page, keyboard=False)
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("mine")
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 2
    page.get_by_role("button", name="Save", exact=True).click()
    dialog.get_by_role("button", name="Save mine").click()
    expect(page.locator("#main h1")).to_have_text("mine")
    now = api.call("GET", f"/v1/webhooks/{webhook['id']}").json
    assert (now["name"], now["events"], now["revision"]) == ("mine", ["theirs.*"], 3)
    opened(page, webhook, "/edit")
    meanwhile(name="theirs")
    mine("mine again")
    expect(dialog).to_contain_text("yours takes the place of theirs")
    dialog.get_by_role("button", name="Load theirs").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("theirs")
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 4


def test_nothing_changed_is_no_revision(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), script="function filter(event)\n  return true\nend\n", batch={"max_events": 2, "max_wait_secs": 1}, breaker={}, auto_disable=False, sample=0.07)
    opened(page, webhook, "/edit")
    saved(page)
    assert stored(api, webhook)["revision"] == 1


def test_the_way_of_retrying_is_changed_and_reset(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), retry={"schedule_secs": [1, 2], "retry_on": ["5xx"], "give_up_after_secs": 60})
    opened(page, webhook, "/edit")
    group = unfold(page, "Retries")
    group.get_by_label("Policy").select_option("standard-webhooks")
    group.get_by_label("Retry on").fill("")
    group.get_by_label("Give up after, seconds").fill("")
    saved(page)
    assert stored(api, webhook)["retry"] == {"preset": "standard-webhooks"}
    opened(page, webhook, "/edit")
    group = unfold(page, "Retries")
    group.get_by_label("Policy").select_option("backoff")
    group.get_by_label("Retries", exact=True).fill("101")
    expect(group.get_by_text("Expected a whole number of 0 to 100.")).to_be_visible()
    group.get_by_label("Retries", exact=True).fill("2")
    saved(page)
    assert stored(api, webhook)["retry_schedule_secs"] == [5, 30]


@pytest.mark.parametrize(("retry", "waits"), [({"preset": "rem"}, None), ({"preset": "standard-webhooks"}, None), ({"preset": "svix"}, None), ({"preset": "none"}, None), ({"max_retries": 7, "initial_delay_secs": 0.5, "multiplier": 3, "max_delay_secs": 60}, None), ({"schedule_secs": [9, 1, 7]}, None)])
def test_the_schedule_is_the_one_of_the_gateway(page, api, receiver, retry, waits):
    webhook = api.add_webhook(receiver.url(), retry=retry)
    page.visit("/nowhere")
    drawn = page.evaluate("(retry) => import(new URL('webhooks/retry.js', document.baseURI).href).then((m) => m.waits(retry))", webhook["retry"])
    assert drawn == webhook["retry_schedule_secs"]


def test_a_new_webhook_begins_with_what_its_address_says(page):
    page.guard.allow("status of 400")
    page.visit("/webhooks/new?plugin=telegram&event=a.b,c.*")
    assert pipeline_names(page) == ["telegram"]
    expect(page.locator(".token")).to_have_text(["a.b", "c.*"])


def test_a_form_that_was_left_is_there_again(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), name="kept")
    opened(page, webhook, "/edit")
    page.get_by_label("Name", exact=True).fill("half done")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Events", exact=True).click()
    expect(page.get_by_text("What you changed is kept")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Name", exact=True)).to_have_value("half done")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("kept")
    page.get_by_label("Name", exact=True).fill("half done")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#main h1")).to_have_text("kept")
    opened(page, webhook, "/edit")
    expect(page.get_by_label("Name", exact=True)).to_have_value("kept")


# ---- the pipeline


def pipeline_names(page):
    return page.locator(".stages > .stage .stage-head strong").all_inner_texts()


def test_stages_are_added_moved_and_removed_with_the_keyboard(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "tags", "options": {"any": ["x"]}}, {"script": "function transform(event) return { a = 1 } end"}])
    opened(page, webhook, "/edit")
    page.get_by_label("Stage to add").focus()
    page.get_by_label("Stage to add").select_option("redact")
    page.get_by_role("button", name="Add stage").press("Enter")
    assert pipeline_names(page) == ["tags", "Script", "redact"]
    up = page.get_by_role("button", name="Move up redact")
    up.press("Enter")
    expect(up).to_be_focused()
    up.press("Alt+ArrowUp")
    assert pipeline_names(page) == ["redact", "tags", "Script"]
    page.get_by_role("button", name="Move down redact").press("Enter")
    page.get_by_role("button", name="Remove tags").press("Enter")
    page.get_by_label("names", exact=True).fill("email\ncard, old")
    saved(page)
    assert stored(api, webhook)["pipeline"] == [{"plugin": "redact", "options": {"names": ["email", "card, old"]}}, {"script": "function transform(event) return { a = 1 } end"}]


def test_stages_are_moved_with_the_pointer(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "rem"}, {"plugin": "standard"}, {"plugin": "mem0"}])
    opened(page, webhook, "/edit")
    page.locator(".stage").nth(2).locator(".grip").drag_to(page.locator(".stage").nth(0).locator(".stage-head"))
    assert pipeline_names(page) == ["mem0", "rem", "standard"]
    saved(page)
    assert [stage["plugin"] for stage in stored(api, webhook)["pipeline"]] == ["mem0", "rem", "standard"]


def test_options_are_what_the_plugin_declares(page, api, receiver, accessible, portraits):
    page.guard.allow("status of 400")
    webhook = api.add_webhook(receiver.url())
    opened(page, webhook, "/edit")
    stage = add_stage(page, "telegram")
    expect(stage.get_by_text("The bot's token from @BotFather.")).to_be_visible()
    expect(stage.get_by_label("token", exact=True)).to_have_attribute("type", "password")
    stage.get_by_label("chat_id", exact=True).fill("@here")
    stage.get_by_label("token", exact=True).fill("no token")
    expect(stage.locator(".error:visible")).to_contain_text("pattern")
    stage.get_by_label("token", exact=True).fill("123:abc")
    stage.get_by_text("more options").click()
    stage.get_by_label("silent", exact=True).select_option("yes")
    stage.get_by_label("format", exact=True).select_option("plain")
    portraits(page, "webhook-pipeline")
    accessible(page)
    stage.get_by_role("button", name="Limit the rate so").click()
    saved(page)
    found = stored(api, webhook)
    assert found["pipeline"] == [{"plugin": "telegram", "options": {"chat_id": "@here", "token": "<secret>", "silent": True, "format": "plain"}}]
    assert found["rate_limit"] == {"count": 1, "per_secs": 1, "burst": 1}
    opened(page, webhook, "/edit")
    page.get_by_label("chat_id", exact=True).fill("@there")
    expect(page.get_by_label("token", exact=True)).to_have_value("")
    saved(page)
    assert stored(api, webhook)["pipeline"][0]["options"]["chat_id"] == "@there"


def test_a_script_of_the_pipeline_leads_into_the_studio(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "rem"}, {"script": "function filter() return true end"}])
    opened(page, webhook, "?tab=settings")
    expect(page.get_by_role("link", name="Open in the studio")).to_have_attribute("href", f"#/studio?webhook={webhook['id']}&stage=1")
    opened(page, webhook, "/edit")
    expect(page.get_by_role("link", name="Open the stored script in the studio")).to_have_attribute("href", f"#/studio?webhook={webhook['id']}&stage=1")


# ---- its page


def test_its_page_shows_how_it_fares(page, api, receiver, accessible, portraits):
    receiver.reply("/half", Reply(status=500), Reply(), Reply(status=500))
    webhook = api.add_webhook(receiver.url("/half"), name="half of it", retry=ONCE)
    for _ in range(3):
        api.settled(webhook, api.publish())
    opened(page, webhook)
    figures = page.locator(".figures").first
    expect(figures).to_contain_text("Delivered1")
    expect(figures).to_contain_text("Dead2")
    expect(page.get_by_role("img", name="Deliveries and failed attempts over time")).to_be_visible()
    expect(page.get_by_role("meter", name="status: 2 failed attempts")).to_be_visible()
    expect(page.locator(".note")).to_contain_text("1 failure in a row")
    portraits(page, "webhook")
    accessible(page)
    page.get_by_role("button", name="Hour", exact=True).click()
    expect(page.get_by_role("button", name="Hour", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("tab", name="Deliveries").click()
    expect(page.get_by_role("table", name="Deliveries").locator("tbody tr")).to_have_count(3)
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_text("No retry: one attempt")).to_be_visible()
    expect(page).to_have_url(re.compile("tab=settings"))
    portraits(page, "webhook-settings")
    accessible(page)


def test_a_test_send_shows_what_came_of_it(page, api, receiver, accessible):
    receiver.reply("/t", Reply(status=418, body=b"no coffee"))
    webhook = api.add_webhook(receiver.url("/t"), ["order.paid"], active=False)
    opened(page, webhook)
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Send a test")
    expect(dialog.get_by_label("Event type")).to_have_value("order.paid")
    dialog.get_by_label("Data").fill("{nothing")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_text("This is no JSON")).to_be_visible()
    dialog.get_by_label("Data").fill('{"amount": 9007199254740993}')
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_text("the receiver answered 418")).to_be_visible()
    expect(dialog.get_by_role("group", name="Request body")).to_contain_text("9007199254740993")
    expect(dialog.get_by_role("group", name="Response body")).to_contain_text("no coffee")
    accessible(page, keyboard=False)
    assert receiver.requests("/t")[0].header("X-Tidehook-Test") == "true"


def test_pause_holds_and_resume_delivers_or_skips(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/p"), name="tap")
    opened(page, webhook)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("It is paused")).to_be_visible()
    first = api.publish("a.b")
    page.reload()
    expect(page.locator(".note")).to_contain_text("1 of its events is held")
    page.get_by_role("button", name="Resume…").first.click()
    page.get_by_label("Skip them").check()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.locator(".page-head")).to_contain_text("active")
    api.settled(webhook, first, states=("cancelled",))
    patched(api, webhook, active=False)
    api.publish("a.b")
    page.reload()
    page.get_by_role("button", name="Resume…").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    receiver.wait_for(1)
    assert len(receiver.requests("/p")) == 1


def test_a_pause_is_undone(page, api, receiver):
    webhook = api.add_webhook(receiver.url())
    opened(page, webhook)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert stored(api, webhook)["active"] is True


def test_a_secret_is_replaced_while_both_sign(page, api, receiver, accessible):
    webhook = api.add_webhook(receiver.url("/s"), secret="the-former-secret")
    opened(page, webhook, "?tab=settings")
    page.get_by_role("button", name="Replace the secret…").click()
    dialog = page.get_by_role("dialog", name="Replace the secret")
    dialog.get_by_label("Both sign for").select_option("1 hour")
    accessible(page, keyboard=False)
    dialog.get_by_role("button", name="Replace the secret").click()
    shown = page.get_by_role("status").filter(has_text="Keep this secret now")
    expect(shown.locator("code").first).to_be_visible()
    expect(page.get_by_text("The former secret signs too, and stops").first).to_be_visible()
    api.publish()
    (request,) = receiver.wait_for(1)
    assert request.header("X-REM-Signature-Previous")
    shown.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text("Keep this secret now")).to_have_count(0)


def test_revisions_are_compared_and_rolled_back(page, api, receiver, accessible, portraits):
    webhook = api.add_webhook(receiver.url(), name="one", script="function filter(event)\n  return true\nend")
    patched(api, webhook, script="function filter(event)\n  return false\nend")
    patched(api, webhook, name="three")
    opened(page, webhook, "?revision=2")
    expect(page.get_by_role("tab", name="Revisions")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".line.removed")).to_contain_text("return true")
    expect(page.locator(".line.added")).to_contain_text("return false")
    portraits(page, "webhook-revisions")
    accessible(page)
    page.get_by_label("From", exact=True).select_option("Revision 1")
    page.get_by_label("To", exact=True).select_option("Revision 3, in use")
    expect(page.get_by_role("region", name="name")).to_contain_text("three")
    page.get_by_role("table", name="Revisions").get_by_role("button", name="Roll back to revision 1").click()
    dialog = page.get_by_role("alertdialog", name="Roll back to revision 1?")
    expect(dialog).to_contain_text("one")
    dialog.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.locator("#main h1")).to_have_text("one")
    found = stored(api, webhook)
    assert (found["revision"], found["name"]) == (4, "one") and "return true" in found["script"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#main h1")).to_have_text("three")


def test_a_deletion_asks_and_says_what_it_does(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), name="to go", active=False)
    api.publish()
    opened(page, webhook, "?tab=settings")
    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("alertdialog", name="Delete to go?")
    expect(dialog).to_contain_text("1 delivery that waits, retries or is held is cancelled.")
    page.keyboard.press("Escape")
    assert stored(api, webhook)["name"] == "to go"
    page.get_by_role("button", name="Delete…").click()
    dialog.get_by_role("button", name="Delete the webhook").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").status == 404


def test_recovery_sends_what_it_did_not_get(page, api, receiver):
    api.publish("a.b")
    webhook = api.add_webhook(receiver.url("/late"), ["a.b"], name="late")
    opened(page, webhook)
    page.get_by_role("button", name="Recover…").click()
    dialog = page.get_by_role("dialog", name="Recover late")
    expect(dialog.locator(".count-line")).to_contain_text("1 delivery is made due again. Never made so far, and made now: 1.")
    dialog.get_by_role("button", name="Replay 1").click()
    receiver.wait_for(1, path="/late")
    expect(page).to_have_url(re.compile("#/replays/"))


# ---- others' text, limited keys


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_names_addresses_and_errors_full_of_markup_stay_text(page, api, receiver, markup, shape):
    text = markup("name", shape).replace("\u202e", "").replace("\u2028", "")[:200]
    receiver.reply("/x", Reply(status=500, body=markup("answer", shape).encode()))
    script = f"-- {text}\nfunction filter(event)\n  return true\nend"
    webhook = api.add_webhook(f"{receiver.url('/x')}?q=%3Cscript%3E", name=text, retry=ONCE, headers={"X-M": "<img src=x onerror=alert(1)>"}, pipeline=[{"script": script}, {"plugin": "template", "options": {"template": text}}])
    api.settled(webhook, api.publish())
    patched(api, webhook, script=f"function filter() error([==[{text}]==]) end")
    for path in ("/webhooks", f"/webhooks/{webhook['id']}", f"/webhooks/{webhook['id']}?tab=settings", f"/webhooks/{webhook['id']}?tab=revisions", f"/webhooks/{webhook['id']}/edit"):
        page.visit(path)
        unharmed(page)
    opened(page, webhook)
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("dialog").locator(".badge").first).to_be_visible()
    unharmed(page)


def test_a_limited_key_makes_a_webhook_in_its_namespace(make_page, gateway, api, receiver):
    answer = api.call("POST", "/v1/keys", {"name": "team", "namespaces": ["team-a"]})
    page = make_page(gateway, key=answer.json["key"])
    page.guard.allow("status of 403")
    page.visit("/webhooks/new")
    page.get_by_label("URL", exact=True).fill(receiver.url("/n"))
    page.get_by_label("Events", exact=True).fill("a.b")
    expect(page.get_by_label("Namespace", exact=True)).to_have_value("team-a")
    page.get_by_label("Stage to add").select_option("Plugin by its name")
    page.get_by_label("Name of the plugin").fill("tags")
    page.get_by_role("button", name="Add stage").click()
    page.get_by_label("Options", exact=True).fill('{"any": ["x"]}')
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_text("Keep this secret now")).to_be_visible()
    (webhook,) = api.pages("/v1/webhooks")
    assert (webhook["namespace"], webhook["pipeline"]) == ("team-a", [{"plugin": "tags", "options": {"any": ["x"]}}])
