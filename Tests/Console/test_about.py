"""About the gateway: its facts, the theme, signing out everywhere."""

from browser.console import ready
from playwright.sync_api import expect


def test_the_gateways_facts_are_shown(page, api, accessible, portraits):
    about = api.call("GET", "/v1/about").json
    page.visit("/about")
    expect(page.locator("#main")).to_contain_text(about["version"])
    expect(page.locator("#main")).to_contain_text(about["store"]["kind"])
    expect(page.get_by_text("ready", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Limits")).to_be_visible()
    expect(page.get_by_role("heading", name="Retention")).to_be_visible()
    accessible(page)
    portraits(page, "about")


def test_the_theme_is_chosen_here_too(page):
    page.visit("/about")
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    ready(page)
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")


def test_signing_out_everywhere_ends_every_session(make_page, gateway):
    there, here = make_page(gateway, signed_in=False), make_page(gateway)
    for page in (here, there):
        page.guard.allow("status of 401")
        page.visit("/about")
    there.get_by_label("API key").fill(gateway.key)
    there.keyboard.press("Enter")
    expect(there.get_by_role("heading", name="This browser")).to_be_visible()
    here.get_by_role("button", name="Sign out everywhere").click()
    here.get_by_role("alertdialog").get_by_role("button", name="Sign out everywhere").click()
    expect(here.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    there.reload()
    expect(there.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    assert gateway.api.call("GET", "/v1/webhooks").status == 200, "the key itself stays valid"
