"""Plugins in the console: what is loaded and refused, README, options, cases, code, versions, and who uses them."""

import json

import pytest
from browser.markup import SHAPES, unharmed
from harness.gateway import REPOSITORY
from harness.plugins import CHAT, write_plugin
from harness.waiting import eventually
from playwright.sync_api import expect

RENDER = """async (text) => { const { markdown } = await import(new URL('pages/plugins/markdown.js', document.baseURI).href);
  const node = markdown(text, { resolve: (target) => target.startsWith('../') ? '/plugins/x' : null }); document.querySelector('#main').append(node); const html = node.innerHTML; return html; }"""
EVIL = """return { name = "evil", version = "<b>1</b>", summary = [[<img src=x onerror=alert("summary")>]], kind = "stage",
  options = { x = { type = "string", default = "<script>alert(1)</script>", description = [[<svg onload=alert("option")> `<x-owned>` [a](javascript:alert(1))]] } },
  transform = function() return "<script>alert('code')</script>" end }"""

MARKDOWN = [
    ("# A\n\nb *c* **d** `e` f", "<h2>A</h2><p>b <em>c</em> <strong>d</strong> <code>e</code> f</p>"),
    ("- a\n- b\n  - c\n\n1. d\n2. e", "<ul><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ul><ol><li>d</li><li>e</li></ol>"),
    ("| a | b |\n|---|---|\n| `x\\|y` | c |", '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody><tr><td><code>x|y</code></td><td>c</td></tr></tbody></table></div>'),
    ("> a\n> b\n\n---", "<blockquote><p>a\nb</p></blockquote><hr>"),
    ("[a](../b/README.md) [c](docs/d.md)", '<p><a href="#/plugins/x">a</a> <span title="docs/d.md">c</span></p>'),
    ("[a](javascript:alert(1)) ![p](http://x.invalid/p.png)", '<p><span title="javascript:alert(1)">a</span> p</p>'),
    ("<script>alert(1)</script> a_b_c 2 * 3 * 4 \\*x\\*", "<p>&lt;script&gt;alert(1)&lt;/script&gt; a_b_c 2 * 3 * 4 *x*</p>"),
]
AROUND = ["{}", "# {}", "- {}\n  - {}", "| {} |\n|---|\n| {} |", "> {}", "`{}`", "[{}]({})", "![{}]({})", "**{}**", "```\n{}\n```", "<{}>"]


@pytest.fixture
def gateway(make_gateway):
    """A gateway with plugins of its own: one that works, one that is refused, one full of markup."""
    gateway = make_gateway(start=False)
    write_plugin(gateway.folder, "chat")
    write_plugin(gateway.folder, "broken", 'return { name = "broken", version = "1", summary = "x", kind = "<x-owned>" }')
    write_plugin(gateway.folder, "evil", EVIL)
    return gateway.start()


def rows(page, name="Plugins"):
    return page.get_by_role("table", name=name).locator("tbody tr")


def test_refused_ones_come_first_and_say_why(page, accessible, portraits):
    page.visit("/plugins")
    expect(page.get_by_text("1 plugin refused")).to_be_visible()
    expect(rows(page).first).to_contain_text("broken")
    expect(rows(page).first).to_contain_text("kind")
    unharmed(page)
    portraits(page, "plugins")
    accessible(page)
    page.get_by_role("button", name="Sources", exact=True).click()
    expect(rows(page).filter(has_text="from-github")).to_be_visible()
    expect(rows(page).filter(has_text="slack-")).to_have_count(0)
    page.get_by_label("Find").fill("stripe")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("from-stripe")
    page.visit("/plugins/broken")
    expect(page.get_by_text("no version of it ever loaded")).to_be_visible()


def test_one_plugin_shows_options_code_and_who_uses_it(page, api, accessible, portraits):
    webhook = api.add_webhook("https://example.com/", name="to the team", pipeline=[{"plugin": "chat", "options": {"token": "t0k3n"}}])
    page.visit("/plugins/chat")
    page.get_by_role("tab", name="Options (2)").click()
    options = page.get_by_role("table", name="Options").locator("tbody tr")
    expect(options.filter(has_text="token")).to_contain_text("secret")
    expect(options.filter(has_text="channel")).to_contain_text("general")
    expect(options.filter(has_text="channel")).to_contain_text("at most 20")
    accessible(page)
    portraits(page, "plugin-options")
    page.keyboard.press("Tab")
    page.get_by_role("tab", name="Options (2)").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("group", name="chat/plugin.lua")).to_contain_text("Says things in a channel.")
    accessible(page)
    page.get_by_role("tab", name="Used by").click()
    page.get_by_role("link", name="to the team").click()
    expect(page).to_have_url(f"{page.console_url}#/webhooks/{webhook['id']}")
    page.visit("/plugins/slack?tab=uses")
    expect(page.get_by_text("No webhook has it in its pipeline.")).to_be_visible()
    page.get_by_role("link", name="Make a webhook").first.click()
    expect(page).to_have_url(f"{page.console_url}#/webhooks/new?plugin=slack")


def test_versions_show_what_changed(page, api, gateway):
    write_plugin(gateway.folder, "chat", CHAT.replace("Says things", "Whispers things"))
    eventually(lambda: api.call("GET", "/v1/plugins/chat").json["revision"] == 2, what="the new version")
    page.visit("/plugins/chat?tab=versions")
    expect(rows(page, "Versions")).to_have_count(2)
    expect(rows(page, "Versions").first).to_contain_text("in use")
    page.get_by_role("button", name="What changed").click()
    difference = page.get_by_role("group", name="Difference")
    expect(difference.locator(".removed")).to_contain_text("Says things")
    expect(difference.locator(".added")).to_contain_text("Whispers things")
    write_plugin(gateway.folder, "chat", "return 1")
    eventually(lambda: api.call("GET", "/v1/plugins/chat").json["problem"], what="the refusal")
    page.visit("/plugins/chat")
    expect(page.get_by_text("revision 2 goes on")).to_be_visible()


def test_cases_run_and_show_what_came(page, gateway, accessible, portraits):
    cases = [
        {"name": "says where it goes", "event": {"event": "a.b"}, "expect": {"body": {"text": "a.b", "channel": "general"}}},
        {"name": "<x-owned> is wrong", "event": {"event": "a.b"}, "expect": {"body": {"text": "<script>alert(1)</script>", "channel": "general"}}},
    ]
    (gateway.folder / "plugins/chat/cases.json").write_text(json.dumps(cases))
    page.visit("/plugins/chat?tab=cases")
    page.get_by_role("button", name="Run the cases").click()
    expect(page.get_by_role("status").filter(has_text="1 of 2 cases failed")).to_be_visible()
    failed = page.locator(".case").first
    expect(failed).to_contain_text("<x-owned> is wrong")
    expect(failed).to_contain_text("<script>alert(1)</script>")
    unharmed(page)
    accessible(page)
    portraits(page, "plugin-cases")
    page.visit("/plugins/slack?tab=cases")
    page.get_by_role("button", name="Run the cases").click()
    expect(page.get_by_text("cases passed")).to_be_visible()


def test_the_readme_is_shown(page, gateway, accessible, portraits):
    page.visit("/plugins/slack")
    readme = page.locator(".prose")
    expect(readme.get_by_role("heading", name="Options")).to_be_visible()
    expect(readme.get_by_role("cell", name="link_text")).to_be_visible()
    accessible(page)
    portraits(page, "plugin-readme")
    page.visit("/plugins/chat")
    expect(page.get_by_text("No README")).to_be_visible()


def test_markup_of_plugins_stays_text(page):
    for tab in ("readme", "options", "code", "versions", "uses"):
        page.visit(f"/plugins/evil?tab={tab}")
        unharmed(page)
    page.visit("/plugins/evil?tab=options")
    expect(page.get_by_role("table", name="Options")).to_contain_text("<svg onload=")
    page.visit("/plugins/broken")
    unharmed(page)


def test_markdown_becomes_elements(page):
    page.visit("/sources")
    for text, html in MARKDOWN:
        assert page.evaluate(RENDER, text) == html, text


def test_no_markup_gets_through_markdown(page, markup):
    page.visit("/sources")
    for shape in range(len(SHAPES)):
        for around in AROUND:
            page.evaluate(RENDER, around.replace("{}", markup("readme", shape)))
            unharmed(page)


def test_every_readme_of_ours_can_be_read(page):
    page.visit("/sources")
    for readme in sorted(REPOSITORY.glob("plugins/*/README.md")):
        page.evaluate("() => document.querySelectorAll('.prose').forEach((one) => one.remove())")
        page.evaluate(RENDER, readme.read_text())
        text = page.locator(".prose").inner_text()
        outside = page.evaluate("() => { const copy = document.querySelector('.prose').cloneNode(true); copy.querySelectorAll('code, pre').forEach((one) => one.remove()); return copy.textContent; }")
        assert len(text) > 200, readme
        for left in ("```", "](", "**", "|--", "`"):
            assert left not in outside, f"{readme.parent.name}: {left!r} is left in {outside[max(0, outside.find(left) - 60):][:120]!r}"


@pytest.mark.serial
def test_texts_that_take_long_elsewhere_do_not_here(page):
    page.visit("/sources")
    for text in ("[" * 50_000, "`" * 50_000, "*a" * 25_000, "**" * 25_000, "> " * 20_000, "| a " * 20_000 + "\n|---", "- " * 20_000, "[a](" * 12_000, "_" * 50_000, "\\" * 50_000, "<http://" * 6_000, "#" * 50_000):
        took = page.evaluate(f"async (text) => {{ const began = performance.now(); await ({RENDER})(text); return performance.now() - began; }}", text)
        assert took < 2000, f"{text[:10]!r}: {took} ms"


def test_a_limited_key_sees_how_plugins_are_used_and_not_what_is_the_gateways(make_page, gateway, api, accessible):
    page = make_page(gateway, key=api.call("POST", "/v1/keys", {"name": "team a", "namespaces": ["project-a"]}).json["key"])
    page.visit("/plugins")
    rows = page.get_by_role("table", name="Plugins").locator("tbody tr")
    expect(rows.filter(has_text="slack").first).to_be_visible()
    expect(page.get_by_role("columnheader", name="State")).to_have_count(0)
    rows.get_by_role("link", name="tags", exact=True).click()
    expect(page.get_by_role("tab")).to_have_text(["Options (3)", "Used by"])
    expect(page.get_by_role("table", name="Options")).to_contain_text("any")
    accessible(page)
    page.get_by_role("link", name="Make a webhook").click()
    expect(page.get_by_role("list", name="Stages of the pipeline").get_by_label("any", exact=True)).to_be_visible()


def test_a_refused_plugin_is_offered_to_nobody(page):
    page.visit("/plugins/broken")
    expect(page.get_by_text("It can be used once it is loaded.")).to_be_visible()
    expect(page.locator("#main").get_by_role("link", name="Make a")).to_have_count(0)
