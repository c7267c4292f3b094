"""Saving in the script studio: what is asked before something is replaced, and what a new webhook's secret does."""

import json
import re

import pytest
from playwright.sync_api import expect

from browser.studio import BODY, DROP, case, change_meanwhile, chat, editor, keep_case, options, outcome, script_of, tab, write


def test_a_change_is_saved_after_its_cases_pass(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), events=["memory.*"], name="Chat", script=BODY)
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(BODY)
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)
    write(studio, BODY.replace("text =", "text = --[[ the same ]]"))
    expect(studio.get_by_text("unsaved changes")).to_be_visible()
    studio.keyboard.press("Control+s")
    expect(studio.get_by_text(re.compile("Revision 2, saved"))).to_be_visible()
    assert "--[[ the same ]]" in script_of(api, webhook["id"])
    tab(studio, "Cases 1")
    studio.get_by_role("button", name="Run all").click()
    expect(studio.locator(".st-case .badge")).to_have_text("passes")


def test_a_change_that_fails_a_case_is_saved_knowingly_only(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)
    write(studio, BODY.replace("text =", "message ="))
    studio.get_by_role("button", name="Save", exact=True).click()
    asked = studio.get_by_role("alertdialog", name="Save although 1 case of 1 fails?")
    asked.get_by_role("button", name="Cancel").click()
    assert script_of(api, webhook["id"]) == BODY
    expect(studio.locator(".st-case .badge")).to_have_text("fails")
    expect(studio.locator(".st-case .line.removed")).to_contain_text('"text": "Use Redis"')
    expect(studio.locator(".st-case .line.added")).to_contain_text('"message": "Use Redis"')
    studio.get_by_role("button", name="Save", exact=True).click()
    asked.get_by_role("button", name="Save nevertheless").click()
    expect(studio.get_by_text(re.compile("Revision 2, saved"))).to_be_visible()
    tab(studio, "Cases")
    studio.get_by_role("button", name="Run all").click()
    studio.get_by_role("button", name="Expect what came").click()
    studio.get_by_role("button", name="Run all").click()
    expect(studio.locator(".st-case .badge")).to_have_text("passes")


def test_a_case_may_expect_a_drop_or_an_error(studio, api):
    write(studio, DROP)
    studio.get_by_role("button", name="Older event").click()
    expect(outcome(studio)).to_have_text("filtered")
    keep_case(studio)
    tab(studio, "Result")
    write(studio, 'function filter() error("no luck", 0) end')
    expect(outcome(studio)).to_have_text("error")
    keep_case(studio)
    studio.get_by_role("button", name="Run all").click()
    expect(studio.locator(".st-case .badge")).to_have_text(["fails", "passes"])
    write(studio, DROP)
    expect(studio.locator(".st-case .badge")).to_have_text(["not run", "not run"])
    studio.get_by_role("button", name="Run all").click()
    expect(studio.locator(".st-case .badge")).to_have_text(["passes", "fails"])


def test_cases_are_those_of_a_plugin(studio):
    cases = [{"name": "given", "event": {"data": {"tags": ["architecture"], "content": "x"}}, "expect": {"body": {"text": "x"}}, "ctx": {"namespace": "team"}}]
    write(studio, BODY)
    tab(studio, "Cases")
    studio.get_by_role("button", name="Paste cases.json").click()
    area = studio.get_by_role("textbox", name="cases.json")
    area.fill("[{}]")
    studio.get_by_role("button", name="Add").click()
    expect(studio.get_by_role("dialog", name="Paste cases").locator(".error")).to_have_text("Case 1: expected an object with a name.")
    area.fill(json.dumps(cases))
    studio.get_by_role("button", name="Add").click()
    studio.get_by_role("button", name="Run all").click()
    expect(studio.locator(".st-case .badge")).to_have_text("passes")
    studio.get_by_role("button", name="Open the sample of given").click()
    expect(studio.get_by_role("textbox", name="Event")).to_have_value(re.compile('"namespace": "team"'))
    expect(outcome(studio)).to_have_text("would be sent")
    studio.reload()
    tab(studio, "Cases 1")
    studio.get_by_role("button", name="Remove given").click()
    expect(studio.locator(".st-case")).to_have_count(0)
    studio.get_by_role("button", name="Undo").click()
    expect(studio.locator(".st-case")).to_have_count(1)


def test_other_stages_stay_as_they_are(studio, api, receiver):
    pipeline = [{"plugin": "tags", "options": {"any": ["architecture"]}}, {"script": BODY}, {"plugin": "slack", "options": {"format": "text"}}]
    webhook = api.add_webhook(receiver.url("/"), name="Chat", pipeline=pipeline)
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(studio.get_by_role("combobox", name="Stage")).to_contain_text("Stage 2: script")
    studio.get_by_text("Stages", exact=True).click()
    expect(studio.locator(".st-stages > li")).to_have_count(3)
    write(studio, "function transform(event) return { event = event.event, data = { content = event.data.content:upper() } } end")
    expect(studio.get_by_role("group", name="Body").first).to_contain_text("USE REDIS")
    studio.get_by_role("button", name="Save", exact=True).click()
    studio.get_by_role("button", name="Save without").click()
    expect(studio.get_by_text(re.compile("Revision 2, saved"))).to_be_visible()
    stages = api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"]
    assert [stage.get("plugin") for stage in stages] == ["tags", None, "slack"] and "upper()" in stages[1]["script"]
    studio.get_by_role("combobox", name="Stage").select_option(label="New stage after tags, script, slack")
    expect(editor(studio)).to_have_value("")


def test_a_script_goes_into_another_webhook(studio, api, receiver):
    api.add_webhook(receiver.url("/"), name="Target")
    write(studio, BODY)
    studio.get_by_role("button", name="Save…").click()
    dialog = studio.get_by_role("dialog", name="Save the script")
    dialog.get_by_label("Into").select_option(label="Target")
    dialog.get_by_role("button", name="Save as revision 2").click()
    studio.get_by_role("button", name="Save without").click()
    expect(studio.get_by_text(re.compile("Revision 2, saved"))).to_be_visible()
    (webhook,) = api.pages("/v1/webhooks")
    assert webhook["pipeline"] == [{"script": BODY}]


def test_a_webhook_that_changed_meanwhile_is_not_overwritten_unasked(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    studio.visit(f"/studio?webhook={webhook['id']}")
    write(studio, DROP)
    expect(studio.get_by_text("unsaved changes")).to_be_visible()
    api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"script": "function filter() return true end"})
    studio.get_by_role("button", name="Save", exact=True).click()
    asked = studio.get_by_role("alertdialog", name="The webhook has changed meanwhile")
    expect(asked).to_contain_text("revision 2")
    asked.get_by_role("button", name="Cancel").click()
    assert script_of(api, webhook["id"]) == "function filter() return true end"


HOLD = """([method, part]) => {
  const fetched = window.fetch, held = [];
  window.letGo = () => { window.fetch = fetched; held.forEach((go) => go()); };
  window.fetch = async (url, init) => {
    if (init?.method === method && String(url).includes(part)) await new Promise((go) => { held.push(go); document.documentElement.dataset.held = method; });
    return fetched(url, init);
  };
}"""


@pytest.mark.parametrize("call", [("POST", "/v1/dry-runs"), ("PATCH", "/v1/webhooks/")], ids=["cases", "save"])
def test_what_is_typed_while_it_is_saved_is_not_saved_and_not_lost(studio, api, receiver, call):
    webhook, tried = chat(api, receiver, case("mine")), BODY + "-- tried\n"
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(outcome(studio)).to_have_text("would be sent")
    write(studio, tried)
    studio.evaluate(HOLD, call)
    studio.keyboard.press("Control+s")
    expect(studio.locator("html")).to_have_attribute("data-held", call[0])
    studio.keyboard.insert_text("local half =")
    studio.keyboard.press("Control+s")
    studio.evaluate("letGo()")
    expect(studio.get_by_text(re.compile("Revision 2, saved.* · unsaved changes"))).to_be_visible()
    assert script_of(api, webhook["id"]) == tried
    expect(editor(studio)).to_have_value(tried + "local half =")
    expect(editor(studio)).to_be_focused()
    expect(studio.get_by_text("has changed meanwhile")).to_have_count(0)
    studio.visit("/nowhere")
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(tried + "local half =")
    expect(studio.get_by_text("its script was changed, too")).to_have_count(0)
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 2


def test_a_case_that_was_removed_comes_back_at_its_own_page_only(studio, api, receiver):
    webhook = chat(api, receiver, case("mine"))
    studio.visit(f"/studio?webhook={webhook['id']}")
    tab(studio, "Cases 1")
    studio.get_by_role("button", name="Remove mine").click()
    expect(studio.get_by_role("button", name="Undo")).to_be_visible()
    studio.visit("/nowhere")
    assert studio.get_by_role("button", name="Undo").count() == 0


def with_a_secret_shown(studio, receiver):
    """Saves a script into a new webhook, whose secret is shown then."""
    write(studio, BODY)
    studio.get_by_role("button", name="Save…").click()
    dialog = studio.get_by_role("dialog", name="Save the script")
    dialog.get_by_label("URL").fill(receiver.url("/"))
    dialog.get_by_role("button", name="Create the webhook").click()
    studio.get_by_role("button", name="Save without").click()
    shown = studio.get_by_role("dialog", name="The webhook is saved")
    expect(shown).to_be_visible()
    return shown


def test_the_secret_of_a_new_webhook_leads_on_to_it_once_it_was_kept(studio, api, receiver):
    shown = with_a_secret_shown(studio, receiver)
    ask = studio.get_by_role("alertdialog", name="Have you kept it?")
    shown.get_by_role("button", name="Open the webhook").click()
    ask.get_by_role("button", name="Cancel").click()
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="Open the webhook").click()
    ask.get_by_role("button", name="I have kept it").click()
    (webhook,) = api.pages("/v1/webhooks")
    expect(studio.locator("#main h1")).to_have_text(webhook["name"])
    expect(studio).to_have_url(re.compile(f"#/webhooks/{webhook['id']}$"))


def test_who_left_the_studio_is_not_brought_back_by_a_secret(studio, receiver):
    studio.visit("/about")
    studio.visit("/studio")
    shown = with_a_secret_shown(studio, receiver)
    studio.go_back()
    expect(studio.locator("#main h1")).to_have_text("About")
    shown.get_by_role("button", name="Done").click()
    expect(shown).to_be_hidden()
    expect(studio).to_have_url(re.compile("#/about$"))
    expect(studio.locator("#main h1")).to_be_focused()


def two_stages(studio, api, receiver):
    """A webhook whose first stage is open in the studio, with something to save."""
    webhook = api.add_webhook(receiver.url("/"), name="Chat", pipeline=[{"script": BODY}, {"script": "function filter() return true end"}])
    studio.visit(f"/studio?webhook={webhook['id']}&stage=0")
    write(studio, DROP)
    expect(studio.get_by_text("unsaved changes")).to_be_visible()
    return webhook


def test_a_stage_that_moved_meanwhile_is_the_one_that_is_saved(studio, api, receiver):
    webhook, added = two_stages(studio, api, receiver), {"script": "function filter() return 1 == 1 end"}
    change_meanwhile(api, webhook, lambda pipeline: [added, *pipeline])
    studio.get_by_role("button", name="Save", exact=True).click()
    asked = studio.get_by_role("alertdialog", name="The webhook has changed meanwhile")
    expect(asked).to_contain_text("What was stage 1 is stage 2 now")
    asked.get_by_role("button", name="Save mine").click()
    studio.get_by_role("button", name="Save without").click()
    expect(studio.get_by_text(re.compile("Revision 3, saved"))).to_be_visible()
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"] == [added, {"script": DROP}, {"script": "function filter() return true end"}]


def test_what_would_be_replaced_of_a_stage_that_changed_is_shown(studio, api, receiver):
    webhook = two_stages(studio, api, receiver)
    change_meanwhile(api, webhook, lambda pipeline: [{"script": BODY + "-- theirs"}, pipeline[1]])
    studio.get_by_role("button", name="Save", exact=True).click()
    asked = studio.get_by_role("alertdialog", name="The webhook has changed meanwhile")
    expect(asked.get_by_role("group", name="Difference")).to_contain_text("- -- theirs")
    asked.get_by_role("button", name="Cancel").click()
    change_meanwhile(api, webhook, lambda pipeline: [{"plugin": "slack", "options": {}}])
    studio.get_by_role("button", name="Save", exact=True).click()
    expect(studio.get_by_role("alert")).to_contain_text("the stage of this script is gone")
    studio.get_by_role("button", name="Save into…").click()
    expect(studio.get_by_role("combobox", name="As")).to_have_value("last")
    studio.get_by_role("button", name="Save as revision 4").click()
    studio.get_by_role("button", name="Save without").click()
    expect(studio.get_by_text(re.compile("Revision 4, saved"))).to_be_visible()
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"] == [{"plugin": "slack", "options": {}}, {"script": DROP}]


def test_samples_are_what_the_webhook_wants_however_old(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), ["x.num"])
    wanted = api.publish("x.num", {"seldom": 1})
    api.publish_batch([{"event": "busy.type", "data": {"n": n}} for n in range(60)])
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(studio.get_by_role("combobox", name="Event", exact=True)).to_have_value(wanted["id"])
    write(studio, "local x = event.data.")
    studio.keyboard.press("Control+Space")
    expect(options(studio)).to_have_count(1)
    expect(options(studio)).to_contain_text("seldom")
