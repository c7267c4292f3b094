"""From signing in to a mended delivery without a pointer."""

import re

from harness.receiver import Reply
from playwright.sync_api import expect


def until(page, keys, target, most=60):
    """Presses keys until the target has the focus, as somebody does who looks where the focus is."""
    for _ in range(most):
        if target.evaluate("(e) => e === document.activeElement"):
            return
        page.keyboard.press(keys)
    raise AssertionError(f"{keys} did not reach {target}")


def test_a_dead_delivery_is_found_understood_and_replayed(make_page, gateway, api, receiver):
    receiver.reply("/orders", Reply(status=500, body=b"out of order"))
    webhook = api.add_webhook(receiver.url("/orders"), name="orders", retry={"max_retries": 0})
    delivery = api.settled(webhook, api.publish("order.created", {"order": 7}))
    page = make_page(gateway, signed_in=False)
    page.visit("/")
    page.keyboard.type(gateway.key)
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("Overview")
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.locator("#main h1")).to_have_text("Deliveries")
    expect(page.locator(".list tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(delivery["id"]))
    expect(page.get_by_role("group", name="Response body")).to_contain_text("out of order")
    receiver.reply("/orders", Reply())
    until(page, "Tab", page.get_by_role("button", name="Replay", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".page-head")).to_contain_text("delivered")
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page.locator("#main h1")).to_have_text("Events")
    expect(page.locator(".list tbody tr").last).to_contain_text("order.created")


def test_the_skip_link_leads_past_the_navigation(page):
    page.visit("/about")
    page.locator("#main h1").focus()
    until(page, "Shift+Tab", page.get_by_role("link", name="Skip to content"))
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#main h1")).to_contain_text("About")
