"""About the gateway: its facts, the theme, signing out everywhere."""

from browser.console import ready
from browser.markup import unharmed
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


def test_a_session_is_ended_alone(make_page, gateway, markup, accessible, portraits):
    name = markup("key")[:190].replace("\u202e", "").replace("\u2028", "").strip()
    key = gateway.api.call("POST", "/v1/keys", {"name": name, "namespaces": ["a"]}).json["key"]
    there, here = make_page(gateway, key=key), make_page(gateway)
    there.visit("/about")
    here.visit("/about")
    rows = here.get_by_role("table", name="Sessions").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="this browser")).to_contain_text("admin")
    expect(there.get_by_role("table", name="Sessions").locator("tbody tr")).to_have_count(1)
    unharmed(here)
    portraits(here, "about-sessions")
    accessible(here)
    theirs = rows.filter(has_text="<script>")
    theirs.get_by_role("button", name="End session").click()
    dialog = here.get_by_role("alertdialog")
    dialog.get_by_role("button", name="Cancel").click()
    expect(rows).to_have_count(2)
    theirs.get_by_role("button", name="End session").click()
    unharmed(here)
    dialog.get_by_role("button", name="End the session").click()
    expect(rows).to_have_count(1)
    there.guard.allow("status of 401")
    there.reload()
    expect(there.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    rows.get_by_role("button", name="End this session").click()
    here.get_by_role("alertdialog").get_by_role("button", name="End the session").click()
    expect(here.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()


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


def test_a_limited_key_is_told_what_concerns_it(make_page, gateway, api, accessible, portraits):
    page = make_page(gateway, key=api.call("POST", "/v1/keys", {"name": "team a", "namespaces": ["a"]}).json["key"])
    page.visit("/about")
    expect(page.get_by_role("heading", name="Limits")).to_be_visible()
    for title in ("Store", "Settings"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_have_count(0)
    expect(page.get_by_role("region", name="Gateway")).not_to_contain_text("streams")
    expect(page.get_by_role("region", name="This browser")).to_contain_text("limited to a")
    accessible(page)
    portraits(page, "about-limited")
