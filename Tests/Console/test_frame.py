"""The frame of the console: navigation, search, theme, keyboard, and what every page owes its reader."""

import sqlite3
from contextlib import closing
from urllib.parse import urljoin

import pytest
from harness.receiver import Reply
from playwright.sync_api import expect

NAMES = ("Overview", "Events", "Deliveries", "Dead letters", "Webhooks", "Studio", "Sources", "Plugins", "Keys", "Operations", "About")


def test_every_page_can_be_opened_from_the_navigation(page):
    page.visit("/nowhere")
    for name in NAMES:
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()
        heading = page.locator("#main h1")
        expect(heading).to_contain_text(name.split()[0])
        expect(heading).to_be_focused()
        expect(page.get_by_role("navigation", name="Main").locator("[aria-current=page]")).to_have_text(name)
    assert "About" in page.title()


def requests(page):
    return [request for request in page.guard.requests if not request.url.startswith("data:")]


def test_the_first_page_takes_five_requests_however_it_is_opened(make_page, gateway):
    url = urljoin(gateway.url, gateway.api.call("POST", "/v1/console/links").json["url"])
    page = make_page(gateway, signed_in=False)
    page.goto(url)
    expect(page.locator(".figures")).to_be_visible()
    assert len(requests(page)) <= 5, [request.url for request in requests(page)]
    for path in ("/console", "/console/"):
        page = make_page(gateway)
        page.goto(f"{gateway.url}{path}")
        expect(page.locator(".figures")).to_be_visible()
        assert len(requests(page)) <= 5, [request.url for request in requests(page)]


def test_pages_get_the_module_that_the_first_page_has(page):
    page.visit("/events")
    assert page.evaluate("Promise.all(['kit.js', 'app.js'].map((name) => import(new URL(name, document.baseURI).href))).then(([kit, app]) => kit.session === app.session && kit.session.key.name)") == "admin"
    assert sum(request.url.endswith("/app.js") for request in requests(page)) == 1


# As if what was counted had happened in every step of the last month.
SPREAD = """
  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1600)
  INSERT OR IGNORE INTO rollups (webhook_key, step_secs, start_secs, counts)
  SELECT webhook_key, step_secs, start_secs - i * step_secs, counts FROM rollups JOIN n
  WHERE i <= CASE step_secs WHEN 60 THEN (CASE webhook_key WHEN 0 THEN 1600 ELSE 0 END) WHEN 3600 THEN 760 ELSE 40 END"""


@pytest.fixture
def crowded(make_gateway, receiver):
    """A gateway with 100 webhooks that were busy all month, 30 of which are always wrong."""
    gateway = make_gateway()
    api = gateway.api
    receiver.reply("/wrong", Reply(status=500))
    webhooks = [api.add_webhook(receiver.url("/wrong" if n < 30 else "/fine"), name=f"Decisions of team {n:02}, to their channel", retry={"max_retries": 0}) for n in range(100)]
    for _ in range(5):
        event = api.publish("memory.created", {"content": "we take PostgreSQL"})
        for webhook in webhooks:
            api.settled(webhook, event)
    assert api.call("GET", "/v1/overview").status == 200  # what was counted is written then
    gateway.stop()
    with closing(sqlite3.connect(gateway.data / "tidehook.db")) as store, store:
        store.execute(SPREAD)
    gateway.start()
    return gateway


def test_the_first_page_of_a_busy_gateway_is_small(make_page, crowded):
    for span in ("24h", "30d"):
        page = make_page(crowded)
        page.visit(f"/?range={span}")
        answers = [request.response() for request in requests(page)]
        assert len(answers) <= 5, [answer.url for answer in answers]
        sizes = {answer.url.removeprefix(crowded.url): len(answer.body()) for answer in answers}
        assert sum(sizes.values()) <= 150_000, sizes
    assert min(sum(values) for values in (answers[-1].json()["series"][name] for name in ("events", "delivered", "failed_attempts"))) > 100
    webhooks = page.get_by_role("region", name="Webhooks")
    expect(webhooks.locator("tbody tr")).to_have_count(20)
    expect(webhooks).to_contain_text("20 of 100")
    expect(webhooks.get_by_role("link", name="All webhooks")).to_be_visible()
    attention = page.get_by_role("region", name="Needs attention")
    expect(attention.get_by_role("listitem")).to_have_count(20)
    expect(attention).to_contain_text("20 of 60")
    attention.get_by_role("button", name="Show more").click()
    expect(attention.get_by_role("listitem")).to_have_count(60)
    webhooks.get_by_role("link", name="All", exact=True).click()
    expect(page.locator("#main h1")).to_have_text("Webhooks")


def test_a_style_sheet_that_did_not_come_is_asked_for_again(page):
    page.guard.allow("Failed to load resource")
    page.visit("/")
    page.route("**/pages.css", lambda route: route.abort())
    page.visit("/events")
    expect(page.get_by_text("This page could not be loaded")).to_be_visible()
    page.unroute("**/pages.css")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("No events yet")).to_be_visible()
    assert page.evaluate("[...document.styleSheets].some((sheet) => sheet.href.endsWith('pages.css'))")


def test_an_address_that_leads_nowhere_says_so(page):
    page.visit("/nowhere/at/all")
    expect(page.get_by_text("There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to the overview").click()
    expect(page.locator("#main h1")).to_have_text("Overview")


def test_the_keyboard_goes_everywhere(page):
    page.visit("/")
    for keys, name in (("ge", "Events"), ("gd", "Deliveries"), ("go", "Overview")):
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("#main h1")).to_have_text(name)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("ge")
    expect(page.locator("#main h1")).to_have_text("Overview")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_contain_text("go to dead letters")
    page.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()


def test_the_search_opens_what_an_id_names(page, api):
    event = api.publish("memory.created", {"content": "found by its id"})
    page.visit("/")
    page.get_by_role("searchbox").fill(event["id"])
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_contain_text("memory.created")
    page.get_by_role("searchbox").fill("redis cache")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.console_url}#/events?text=redis+cache")


def test_the_theme_follows_the_system_until_one_is_chosen(page):
    page.visit("/")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(background)
    assert light != dark
    page.get_by_role("button", name="Theme of the system").click()
    assert page.evaluate(background) == light
    page.reload()
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    assert page.evaluate(background) == light


def test_a_narrow_screen_has_the_navigation_below_and_behind_a_button(make_page, gateway):
    page = make_page(gateway, width=360, height=740)
    page.visit("/")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    page.get_by_role("navigation", name="Shortcuts").get_by_role("link", name="Events").click()
    expect(page.locator("#main h1")).to_have_text("Events")
    page.get_by_role("button", name="Open the navigation").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Deliveries").click()
    expect(page.locator("#main h1")).to_have_text("Deliveries")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


def test_a_gateway_that_is_gone_is_told(page, gateway):
    page.visit("/about")
    gateway.kill()
    page.guard.allow("ERR_CONNECTION_REFUSED|status of 50|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET")
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("button", name="Try again").first).to_be_visible()
    gateway.start()



@pytest.mark.parametrize("text", ['{"a":12345678901234567890,"b":[-9007199254740993]}', '{"n":9007199254740991,"x":1.5}', "[]"])
def test_integers_of_64_bits_survive(page, text):
    page.visit("/about")
    kept = page.evaluate("async (text) => { const kit = await import(new URL('kit.js', document.baseURI).href); return kit.formatJSON(kit.parseJSON(text), 0); }", text)
    assert kept == text


@pytest.mark.parametrize(("steps", "path"), [
    (["tags", 0], "event.data.tags[1]"), (["end"], 'event.data["end"]'), (["a b", "c"], 'event.data["a b"].c'), (['q"\\\n'], 'event.data["q\\"\\\\\\010"]'), (["ünïcode"], 'event.data["ünïcode"]')])
def test_paths_are_written_as_lua_reads_them(page, steps, path):
    page.visit("/about")
    assert page.evaluate("async (steps) => (await import(new URL('kit/text.js', document.baseURI).href)).luaPath('event.data', steps)", steps) == path


@pytest.mark.parametrize(("us", "text"), [(840, "840 µs"), (12_340, "12.3 ms"), (1_200_000, "1.2 s"), (245_000_000, "4 min 5 s"), (10_920_000_000, "3 h 2 min"), (187_200_000_000, "2 d 4 h"), (None, "–")])
def test_durations_are_short(page, us, text):
    page.visit("/about")
    assert page.evaluate("async (us) => (await import(new URL('kit.js', document.baseURI).href)).duration(us)", us) == text


def test_a_tab_of_a_console_that_was_updated_is_loaded_anew(page):
    page.visit("/nowhere")
    page.route("**/pages/about.js", lambda route: route.fulfill(content_type="text/javascript", body='import { madeLater } from "../kit.js";\nexport default [madeLater];'))
    page.visit("/about")
    expect(page.get_by_role("heading", name="The console was updated")).to_be_visible()
    page.unroute("**/pages/about.js")
    page.get_by_role("button", name="Load it anew").click()
    expect(page.get_by_role("button", name="Sign out everywhere")).to_be_visible()
