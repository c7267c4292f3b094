"""The script studio: from an empty editor to a saved webhook, with everything that helps on the way."""

import json
import re

from playwright.sync_api import expect

from browser.studio import BODY, DROP, editor, keep_case, options, outcome, tab, write


# ---- from empty to saved


def test_from_an_empty_editor_to_a_saved_webhook(studio, api, receiver):
    studio.get_by_role("button", name="Slack message").click()
    expect(outcome(studio)).to_have_text("would be sent")
    expect(studio.get_by_role("figure", name="As Slack would show it")).to_contain_text("Use Redis")
    studio.get_by_role("button", name="Save…").click()
    dialog = studio.get_by_role("dialog", name="Save the script")
    expect(dialog.get_by_label("Events")).to_have_value("memory.created")
    dialog.get_by_label("URL").fill(receiver.url("/slack"))
    dialog.get_by_role("button", name="Create the webhook").click()
    studio.get_by_role("alertdialog", name="Save without a case?").get_by_role("button", name="Save without").click()
    expect(studio.get_by_role("dialog", name="The webhook is saved")).to_contain_text("signed with this secret")
    studio.get_by_role("button", name="Done").click()
    expect(studio.get_by_role("combobox", name="Webhook")).to_have_value(re.compile("wh_"))
    (webhook,) = api.pages("/v1/webhooks")
    assert webhook["events"] == ["memory.created"] and webhook["pipeline"][0]["script"] == editor(studio).input_value()
    event = api.publish("memory.created", {"content": "Sent at last"})
    api.settled(webhook, event)
    assert json.loads(receiver.requests()[0].body)["blocks"][1]["text"]["text"] == "Sent at last"


def test_without_a_stored_event_one_is_written(page, api):
    page.visit("/studio")
    page.get_by_role("button", name="Filter by tag").click()
    expect(outcome(page)).to_have_text("would be sent")
    page.get_by_role("textbox", name="Event").fill('{"event": "a", "data": {"tags": []}}')
    expect(outcome(page)).to_have_text("filtered")
    expect(page.locator(".st-results .note")).to_contain_text("no tag architecture")
    page.get_by_role("textbox", name="Event").fill('{"event": "a",')
    expect(page.locator(".panel[aria-label=Sample] .error").last).to_contain_text("The event is not JSON")


def test_what_the_gateway_refuses_stands_at_its_field(studio, api):
    write(studio, BODY)
    studio.get_by_role("button", name="Save…").click()
    dialog = studio.get_by_role("dialog", name="Save the script")
    dialog.get_by_label("URL").fill("https://user@example.com/")
    dialog.get_by_role("button", name="Create the webhook").click()
    studio.get_by_role("button", name="Save without").click()
    expect(dialog.locator(".field.invalid")).to_contain_text("URL")
    assert list(api.pages("/v1/webhooks")) == []


# ---- errors


def test_an_error_is_shown_at_its_line(studio):
    write(studio, "function transform(event)\n  local x = = 3\n  return x\nend\n")
    problem = studio.locator(".st-problem")
    expect(problem).to_have_text("Line 2: unexpected symbol near '='")
    expect(studio.locator(".st-line.st-bad")).to_have_text(re.compile("local x = = 3"))
    expect(studio.locator(".st-numbers .st-bad")).to_have_text("2")
    expect(editor(studio)).to_have_attribute("aria-invalid", "true")
    write(studio, "function transform(event)\n\n  return event.data.user.name.first\nend\n")
    expect(problem).to_have_text(re.compile(r"Line 3: attempt to index a nil value \(field 'name'\)"))
    studio.get_by_role("button", name="Show line 3").click()
    assert editor(studio).evaluate("(e) => e.value.slice(e.selectionStart, e.selectionEnd)") == "return event.data.user.name.first"
    write(studio, BODY)
    expect(problem).to_have_text("No error")
    expect(studio.locator(".st-bad")).to_have_count(0)
    expect(editor(studio)).to_have_attribute("aria-invalid", "false")


def test_a_script_without_a_function_is_refused_without_a_line(studio):
    write(studio, "local x = 1\n")
    expect(studio.locator(".st-problem")).to_contain_text("defines neither 'filter' nor 'transform'")


# ---- samples and results


def test_the_last_events_are_tried_at_once(studio):
    write(studio, DROP)
    studio.get_by_role("button", name="Last events").click()
    rows = studio.get_by_role("table", name="Result per event").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text(re.compile("memory.created.*would be sent.*µs.*B", re.S))
    expect(rows.nth(1)).to_contain_text(re.compile("memory.deleted.*no tag.*filtered", re.S))
    expect(studio.locator(".st-results > .stack .st-strip").first).to_have_text("3 events1 would be sent2 filtered0 failed")
    rows.nth(2).get_by_role("button").click()
    expect(studio.locator(".st-detail-of .note")).to_contain_text("Dropped by the script: no tag")
    studio.get_by_label("Types").fill("memory.*")
    expect(rows).to_have_count(2)
    studio.get_by_label("How many").fill("1")
    expect(rows).to_have_count(1)


def test_outcomes_of_the_last_events_are_whole(studio):
    write(studio, BODY)
    studio.get_by_role("button", name="Last events").click()
    badges = studio.get_by_role("table", name="Result per event").locator(".badge")
    expect(badges.first).to_have_text("would be sent")
    assert studio.evaluate("[...document.querySelectorAll('.st-table td:nth-child(2)')].map((cell) => cell.querySelector('.badge').scrollWidth - cell.querySelector('.badge').clientWidth)") == [0] * badges.count()


def test_a_result_has_its_body_request_log_and_costs(studio):
    write(studio, 'function transform(event)\n  print("seen", event.event)\n  return { n = 9007199254740993 }, { method = "PUT", headers = { ["X-Team"] = "core" } }\nend')
    expect(studio.get_by_role("group", name="Log")).to_have_text("seen\tmemory.created")
    expect(studio.get_by_role("group", name="Body").first).to_contain_text("9007199254740993")
    expect(studio.locator(".st-strip").first).to_have_text(re.compile(r"\d+ (µs|ms) of CPU time.*B of memory.*instructions.*22 B sent"))
    studio.get_by_text("Request", exact=True).click()
    expect(studio.locator(".st-part").filter(has_text="Signatures are added")).to_contain_text(re.compile("PUT https://webhook.invalid/.*X-Team.*core", re.S))
    write(studio, 'function transform() return "later" end')
    expect(studio.get_by_text("Signatures are added when it is sent.")).to_be_visible()


def test_the_sample_can_be_another_event(studio, stored):
    write(studio, "function transform(event) return { kind = event.event } end")
    expect(studio.get_by_role("group", name="Body").first).to_contain_text("memory.created")
    studio.get_by_role("button", name="Older event").click()
    expect(studio.get_by_role("group", name="Body").first).to_contain_text("memory.deleted")
    expect(studio).to_have_url(re.compile(r"event=evt_"))
    studio.visit(f"/studio?event={stored[0]['id']}")
    expect(studio.get_by_role("combobox", name="Event", exact=True)).to_contain_text("order.paid")
    studio.get_by_role("combobox", name="Event", exact=True).select_option(label="Another one, by its id…")
    studio.guard.allow("status of 404")
    studio.get_by_label("Id of an event").fill("evt_unknown")
    studio.keyboard.press("Enter")
    expect(studio.get_by_role("alert")).to_contain_text("evt_unknown")
    studio.get_by_label("Id of an event").fill(stored[1]["id"])
    studio.keyboard.press("Enter")
    expect(studio.get_by_role("group", name="Body").first).to_contain_text("memory.deleted")


def test_an_event_whose_content_is_gone_is_no_sample(page, stored):
    gone = stored[2]["id"]

    def erase(route):
        answer = route.fetch()
        shown = answer.json()
        for event in shown.get("data", []) if "next_cursor" in shown else [shown]:
            if event["id"] == gone:
                event |= {"data": None, "erased_at": "2026-01-01T00:00:00Z"}
        route.fulfill(response=answer, json=shown)

    page.route(re.compile("/v1/events[?/]"), erase)
    page.visit(f"/studio?event={gone}")
    expect(page.get_by_role("alert")).to_have_text(f"The content of the event {gone} was erased.")
    expect(page.get_by_role("combobox", name="Event", exact=True).locator("option")).to_contain_text(["memory.deleted", "order.paid", "Another one"])


def test_one_dry_run_is_under_way_and_older_answers_are_dropped(studio):
    studio.evaluate("""() => {
      const fetched = window.fetch;
      window.trials = { now: 0, most: 0, all: 0 };
      window.fetch = async (url, init) => {
        if (!String(url).endsWith("/v1/dry-runs")) return fetched(url, init);
        document.documentElement.dataset.trials = trials.all += 1;
        trials.most = Math.max(trials.most, ++trials.now);
        try {
          // The first answer would come last.
          if (trials.all === 1) await new Promise((go, stop) => init.signal.addEventListener("abort", () => stop(new DOMException("", "AbortError"))));
          return await fetched(url, init);
        } finally { trials.now -= 1; }
      };
    }""")
    write(studio, 'function transform() return "first" end')
    expect(studio.locator("html")).to_have_attribute("data-trials", "1")
    write(studio, 'function transform() return "second" end')
    expect(studio.get_by_role("group", name="Body").first).to_have_text("second")
    assert studio.evaluate("trials") == {"now": 0, "most": 1, "all": 2}


def test_a_gateway_with_too_many_dry_runs_is_asked_again(studio):
    studio.guard.allow("status of 503")
    studio.clock.install()
    busy = {"left": 1}

    def answer(route):
        busy["left"] -= 1
        if busy["left"] >= 0:
            return route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "4 dry runs are under way already"}})
        return route.continue_()

    studio.route("**/v1/dry-runs", answer)
    with studio.expect_response(lambda response: response.status == 503):
        write(studio, BODY)
        studio.clock.fast_forward(1000)
    studio.clock.run_for(2000)
    expect(outcome(studio)).to_have_text("would be sent")


# ---- for everybody


def test_the_keyboard_alone_is_enough(studio, api, receiver):
    studio.locator("#main h1").focus()
    for _ in range(12):
        studio.keyboard.press("Tab")
        if studio.evaluate("document.activeElement.ariaLabel") == "Lua script":
            break
    expect(editor(studio)).to_be_focused()
    studio.keyboard.type("function transform(event)\nreturn { text = event.da")
    studio.keyboard.press("Tab")
    studio.keyboard.type(".cont")
    studio.keyboard.press("Enter")
    studio.keyboard.type(" }\nend")
    assert editor(studio).input_value() == "function transform(event)\n  return { text = event.data.content }\nend"
    studio.keyboard.press("Tab")
    expect(editor(studio)).to_be_focused()
    studio.keyboard.press("Control+z")
    studio.keyboard.press("Escape")
    studio.keyboard.press("Tab")
    expect(editor(studio)).not_to_be_focused()
    expect(outcome(studio)).to_have_text("would be sent")
    studio.keyboard.press("Control+s")
    expect(studio.get_by_label("Into")).to_be_focused()
    studio.keyboard.press("Tab")
    studio.keyboard.type(receiver.url("/keys"))
    studio.keyboard.press("Enter")
    expect(studio.get_by_role("alertdialog", name="Save without a case?")).to_be_visible()
    studio.keyboard.press("Enter")
    expect(studio.get_by_role("dialog", name="The webhook is saved")).to_be_visible()
    studio.keyboard.press("Enter")
    expect(studio.get_by_text(re.compile("Revision 1, saved"))).to_be_visible()
    assert [webhook["url"] for webhook in api.pages("/v1/webhooks")] == [receiver.url("/keys")]


def test_everybody_can_use_it(studio, accessible, portraits):
    accessible(studio, keyboard=False)
    studio.get_by_role("button", name="Slack message").click()
    expect(studio.get_by_role("figure")).to_be_visible()
    accessible(studio, keyboard=False)
    portraits(studio, "studio")
    keep_case(studio)
    accessible(studio, keyboard=False)
    tab(studio, "Reference")
    accessible(studio, keyboard=False)
    tab(studio, "Result")
    studio.get_by_role("button", name="Last events").click()
    write(studio, "function transform(event)\n  local x = event.data.user.id\n  return { x = x }\nend\n-- event")
    expect(studio.locator(".st-line.st-bad")).to_be_visible()
    accessible(studio, keyboard=False)
    portraits(studio, "studio-last")
    studio.keyboard.press("Control+Home")
    studio.keyboard.press("End")
    studio.keyboard.press("Enter")
    studio.keyboard.type("print(event.")
    expect(options(studio).first).to_be_visible()
    accessible(studio, keyboard=False)
    portraits(studio, "studio-suggestions")


def test_markup_stays_text(page, api, receiver, markup):
    from browser.markup import unharmed

    event = api.publish("memory.created", {"content": markup("content"), "tags": [markup("tag", 1)], markup("name", 1): {"inner": markup("inner")}})
    webhook = api.add_webhook(receiver.url("/"), name=markup("webhook")[:190].replace("\u202e", "").replace("\u2028", ""))
    page.visit(f"/studio?event={event['id']}&webhook={webhook['id']}")
    page.guard.allow("status of 400")
    echo = 'local c = event.data.content print(c) log.warn("<x-owned>")'
    bodies = [
        "{ text = c }", '{ blocks = { { type = "section", text = { type = "mrkdwn", text = c .. "<javascript:alert(1)|x>" } }, { type = c }, { type = "image", image_url = c, alt_text = c } } }',
        '{ content = c, embeds = { { title = c, url = "javascript:alert(1)", description = "[x](javascript:alert(1)) " .. c, fields = { { name = c, value = c } } } } }',
        '{ type = "AdaptiveCard", body = { { type = "TextBlock", text = c }, { type = c }, { type = "FactSet", facts = { { title = c, value = c } } } }, actions = { { title = c, url = "javascript:alert(1)" } } }',
        "c", "{ [c] = c }",
    ]
    for made in bodies:
        write(page, f"function transform(event) {echo} return {made}, {{ headers = {{ ['X-Owned'] = '<x-owned>' }} }} end")
        expect(page.get_by_role("group", name="Log")).to_contain_text("<x-owned>")
        unharmed(page)
    write(page, f"function filter(event) {echo} return false, c end")
    expect(page.locator(".st-results .note.filter")).to_contain_text("<x-owned>")
    keep_case(page)
    expect(page.locator(".st-case")).to_contain_text("<script>")
    write(page, f"function filter(event) {echo} error(c) end")
    expect(page.locator(".st-problem")).to_contain_text("<x-owned>")
    page.get_by_role("button", name="Run all").click()
    expect(page.locator(".st-case .badge")).to_have_text("fails")
    unharmed(page)
    tab(page, "Result")
    page.get_by_role("button", name="Last events").click()
    expect(page.locator(".st-said").first).to_contain_text("<script>")
    write(page, "function filter(event) local x = event.data")
    page.keyboard.type(".")
    page.keyboard.press("ArrowUp")
    expect(options(page).filter(has_text="<img")).to_have_count(1)
    unharmed(page)


def test_a_limited_key_sees_its_own_only(make_page, gateway, api, receiver):
    api.add_webhook(receiver.url("/"), name="Ours", namespace="team-a")
    api.add_webhook(receiver.url("/"), name="Theirs", namespace="team-b")
    api.publish("memory.created", {"content": "ours"}, namespace="team-a")
    api.publish("order.paid", {"content": "theirs"}, namespace="team-b")
    key = api.call("POST", "/v1/keys", {"name": "team a", "namespaces": ["team-a"]}).json["key"]
    page = make_page(gateway, key=key)
    page.visit("/studio")
    expect(page.get_by_role("combobox", name="Webhook")).to_contain_text("Ours")
    expect(page.get_by_role("combobox", name="Webhook")).not_to_contain_text("Theirs")
    expect(page.get_by_role("combobox", name="Event", exact=True)).to_contain_text("memory.created")
    expect(page.get_by_role("combobox", name="Event", exact=True)).not_to_contain_text("order.paid")
