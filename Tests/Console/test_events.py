"""Events in the console: search, live tail, and one event with its payload and deliveries."""

import re
import socket

import pytest
from browser.markup import SHAPES, unharmed
from playwright.sync_api import expect


def free_port():
    """A port that is free now, for a gateway that comes back where it was."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def rows(page):
    return page.get_by_role("table", name="Events").locator("tbody tr")


def live(page):
    """Opens the list, and returns when the tail runs."""
    page.visit("/events")
    expect(page.locator(".live")).to_have_text("Live")


def test_no_events_yet_says_what_to_do_and_does_it(page, accessible, portraits):
    live(page)
    expect(page.get_by_text("No events yet")).to_be_visible()
    portraits(page, "events-empty")
    accessible(page)
    page.get_by_role("button", name="Publish an event").click()
    dialog = page.get_by_role("dialog", name="Publish an event")
    dialog.get_by_label("Data").fill("[1]")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_text("Data is an object.")).to_be_visible()
    dialog.get_by_label("Data").fill('{"content": "from the console", "n": 12345678901234567890}')
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_be_hidden()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text('"n":12345678901234567890')


def test_events_appear_as_they_are_accepted(page, api, accessible, portraits):
    api.publish("a.before")
    live(page)
    expect(rows(page)).to_have_count(1)
    api.publish("a.after", {"text": "now"}, namespace="team")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("a.after")
    expect(rows(page).first).to_contain_text("team")
    portraits(page, "events")
    accessible(page)


def test_a_paused_tail_keeps_what_comes(page, api):
    live(page)
    page.keyboard.press("p")
    expect(page.locator(".live")).to_have_text("Paused")
    for n in range(3):
        api.publish("a.kept", {"n": n})
    expect(page.locator(".live")).to_have_text("Paused, 3 new")
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text('"n":2')
    expect(page.locator(".live")).to_have_text("Live")


def shown(page, is_shown):
    """Tells the page that its tab is, or is not, the one that is seen."""
    page.evaluate("(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", not is_shown)


def test_a_tab_that_nobody_sees_has_no_stream_and_goes_on_where_it_was(page, api):
    api.publish("a.first")
    live(page)
    with page.expect_event("requestfailed", lambda request: "/v1/events/stream" in request.url):
        shown(page, False)
    expect(page.locator(".live")).to_have_text("Connecting…")
    api.publish("a.second")
    expect(rows(page)).to_have_count(1)
    shown(page, True)
    expect(rows(page)).to_have_count(2)
    expect(page.locator(".live")).to_have_text("Live")
    api.publish("a.third")
    expect(rows(page)).to_have_count(3)


def test_nothing_moves_for_who_wants_no_motion(page):
    page.emulate_media(reduced_motion="reduce")
    live(page)
    assert page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0


def test_a_refused_tail_says_why(page):
    page.guard.allow("status of 503")
    page.route("**/v1/events/stream*", lambda route: route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "8 live tails of this key are open"}}))
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.resource_type)) if "/v1/events/stream" in request.url else None)
    page.visit("/events")
    expect(page.locator(".live")).to_have_text("Not live: 8 live tails of this key are open")
    with page.expect_request(lambda request: request.method == "HEAD"):
        pass
    expect(page.locator(".live")).to_have_text("Not live: 8 live tails of this key are open")
    assert asked.count(("GET", "fetch")) == 1, "asking takes a place of a stream"
    page.unroute("**/v1/events/stream*")
    expect(page.locator(".live")).to_have_text("Live")


def test_one_long_type_leaves_the_list_readable(page, api, portraits):
    api.publish("a." + "long" * 60)
    api.publish("a.b")
    live(page)
    expect(rows(page)).to_have_count(2)
    portraits(page, "events-long")
    assert rows(page).first.bounding_box()["height"] < 45 and rows(page).last.bounding_box()["height"] < 70


def test_the_tail_survives_a_restart_of_the_gateway(make_page, make_gateway):
    gateway = make_gateway(port=free_port())
    page = make_page(gateway)
    page.guard.allow("ERR_|status of 50")
    live(page)
    gateway.api.publish("a.first")
    expect(rows(page)).to_have_count(1)
    gateway.kill()
    expect(page.locator(".live")).to_have_text("Reconnecting…")
    gateway.start()
    gateway.api.publish("a.second")
    expect(rows(page).filter(has_text="a.second")).to_have_count(1, timeout=20_000)
    expect(rows(page).filter(has_text="a.first")).to_have_count(1)
    expect(page.locator(".live")).to_have_text("Live", timeout=20_000)


def test_what_is_accepted_between_the_list_and_its_tail_is_shown(page, api):
    api.publish("a.before")
    page.route("**/v1/events/stream*", lambda route: (api.publish("a.between"), route.continue_()), times=1)
    live(page)
    api.publish("a.after")
    expect(rows(page)).to_have_count(3)
    assert [row.locator("td").first.inner_text() for row in rows(page).all()] == ["a.after", "a.between", "a.before"]


# Stands in for the stream, so that a test says what comes: `stream.say("skipped")`.
STREAM = """window.EventSource = class extends EventTarget {
  constructor() { super(); window.stream = this; setTimeout(() => { this.say("open"); this.say("ready"); }); }
  say(type, data) { this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data ?? {}) })); }
  close() {}
};"""


def lists(page):
    """How often the list was read."""
    return sum("/v1/events?" in request.url for request in page.guard.requests)


def test_a_stream_that_skips_says_so_and_reads_nothing_by_itself(page, api):
    page.add_init_script(STREAM)
    live(page)
    page.wait_for_load_state("networkidle")
    before, note = lists(page), page.get_by_text("More events came than are shown here.")
    page.keyboard.press("p")
    page.evaluate("for (let i = 0; i < 20; i++) stream.say('skipped')")
    expect(page.locator(".live")).to_have_text("Paused")
    expect(note).to_have_count(0)
    page.keyboard.press("p")
    expect(note).to_have_count(1)
    page.evaluate("for (let i = 0; i < 20; i++) stream.say('skipped')")
    expect(note).to_have_count(1)
    assert lists(page) == before
    api.publish("a.skipped")
    page.get_by_role("button", name="Reload the list").click()
    expect(rows(page)).to_contain_text("a.skipped")


def test_rows_that_left_the_list_leave_no_hole(page, api):
    api.publish_batch([{"event": "a.old", "data": {}}] * 60)
    page.add_init_script(STREAM)
    live(page)
    expect(rows(page)).to_have_count(50)
    page.evaluate("for (let i = 0; i < 490; i++) stream.say('event', {id: `evt_${i}`, event: 'a.new', namespace: 'default', data: {}, accepted_at: new Date()})")
    expect(rows(page)).to_have_count(500)
    expect(page.get_by_role("button", name="Load more")).to_have_count(0)
    page.get_by_role("button", name="Reload the list").click()
    expect(rows(page)).to_have_count(50)
    expect(page.get_by_role("button", name="Load more")).to_be_visible()


def test_the_tail_shows_only_what_is_asked_for(page, api):
    live(page)
    page.get_by_label("Type").fill("memory.*")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"event=memory"))
    expect(page.locator(".live")).to_have_text("Live")
    api.publish("order.created")
    api.publish("memory.created")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("memory.created")


@pytest.mark.parametrize(("label", "value", "found"), [
    ("Text in the payload", "REDIS", ["order.created"]), ("Type", "memory.*", ["memory.updated", "memory.created"]), ("Namespace", "team", ["memory.updated"]), ("Id begins with", "my-id", ["order.created"])])
def test_events_are_searched(page, api, label, value, found):
    api.publish("memory.created", {"text": "postgres"})
    api.publish("memory.updated", {"text": "sqlite"}, namespace="team")
    api.publish("order.created", {"text": "We use Redis"}, id="my-id-1")
    page.visit("/events")
    expect(rows(page)).to_have_count(3)
    page.get_by_label(label).fill(value)
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(len(found))
    assert [row.locator("td").first.inner_text() for row in rows(page).all()] == found
    page.reload()
    expect(rows(page)).to_have_count(len(found))


SAID = 'say "hi" to c:\\temp\tnow'


@pytest.mark.parametrize("typed", [SAID, '"order":18342', 'C:\\TEMP'])
@pytest.mark.parametrize("box", ["Text in the payload", "Search events, or open an id"])
def test_a_text_is_found_as_it_reads(page, api, typed, box):
    api.publish("memory.created", {"s": SAID, "order": 18342})
    api.publish("memory.updated", {"s": "say hi"})
    page.visit("/events")
    expect(rows(page)).to_have_count(2)
    page.get_by_label(box, exact=True).fill(typed)
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("memory.created")
    expect(page.get_by_label("Text in the payload")).to_have_value(typed)
    page.reload()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Text in the payload")).to_have_value(typed)


def test_events_are_searched_by_time(page, api):
    api.publish("memory.created")
    page.visit("/events")
    page.get_by_label("Accepted within").select_option("1 hour")
    expect(page).to_have_url(re.compile("since=1h"))
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Accepted within").select_option("Between …")
    page.get_by_label("From").fill("2020-01-01T00:00:00")
    page.get_by_label("Until").fill("2020-01-02T00:00:00")
    page.keyboard.press("Tab")
    expect(page.get_by_text("No event is like that")).to_be_visible()
    expect(page).to_have_url(re.compile("until=2020-01-01T23%3A00"))
    page.reload()
    expect(page.get_by_label("Until")).to_have_value("2020-01-02T00:00")
    page.get_by_label("Accepted within").select_option("Any time")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Until")).to_be_hidden()


def test_nothing_found_says_so(page, api):
    api.publish("memory.created", {"text": "postgres"})
    page.visit("/events?text=nothing-like-that")
    expect(page.get_by_text("No event is like that")).to_be_visible()
    expect(page.locator(".live")).to_have_text("Search")


DATA = {"tags": ["architecture", "database"], "end": {"a b": 1}, "n": 9007199254740993, "no": None, "long": "x" * 2000, "many": list(range(300)), "": 4}


def test_a_payload_is_a_tree_whose_paths_are_copied(page, api, accessible, portraits):
    event = api.publish("memory.created", DATA)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.visit(f"/events/{event['id']}")
    tree = page.get_by_role("group", name="Event")
    expect(tree).to_contain_text("9007199254740993")
    # A script's event has none.
    expect(tree.get_by_role("button", name="namespace", exact=True)).to_have_count(0)
    tree.get_by_role("button", name="1", exact=True).first.click()
    expect(page.get_by_text("Copied event.data.tags[1]")).to_be_visible()
    tree.get_by_role("button", name="a b", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == 'event.data["end"]["a b"]'
    tree.get_by_role("button", name='""', exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == 'event.data[""]'
    portraits(page, "event")
    accessible(page, keyboard=False)


def test_a_tree_is_folded_with_the_keyboard(page, api):
    event = api.publish("memory.created", DATA)
    page.visit(f"/events/{event['id']}")
    tree = page.get_by_role("group", name="Event")
    fold = tree.get_by_role("button", name="tags, [ 2 items ]")
    expect(tree.get_by_text('"architecture"')).to_be_visible()
    fold.focus()
    page.keyboard.press("Enter")
    expect(tree.get_by_text('"architecture"')).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(tree.get_by_text("x" * 2000)).to_have_count(0)
    tree.get_by_role("button", name="show all 2").click()
    expect(tree.get_by_text("x" * 2000)).to_have_count(1)
    expect(tree.get_by_role("button", name="300", exact=True)).to_have_count(0)
    tree.get_by_role("button", name="100 more").click()
    expect(tree.get_by_role("button", name="300", exact=True)).to_have_count(1)
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.locator(".code")).to_contain_text('"n": 9007199254740993')


def test_an_event_is_shown_and_copied_to_the_letter(page, api):
    assert api.call("POST", "/v1/events", b'{"id":"exact","event":"a.b","data":{"n":1.2345678901234567890123e+22,"10":1,"2":[0.1234567890123456789]}}').status == 202
    kept = re.sub(r"\s", "", api.call("GET", "/v1/events/exact").body.decode())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.visit("/events/exact")
    expect(page.get_by_role("group", name="Event")).to_contain_text("n: 1.2345678901234567890123e+22")
    page.get_by_role("button", name="JSON", exact=True).click()
    assert re.sub(r"\s", "", page.get_by_role("group", name="Event").text_content()) == kept
    page.get_by_role("button", name="Copy JSON").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert re.sub(r"\s", "", page.evaluate("navigator.clipboard.readText()")) == kept


def test_an_event_leads_to_its_deliveries(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), name="the one")
    event = api.publish("memory.created", {"content": "hello"})
    api.settled(webhook, event)
    page.visit(f"/events/{event['id']}")
    expect(page.get_by_role("table", name="Deliveries")).to_contain_text("the one")
    expect(page.get_by_role("table", name="Deliveries")).to_contain_text("delivered")
    page.get_by_role("table", name="Deliveries").locator(".row-link").click()
    expect(page).to_have_url(re.compile("#/deliveries/dlv_"))


def test_an_event_that_nobody_wanted_says_so(page, api, accessible):
    event = api.publish("memory.created", {"content": "hello"})
    page.visit(f"/events/{event['id']}")
    expect(page.get_by_text("No webhook wanted this event")).to_be_visible()
    accessible(page)


def test_the_content_of_an_event_is_erased_after_asking(page, api, receiver):
    webhook = api.add_webhook(receiver.url())
    event = api.publish("memory.created", {"content": "of a person"})
    delivery = api.settled(webhook, event)
    page.visit(f"/events/{event['id']}")
    page.get_by_role("button", name="Erase").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("of a person")).to_be_visible()
    page.get_by_role("button", name="Erase").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Erase for ever").click()
    expect(page.get_by_text("The content of this event was erased")).to_be_visible()
    expect(page.get_by_text("of a person")).to_have_count(0)
    page.visit("/events")
    expect(rows(page).filter(has_text="memory.created")).to_contain_text("erased")
    page.visit(f"/deliveries/{delivery['id']}")
    expect(page.get_by_text("The content of its event was erased")).to_be_visible()
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_disabled()


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_payloads_full_of_markup_stay_text(page, api, markup, shape):
    text = markup("payload", shape)
    live(page)
    event = api.publish("memory.created", {text: text, "list": [text, {text: [text]}]}, namespace=markup("namespace", shape).replace("\u202e", "").replace("\u2028", "")[:200])
    expect(rows(page)).to_have_count(1)
    unharmed(page)
    page.visit(f"/events/{event['id']}")
    expect(page.get_by_role("group", name="Event")).to_contain_text("payload")
    unharmed(page)
    page.get_by_role("button", name="JSON", exact=True).click()
    unharmed(page)


def test_a_limited_key_sees_its_namespaces_only(make_page, gateway):
    key = gateway.api.call("POST", "/v1/keys", {"name": "team", "namespaces": ["team"]}).json["key"]
    gateway.api.publish("memory.created", {"text": "of others"})
    page = make_page(gateway, key=key)
    live(page)
    gateway.api.publish("memory.created", {"text": "of others again"})
    gateway.api.publish("memory.created", {"text": "of the team"}, namespace="team")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("of the team")
    expect(page.locator(".who")).to_contain_text("team")
