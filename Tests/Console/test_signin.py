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


def test_what_is_typed_outlives_a_session_that_ends(make_page, gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url(), name="Chat", script="function filter() return true end")
    page = opened(make_page, gateway, f"/webhooks/{webhook['id']}/edit")
    sign_in(page, gateway.key)
    page.guard.allow("status of 40[01]")
    page.get_by_label("Name", exact=True).fill("Chat of the team")
    end_sessions(gateway)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("What you changed is kept until you come back to it")).to_be_visible()
    sign_in(page, gateway.key)
    expect(page.get_by_text("What you changed before you left is here again.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Chat of the team")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Chat")
    page.visit(f"/studio?webhook={webhook['id']}")
    script = page.get_by_role("textbox", name="Lua script")
    expect(script).to_have_value("function filter() return true end")
    script.fill("-- mine")
    end_sessions(gateway)
    script.press("Control+s")
    sign_in(page, gateway.key)
    expect(script).to_have_value("-- mine")


def test_a_form_that_was_left_goes_when_one_signs_out(make_page, gateway, receiver):
    webhook = gateway.api.add_webhook(receiver.url(), name="Chat")
    page = opened(make_page, gateway, f"/webhooks/{webhook['id']}/edit")
    sign_in(page, gateway.key)
    page.get_by_label("Name", exact=True).fill("Chat of the team")
    page.visit("/events")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, gateway.key)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.visit(f"/webhooks/{webhook['id']}/edit")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Chat")
    expect(page.get_by_text("is here again")).to_have_count(0)


def end_sessions(gateway):
    for one in gateway.api.call("GET", "/v1/console/sessions").json["data"]:
        assert gateway.api.call("DELETE", f"/v1/console/sessions/{one['id']}").status == 204


def test_too_many_attempts_are_told(make_page, gateway):
    page = opened(make_page, gateway)
    page.guard.allow("status of 401|status of 429")
    for _ in range(10):
        gateway.api.call("POST", "/console/session", {"key": "not-a-key-of-this-gateway"}, key="")
    sign_in(page, "not-a-key-of-this-gateway")
    expect(page.get_by_text("Too many attempts")).to_be_visible()


def signed_in_elsewhere(page, gateway, key):
    """Signs in with a key in another tab of the same browser."""
    assert page.context.request.post(f"{gateway.url}/console/session", data={"key": key}).status == 201


def publish(page):
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()


def test_signing_in_again_in_another_tab_goes_on_here(make_page, gateway):
    page = opened(make_page, gateway, "/events")
    sign_in(page, gateway.key)
    expect(page.locator(".live")).to_have_text("Live")
    signed_in_elsewhere(page, gateway, gateway.key)
    page.guard.allow("status of 403")  # the first answer, after which the page takes the new token
    publish(page)
    expect(page.get_by_role("table", name="Events").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_another_key_in_another_tab_loads_the_page_anew(make_page, gateway):
    other = gateway.api.call("POST", "/v1/keys", {"name": "of a team", "namespaces": ["team"]}).json["key"]
    page = opened(make_page, gateway, "/events")
    sign_in(page, gateway.key)
    expect(page.locator(".live")).to_have_text("Live")
    signed_in_elsewhere(page, gateway, other)
    page.guard.allow("status of 403")
    publish(page)
    expect(page.locator(".who")).to_contain_text("of a team")
    expect(page.locator("#main h1")).to_have_text("Events")
    assert not list(gateway.api.pages("/v1/events"))


def test_a_link_asks_before_it_replaces_who_is_signed_in(make_page, gateway):
    other = gateway.api.call("POST", "/v1/keys", {"name": "of a team", "namespaces": ["team"]}).json["key"]
    url = urljoin(gateway.url, gateway.api.call("POST", "/v1/console/links", key=other).json["url"])
    page = make_page(gateway)
    page.goto(url)
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    expect(page.locator("#main h1")).to_have_text("Overview")
    expect(page.locator(".who")).to_contain_text("admin")
    page.goto(url)
    page.get_by_role("alertdialog").get_by_role("button", name="Sign in with the link").click()
    expect(page.locator("#main h1")).to_have_text("Overview")
    expect(page.locator(".who")).to_contain_text("of a team")
