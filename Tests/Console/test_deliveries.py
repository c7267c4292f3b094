"""Deliveries in the console: the list, and one delivery with what was sent, what came back, and why."""

import json
import re
from urllib.parse import urlsplit

import pytest
from browser.markup import SHAPES, unharmed
from harness.receiver import Reply
from playwright.sync_api import expect

ONCE = {"max_retries": 0}
SCRIPT = "function transform(event)\n  print('looking')\n  local x = event.data.missing.field\n  return { text = x }\nend"


def one(api, url, **fields):
    """A webhook, an event for it, and its settled delivery."""
    webhook = api.add_webhook(url, **fields)
    return api.settled(webhook, api.publish("memory.created", {"content": "hello", "n": 9007199254740993}))


def visit(page, delivery):
    return page.visit(f"/deliveries/{delivery['id']}")


def test_names_of_webhooks_are_those_of_now_when_the_list_is_refreshed(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="before")
    api.settled(webhook, api.publish())
    page.visit("/deliveries")
    rows = page.get_by_role("table", name="Deliveries").locator("tbody tr")
    expect(rows).to_contain_text("before")
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"name": "after"}).status == 200
    page.keyboard.press("r")
    expect(rows).to_contain_text("after")


def test_deliveries_are_listed_without_the_names_of_their_webhooks(page, api, receiver):
    page.guard.allow("status of 503")
    page.visit("/deliveries")
    expect(page.get_by_text("No deliveries yet")).to_be_visible()
    page.route("**/v1/webhooks?*", lambda route: route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "not now"}}))
    webhook = api.add_webhook(receiver.url("/"), name="made since")
    api.settled(webhook, api.publish())
    page.keyboard.press("r")
    expect(page.get_by_role("table", name="Deliveries").locator("tbody tr")).to_contain_text(webhook["id"])


def test_names_beyond_the_first_of_many_webhooks_are_not_asked_for_again(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="one of many")
    delivery = api.settled(webhook, api.publish())
    page.route("**/v1/webhooks?*", lambda route: route.fulfill(json={"data": [], "next_cursor": "more"}))
    visit(page, delivery)
    expect(page.locator(".page-head")).to_contain_text(webhook["id"])
    assert len([request for request in page.guard.requests if "/v1/webhooks?" in request.url]) == 1


def test_the_list_narrows_by_state_and_webhook(page, api, receiver):
    receiver.reply("/bad", Reply(status=500))
    one(api, receiver.url("/bad"), name="always wrong", retry=ONCE)
    one(api, receiver.url("/fine"), name="always right", events=["memory.created"])
    page.visit("/deliveries")
    rows = page.get_by_role("table", name="Deliveries").locator("tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_role("group", name="States").get_by_role("button", name="dead").click()
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("the receiver answered 500")
    expect(page).to_have_url(re.compile(r"state=dead"))
    page.get_by_label("Webhook", exact=True).select_option("always right")
    expect(page.get_by_text("No delivery is like that")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No delivery is like that")).to_be_visible()


def test_a_webhook_that_was_just_made_has_its_name(page, api, receiver):
    page.visit("/deliveries")
    expect(page.get_by_role("link", name="Make a webhook")).to_be_visible()
    page.evaluate("import('/console/kit.js').then((kit) => kit.api.post('/v1/webhooks', %s))" % json.dumps({"url": receiver.url("/new"), "events": ["*"], "name": "made here"}))
    page.visit("/events")
    page.visit("/deliveries")
    expect(page.get_by_role("link", name="Publish an event")).to_be_visible()
    page.get_by_label("Webhook", exact=True).select_option("made here")


def test_no_deliveries_yet_says_what_to_do(page, accessible, portraits):
    page.visit("/deliveries")
    expect(page.get_by_text("No deliveries yet")).to_be_visible()
    expect(page.get_by_role("link", name="Make a webhook")).to_be_visible()
    portraits(page, "deliveries-empty")
    accessible(page)


def test_the_list_works_with_the_keyboard_alone(page, api, receiver, accessible, portraits):
    for n in range(3):
        one(api, receiver.url(f"/{n}"), name=f"webhook {n}", events=["memory.created"])
    page.visit("/deliveries")
    expect(page.locator(".list tbody tr")).to_have_count(6)
    portraits(page, "deliveries")
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    expect(page.locator(".list tbody tr").nth(1).locator(".row-link")).to_be_focused()
    accessible(page)
    page.locator(".list tbody tr").nth(1).locator(".row-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("memory.created")
    expect(page).to_have_url(re.compile("#/deliveries/dlv_"))


def test_the_list_goes_on_where_a_page_ends(page, api, receiver):
    webhook = api.add_webhook(receiver.url())
    api.publish_batch([{"event": "a.b", "data": {"n": n}} for n in range(120)])
    receiver.wait_for(120)
    page.visit(f"/deliveries?webhook={webhook['id']}")
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(50)
    for more in (100, 120):
        page.get_by_role("button", name="Load more").click()
        expect(rows).to_have_count(more)
    expect(page.get_by_text("120 rows")).to_be_visible()


@pytest.mark.parametrize("opener", [".row-link", "td[data-label=State]"])
def test_who_comes_back_to_a_list_is_where_they_were(page, api, receiver, opener):
    webhook = api.add_webhook(receiver.url())
    api.publish_batch([{"event": "a.b", "data": {"n": n}} for n in range(120)])
    receiver.wait_for(120)
    page.visit(f"/deliveries?webhook={webhook['id']}")
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="Load more").click()
    expect(rows).to_have_count(100)
    opened = rows.nth(79).get_attribute("data-key")
    rows.nth(79).locator(opener).click()
    expect(page).to_have_url(re.compile(opened))
    page.go_back()
    expect(rows).to_have_count(100)
    expect(page.locator(f"tr[data-key={opened}] .row-link")).to_be_focused()
    expect(page.locator(f"tr[data-key={opened}]")).to_be_in_viewport()
    page.keyboard.press("j")
    expect(rows.nth(80).locator(".row-link")).to_be_focused()


def test_what_was_sent_and_what_came_back(page, api, receiver, accessible, portraits):
    receiver.reply("/fine", Reply(headers=(("Content-Type", "application/json"), ("X-Answer", "yes")), body=b'{"received": true}', delay=0.02))
    delivery = one(api, receiver.url("/fine"), name="fine", headers={"Authorization": "Bearer of-a-secret", "X-Team": "a"})
    visit(page, delivery)
    expect(page.locator(".page-head")).to_contain_text("delivered")
    sent = page.get_by_role("table", name="Headers of the request")
    expect(sent).to_contain_text("X-Team")
    expect(sent.get_by_role("row", name="X-REM-Signature")).to_contain_text("signature")
    expect(sent).not_to_contain_text("of-a-secret")
    sent.get_by_role("button", name="Show Authorization").click()
    expect(sent).to_contain_text("Bearer of-a-secret")
    expect(page.get_by_role("group", name="Request body")).to_contain_text("9007199254740993")
    expect(page.get_by_role("table", name="Headers of the response")).to_contain_text("X-Answer")
    expect(page.get_by_role("group", name="Response body")).to_contain_text('"received": true')
    expect(page.locator(".legend")).to_contain_text("first byte")
    portraits(page, "delivery")
    accessible(page)


def test_what_was_sent_is_shown_to_the_letter(page, api, receiver):
    webhook = api.add_webhook(receiver.url())
    assert api.call("POST", "/v1/events", b'{"event":"a.b","data":{"n":1.2345678901234567890123e+22,"f":0.1234567890123456789,"10":1,"2":[2]}}').status == 202
    sent = receiver.wait_for(1)[0].body.decode()
    (delivery,) = api.deliveries(webhook=webhook["id"])
    visit(page, delivery)
    body = page.get_by_role("group", name="Request body", exact=True)
    for text in ('"n": 1.2345678901234567890123e+22,', '"f": 0.1234567890123456789'):
        expect(body).to_contain_text(text)
    assert re.sub(r"\s", "", body.text_content()) == re.sub(r"\s", "", sent)
    toggle = page.get_by_role("button", name="Request body as sent")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert body.text_content() == sent
    page.keyboard.press("Enter")
    expect(body).to_contain_text('"10": 1,')
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy request body").click()
    assert page.evaluate("navigator.clipboard.readText()") == sent


def test_a_request_is_copied_as_curl_without_its_secrets(page, api, receiver):
    delivery = one(api, receiver.url("/fine"), headers={"Authorization": "Bearer of-a-secret", "X-Quote": "it's"})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, delivery)
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith(f"curl --globoff --path-as-is -X 'POST' '{receiver.url('/fine')}'")
    assert '-H "Authorization: $AUTHORIZATION"' in command and "of-a-secret" not in command
    assert "-H 'X-Quote: it'\\''s'" in command
    assert "--data-raw '{\"id\":" in command


def test_each_attempt_is_on_the_timeline(page, api, receiver):
    receiver.reply("/wobbly", Reply(status=503, body=b"first"), Reply(status=500, body=b"second"), Reply(body=b"third"))
    delivery = one(api, receiver.url("/wobbly"), retry={"max_retries": 3, "initial_delay_secs": 0.1, "multiplier": 1})
    visit(page, delivery)
    attempts = page.get_by_role("list", name="Attempts, newest first").get_by_role("button")
    expect(attempts).to_have_count(3)
    expect(attempts.first).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("group", name="Response body")).to_contain_text("third")
    attempts.last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Response body")).to_contain_text("first")
    expect(page.get_by_text("status: the receiver answered 503")).to_be_visible()
    expect(attempts.last).to_be_focused()


def test_a_script_error_shows_its_line(page, api, receiver, accessible, portraits):
    visit(page, one(api, receiver.url(), script=SCRIPT, retry=ONCE))
    expect(page.locator(".line.marked")).to_have_text(re.compile("event.data.missing.field"))
    expect(page.locator(".line.marked")).to_have_attribute("data-n", "3")
    expect(page.get_by_role("group", name="Script log")).to_have_text("looking\n")
    expect(page.get_by_role("link", name="Open in the studio with this event")).to_have_attribute("href", re.compile("#/studio\\?webhook=wh_.*&event=evt_"))
    portraits(page, "delivery-script-error")
    accessible(page)


def test_a_script_error_of_a_later_stage_shows_its_own_script(page, api, receiver):
    pipeline = [{"script": "function filter(event)\n  return true\nend"}, {"script": "\n\nfunction filter(event)\n  error('stage two')\nend"}]
    visit(page, one(api, receiver.url(), pipeline=pipeline, retry=ONCE))
    expect(page.locator(".line.marked")).to_have_text(re.compile("error\\('stage two'\\)"))
    expect(page.locator(".line.marked")).to_have_attribute("data-n", "4")


def test_a_filtered_delivery_says_why(page, api, receiver, accessible):
    visit(page, one(api, receiver.url(), script="function filter(event)\n  return false, 'not about architecture'\nend"))
    expect(page.locator(".page-head")).to_contain_text("filtered")
    expect(page.get_by_text("Stage 1, a script, line 2, did not want this event: not about architecture")).to_be_visible()
    expect(page.locator(".line.marked")).to_have_text(re.compile("return false, 'not about architecture'"))
    accessible(page)


def test_a_filtered_delivery_shows_the_stage_that_dropped_it(page, api, receiver, accessible, portraits):
    pipeline = [{"script": "function filter(event)\n  return true\nend"}, {"plugin": "tags", "options": {"any": ["architecture"]}}]
    visit(page, one(api, receiver.url(), pipeline=pipeline))
    expect(page.get_by_text(re.compile("Stage 2, tags revision [0-9]+, did not want this event"))).to_be_visible()
    expect(page.get_by_role("group", name="Options of stage 2")).to_contain_text("architecture")
    expect(page.get_by_role("group", name="Script of stage 1")).to_be_hidden()
    expect(page.get_by_text("dropped it")).to_be_visible()
    portraits(page, "delivery-filtered")
    accessible(page)


def test_why_an_attempt_was_filtered_outlives_its_replay(page, api, receiver, accessible):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"script": "function filter(event)\n  return false, 'not yet'\nend"}])
    delivery = api.settled(webhook, api.publish())
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"pipeline": []}).status == 200
    visit(page, delivery)
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.locator(".page-head")).to_contain_text("delivered")
    attempts = page.get_by_role("list", name="Attempts, newest first").get_by_role("button")
    expect(attempts).to_have_text([re.compile("^#2200"), re.compile("^#1filtered")])
    expect(page.get_by_text("did not want this event")).to_have_count(0)
    attempts.last.click()
    expect(page.get_by_text("Stage 1, a script, line 2, did not want this event: not yet")).to_be_visible()
    expect(page.get_by_text("The pipeline of revision 1, which ran")).to_be_visible()
    expect(page.locator(".line.marked")).to_have_text(re.compile("return false, 'not yet'"))
    accessible(page)


def test_what_is_held_leads_to_its_webhook(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), active=False)
    visit(page, api.settled(webhook, api.publish(), states=("held",)))
    expect(page.get_by_role("button", name=re.compile("Replay"))).to_have_count(0)
    page.get_by_role("link", name="Open its webhook").click()
    expect(page.get_by_role("button", name="Resume…").first).to_be_visible()


def test_what_webhooks_are_called_is_what_they_are_called_now(page, api, receiver):
    page.visit("/deliveries")
    expect(page.get_by_role("link", name="Make a webhook")).to_be_visible()
    first = one(api, receiver.url("/a"), name="first")
    page.visit("/events")
    page.visit("/deliveries")
    rows = page.get_by_role("table", name="Deliveries").locator("tbody tr")
    expect(rows).to_contain_text(["first"])
    # Names are kept by the page for a moment; those of others are looked for all the same.
    one(api, receiver.url("/b"), name="second")
    page.get_by_role("button", name="Refresh").click()
    expect(rows).to_contain_text(["second", "first", "first"])
    assert api.call("DELETE", f"/v1/webhooks/{first['webhook_id']}").status == 204
    page.reload()
    expect(rows).to_contain_text(["second", "deleted", "deleted"])
    expect(rows.nth(1).get_by_role("link", name=first["webhook_id"])).to_have_count(0)
    page.guard.allow("status of 404")
    page.visit(f"/webhooks/{first['webhook_id']}")
    page.get_by_role("link", name="All webhooks").click()
    expect(page.locator("#main h1")).to_have_text("Webhooks")


def test_webhooks_of_one_name_are_told_apart_by_where_they_go(page, api, receiver):
    host = urlsplit(receiver.url("/")).netloc
    for path in ("/orders", "/invoices"):
        one(api, receiver.url(path), name="shop", retry=ONCE)
    api.add_webhook(receiver.url("/alone"), name="alone", active=False)
    page.visit("/deliveries")
    rows = page.get_by_role("table", name="Deliveries").locator("tbody tr")
    expect(rows.filter(has_text=f"shop ({host}/orders)")).to_have_count(2)
    expect(rows.filter(has_text=f"shop ({host}/invoices)")).to_have_count(1)
    page.get_by_label("Webhook", exact=True).select_option(f"shop ({host}/invoices)")
    expect(rows).to_have_count(1)
    assert page.get_by_label("Webhook", exact=True).locator("option").all_text_contents() == ["All webhooks", f"shop ({host}/orders)", f"shop ({host}/invoices)", "alone"]
    page.visit("/studio")
    expect(page.get_by_role("combobox", name="Webhook")).to_contain_text(f"shop ({host}/orders)")


def test_a_dead_delivery_is_replayed_with_what_was_mended_or_with_the_original(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), script="function transform(event) return { version = 1 } end", retry=ONCE)
    receiver.reply("/a", Reply(status=500))
    delivery = api.settled(webhook, api.publish())
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"script": "function transform(event) return { version = 2 } end"}).status == 200
    receiver.reply("/a", Reply())
    visit(page, delivery)
    expect(page.get_by_text("No further attempt will be made: the receiver answered 500")).to_be_visible()
    page.get_by_role("button", name="Replay with an earlier revision").click()
    chooser = page.get_by_role("dialog", name="Replay with an earlier revision")
    expect(chooser.get_by_role("radio", name="Original, revision 1")).to_be_focused()
    expect(chooser.get_by_role("radio")).to_have_count(3)
    chooser.get_by_role("button", name="Replay").click()
    expect(page.locator(".page-head")).to_contain_text("delivered")
    assert json.loads(receiver.requests("/a")[-1].body) == {"version": 1}
    page.get_by_role("button", name="Replay", exact=True).click()
    dialog = page.get_by_role("alertdialog", name="Deliver it once more?")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert len(receiver.requests("/a")) == 2
    page.get_by_role("button", name="Replay", exact=True).click()
    dialog.get_by_role("button", name="Deliver again").click()
    receiver.wait_for(3, path="/a")
    expect(page.get_by_role("list", name="Attempts, newest first").get_by_role("button")).to_have_count(3)
    assert json.loads(receiver.requests("/a")[-1].body) == {"version": 2}


def test_a_delivery_is_replayed_with_a_revision_of_ones_choice(page, api, receiver, accessible, portraits, markup):
    name = markup("key")[:190].replace("\u202e", "").replace("\u2028", "").strip()
    key = api.call("POST", "/v1/keys", {"name": name}).json["key"]
    webhook = api.add_webhook(receiver.url("/a"), script="function transform(event) return { version = 1 } end", retry=ONCE)
    for version in (2, 3):
        changed = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"script": f"function transform(event) return {{ version = {version} }} end"}, key=key)
        assert changed.status == 200
    delivery = api.settled(webhook, api.publish())
    visit(page, delivery)
    page.get_by_role("button", name="Replay with an earlier revision").click()
    chooser = page.get_by_role("dialog", name="Replay with an earlier revision")
    expect(chooser).to_contain_text("the current one")
    unharmed(page)
    portraits(page, "delivery-revisions")
    accessible(page, keyboard=False)
    for key in ("ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(chooser.get_by_role("radio", name="Revision 2")).to_be_checked()
    chooser.get_by_role("button", name="Replay").click()
    page.get_by_role("alertdialog", name="Deliver it once more?").get_by_role("button", name="Deliver again").click()
    receiver.wait_for(2, path="/a")
    assert json.loads(receiver.requests("/a")[-1].body) == {"version": 2}
    expect(page.get_by_text("Replayed with revision 2")).to_be_visible()
    expect(page.get_by_role("group", name="Attempt 2")).to_contain_text("revision 2")


def test_a_chooser_of_revisions_says_when_there_are_more_than_it_shows(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), retry=ONCE)
    delivery = api.settled(webhook, api.publish())
    for number in range(50):
        assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"name": f"name {number}"}).status == 200
    # As with so many attempts that the first ones are not shown.
    for attempt in delivery["attempts"]:
        attempt["number"] = 7
    page.route(f"**/v1/deliveries/{delivery['id']}", lambda route: route.fulfill(json=delivery))
    visit(page, delivery)
    page.get_by_role("button", name="Replay with an earlier revision").click()
    chooser = page.get_by_role("dialog", name="Replay with an earlier revision")
    expect(chooser.get_by_role("radio")).to_have_count(51)
    expect(chooser.locator("label").first).to_contain_text("Originalas at the first attempt")
    expect(chooser).to_contain_text("These are the newest 50; older ones are taken by tidehook deliveries replay --revision.")


def test_a_delivery_that_is_refused_says_so(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), retry=ONCE)
    receiver.reply("/a", Reply(status=500))
    delivery = api.settled(webhook, api.publish())
    visit(page, delivery)
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"active": False}).status == 200
    page.guard.allow("status of 409")
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("inactive")


def test_an_earlier_revision_is_offered_where_there_is_one(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), retry=ONCE)
    delivery = api.settled(webhook, api.publish())
    visit(page, delivery)
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Replay with an earlier revision")).to_have_count(0)
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"name": "renamed"}).status == 200
    page.reload()
    expect(page.get_by_role("button", name="Replay with an earlier revision")).to_be_visible()


def test_it_changes_while_it_is_looked_at(page, api, receiver):
    receiver.reply("/slow", Reply(status=500), Reply())
    webhook = api.add_webhook(receiver.url("/slow"), retry={"max_retries": 1, "initial_delay_secs": 600, "jitter": 0})
    delivery = api.settled(webhook, api.publish(), states=("retrying",))
    visit(page, delivery)
    expect(page.get_by_text("The next attempt is due")).to_be_visible()
    assert api.call("POST", f"/v1/deliveries/{delivery['id']}/replay").status == 202
    expect(page.locator(".page-head")).to_contain_text("delivered")


def test_a_delivery_that_does_not_exist(page):
    page.guard.allow("status of 404")
    page.visit("/deliveries/dlv_00000000000000000000000000")
    expect(page.get_by_role("alert")).to_contain_text("Not found")


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_answers_full_of_markup_stay_text(page, api, receiver, markup, shape):
    text = markup("answer", shape)
    receiver.reply("/m", Reply(status=500, headers=(("Content-Type", "text/html"), ("X-Markup", text.encode("ascii", "replace").decode())), body=text.encode()))
    delivery = one(api, receiver.url("/m"), name=markup("name", shape).replace("\u202e", "").replace("\u2028", "")[:200], retry=ONCE, headers={"X-Sent": "<img src=x onerror=alert(1)>"})
    visit(page, delivery)
    expect(page.get_by_role("group", name="Response body")).to_contain_text("answer")
    unharmed(page)
    page.visit("/deliveries")
    expect(page.locator(".list tbody tr").first).to_be_visible()
    unharmed(page)


def test_reasons_and_logs_full_of_markup_stay_text(page, api, receiver, markup):
    text = markup("reason")
    delivery = one(api, receiver.url(), script=f"function filter(event)\n print([==[{text}]==])\n return false, [==[{text}]==]\nend")
    visit(page, delivery)
    expect(page.get_by_role("group", name="Script log")).to_contain_text("<x-owned>reason")
    unharmed(page)
