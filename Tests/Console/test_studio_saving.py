"""Cases of the script studio, and saving: what is kept, for whom, and what is asked before something is replaced."""

import json
import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from browser.console import Console
from browser.studio import BODY, DROP, editor, keep_case, options, outcome, script_of, tab, write


# ---- cases and saving


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


def change_meanwhile(api, webhook, change):
    pipeline = change(api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"])
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"pipeline": pipeline}).status == 200


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


def test_what_is_not_saved_is_there_when_one_comes_back(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    studio.visit(f"/studio?webhook={webhook['id']}")
    write(studio, DROP)
    studio.visit("/nowhere")
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(DROP)
    studio.get_by_role("button", name="What differs").click()
    expect(studio.get_by_role("dialog").locator(".line.added").first).to_contain_text("function filter(event)")
    studio.keyboard.press("Escape")
    studio.get_by_role("button", name="Discard").click()
    expect(editor(studio)).to_have_value(BODY)
    studio.visit("/nowhere")
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(BODY)


def kept(studio):
    """What this browser keeps of the studio: names without the key, and values."""
    return studio.evaluate("Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith('tidehook-studio:')).map(([name, value]) => [name.split(':').slice(2).join(':'), JSON.parse(value)]))")


def left_with_a_draft(studio, webhook, text=DROP):
    """Leaves the studio with an unsaved script, and an unsaved case, of the stage that is opened first."""
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)
    tab(studio, "Result")
    write(studio, text)
    studio.visit("/nowhere")


def test_a_draft_and_its_cases_go_with_their_stage(studio, api, receiver):
    webhook, added = api.add_webhook(receiver.url("/"), name="Chat", script=BODY), {"script": "function filter() return 1 == 1 end"}
    left_with_a_draft(studio, webhook)
    change_meanwhile(api, webhook, lambda pipeline: [added, *pipeline])
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(studio.get_by_role("combobox", name="Stage")).to_contain_text("Stage 2: script")
    expect(studio.get_by_role("combobox", name="Stage")).to_have_value("1")
    expect(editor(studio)).to_have_value(DROP)
    expect(studio.get_by_text("What was stage 1 is stage 2 now.")).to_be_visible()
    expect(studio.get_by_role("tab", name="Cases 1")).to_be_visible()
    studio.get_by_role("combobox", name="Stage").select_option("0")
    expect(editor(studio)).to_have_value(added["script"])
    expect(studio.get_by_role("tab", name="Cases", exact=True)).to_be_visible()
    studio.visit(f"/studio?webhook={webhook['id']}&stage=1")
    studio.get_by_role("button", name="Save", exact=True).click()
    studio.get_by_role("button", name="Save nevertheless").click()
    expect(studio.get_by_text(re.compile("Revision 3, saved"))).to_be_visible()
    stages = api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"]
    assert stages[0] == added and stages[1]["script"] == DROP and len(stages[1]["cases"]) == 1
    assert kept(studio) == {}


def test_a_tab_in_which_nothing_was_typed_leaves_the_draft_of_another_alone(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(BODY)
    other = studio.context.new_page()
    other.goto(studio.url)
    expect(editor(other)).to_have_value(BODY)
    write(other, DROP)
    other.reload()
    expect(editor(other)).to_have_value(DROP)
    other.close()
    studio.visit("/nowhere")
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(DROP)


def test_a_draft_of_a_script_that_changed_meanwhile_is_a_choice(studio, api, receiver, accessible, portraits):
    webhook, theirs = api.add_webhook(receiver.url("/"), name="Chat", script=BODY), BODY + "-- theirs\n"
    left_with_a_draft(studio, webhook)
    change_meanwhile(api, webhook, lambda pipeline: [{"script": theirs}])
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(DROP)
    expect(studio.get_by_text("This draft was begun at revision 1. The webhook is at revision 2 now, and its script was changed, too.")).to_be_visible()
    portraits(studio, "studio-stale-draft")
    accessible(studio, keyboard=False)
    studio.get_by_role("button", name="What changed since").click()
    expect(studio.get_by_role("dialog").get_by_role("group", name="Difference")).to_contain_text("+ -- theirs")
    studio.keyboard.press("Escape")
    studio.get_by_role("button", name="What differs").click()
    expect(studio.get_by_role("dialog").get_by_role("group", name="Difference")).to_contain_text("- -- theirs")
    studio.keyboard.press("Escape")
    # Nothing was chosen: saving asks, and coming back finds both again.
    studio.get_by_role("button", name="Save", exact=True).click()
    asked = studio.get_by_role("alertdialog", name="The saved script has changed meanwhile")
    expect(asked.get_by_role("group", name="Difference")).to_contain_text("- -- theirs")
    asked.get_by_role("button", name="Cancel").click()
    assert script_of(api, webhook["id"]) == theirs
    studio.reload()
    expect(studio.get_by_role("button", name="Take what is saved")).to_be_visible()
    studio.get_by_role("button", name="Take what is saved").click()
    expect(editor(studio)).to_have_value(theirs)
    expect(studio.get_by_role("button", name="Take what is saved")).to_have_count(0)


def test_a_draft_that_is_kept_over_what_others_saved_is_saved_unasked(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    studio.visit(f"/studio?webhook={webhook['id']}")
    write(studio, DROP)
    studio.visit("/nowhere")
    change_meanwhile(api, webhook, lambda pipeline: [{"script": BODY + "-- theirs\n"}])
    studio.visit(f"/studio?webhook={webhook['id']}")
    studio.get_by_role("button", name="Keep my draft").click()
    expect(studio.get_by_role("button", name="Discard")).to_be_visible()
    studio.get_by_role("button", name="Save", exact=True).click()
    studio.get_by_role("alertdialog", name="Save without a case?").get_by_role("button", name="Save without").click()
    expect(studio.get_by_text(re.compile("Revision 3, saved"))).to_be_visible()
    assert script_of(api, webhook["id"]) == DROP


SLACK = {"plugin": "slack", "options": {}}
ADDED = {"script": "function filter() return 1 == 1 end"}


def test_what_is_kept_of_a_webhook_or_a_stage_that_is_gone_stays_until_it_is_removed(studio, api, receiver, accessible, portraits):
    gone, webhook = (api.add_webhook(receiver.url("/"), name=name, script=BODY) for name in ("Gone", "Chat"))
    left_with_a_draft(studio, gone)
    left_with_a_draft(studio, webhook)
    assert api.call("DELETE", f"/v1/webhooks/{gone['id']}").status == 204
    change_meanwhile(api, webhook, lambda pipeline: [SLACK])
    studio.visit(f"/studio?webhook={webhook['id']}")
    lost = studio.locator(".st-draft", has_text="gone")
    expect(lost).to_have_text([re.compile("A script was not saved, and its stage is gone from this webhook."), re.compile("Cases were not saved, and their stage is gone")])
    portraits(studio, "studio-lost")
    accessible(studio, keyboard=False)
    lost.nth(0).get_by_role("button", name="Show it").click()
    expect(studio.get_by_role("dialog").get_by_role("group", name="Unsaved script")).to_contain_text("has_tag(event")
    studio.keyboard.press("Escape")
    lost.nth(1).get_by_role("button", name="Show it").click()
    expect(studio.get_by_role("dialog").get_by_role("group", name="Unsaved cases")).to_contain_text("Use Redis")
    studio.keyboard.press("Escape")
    # The stage comes back, and its script and cases are found again.
    assert api.call("POST", f"/v1/webhooks/{webhook['id']}/rollback", {"revision": 1}).status in (200, 201)
    studio.reload()
    expect(editor(studio)).to_have_value(DROP)
    expect(studio.get_by_role("tab", name="Cases 1")).to_be_visible()
    change_meanwhile(api, webhook, lambda pipeline: [SLACK])
    studio.reload()
    for _ in range(2):
        lost.nth(0).get_by_role("button", name="Remove it").click()
    expect(lost).to_have_count(0)
    assert sorted(kept(studio)) == [f"cases:{gone['id']}:0", f"draft:{gone['id']}:0"]
    studio.visit("/studio")
    expect(lost.nth(0)).to_contain_text(gone["id"])
    for _ in range(2):
        lost.nth(0).get_by_role("button", name="Remove it").click()
    assert kept(studio) == {}


def test_no_lost_draft_takes_the_place_of_another(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    left_with_a_draft(studio, webhook)
    change_meanwhile(api, webhook, lambda pipeline: [SLACK])
    studio.visit(f"/studio?webhook={webhook['id']}")
    change_meanwhile(api, webhook, lambda pipeline: [{"script": BODY + "-- second\n"}])
    studio.visit("/nowhere")
    left_with_a_draft(studio, webhook, DROP + "-- another\n")
    change_meanwhile(api, webhook, lambda pipeline: [SLACK])
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(studio.get_by_text("A script was not saved, and its stage is gone")).to_have_count(2)
    found = kept(studio)
    assert sorted(value["script"] for name, value in found.items() if name.startswith("draft:")) == [DROP, DROP + "-- another\n"]
    assert len(found) == 4


def test_a_draft_of_a_stage_to_be_added_is_told_of_at_the_others(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    studio.visit(f"/studio?webhook={webhook['id']}&stage=last")
    write(studio, DROP)
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(BODY)
    note = studio.locator(".st-draft", has_text="Something is not saved yet at another place: New stage after script.")
    note.get_by_role("link", name="Open it").click()
    expect(editor(studio)).to_have_value(DROP)
    expect(note).to_have_count(0)


def test_the_stage_that_was_asked_for_is_opened_wherever_a_draft_is(studio, api, receiver, portraits):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    left_with_a_draft(studio, webhook)
    change_meanwhile(api, webhook, lambda pipeline: [ADDED, *pipeline])
    studio.visit(f"/studio?webhook={webhook['id']}&stage=0")
    expect(editor(studio)).to_have_value(ADDED["script"])
    note = studio.locator(".st-draft", has_text="Something is not saved yet at another place: Stage 2: script. It was stage 1.")
    portraits(studio, "studio-elsewhere")
    note.get_by_role("link", name="Open it").click()
    expect(editor(studio)).to_have_value(DROP)


def test_no_draft_is_laid_over_a_script_that_was_put_before_its_own(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", script=BODY)
    left_with_a_draft(studio, webhook)
    change_meanwhile(api, webhook, lambda pipeline: [ADDED, {"script": BODY + "-- theirs\n"}])
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(editor(studio)).to_have_value(ADDED["script"])
    expect(studio.get_by_role("tab", name="Cases", exact=True)).to_be_visible()
    expect(studio.get_by_text("its script was changed, too")).to_have_count(0)
    expect(studio.get_by_text("A script was not saved, and its stage is gone from this webhook.")).to_be_visible()


def test_cases_are_the_webhooks_and_another_browser_has_them(studio, api, receiver, make_page, gateway, portraits):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", pipeline=[{"script": BODY}])
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)
    expect(studio.get_by_text("Not saved yet: Save keeps them with the script.")).to_be_visible()
    expect(studio.get_by_text("unsaved changes")).to_be_visible()
    portraits(studio, "studio-cases")
    other = make_page(gateway)
    other.visit(f"/studio?webhook={webhook['id']}")
    expect(other.get_by_role("tab", name="Cases", exact=True)).to_be_visible()
    studio.get_by_role("button", name="Save", exact=True).click()
    expect(studio.get_by_text(re.compile("Revision 2, saved"))).to_be_visible()
    (case,) = api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"][0]["cases"]
    assert case["event"]["data"]["content"] == "Use Redis" and case["expect"] == {"body": {"text": "Use Redis"}}
    assert studio.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('tidehook-studio'))") == []
    other.reload()
    tab(other, "Cases 1")
    other.get_by_role("button", name="Run all").click()
    expect(other.locator(".st-case .badge")).to_have_text("passes")
    # The form of the webhook, and a change of the script alone, leave them as they are.
    other.visit(f"/webhooks/{webhook['id']}/edit")
    expect(other.get_by_text("1 case, which the studio runs")).to_be_visible()
    other.get_by_label("Lua script").fill(BODY + "-- more")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("link", name="Edit", exact=True).first).to_be_visible()
    (stage,) = api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"]
    assert stage["script"].endswith("-- more") and stage["cases"] == [case]


def test_cases_that_somebody_else_added_meanwhile_are_kept(studio, api, receiver):
    mine, theirs = ({"name": name, "event": {"event": "memory.created", "data": {"content": name}}, "expect": {"body": {"text": name}}} for name in ("mine", "theirs"))
    webhook = api.add_webhook(receiver.url("/"), name="Chat", pipeline=[{"script": BODY, "cases": [mine]}])
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"pipeline": [{"script": BODY, "cases": [mine, theirs]}]}).status == 200
    studio.get_by_role("button", name="Save", exact=True).click()
    studio.get_by_role("alertdialog", name="The webhook has changed meanwhile").get_by_role("button", name="Save mine").click()
    expect(studio.get_by_text(re.compile("Revision 3, saved"))).to_be_visible()
    names = [case["name"] for case in api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"][0]["cases"]]
    assert names == ["mine", "memory.created is sent", "theirs"]


def case(name, text=None):
    return {"name": name, "event": {"event": "memory.created", "data": {"content": name}}, "expect": {"body": {"text": text or name}}}


def chat(api, receiver, *cases, script=BODY):
    return api.add_webhook(receiver.url("/"), name="Chat", pipeline=[{"script": script, "cases": list(cases)}])


def cases_of(api, webhook, stage=0):
    return [each["name"] for each in api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"][stage].get("cases", [])]


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()


def test_unsaved_cases_undo_nothing_of_what_others_saved_meanwhile(studio, api, receiver):
    webhook = chat(api, receiver, case("mine"), case("gone"))
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)
    studio.visit("/nowhere")
    change_meanwhile(api, webhook, lambda pipeline: [{"script": BODY, "cases": [case("mine"), case("theirs")]}])
    studio.visit(f"/studio?webhook={webhook['id']}")
    tab(studio, "Cases 3")
    expect(studio.get_by_text("The webhook has changed since they were kept")).to_be_visible()
    save(studio)
    expect(studio.get_by_text(re.compile("Revision 3, saved"))).to_be_visible()
    assert cases_of(api, webhook) == ["mine", "memory.created is sent", "theirs"]


def test_cases_of_others_are_run_before_they_are_saved(studio, api, receiver):
    webhook = chat(api, receiver)
    studio.visit(f"/studio?webhook={webhook['id']}")
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)
    change_meanwhile(api, webhook, lambda pipeline: [{"script": BODY, "cases": [case("theirs", "something else")]}])
    save(studio)
    studio.get_by_role("alertdialog", name="The webhook has changed meanwhile").get_by_role("button", name="Save mine").click()
    studio.get_by_role("alertdialog", name="Save although 1 case of 2 fails?").get_by_role("button", name="Cancel").click()
    expect(studio.locator(".st-case .badge")).to_have_text(["passes", "fails"])
    assert cases_of(api, webhook) == ["theirs"]
    # Theirs are not taken for mine: what is thrown away here is the one that was kept.
    studio.get_by_role("button", name="Discard the changes").click()
    expect(studio.locator(".st-case")).to_have_count(1)
    expect(studio.get_by_label("Name of the case")).to_have_value("theirs")


def test_cases_go_with_the_script_that_is_replaced(studio, api, receiver):
    webhook = api.add_webhook(receiver.url("/"), name="Chat", pipeline=[{"script": BODY}, {"script": DROP, "cases": [case("theirs")]}])
    studio.visit(f"/studio?webhook={webhook['id']}&stage=0")
    expect(editor(studio)).to_have_value(BODY)
    studio.get_by_role("button", name="Save into…").click()
    dialog = studio.get_by_role("dialog", name="Save the script")
    expect(dialog.get_by_label("As")).to_contain_text("Stage 2: script")
    expect(dialog.get_by_text("takes the place")).to_have_count(0)
    dialog.get_by_label("As").select_option("1")
    expect(dialog.get_by_text("It takes the place of the script that is there, whose 1 case goes with it.")).to_be_visible()
    dialog.get_by_role("button", name="Save as revision 2").click()
    studio.get_by_role("button", name="Save without").click()
    expect(studio.get_by_text(re.compile("Revision 2, saved"))).to_be_visible()
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"] == [{"script": BODY}, {"script": BODY}]


def test_stored_cases_have_what_they_leave_out(studio, api, receiver):
    whole = {"id": "evt_0000000000000000000000001", "event": "memory.created", "timestamp": "2026-01-01T00:00:00.000Z", "data": {}}
    usual = {"name": "usual", "event": {}, "ctx": {"now": "2026-02-01T00:00:00Z"}, "expect": {"body": [whole[name] for name in ("id", "event", "timestamp")]}}
    webhook = chat(api, receiver, usual, script="function transform(event) return { event.id, event.event, event.timestamp } end")
    studio.visit(f"/studio?webhook={webhook['id']}")
    tab(studio, "Cases 1")
    expect(studio.locator(".st-case")).to_contain_text("memory.created: expected to be sent as kept")
    expect(studio.locator(".st-case")).to_contain_text("Not heeded here: ctx.now.")
    studio.get_by_role("button", name="Run all").click()
    expect(studio.locator(".st-case .badge")).to_have_text("passes")
    studio.get_by_role("button", name="Open the sample of usual").click()
    expect(studio.get_by_role("textbox", name="Event")).to_have_value(re.compile('"event": "memory.created"'))


# ---- what stays in the browser, and for how long

KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('tidehook-studio')).length"


def with_drafts(studio):
    """Leaves a script and a case in the studio that are not saved."""
    studio.guard.allow("status of 401")
    write(studio, BODY)
    expect(outcome(studio)).to_have_text("would be sent")
    keep_case(studio)


def test_signing_out_leaves_nothing_of_the_studio_in_the_browser(studio, api):
    with_drafts(studio)
    studio.visit("/nowhere")
    assert studio.evaluate(KEPT) == 2
    studio.visit("/studio")
    studio.get_by_role("button", name="Sign out").click()
    asked = studio.get_by_role("alertdialog", name="Sign out?")
    expect(asked).to_contain_text("Signing out removes them from it.")
    asked.get_by_role("button", name="Sign out").click()
    expect(studio.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    assert studio.evaluate(KEPT) == 0


def test_signing_out_in_another_tab_is_final_here_too(studio, gateway):
    with_drafts(studio)
    other = Console.of(gateway).page(studio.context, signed_in=False)
    other.guard.allow("status of 401")
    other.visit("/about")
    other.get_by_role("button", name="Sign out", exact=True).click()
    other.get_by_role("alertdialog", name="Sign out?").get_by_role("button", name="Sign out").click()
    expect(studio.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    studio.visit("/nowhere")
    expect(studio.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    assert studio.evaluate(KEPT) == 0
    other.guard.check()


def test_signing_out_of_a_session_that_has_run_out_leaves_nothing_either(studio, api):
    with_drafts(studio)
    studio.visit("/about")
    (session,) = api.call("GET", "/v1/console/sessions").json["data"]
    assert api.call("DELETE", f"/v1/console/sessions/{session['id']}").status == 204
    assert studio.evaluate(KEPT) == 2
    studio.get_by_role("button", name="Sign out everywhere").click()
    studio.get_by_role("alertdialog").get_by_role("button", name="Sign out everywhere").click()
    expect(studio.get_by_role("heading", name="Sign in to Tidehook")).to_be_visible()
    assert studio.evaluate(KEPT) == 0


def test_a_link_of_another_key_leaves_nothing_of_the_first_one(studio, gateway, api):
    def sign_in(key):
        studio.goto(urljoin(gateway.url, api.call("POST", "/v1/console/links", key=key).json["url"]))
        asked = studio.get_by_role("alertdialog", name="Sign in with this link?")
        expect(asked).to_contain_text("are removed from this browser")
        asked.get_by_role("button", name="Sign in with the link").click()
        expect(studio.locator("#main h1")).to_have_text("Overview")

    with_drafts(studio)
    sign_in(gateway.key)
    assert studio.evaluate(KEPT) == 2, "one's own link goes on"
    sign_in(api.call("POST", "/v1/keys", {"name": "of a team", "namespaces": ["team"]}).json["key"])
    expect(studio.locator(".who")).to_contain_text("of a team")
    assert studio.evaluate(KEPT) == 0
