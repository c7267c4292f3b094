"""Dead letters in the console: groups by webhook and cause, their replay with its count, progress and stop, and their export."""

import json
import re

import pytest
from browser.markup import SHAPES, unharmed
from harness.receiver import Reply
from playwright.sync_api import expect

ONCE = {"max_retries": 0}


def died(api, receiver, path, count=1, **fields):
    """A webhook with so many dead deliveries."""
    receiver.reply(path, Reply(status=500))
    webhook = api.add_webhook(receiver.url(path), [f"died{path.replace('/', '.')}"], retry=ONCE, **fields)
    for n in range(count):
        api.settled(webhook, api.publish(f"died{path.replace('/', '.')}", {"n": n}))
    return webhook


def groups(page):
    return page.get_by_role("table", name="Dead letters").locator("tbody tr")


def test_nothing_dead_says_so(page, accessible, portraits):
    page.visit("/dead")
    expect(page.get_by_text("Nothing is dead")).to_be_visible()
    portraits(page, "dead-empty")
    accessible(page)
    page.visit("/replays")
    expect(page.get_by_text("No replays yet")).to_be_visible()
    accessible(page)


def test_what_was_answered_is_told_and_replayed_by_status(page, api, receiver, accessible, portraits):
    webhook = api.add_webhook(receiver.url("/s"), name="both", retry=ONCE)
    for status in (500, 404, 500):
        receiver.reply("/s", Reply(status=status))
        api.settled(webhook, api.publish())
    receiver.reply("/s", Reply())
    page.visit("/dead")
    (row,) = groups(page).all()
    chips = row.get_by_role("button", name=re.compile("Replay what both answered"))
    expect(chips).to_have_text(["500", "404"])
    expect(chips.first).to_have_attribute("title", "2 of the newest 3 were answered 500: replay those")
    portraits(page, "dead-statuses")
    accessible(page)
    chips.last.click()
    dialog = page.get_by_role("dialog", name="Replay what both answered 404")
    dialog.get_by_role("button", name="Replay 1").click()
    expect(page).to_have_url(re.compile("#/replays/"))
    receiver.wait_for(4)
    page.visit("/dead")
    expect(chips).to_have_text(["500"])


def test_what_died_is_grouped_by_webhook_and_cause(page, api, receiver, accessible, portraits):
    died(api, receiver, "/b", 2, name="second")
    first = died(api, receiver, "/a", 3, name="first")
    broken = api.add_webhook(receiver.url("/c"), ["died.a"], name="broken script", script="function filter() error('no') end", retry=ONCE)
    api.settled(broken, api.publish("died.a"))
    page.visit("/dead")
    expect(groups(page)).to_have_count(3)
    expect(groups(page).nth(0)).to_contain_text("first")
    expect(groups(page).nth(0)).to_contain_text("status")
    expect(groups(page).nth(0)).to_contain_text("the receiver answered 500")
    expect(page.get_by_text("7 deliveries have no try left.")).to_be_visible()
    portraits(page, "dead")
    accessible(page)
    page.get_by_label("Cause", exact=True).select_option("script")
    expect(groups(page)).to_have_count(1)
    expect(groups(page)).to_contain_text("broken script")
    page.get_by_label("Cause", exact=True).select_option("Any")
    page.get_by_label("Webhook", exact=True).select_option("first")
    expect(groups(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(f"webhook={first['id']}"))
    groups(page).get_by_role("link", name=re.compile("^[34]$")).click()
    expect(page.locator("#main h1")).to_have_text("Deliveries")
    expect(page.get_by_role("table", name="Deliveries").locator("tbody tr").first).to_contain_text("first")


def test_a_group_is_replayed_with_the_keyboard_alone(page, api, receiver, accessible, portraits):
    died(api, receiver, "/a", 4, name="mended")
    died(api, receiver, "/b", 1, name="not mended")
    receiver.reply("/a", Reply())
    page.visit("/dead")
    page.get_by_role("button", name="Replay 4 of mended, status").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Replay to mended")
    expect(dialog.locator(".count-line")).to_have_text("4 deliveries are made due again.")
    portraits(page, "dead-replay")
    accessible(page, keyboard=False)
    dialog.get_by_role("button", name="Replay 4").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#/replays/"))
    expect(page.locator(".page-head")).to_contain_text("made due again")
    receiver.wait_for(9)
    assert sorted(json.loads(request.body)["data"]["n"] for request in receiver.requests("/a")[4:]) == [0, 1, 2, 3]
    assert len(receiver.requests("/b")) == 1
    expect(page.locator(".progress")).to_contain_text("4 of 4")
    portraits(page, "replay")
    accessible(page)
    page.visit("/dead")
    expect(groups(page)).to_have_count(1)
    expect(page.get_by_role("table", name="Replays").locator("tbody tr")).to_contain_text("dead of mended")


def test_webhooks_of_one_name_are_told_apart(page, api, receiver):
    for path in ("/a", "/b"):
        died(api, receiver, path, 1, name="twin")
    place = receiver.url("/b").split("://")[1]
    page.visit("/dead")
    page.get_by_role("button", name=f"Replay 1 of twin ({place}), status").click()
    expect(page.get_by_role("dialog", name=f"Replay to twin ({place})")).to_be_visible()


def test_all_that_are_dead_are_replayed(page, api, receiver):
    for path in ("/a", "/b"):
        died(api, receiver, path, 2, name=f"webhook {path}")
        receiver.reply(path, Reply())
    page.visit("/dead")
    page.get_by_role("button", name="Replay all…").click()
    page.get_by_role("button", name="Replay 4").click()
    receiver.wait_for(8)


def test_a_rate_that_was_typed_is_taken_by_the_click_that_follows(page, api, receiver):
    died(api, receiver, "/a", 2, name="mended")
    receiver.reply("/a", Reply())
    page.visit("/dead")
    page.get_by_role("button", name="Replay 2 of mended, status").click()
    dialog = page.get_by_role("dialog", name="Replay to mended")
    button = dialog.get_by_role("button", name="Replay 2", exact=True)
    expect(button).to_be_enabled()
    dialog.get_by_label("At most, per second").fill("7")
    button.click()
    expect(page).to_have_url(re.compile("#/replays/"))
    assert [job["rate"] for job in api.pages("/v1/replays")] == [7]


def test_a_replay_says_no_more_than_that_its_deliveries_were_made_due_again(page, api, receiver):
    webhook = died(api, receiver, "/a", 2, name="still broken")
    job = api.call("POST", "/v1/replays", {"webhook": webhook["id"], "states": ["dead"], "since": "1h"}).json
    page.visit(f"/replays/{job['id']}")
    expect(page.locator(".page-head .badge")).to_have_text("2 made due again")
    expect(page.locator("#main")).to_contain_text("which does not say that they were delivered")
    receiver.wait_for(4)
    page.get_by_role("link", name="dead letters", exact=True).click()
    expect(groups(page)).to_contain_text("still broken")
    expect(page.get_by_label("Webhook", exact=True)).to_have_value(webhook["id"])
    page.go_back()
    page.get_by_role("link", name="Deliveries since then", exact=True).click()
    expect(page.get_by_role("table", name="Deliveries").locator("tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile(f"webhook={webhook['id']}.*since="))
    expect(page.get_by_label("Made within").locator("option:checked")).to_contain_text("since ")


def test_a_replay_is_followed_and_stopped(page, api, receiver):
    webhook = died(api, receiver, "/slow", 3, name="slow")
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"active": False}).status == 200
    page.visit("/dead")
    page.get_by_role("button", name="Replay 3 of slow, status").click()
    page.get_by_role("button", name="Replay 3", exact=True).click()
    expect(page.get_by_text("It waits:")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("alertdialog", name="Stop this replay?")
    dialog.get_by_role("button", name="Stop the replay").click()
    expect(page.locator(".page-head")).to_contain_text("cancelled")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    assert [job["state"] for job in api.pages("/v1/replays")] == ["cancelled"]


def test_what_died_is_exported_as_ndjson(page, api, receiver):
    died(api, receiver, "/a", 3, name="first")
    died(api, receiver, "/b", 2, name="second")
    page.visit("/dead")
    for name, count in (("Export as NDJSON", 5), ("Export what second did not get", 2)):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename == "deliveries.ndjson"
        rows = [json.loads(line) for line in download.value.path().read_text().splitlines()]
        assert len(rows) == count and all(row["delivery"]["state"] == "dead" and row["event"]["data"] for row in rows)


def test_what_a_deleted_webhook_did_not_get_can_only_be_looked_at(page, api, receiver):
    webhook = died(api, receiver, "/a", 1, name="gone")
    assert api.call("DELETE", f"/v1/webhooks/{webhook['id']}").status == 204
    page.visit("/dead")
    expect(groups(page)).to_contain_text("deleted")
    expect(groups(page).get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_names_and_reasons_full_of_markup_stay_text(page, api, receiver, markup, shape):
    text = markup("name", shape).replace("\u202e", "").replace("\u2028", "")[:200]
    broken = api.add_webhook(receiver.url(), ["a.b"], name=text, script=f"function filter() error([==[{text}]==]) end", retry=ONCE)
    api.settled(broken, api.publish("a.b"))
    page.visit("/dead")
    expect(groups(page)).to_have_count(1)
    unharmed(page)
    page.get_by_role("button", name="Replay all…").click()
    expect(page.locator(".count-line")).to_be_visible()
    page.get_by_text("The first 1").click()
    unharmed(page)


def test_a_replay_that_had_nothing_to_do_says_so(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), ["*"], name="whole")
    api.settled(webhook, api.publish("order.paid"))
    job = api.call("POST", "/v1/replays", {"webhook": webhook["id"], "states": ["dead"]}).json
    page.visit(f"/replays/{job['id']}")
    expect(page.locator(".page-head .badge")).to_have_text("nothing was to do")
    expect(page.get_by_text("made due again")).to_have_count(0)
    late = api.add_webhook(receiver.url("/late"), ["*"], name="late")
    job = api.call("POST", f"/v1/webhooks/{late['id']}/recover", {"since": "1h"}).json
    page.visit(f"/replays/{job['id']}")
    expect(page.locator(".page-head .badge")).to_have_text("1 missing made")


def test_dead_letters_have_the_names_of_now(page, api, receiver):
    webhook = died(api, receiver, "/a", 1, name="before")
    page.visit("/dead")
    expect(groups(page)).to_contain_text("before")
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"name": "after"}).status == 200
    page.keyboard.press("r")
    expect(groups(page)).to_contain_text("after")
