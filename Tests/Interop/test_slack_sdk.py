"""Slack's own SDK: its WebhookClient sends what the slack plugin sends, and its verifier agrees with Tidehook's on who is genuine."""

import json

import pytest
from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock
from slack_sdk.webhook import WebhookClient

MEMORY = {
    "id": "evt_abc123", "event": "memory.created", "timestamp": "2026-04-13T10:30:00Z",
    "data": {
        "memory_id": "mem_xyz789", "content": "Use Redis & <Lua>, café 🎉", "namespace": "my-project", "tags": ["architecture", "caching"],
    },
}
ESCAPED = "Use Redis &amp; &lt;Lua&gt;, café 🎉"


@pytest.fixture
def bodies(api, receiver):
    """Sends one message both ways and returns what arrived: from Slack's client, and from the plugin."""

    def send(message, **options):
        answer = WebhookClient(receiver.url("/client")).send_dict(message)
        assert (answer.status_code, answer.body) == (200, "")
        api.add_webhook(receiver.url("/plugin"), ["memory.*"], pipeline=[{"plugin": "slack", "options": options}])
        api.publish(**MEMORY)
        (client,), (plugin,) = receiver.wait_for(1, path="/client"), receiver.wait_for(1, path="/plugin")
        assert client.method == plugin.method == "POST"
        assert media_type(client) == media_type(plugin) == "application/json"
        return json.loads(client.body), json.loads(plugin.body)

    return send


def media_type(request):
    return request.header("Content-Type").partition(";")[0]


def test_a_text_message_is_what_slacks_client_sends(bodies):
    message = {"text": f"*Memory created*\n{ESCAPED}", "unfurl_links": False, "unfurl_media": False}
    client, plugin = bodies(message, format="text", fields=[])
    assert plugin == client


def test_a_text_message_with_a_sender_and_a_channel_is_what_slacks_client_sends(bodies):
    message = {
        "text": f"<!here> *Decision*\n{ESCAPED}", "channel": "#architecture", "username": "Tide", "icon_emoji": ":ocean:",
        "unfurl_links": True, "unfurl_media": True,
    }
    client, plugin = bodies(
        message, format="text", title="Decision", text="{{data.content}}", mention="<!here>", channel="#architecture", username="Tide",
        icon_emoji=":ocean:", unfurl=True)
    assert plugin == client


def test_blocks_are_what_slacks_client_sends_for_its_own_models(bodies):
    blocks = [
        HeaderBlock(text=PlainTextObject(text="Memory created")),
        SectionBlock(text=MarkdownTextObject(text=f"<!here> {ESCAPED}")),
        SectionBlock(fields=[
            MarkdownTextObject(text="*Memory id*\nmem_xyz789"), MarkdownTextObject(text="*Tags*\narchitecture, caching"),
        ]),
        ContextBlock(elements=[MarkdownTextObject(
            text="memory.created · my-project · <!date^1776076200^{date_short_pretty} {time}|2026-04-13T10:30:00Z>")]),
    ]
    message = {"text": f"Memory created: {ESCAPED}", "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    client, plugin = bodies(message, mention="<!here>")
    assert plugin == client


@pytest.mark.parametrize("options", [
    {}, {"mention": "<!here>", "link": "https://example.com/{{data.memory_id}}"}, {"fields": ["Id: {{data.memory_id}}"]},
    {"title": "T" * 500, "text": "{{data.content}}" * 400},
])
def test_slacks_models_find_the_plugins_blocks_valid(api, receiver, options):
    """They check what Slack documents: how long texts may be, how many fields, and that nothing is missing."""
    api.add_webhook(receiver.url(), pipeline=[{"plugin": "slack", "options": options}])
    api.publish(**MEMORY)
    (request,) = receiver.wait_for(1)
    sent = json.loads(request.body)["blocks"]
    parsed = Block.parse_all(sent)
    assert [block.to_dict() for block in parsed] == sent
