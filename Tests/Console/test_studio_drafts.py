"""Drafts of the script studio: what is not saved is kept in this browser, for whom, and where it is found again."""

import re
from urllib.parse import urljoin

from playwright.sync_api import expect

from browser.console import Console
from browser.studio import BODY, DROP, change_meanwhile, editor, keep_case, outcome, script_of, tab, write


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
    lost.nth(0).get_by_role("button", name="Copy it").click()
    expect(studio.get_by_text("Copied", exact=True)).to_be_visible()
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
