"""Cases of the script studio: they are saved with their script, and what others saved meanwhile stays."""

import re

from playwright.sync_api import expect

from browser.studio import BODY, DROP, case, cases_of, change_meanwhile, chat, editor, keep_case, outcome, save, tab


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
    expect(other.get_by_text("1 case, run when a changed script is saved")).to_be_visible()
    other.get_by_label("Lua script").fill("function transform() return { text = 'no' } end")
    other.get_by_role("button", name="Save").click()
    dialog = other.get_by_role("alertdialog", name="Save although 1 case of the scripts that you changed does not pass?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 2
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
