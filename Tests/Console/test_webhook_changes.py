"""Changing a webhook in the console: its settings, and the stages of its pipeline."""

import json

import pytest
from browser.markup import unharmed
from browser.webhooks import add_stage, opened, saved, stored, unfold
from playwright.sync_api import expect


# ---- changing one


def test_only_what_was_changed_is_sent_and_secrets_stay(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), ["a.b"], name="before", headers={"X-Door": {"secret": "sesame"}}, auth={"type": "bearer", "token": "t0ken"},
                              retry={"preset": "svix"}, rate_limit={"count": 600, "per_secs": 90}, ordering={"key": "data.k"}, signing=["standard-ed25519"], tls=None)
    opened(page, webhook, "/edit")
    bodies = []
    page.on("request", lambda request: request.method == "PATCH" and bodies.append(json.loads(request.post_data)))
    page.get_by_label("Name", exact=True).fill("after")
    group = unfold(page, "Access")
    expect(group.get_by_label("Value")).to_have_value("")
    group.get_by_role("button", name="Add a header").click()
    group.locator(".header-row").last.get_by_label("Header name").fill("X-More")
    group.locator(".header-row").last.get_by_label("Value").fill("1")
    saved(page)
    assert bodies == [{"name": "after", "headers": {"X-Door": "<secret>", "X-More": "1"}}]
    api.publish("a.b", {"k": 1})
    (request,) = receiver.wait_for(1)
    assert (request.header("X-Door"), request.header("X-More"), request.header("Authorization")) == ("sesame", "1", "Bearer t0ken")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(page, api, receiver, markup, accessible, portraits):
    webhook = api.add_webhook(receiver.url(), name="shared")
    name = markup("key")[:190].replace("\u202e", "").replace("\u2028", "").strip()
    other = api.call("POST", "/v1/keys", {"name": name}).json["key"]

    def meanwhile(**fields):
        assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", fields, key=other).status == 200

    def mine(text):
        page.get_by_label("Name", exact=True).fill(text)
        page.get_by_role("button", name="Save", exact=True).click()

    opened(page, webhook, "/edit")
    meanwhile(events=["theirs.*"])
    mine("mine")
    dialog = page.get_by_role("dialog", name="Somebody else changed it meanwhile")
    expect(dialog).to_contain_text("It is at revision 2")
    expect(dialog).to_contain_text("events")
    expect(dialog).to_contain_text("saving yours keeps both")
    unharmed(page)
    portraits(page, "webhook-lost-edit")
    accessible(page, keyboard=False)
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("mine")
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 2
    page.get_by_role("button", name="Save", exact=True).click()
    dialog.get_by_role("button", name="Save mine").click()
    expect(page.locator("#main h1")).to_have_text("mine")
    now = api.call("GET", f"/v1/webhooks/{webhook['id']}").json
    assert (now["name"], now["events"], now["revision"]) == ("mine", ["theirs.*"], 3)
    opened(page, webhook, "/edit")
    meanwhile(name="theirs")
    mine("mine again")
    expect(dialog).to_contain_text("yours takes the place of theirs")
    dialog.get_by_role("button", name="Load theirs").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("theirs")
    assert api.call("GET", f"/v1/webhooks/{webhook['id']}").json["revision"] == 4


def test_nothing_changed_is_no_revision(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), script="function filter(event)\n  return true\nend\n", batch={"max_events": 2, "max_wait_secs": 1}, breaker={}, auto_disable=False, sample=0.07)
    opened(page, webhook, "/edit")
    saved(page)
    assert stored(api, webhook)["revision"] == 1


def test_the_way_of_retrying_is_changed_and_reset(page, api, receiver):
    webhook = api.add_webhook(receiver.url("/a"), retry={"schedule_secs": [1, 2], "retry_on": ["5xx"], "give_up_after_secs": 60})
    opened(page, webhook, "/edit")
    group = unfold(page, "Retries")
    group.get_by_label("Policy").select_option("standard-webhooks")
    group.get_by_label("Retry on").fill("")
    group.get_by_label("Give up after, seconds").fill("")
    saved(page)
    assert stored(api, webhook)["retry"] == {"preset": "standard-webhooks"}
    opened(page, webhook, "/edit")
    group = unfold(page, "Retries")
    group.get_by_label("Policy").select_option("backoff")
    group.get_by_label("Retries", exact=True).fill("101")
    expect(group.get_by_text("Expected a whole number of 0 to 100.")).to_be_visible()
    group.get_by_label("Retries", exact=True).fill("2")
    saved(page)
    assert stored(api, webhook)["retry_schedule_secs"] == [5, 30]


@pytest.mark.parametrize(("retry", "waits"), [({"preset": "rem"}, None), ({"preset": "standard-webhooks"}, None), ({"preset": "svix"}, None), ({"preset": "none"}, None), ({"max_retries": 7, "initial_delay_secs": 0.5, "multiplier": 3, "max_delay_secs": 60}, None), ({"schedule_secs": [9, 1, 7]}, None)])
def test_the_schedule_is_the_one_of_the_gateway(page, api, receiver, retry, waits):
    webhook = api.add_webhook(receiver.url(), retry=retry)
    page.visit("/nowhere")
    drawn = page.evaluate("(retry) => import(new URL('webhooks/retry.js', document.baseURI).href).then((m) => m.waits(retry))", webhook["retry"])
    assert drawn == webhook["retry_schedule_secs"]


def test_a_new_webhook_begins_with_what_its_address_says(page):
    page.guard.allow("status of 400")
    page.visit("/webhooks/new?plugin=telegram&event=a.b,c.*")
    assert pipeline_names(page) == ["telegram"]
    expect(page.locator(".token")).to_have_text(["a.b", "c.*"])


def test_a_form_that_was_left_is_there_again(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), name="kept")
    opened(page, webhook, "/edit")
    page.get_by_label("Name", exact=True).fill("half done")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Events", exact=True).click()
    expect(page.get_by_text("What you changed is kept")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Name", exact=True)).to_have_value("half done")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("kept")
    page.get_by_label("Name", exact=True).fill("half done")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#main h1")).to_have_text("kept")
    opened(page, webhook, "/edit")
    expect(page.get_by_label("Name", exact=True)).to_have_value("kept")


# ---- the pipeline


def pipeline_names(page):
    return page.locator(".stages > .stage .stage-head strong").all_inner_texts()


def test_stages_are_added_moved_and_removed_with_the_keyboard(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "tags", "options": {"any": ["x"]}}, {"script": "function transform(event) return { a = 1 } end"}])
    opened(page, webhook, "/edit")
    page.get_by_label("Stage to add").focus()
    page.get_by_label("Stage to add").select_option("redact")
    page.get_by_role("button", name="Add stage").press("Enter")
    assert pipeline_names(page) == ["tags", "Script", "redact"]
    up = page.get_by_role("button", name="Move up redact")
    up.press("Enter")
    expect(up).to_be_focused()
    up.press("Alt+ArrowUp")
    assert pipeline_names(page) == ["redact", "tags", "Script"]
    page.get_by_role("button", name="Move down redact").press("Enter")
    page.get_by_role("button", name="Remove tags").press("Enter")
    page.get_by_label("names", exact=True).fill("email\ncard, old")
    saved(page)
    assert stored(api, webhook)["pipeline"] == [{"plugin": "redact", "options": {"names": ["email", "card, old"]}}, {"script": "function transform(event) return { a = 1 } end"}]


def test_a_stage_that_was_removed_is_put_back_with_all_that_was_typed(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "tags", "options": {"any": ["x"]}}, {"plugin": "redact", "options": {"names": ["email"]}}])
    opened(page, webhook, "/edit")
    page.get_by_label("names", exact=True).fill("card")
    page.get_by_role("button", name="Remove tags").click()
    page.get_by_role("button", name="Remove redact").click()
    assert pipeline_names(page) == []
    page.get_by_role("button", name="Undo").last.click()
    page.get_by_role("button", name="Undo").last.click()
    assert pipeline_names(page) == ["tags", "redact"]
    saved(page)
    assert stored(api, webhook)["pipeline"] == [{"plugin": "tags", "options": {"any": ["x"]}}, {"plugin": "redact", "options": {"names": ["card"]}}]


def test_a_stage_that_was_put_back_says_what_is_wrong_with_it(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "tags", "options": {"any": ["x"]}}, {"plugin": "rename", "options": {"fields": {"data.a": "b"}}}])
    opened(page, webhook, "/edit")
    page.get_by_role("button", name="Remove rename").click()
    # A refusal of another field, while the stage is not there.
    page.get_by_label("URL", exact=True).fill("nowhere")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("URL", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("URL", exact=True).fill(webhook["url"])
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("fields", exact=True).fill("{")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("fields", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("fields", exact=True)).to_be_focused()


def test_stages_are_moved_with_the_pointer(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "rem"}, {"plugin": "standard"}, {"plugin": "mem0"}])
    opened(page, webhook, "/edit")
    page.locator(".stage").nth(2).locator(".grip").drag_to(page.locator(".stage").nth(0).locator(".stage-head"))
    assert pipeline_names(page) == ["mem0", "rem", "standard"]
    saved(page)
    assert [stage["plugin"] for stage in stored(api, webhook)["pipeline"]] == ["mem0", "rem", "standard"]


def test_options_are_what_the_plugin_declares(page, api, receiver, accessible, portraits):
    page.guard.allow("status of 400")
    webhook = api.add_webhook(receiver.url())
    opened(page, webhook, "/edit")
    stage = add_stage(page, "telegram")
    expect(stage.get_by_text("The bot's token from @BotFather.")).to_be_visible()
    expect(stage.get_by_label("token", exact=True)).to_have_attribute("type", "password")
    stage.get_by_label("chat_id", exact=True).fill("@here")
    stage.get_by_label("token", exact=True).fill("no token")
    expect(stage.locator(".error:visible")).to_contain_text("pattern")
    stage.get_by_label("token", exact=True).fill("123:abc")
    stage.get_by_text("more options").click()
    stage.get_by_label("silent", exact=True).select_option("yes")
    stage.get_by_label("format", exact=True).select_option("plain")
    portraits(page, "webhook-pipeline")
    accessible(page)
    stage.get_by_role("button", name="Limit the rate so").click()
    saved(page)
    found = stored(api, webhook)
    assert found["pipeline"] == [{"plugin": "telegram", "options": {"chat_id": "@here", "token": "<secret>", "silent": True, "format": "plain"}}]
    assert found["rate_limit"] == {"count": 1, "per_secs": 1, "burst": 1}
    opened(page, webhook, "/edit")
    page.get_by_label("chat_id", exact=True).fill("@there")
    expect(page.get_by_label("token", exact=True)).to_have_value("")
    saved(page)
    assert stored(api, webhook)["pipeline"][0]["options"]["chat_id"] == "@there"


def test_a_script_of_the_pipeline_leads_into_the_studio(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "rem"}, {"script": "function filter() return true end"}])
    opened(page, webhook, "?tab=settings")
    expect(page.get_by_role("link", name="Open in the studio")).to_have_attribute("href", f"#/studio?webhook={webhook['id']}&stage=1")
    opened(page, webhook, "/edit")
    expect(page.get_by_role("link", name="Open the stored script in the studio")).to_have_attribute("href", f"#/studio?webhook={webhook['id']}&stage=1")


def test_a_stage_that_was_removed_is_put_back_only_into_a_form_that_is_not_saved_yet(page, api, receiver):
    webhook = api.add_webhook(receiver.url(), pipeline=[{"plugin": "tags", "options": {"any": ["a"]}}])
    opened(page, webhook, "/edit")
    page.get_by_role("button", name="Remove tags").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    saved(page)
    assert stored(api, webhook)["pipeline"] == []
    assert page.get_by_role("button", name="Undo").count() == 0
