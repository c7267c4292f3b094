"""Signing in to the console: with a key, with a link, and out again."""

import re
from urllib.parse import urljoin

from playwright.sync_api import expect


def opened(make_page, gateway, path="/"):
    """A page of somebody who is not signed in."""
    page = make_page(gateway, signed_in=False)
    page.visit(path)
    return page


def sign_in(page, key):
    page.get_by_label("API key").fill(key)
    page.keyboard.press("Enter")


def test_a_key_signs_in_and_leads_to_what_was_asked_for(make_page, gateway, accessible, portraits):
    page = opened(make_page, gateway, "/deliveries?state=dead")
    expect(page.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    expect(page.get_by_label("API key")).to_be_focused()
    expect(page.get_by_role("navigation")).to_have_count(0)
    portraits(page, "sign-in")
    accessible(page, frame=False)
    page.guard.allow("status of 401")
    sign_in(page, "not-a-key-of-this-gateway")
    expect(page.get_by_text("This key is not valid.")).to_be_visible()
    sign_in(page, gateway.key)
    expect(page.locator("#main h1")).to_have_text("Deliveries")
    expect(page).to_have_url(re.compile(r"#/deliveries\?state=dead"))
    expect(page.locator(".who")).to_contain_text("admin")
    page.reload()
    expect(page.locator("#main h1")).to_have_text("Deliveries")


def test_the_key_is_nowhere_in_the_browser(make_page, gateway):
    page = opened(make_page, gateway)
    sign_in(page, gateway.key)
    expect(page.locator("#main h1")).to_have_text("Overview")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.documentElement.outerHTML])")
    assert gateway.key not in kept
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "tidehook_session"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"


def test_a_link_signs_in_once(make_page, gateway):
    page = make_page(gateway, signed_in=False)
    url = urljoin(gateway.url, gateway.api.call("POST", "/v1/console/links").json["url"])
    page.goto(url)
    expect(page.locator("#main h1")).to_have_text("Overview")
    assert "login" not in page.url
    other = make_page(gateway, signed_in=False)
    other.guard.allow("status of 401")
    other.goto(url)
    expect(other.get_by_text("This link was used already or has expired")).to_be_visible()
    expect(other.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    assert "login" in other.url and url.rsplit("/", 1)[1] not in other.url


def test_signing_out_ends_the_session(make_page, gateway):
    page = opened(make_page, gateway)
    sign_in(page, gateway.key)
    expect(page.locator("#main h1")).to_have_text("Overview")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    page.visit("/events")
    expect(page.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()


def test_a_session_that_ends_leads_back_to_where_it_was(make_page, gateway):
    made = gateway.api.call("POST", "/v1/keys", {"name": "for a while"}).json
    page = opened(make_page, gateway, "/events")
    sign_in(page, made["key"])
    expect(page.locator("#main h1")).to_have_text("Events")
    assert gateway.api.call("DELETE", f"/v1/keys/{made['id']}").status == 204
    page.guard.allow("status of 401")
    page.keyboard.press("r")
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    sign_in(page, gateway.key)
    expect(page.locator("#main h1")).to_have_text("Events")


def test_too_many_attempts_are_told(make_page, gateway):
    page = opened(make_page, gateway)
    page.guard.allow("status of 401|status of 429")
    for _ in range(10):
        gateway.api.call("POST", "/console/session", {"key": "not-a-key-of-this-gateway"}, key="")
    sign_in(page, "not-a-key-of-this-gateway")
    expect(page.get_by_text("Too many attempts")).to_be_visible()
