"""The script studio in a browser: fixtures and what its tests do again and again."""

import re

import pytest
from playwright.sync_api import expect

DROP = 'function filter(event)\n  return has_tag(event, "architecture"), "no tag"\nend\n'
BODY = "function transform(event)\n  return { text = event.data.content }\nend\n"


@pytest.fixture
def stored(api):
    """Three stored events, the newest last."""
    return [
        api.publish("order.paid", {"order_id": 1042, "lines": [{"sku": "a"}]}),
        api.publish("memory.deleted", {"memory_id": "mem_1", "tags": ["lunch"]}),
        api.publish("memory.created", {"content": "Use Redis", "tags": ["architecture"], "user": {"id": 7, "e-mail": "ada@example.com"}}),
    ]


@pytest.fixture
def studio(page, stored):
    """The studio with a sample. Scripts that are half written are refused, which the browser's console notes."""
    page.guard.allow("status of 400")
    page.visit("/studio")
    expect(page.get_by_role("combobox", name="Event", exact=True)).to_contain_text("memory.created")
    return page


def editor(page):
    return page.get_by_role("textbox", name="Lua script")


def write(page, text):
    """Puts a text into the editor as a paste would."""
    editor(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def outcome(page):
    return page.locator(".st-results .st-strip .badge").first


def tab(page, name):
    page.get_by_role("tab", name=re.compile(name)).click()


def script_of(api, webhook, stage=0):
    return api.call("GET", f"/v1/webhooks/{webhook}").json["pipeline"][stage]["script"]


def options(page):
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def keep_case(page):
    tab(page, "Cases")
    page.get_by_role("button", name="Keep this sample as a case").click()


def change_meanwhile(api, webhook, change):
    """Saves what `change` makes of the pipeline, as somebody else would."""
    pipeline = change(api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"])
    assert api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"pipeline": pipeline}).status == 200


def case(name, text=None):
    return {"name": name, "event": {"event": "memory.created", "data": {"content": name}}, "expect": {"body": {"text": text or name}}}


def chat(api, receiver, *cases, script=BODY):
    return api.add_webhook(receiver.url("/"), name="Chat", pipeline=[{"script": script, "cases": list(cases)}])


def cases_of(api, webhook, stage=0):
    return [each["name"] for each in api.call("GET", f"/v1/webhooks/{webhook['id']}").json["pipeline"][stage].get("cases", [])]


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
