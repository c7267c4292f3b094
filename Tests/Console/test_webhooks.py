"""Webhooks in the console: the list, making one, and what others write."""

import re

import pytest
from browser.markup import SHAPES, unharmed
from browser.webhooks import ONCE, add_stage, opened, patched, stored, unfold
from harness.receiver import Reply
from playwright.sync_api import expect


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
    expect(rows.nth(0)).to_contain_text("1 failure")
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


# The words of all names in a list that stand on more than one line; a word ends at a space or behind what parts a name.
BROKEN = """(cells) => { const broken = []; for (const cell of document.querySelectorAll(cells)) { const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) for (const word of node.data.matchAll(/[^\\s._\\/@:-]+/g)) { const range = document.createRange(); range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word[0]); } } return broken; }"""


@pytest.mark.parametrize("width", [1280, 360])
def test_names_and_types_are_broken_between_words(make_page, gateway, api, receiver, width):
    receiver.reply("/bad", Reply(status=503))
    names = ["Production customer-notifications pipeline for the European data centre", "unbreakable_name_of_a_webhook_without_any_spaces", "Slack #architecture"]
    for name in names:
        webhook = api.add_webhook(receiver.url("/bad"), ["customer.*"], name=name, retry=ONCE, pipeline=[{"plugin": "rename", "options": {"fields": {"data.a": "data.b"}}}, {"script": "function filter() return true end"}])
    api.settled(webhook, api.publish("customer.subscription.trial_will_end"))
    page = make_page(gateway, width=width)
    for path, table, cells in (("/webhooks", "Webhooks", "[data-label=Name] a"), ("/deliveries", "Deliveries", "[data-label=Event], [data-label=Webhook]"), ("/dead", "Dead letters", "[data-label=Webhook]")):
        page.visit(path)
        expect(page.get_by_role("table", name=table).locator("tbody tr")).to_have_count(3)
        assert page.evaluate(BROKEN, cells) == [], path
        assert page.evaluate("[...document.querySelectorAll('.list .scroll')].map((one) => one.scrollWidth - one.clientWidth)") == [0] * page.locator(".list .scroll").count(), path


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
    secret = page.get_by_role("dialog", name="The secret of made here")
    expect(secret.get_by_label("Secret", exact=True)).to_have_value(re.compile("^whsec_"))
    (webhook,) = api.pages("/v1/webhooks")
    assert (webhook["url"], webhook["events"], webhook["name"]) == (receiver.url("/new"), ["order.paid", "memory.*"], "made here")
    shown = secret.get_by_label("Secret", exact=True).input_value()
    # It does not go unasked, whoever leaves the page.
    ask = page.get_by_role("alertdialog", name="Have you kept it?")
    page.keyboard.press("Escape")
    ask.get_by_role("button", name="Cancel").click()
    page.go_back()
    expect(page.locator("#main h1")).to_have_text("New webhook")
    expect(secret).to_be_visible()
    page.go_forward()
    secret.get_by_role("button", name="Done").click()
    api.publish("order.paid")
    request = receiver.wait_for(1)[0]
    from standardwebhooks import Webhook

    Webhook(shown).verify(request.body, {name: value for name, value in request.headers})
    page.reload()
    expect(page.locator("#main h1")).to_have_text("made here")
    expect(secret).to_have_count(0)
    assert shown not in page.content()


def test_what_is_missing_or_wrong_stands_at_its_field(page, api, accessible):
    api.publish()
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
    page.get_by_label("Name", exact=True).fill("ab")
    expect(page.get_by_role("complementary", name="What would be sent")).to_contain_text("the newest memory.created")
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
    expect(page.get_by_text("It was paused")).to_be_visible()
    (webhook,) = api.pages("/v1/webhooks")
    assert webhook["retry"] == {"schedule_secs": [1, 120, 10800], "jitter": 0.5, "retry_on": ["5xx", "!501"], "give_up_after_secs": 7200}
    assert webhook["signing"] == ["rem", "github", webhook["signing"][2]] and webhook["signing"][2]["header"] == "X-Acme"
    assert webhook["headers"] == {"X-Team": "a", "X-Door": "<secret>"} and webhook["auth"] == {"type": "basic", "username": "me", "password": "<secret>"}
    assert (webhook["namespace"], webhook["active"], webhook["timeout_secs"], webhook["sample"]) == ("team-a", False, 2.5, 0.1)
    assert webhook["rate_limit"] == {"count": 7, "per_secs": 1, "burst": 7} and webhook["batch"] == {"max_events": 50, "max_wait_secs": 60, "key": "data.user_id"}
    assert webhook["breaker"]["failure_rate"] == 0.7 and webhook["auto_disable"] == {"after_days": 2, "min_failures": 10}
    assert "my-own-secret" not in page.content() and "hidden-password" not in page.content()


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
    page.guard.allow("status of 400")
    page.visit("/webhooks/new")
    page.get_by_label("URL", exact=True).fill(receiver.url("/n"))
    page.get_by_label("Events", exact=True).fill("a.b")
    expect(page.get_by_label("Namespace", exact=True)).to_have_value("team-a")
    stage = add_stage(page, "tags")
    expect(stage.get_by_text("At least one of these tags is there.")).to_be_visible()
    stage.get_by_label("any", exact=True).fill("x")
    page.get_by_role("button", name="Create webhook").click()
    page.get_by_role("dialog", name="The secret of").get_by_role("button", name="Done").click()
    (webhook,) = api.pages("/v1/webhooks")
    assert (webhook["namespace"], webhook["pipeline"]) == ("team-a", [{"plugin": "tags", "options": {"any": ["x"]}}])


def test_options_that_are_json_show_what_they_may_be_and_the_preview_what_is_wrong(page, api, receiver, accessible):
    api.publish("memory.created", {"severity": 4})
    page.visit("/webhooks/new")
    stage = add_stage(page, "where")
    for name, text in (("all", '[{ "path": "event", "starts_with": "memory." },\n{ "path": "data.severity", "gte": 3 }]'), ("not", '{ "path": "data.tags", "contains": "draft" }')):
        expect(stage.get_by_role("textbox", name=name, exact=True)).to_have_attribute("placeholder", text)
    expect(stage.get_by_role("textbox", name="any", exact=True)).to_have_attribute("placeholder", re.compile("^.{ .path"))
    expect(stage.get_by_role("link", name="README of where")).to_have_attribute("href", "#/plugins/where")
    preview = page.get_by_role("complementary", name="What would be sent")
    expect(preview.locator(".note.bad p")).to_have_text("give at least one of the options all, any, not")
    expect(preview.locator(".note.bad pre")).to_be_hidden()
    expect(preview.locator(".note.filter")).to_have_count(0)
    accessible(page, keyboard=False)
    stage.get_by_role("textbox", name="all", exact=True).fill('[{"path": "data.severity", "gte": 5}]')
    expect(preview.locator(".note.filter")).to_contain_text("all[1] does not hold")
