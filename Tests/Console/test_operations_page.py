"""Operational events in the console: sentences with links, and a webhook that passes them on."""

import pytest
from browser.markup import unharmed
from harness.plugins import write_plugin
from harness.senders import Sender
from harness.waiting import eventually
from playwright.sync_api import expect


def rows(page):
    return page.get_by_role("table", name="Operational events").locator("tbody tr")


@pytest.fixture
def gateway(make_gateway):
    """A gateway with a plugin that is refused."""
    gateway = make_gateway(start=False)
    write_plugin(gateway.folder, "broken", 'return { name = "broken", version = "1", summary = "x", kind = "<x-owned>" }')
    return gateway.start()


def test_each_event_is_a_sentence_with_a_link(page, api, dead_end, accessible, portraits, markup):
    short = api.add_webhook(dead_end.url, name="Nobody", retry={"max_retries": 0})
    webhook = api.add_webhook(dead_end.url, name=markup("webhook")[:190].replace("\u202e", "").replace("\u2028", ""), retry={"max_retries": 0})
    source = api.call("POST", "/v1/sources", {"name": "code", "verify": {"scheme": "github"}, "secret": "s3cr3t"}).json
    assert Sender(api, source).github({}, "wrong").status == 401
    event = api.publish()
    for one in (short, webhook):
        api.settled(one, event)
    eventually(lambda: len(list(api.pages("/v1/events", namespace="tidehook"))) >= 4, what="four operational events")
    page.visit("/operations")
    expect(rows(page).filter(has_text="delivery.dead").filter(has_text="Nobody")).to_contain_text("dead: no connection.")
    expect(rows(page).filter(has_text="source.rejecting").get_by_role("link", name="code")).to_have_attribute("href", f"#/sources/{source['id']}")
    expect(rows(page).filter(has_text="plugin.rejected")).to_contain_text("no version of it ever loaded")
    unharmed(page)
    accessible(page)
    portraits(page, "operations")
    page.get_by_label("Events", exact=True).select_option("source.rejecting")
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("link").nth(2).click()
    expect(page.locator("#main h1")).to_have_text("POST /")


def test_a_webhook_passes_them_on(page, api, receiver, accessible):
    page.visit("/operations")
    expect(page.get_by_text("Nobody is told yet")).to_be_visible()
    page.get_by_role("button", name="Pass them on").click()
    dialog = page.get_by_role("dialog", name="Pass operational events on")
    dialog.get_by_label("Where to").fill("hooks.slack.com/services/x")
    expect(dialog.get_by_label("As", exact=True)).to_have_value("slack")
    dialog.get_by_role("button", name="Make the webhook").click()
    expect(dialog.get_by_text("An http or https address.")).to_be_visible()
    accessible(page, keyboard=False)
    dialog.get_by_label("Where to").fill(receiver.url())
    dialog.get_by_label("As", exact=True).select_option("")
    dialog.get_by_role("button", name="Make the webhook").click()
    page.get_by_role("dialog", name="The webhook's secret").get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name="operational events")).to_be_visible()
    expect(page.get_by_text("source.rejecting").first).to_be_visible()
    source = api.call("POST", "/v1/sources", {"name": "code", "verify": {"scheme": "github"}, "secret": "s3cr3t"}).json
    assert Sender(api, source).github({}, "wrong").status == 401
    assert b"source.rejecting" in receiver.wait_for(1)[0].body
