"""Keys in the console: making one that is limited, showing it once, revoking it."""

from browser.console import Console
from browser.markup import unharmed
from playwright.sync_api import expect


def rows(page):
    return page.get_by_role("table", name="Keys").locator("tbody tr")


def test_a_key_is_made_shown_once_used_and_revoked(page, api, accessible, portraits):
    page.visit("/keys")
    expect(page.get_by_text("No keys yet")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="New key").first.click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name", exact=True).fill("team a")
    dialog.get_by_role("button", name="Make the key").click()
    expect(dialog.get_by_text("Give at least one namespace.")).to_be_visible()
    dialog.get_by_label("Namespaces").fill("project-a, project-b")
    accessible(page, keyboard=False)
    dialog.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("dialog", name="The key of team a")
    key = shown.get_by_label("API key").input_value()
    assert key.startswith("thk_")
    shown.get_by_role("button", name="Done").click()
    expect(rows(page)).to_contain_text("project-b")
    # The row may stand there before the dialog has gone.
    page.wait_for_function("key => !document.documentElement.outerHTML.includes(key)", arg=key)
    assert api.call("GET", "/v1/webhooks", key=key).status == 200
    portraits(page, "keys")
    accessible(page)
    rows(page).get_by_role("button", name="Revoke team a").click()
    ask = page.get_by_role("alertdialog", name="Revoke team a?")
    ask.get_by_role("button", name="Cancel").click()
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("button", name="Revoke team a").click()
    ask.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert api.call("GET", "/v1/webhooks", key=key).status == 401


def test_a_key_that_is_shown_once_does_not_go_unasked(page):
    shown = with_a_key_shown(page)
    ask = page.get_by_role("alertdialog", name="Have you kept it?")
    expect(shown.get_by_label("API key")).to_be_focused()
    leave = [lambda: page.keyboard.press("Escape"), lambda: shown.get_by_role("button", name="Close").click(), lambda: page.mouse.click(5, 5)]
    for act in leave * 2:
        act()
        ask.get_by_role("button", name="Cancel").click()
        expect(shown).to_be_visible()
    for is_asked in (True, False, True):
        page.keyboard.press("Escape")
        expect(ask).to_be_visible(visible=is_asked)
        expect(shown).to_be_visible()
    ask.get_by_role("button", name="I have kept it").click()
    expect(shown).to_be_hidden()


def with_a_key_shown(page):
    page.visit("/keys")
    page.get_by_role("button", name="New key").first.click()
    made = page.get_by_role("dialog", name="New key")
    made.get_by_label("Name", exact=True).fill("team a")
    made.get_by_label("May use").select_option("all")
    made.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("dialog", name="The key of team a")
    expect(shown).to_be_visible()
    return shown


def test_a_key_is_shown_to_nobody_who_has_signed_out(page, gateway):
    page.guard.allow("status of 401")
    shown = with_a_key_shown(page)
    key = shown.get_by_label("API key").input_value()
    other = Console.of(gateway).page(page.context, signed_in=False)
    other.guard.allow("status of 401")
    other.visit("/about")
    other.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    expect(shown).to_be_hidden()
    assert key not in page.content()
    other.guard.check()


def test_the_browser_asks_before_a_page_that_shows_a_key_goes(page):
    page.guard.allow("^dialog: ")
    shown = with_a_key_shown(page)
    with page.expect_event("dialog") as asked:
        page.evaluate("void setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="Done").click()
    expect(shown).to_be_hidden()
    page.reload()
    assert len([problem for problem in page.guard.problems if problem.startswith("dialog: ")]) == 1


def test_a_key_for_every_namespace_until_a_time(page, api):
    page.visit("/keys")
    page.get_by_role("button", name="New key").first.click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name", exact=True).fill("producer")
    dialog.get_by_label("May use").select_option("all")
    expect(dialog.get_by_label("Namespaces")).to_be_hidden()
    dialog.get_by_label("Expires").select_option("at")
    dialog.get_by_label("Time").fill("2020-01-01T00:00")
    dialog.get_by_role("button", name="Make the key").click()
    expect(dialog.get_by_text("It has passed.")).to_be_visible()
    dialog.get_by_label("Time").fill("2031-01-01T12:00")
    dialog.get_by_role("button", name="Make the key").click()
    page.get_by_role("dialog", name="The key of producer").get_by_role("button", name="Done").click()
    key = next(api.pages("/v1/keys"))
    assert key["namespaces"] is None and key["expires_at"].startswith("2031-01-01T11:00"), "the time is the reader's, in Berlin"


def test_the_keyboard_alone_makes_and_revokes_one(page, api):
    page.visit("/keys")
    page.get_by_role("button", name="New key").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("team b")
    for key in ("Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("project-b")
    page.keyboard.press("Enter")
    shown = page.get_by_role("dialog", name="The key of team b")
    expect(shown.get_by_label("API key")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog", name="Have you kept it?").get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(shown).to_be_hidden()
    expect(rows(page)).to_have_count(1)
    # The row has the focus itself: Enter does nothing that its buttons do.
    page.keyboard.press("j")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Revoke team b")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog").get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No keys yet")).to_be_visible()


def test_a_name_that_is_taken_is_refused_at_the_field(page, api, markup):
    name = markup("key")[:190].strip().replace("\u202e", "").replace("\u2028", "")
    assert api.call("POST", "/v1/keys", {"name": name, "namespaces": ["a"]}).status == 201
    page.visit("/keys")
    expect(rows(page)).to_contain_text("<script>")
    unharmed(page)
    page.guard.allow("status of 409")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Namespaces").fill("a")
    dialog.get_by_role("button", name="Make the key").click()
    expect(dialog.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    rows(page).get_by_role("button", name="Revoke").click()
    unharmed(page)


def test_a_limited_key_is_told_that_it_may_not_see_them(make_page, gateway, api):
    made = api.call("POST", "/v1/keys", {"name": "team a", "namespaces": ["project-a"]}).json
    page = make_page(gateway, key=made["key"])
    page.visit("/keys")
    expect(page.get_by_text("are for the admin key")).to_be_visible()
    expect(page.get_by_text("which is limited to project-a")).to_be_visible()


def test_a_limited_key_makes_sources_of_its_namespaces(make_page, gateway, api):
    made = api.call("POST", "/v1/keys", {"name": "team a", "namespaces": ["project-a"]}).json
    page = make_page(gateway, key=made["key"])
    page.visit("/sources/new?plugin=from-github")
    page.get_by_label("Secret").fill("s3cr3t")
    page.get_by_role("button", name="Make the source").click()
    expect(page.locator("#main h1")).to_have_text("github")
    assert [source["namespace"] for source in api.pages("/v1/sources")] == ["project-a"]
    page.visit("/operations")
    expect(page.get_by_text("This key is limited to project-a")).to_be_visible()
