"""The overview: what happened, how webhooks fare, and what needs somebody, each one click from its repair."""

import re

import pytest
from browser.markup import SHAPES, unharmed
from harness.receiver import Reply
from playwright.sync_api import expect

ONCE = {"max_retries": 0}


def attention(page, word):
    return page.get_by_role("region", name="Needs attention").get_by_role("listitem").filter(has_text=word)


def test_an_empty_gateway_says_what_to_do(page, accessible, portraits):
    page.visit("/")
    expect(page.get_by_text("Nothing needs attention.")).to_be_visible()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    expect(page.get_by_role("link", name="Make a webhook")).to_be_visible()
    portraits(page, "overview-empty")
    accessible(page)


WATCH = "window.shownAt = new Promise((done) => { window.shown = done; }); new MutationObserver((_, all) => { if (document.querySelector('.figures')) { window.shown(performance.now()); all.disconnect(); } }).observe(document, { childList: true, subtree: true })"


@pytest.mark.serial
def test_it_is_there_at_once(page, busy):
    page.add_init_script(WATCH)
    page.visit("/")
    times = []
    for _ in range(10):
        page.reload()
        times.append(page.evaluate("window.shownAt"))
    assert min(times) <= 200, times


@pytest.fixture
def busy(api, receiver):
    """Two webhooks, one of which is always wrong."""
    receiver.reply("/bad", Reply(status=500))
    webhooks = {name: api.add_webhook(receiver.url(f"/{name}"), name=f"always {name}", events=["memory.*"], retry=ONCE) for name in ("good", "bad")}
    for n in range(6):
        event = api.publish("memory.created", {"n": n})
        for webhook in webhooks.values():
            api.settled(webhook, event)
    return webhooks


def test_what_happened_is_counted_and_drawn(page, busy, accessible, portraits):
    page.visit("/?range=1h")
    figures = page.locator(".figures")
    expect(figures.get_by_role("link", name="Delivered")).to_contain_text("6")
    expect(figures.get_by_role("link", name="Dead")).to_contain_text("6 now")
    expect(figures.get_by_role("link", name="Filtered")).to_have_attribute("href", "#/deliveries?state=filtered&since=1h")
    charts = page.locator("svg.chart")
    expect(charts).to_have_count(2)
    chart = charts.first
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tip").first).to_contain_text("delivered")
    chart.blur()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 6, box["y"] + box["height"] / 2)
    expect(page.locator(".tip").first).to_be_visible()
    page.mouse.move(0, 0)
    expect(page.locator(".tip").first).to_be_hidden()
    row = page.get_by_role("table", name="Webhooks").get_by_role("row", name="always bad")
    expect(row).to_contain_text("0 %")
    expect(row.get_by_role("img", name="Failed attempts of always bad over time")).to_be_visible()
    portraits(page, "overview")
    accessible(page)


def test_what_is_held_and_what_never_arrived_is_told_as_it_is(page, api, receiver, busy):
    held = api.add_webhook(receiver.url("/held"), name="on hold", active=False)
    api.settled(held, api.publish("memory.updated"), ("held",))
    page.visit("/?range=1h")
    rows = page.get_by_role("table", name="Webhooks")
    labels = rows.locator("th").all_text_contents()
    cells = lambda name: dict(zip(labels, rows.get_by_role("row", name=name).locator("td").all_text_contents(), strict=True))
    assert cells("on hold")["Waiting"] == "0, 1 held"
    assert cells("always bad")["p95"] == "–", "nothing of it was delivered"
    assert cells("always good")["p95"] != "–"
    assert cells("always bad")["Health"] == "failing", "after seven failures in a row"
    expect(page.locator(".figures").get_by_role("link", name="Waiting")).to_contain_text("1 held")


def test_the_range_is_chosen_and_kept(page, busy):
    page.visit("/")
    page.get_by_role("group", name="Time shown").get_by_role("button", name="7 d").click()
    expect(page).to_have_url(re.compile("range=7d"))
    page.reload()
    expect(page.get_by_role("button", name="7 d")).to_have_attribute("aria-pressed", "true")


def test_what_needs_attention_leads_to_its_repair(page, busy):
    page.visit("/")
    expect(attention(page, "always bad").first).to_be_visible()
    row = attention(page, "are dead")
    row.get_by_role("link", name="Replay").click()
    expect(page).to_have_url(re.compile(f"#/dead\\?webhook={busy['bad']['id']}"))
    page.go_back()
    page.get_by_role("table", name="Webhooks").get_by_role("link", name="always bad").click()
    expect(page).to_have_url(re.compile(f"#/webhooks/{busy['bad']['id']}"))


def test_a_limited_key_sees_its_own(make_page, gateway, busy, receiver, portraits):
    key = gateway.api.call("POST", "/v1/keys", {"name": "team", "namespaces": ["team"]}).json["key"]
    webhook = gateway.api.add_webhook(receiver.url("/team"), name="of the team", namespace="team")
    gateway.api.settled(webhook, gateway.api.publish("a", {}, namespace="team"))
    page = make_page(gateway, key=key)
    page.visit("/")
    expect(page.get_by_role("table", name="Webhooks").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("Nothing needs attention.")).to_be_visible()
    # What is counted for the whole gateway alone is not shown, and that is said.
    figures = page.locator(".figures .figure")
    expect(figures).to_have_count(6)
    expect(figures.first).to_have_text(re.compile("^Deliveries1made for your webhooks"))
    expect(page.locator(".chart-box .legend").first).not_to_contain_text("accepted")
    expect(page.get_by_text("Accepted events are counted for the whole gateway only")).to_be_visible()
    portraits(page, "overview-limited")


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_names_and_errors_full_of_markup_stay_text(page, api, receiver, markup, shape):
    name = markup("name", shape).replace("\u202e", "").replace("\u2028", "")
    webhook = api.add_webhook(receiver.url("/x"), name=name, script=f"function transform() error([==[{name}]==]) end", retry=ONCE)
    api.settled(webhook, api.publish())
    page.visit("/")
    expect(page.get_by_role("table", name="Webhooks")).to_contain_text("name")
    unharmed(page)


def test_what_somebody_is_in_stays_and_the_rest_is_drawn_anew(page, api, busy):
    page.clock.install()
    page.visit("/?range=1h")
    row = page.get_by_role("table", name="Webhooks").get_by_role("link", name="always bad")
    expect(row).to_be_visible()
    row.focus()
    api.settled(busy["good"], api.publish("memory.created", {}))
    page.clock.run_for(11_000)
    expect(page.locator(".figures").get_by_role("link", name="Delivered")).to_contain_text("7")
    expect(row).to_be_focused()


def test_a_row_that_has_the_focus_is_drawn_anew_and_keeps_it(page, api, busy):
    page.clock.install()
    page.visit("/?range=1h")
    webhooks = page.get_by_role("table", name="Webhooks")
    expect(webhooks).to_be_visible()
    for key in ("j", "j"):
        page.keyboard.press(key)
    row = webhooks.locator("tbody tr").nth(1)
    expect(row.locator(".row-link")).to_be_focused()
    name = row.locator(".row-link").inner_text()
    api.settled(busy["good"], api.publish("memory.created", {}))
    page.clock.run_for(11_000)
    expect(webhooks.locator("tbody tr").filter(has_text="always good")).to_contain_text("7")
    expect(webhooks.get_by_role("link", name=name)).to_be_focused()


def test_webhooks_of_equal_names_are_told_apart(page, api, receiver):
    receiver.reply("/b", Reply(status=500))
    webhooks = [api.add_webhook(receiver.url(path), name=name, retry=ONCE) for name, path in (("twin", "/a?key=1"), ("twin", "/b"), ("other", "/c"))]
    event = api.publish()
    for webhook in webhooks:
        api.settled(webhook, event)
    page.visit("/?range=1h")
    place = receiver.url("").split("//")[1].rstrip("/")
    links = page.get_by_role("table", name="Webhooks").locator(".row-link")
    expect(links).to_have_text([f"twin ({place}/b)", "other", f"twin ({place}/a)"])
    expect(page.get_by_role("region", name="Needs attention").locator("strong")).to_have_text([f"twin ({place}/b): "])


def crowd(page, all_, compared):
    """Answers for a gateway with so many webhooks that are dead."""

    def answer(route):
        most = int(re.search(r"attention_limit=(\d+)", route.request.url)[1]) if "attention_limit" in route.request.url else 20
        found = route.fetch().json()
        dead = [{"kind": "deliveries_dead", "id": f"wh_{n:026}", "name": f"hook {n}", "since": found["since"], "count": 1, "at_least": False, "message": "1 delivery is dead."} for n in range(min(most, all_))]
        route.fulfill(json={**found, "attention": dead[::-1], "attention_count": all_, "webhook_count": all_, "compared": compared(found)})

    page.route("**/v1/overview*", answer)


def test_what_more_needs_attention_is_shown_up_to_a_bound_and_then_where_it_is(page, busy):
    crowd(page, 612, lambda _: None)
    page.visit("/?range=1h")
    region = page.get_by_role("region", name="Needs attention")
    expect(region).to_contain_text("20 of 612")
    button = region.get_by_role("button", name="Show more")
    button.focus()
    page.keyboard.press("Enter")
    expect(region.get_by_role("listitem")).to_have_count(500)
    # The first that was not there before.
    expect(region.get_by_role("link", name="Replay hook 499")).to_be_focused()
    expect(button).to_have_count(0)
    for name, to in (("Dead letters", "dead"), ("All webhooks", "webhooks"), ("All sources", "sources"), ("All plugins", "plugins")):
        expect(region.get_by_role("link", name=name)).to_have_attribute("href", f"#/{to}")


def test_the_time_of_the_busiest_is_said_where_it_is_another(page, busy):
    told = {}
    crowd(page, 30, lambda found: told["compared"](found))
    webhooks = page.get_by_role("region", name="Webhooks")
    for compared, text in (
        (lambda found: {"since": found["since"], "until": found["until"]}, "the busiest after"),
        (lambda found: {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}, "the busiest of the day after"),
        (lambda found: {"since": "2026-01-01T00:00:00Z", "until": "2026-01-03T00:00:00Z"}, "the busiest of the last 2 days after"),
        (lambda found: None, "by name after"),
    ):
        told["compared"] = compared
        page.visit("/?range=1h")
        page.reload()
        expect(webhooks).to_contain_text(f"2 of 30, {text} those that need attention")
