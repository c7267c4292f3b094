"""The page of a webhook: how it fares, and everything that can be done there."""

import re

from browser.webhooks import ONCE, opened, patched, stored
from harness.receiver import Reply
from harness.waiting import eventually
from playwright.sync_api import expect


# ---- its page


def test_one_without_deliveries_says_what_to_do(page, api, receiver, accessible):
    opened(page, api.add_webhook(receiver.url()), "?tab=deliveries")
    expect(page.get_by_text("No deliveries yet")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_rate_limit_that_is_used_up_is_told(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), rate_limit={"count": 1, "per_secs": 3600})
    for _ in range(2):
        api.publish()
    eventually(lambda: stored(api, webhook)["rate_limited_until"])
    opened(page, webhook)
    expect(page.locator(".page-head")).to_contain_text("rate limited")
    expect(page.locator(".note")).to_contain_text("Its rate limit is used up")


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
    expect(page.get_by_text("It was paused")).to_be_visible()
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
    shown = page.get_by_role("dialog", name="The secret of")
    expect(shown.get_by_label("Secret", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_text("The former secret signs too, and stops").first).to_be_visible()
    api.publish()
    (request,) = receiver.wait_for(1)
    assert request.header("X-REM-Signature-Previous")
    page.get_by_role("alertdialog", name="Have you kept it?").get_by_role("button", name="I have kept it").click()
    expect(shown).to_be_hidden()


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


def test_comments_in_a_script_are_lines_of_a_difference_like_others(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), script="-- one\nfunction filter(event)\n  return true\nend")
    patched(api, webhook, script="-- two\nfunction filter(event)\n  return true\nend")
    opened(page, webhook, "?revision=2")
    expect(page.locator(".line.removed")).to_have_text(["- -- one"])
    expect(page.locator(".line.added")).to_have_text(["+ -- two"])


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


def test_a_revision_is_named_first_on_a_narrow_screen(make_page, gateway, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), name="narrow")
    page = make_page(gateway, width=360, height=740)
    page.visit(f"/webhooks/{webhook['id']}?tab=revisions")
    row = page.get_by_role("table", name="Revisions").locator("tbody tr")
    name, when = row.get_by_role("button", name="Revision 1").bounding_box(), row.locator("time").bounding_box()
    assert name["x"] < when["x"] and abs(name["y"] - when["y"]) < 8


def test_the_last_of_many_retries_has_its_time(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), retry={"max_retries": 20, "initial_delay_secs": 600, "max_delay_secs": 3600})
    page.visit(f"/webhooks/{webhook['id']}?tab=settings")
    expect(page.get_by_text("20 retries over 19 h 10 min")).to_be_visible()
    labels = page.locator(".schedule text.axis")
    expect(labels.last).to_have_text("19 h 10 min")
    boxes = [label.bounding_box() for label in labels.all()]
    assert all(one["x"] + one["width"] <= other["x"] for one, other in zip(boxes, boxes[1:]))
