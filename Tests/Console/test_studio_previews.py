"""Bodies for Slack, Discord and Teams in the script studio, shown as the messages that they become."""

import re

from playwright.sync_api import expect

from browser.studio import write


# ---- messages as they would look


SLACK = """function transform() return { text = "notice", blocks = {
  { type = "header", text = { type = "plain_text", text = "Deploy <b>" } },
  { type = "section", text = { type = "mrkdwn", text = "*bold* _it_ ~gone~ `code` <https://example.com/x|a link> &lt;b&gt; <!here> *not" },
    fields = { { type = "mrkdwn", text = "*Who*\\nAda" } }, accessory = { type = "button", text = { type = "plain_text", text = "Open" }, url = "https://example.com/o" } },
  { type = "divider" }, { type = "image", image_url = "https://example.com/i.png", alt_text = "a graph" },
  { type = "context", elements = { { type = "mrkdwn", text = "<!date^1776076200^{date} {time}|then>" } } }, { type = "unheard_of" } } } end"""
DISCORD = """function transform() return { username = "Herald", content = "[wiki](https://example.com/a_(b)) **bold** ||secret||", embeds = { { title = "Title", url = "https://example.com/t",
  description = "# Heading\\n- item\\n\\\\*plain\\\\*", color = 0x2ECC71, fields = { { name = "A", value = "1", inline = true } }, footer = { text = "foot" } } } } end"""
TEAMS = """function transform() return { type = "message", attachments = { { contentType = "application/vnd.microsoft.card.adaptive", content = {
  type = "AdaptiveCard", version = "1.4", body = { { type = "TextBlock", text = "**Big** news", size = "Large", weight = "Bolder", color = "Good", wrap = true },
  { type = "FactSet", facts = { { title = "Who", value = "Ada" } } },
  { type = "ColumnSet", columns = { { items = { { type = "TextBlock", text = "left" } } }, { items = { { type = "TextBlock", text = "right" } } } } } },
  actions = { { type = "Action.OpenUrl", title = "Go", url = "https://example.com/g" }, { type = "Action.OpenUrl", title = "Bad", url = "javascript:alert(1)" } } } } } } end"""
CONNECTOR = """function transform() return { ["@type"] = "MessageCard", themeColor = "0B6E66", title = "Card", text = "some *text*",
  sections = { { activityTitle = "Section", facts = { { name = "Who", value = "Ada" } } } } } end"""


def test_a_body_for_slack_is_shown_as_its_message(studio):
    write(studio, SLACK)
    message = studio.get_by_role("figure", name="As Slack would show it")
    for tag, text in (("strong", "bold"), ("em", "it"), ("s", "gone"), ("code", "code")):
        expect(message.locator(f"{tag}", has_text=re.compile(f"^{text}$"))).to_be_visible()
    expect(message.locator(".pv-header")).to_have_text("Deploy <b>")
    expect(message).to_contain_text("<b> @here *not")
    expect(message.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.com/x")
    expect(message.get_by_role("link", name="a link")).to_have_attribute("rel", "noopener noreferrer")
    expect(message.get_by_role("img", name="a graph")).to_be_visible()
    expect(message.locator("time")).to_contain_text("13 Apr 2026")
    expect(message).to_contain_text("(block of type unheard_of: not drawn here)")
    expect(message).to_contain_text("Notification: notice")


def test_a_body_for_discord_is_shown_as_its_message(studio):
    write(studio, DISCORD)
    message = studio.get_by_role("figure", name="As Discord would show it")
    expect(message.locator(".pv-sender")).to_have_text("Herald")
    expect(message.locator("strong")).to_have_text("bold")
    expect(message.locator(".pv-spoiler")).to_have_text("secret")
    expect(message.get_by_role("link", name="Title")).to_have_attribute("href", "https://example.com/t")
    expect(message.get_by_role("link", name="wiki")).to_have_attribute("href", "https://example.com/a_(b)")
    expect(message.locator(".pv-h1")).to_have_text("Heading")
    expect(message.locator(".pv-item")).to_have_text("•item")
    expect(message).to_contain_text("*plain*")
    assert message.locator(".pv-embed").evaluate("(e) => getComputedStyle(e).borderLeftColor") == "rgb(46, 204, 113)"


def test_a_body_for_teams_is_shown_as_its_card(studio):
    write(studio, TEAMS)
    message = studio.get_by_role("figure", name="As Teams would show it")
    expect(message.locator(".pv-size-large strong")).to_have_text("Big")
    expect(message.locator(".pv-facts")).to_have_text("WhoAda")
    expect(message.locator(".pv-column")).to_have_text(["left", "right"])
    expect(message.get_by_role("link", name="Go")).to_have_attribute("href", "https://example.com/g")
    expect(message.get_by_text("Bad")).to_be_visible()
    expect(message.get_by_role("link", name="Bad")).to_have_count(0)
    write(studio, CONNECTOR)
    expect(message.locator(".pv-connector")).to_have_text(re.compile("Card.*some text.*Section.*Who.*Ada"))


def test_a_body_for_nobody_in_particular_is_no_message(studio, api):
    write(studio, "function transform() return { a = 1 } end")
    expect(studio.get_by_role("group", name="Body").first).to_contain_text('"a": 1')
    expect(studio.get_by_role("figure")).to_have_count(0)
    receiver = api.add_webhook("http://127.0.0.1:9/", script='function transform() return { text = "for anybody" } end')
    studio.visit(f"/studio?webhook={receiver['id']}")
    expect(studio.get_by_role("group", name="Body").first).to_contain_text("for anybody")
    expect(studio.get_by_role("figure")).to_have_count(0)
    write(studio, 'function transform() return { blocks = { 1, "x", { type = { } }, { type = "section", text = 7, fields = "no" } }, attachments = 3 } end')
    expect(studio.get_by_role("figure", name="As Slack would show it")).to_be_visible()
