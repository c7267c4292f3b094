"""Webhooks in a browser: what their tests do again and again."""

from playwright.sync_api import expect

ONCE = {"max_retries": 0}


def patched(api, webhook, **fields):
    answer = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", fields)
    assert answer.status == 200, answer
    return answer.json


def stored(api, webhook):
    return api.call("GET", f"/v1/webhooks/{webhook['id']}").json


def opened(page, webhook, part=""):
    return page.visit(f"/webhooks/{webhook['id']}{part}")


def unfold(page, title):
    """Opens a folded group of the form and returns it."""
    group = page.locator("details.group").filter(has=page.locator("summary", has_text=title))
    group.locator("> summary").click()
    return group


def saved(page):
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Edit", exact=True).first).to_be_visible()


def add_stage(page, name):
    page.get_by_label("Stage to add").select_option(name)
    page.get_by_role("button", name="Add stage").click()
    return page.locator(".stage").last
