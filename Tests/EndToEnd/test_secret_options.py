"""A secret option reaches the receiver, and nobody else: not the API's answers, not attempts, not dry runs, not revisions, not the log."""

from harness.receiver import Reply
from harness.waiting import eventually

SECRET = "123456:t0ken/with+signs"
PLUGIN = """
return {
  name = "bot", version = "1.0.0", summary = "Puts its token everywhere.", kind = "stage",
  options = { token = { type = "string", required = true, secret = true, description = "The token." } },
  transform = function(event, ctx)
    local token = ctx.options.token
    print("token", token)
    return { token = token, note = 'in "quotes": ' .. token },
           { url = ctx.event.data.target .. "?token=" .. url.encode(token), headers = { ["X-Bot"] = "Bearer " .. token } }
  end,
  response = function(res, ctx) return "dead", "refused " .. ctx.options.token end,
}
"""


def test_a_secret_option_is_sent_and_never_shown(make_gateway, receiver, tmp_path):
    (tmp_path / "plugins/bot").mkdir(parents=True)
    (tmp_path / "plugins/bot/plugin.lua").write_text(PLUGIN)
    gateway = make_gateway(arguments=["--plugins", str(tmp_path / "plugins")])
    api = gateway.api
    receiver.reply("/bot?token=123456%3At0ken%2Fwith%2Bsigns", Reply(status=400, body=f"bad token {SECRET}".encode()))
    webhook = api.add_webhook(receiver.url("/none"), ["memory.created"], pipeline=[{"plugin": "bot", "options": {"token": SECRET}}])
    event = {"event": "memory.created", "data": {"target": receiver.url("/bot")}}
    assert api.call("POST", "/v1/events", event).status == 202
    delivery = eventually(lambda: next(iter(api.call("GET", "/v1/deliveries?state=dead").json["data"]), None))

    request = receiver.requests("/bot?token=123456%3At0ken%2Fwith%2Bsigns")[0]
    assert SECRET.encode() in request.body
    assert request.header("X-Bot") == f"Bearer {SECRET}"

    shown = [
        api.call("GET", f"/v1/deliveries/{delivery['id']}"),
        api.call("GET", "/v1/deliveries"),
        api.call("GET", f"/v1/webhooks/{webhook['id']}"),
        api.call("GET", f"/v1/webhooks/{webhook['id']}/revisions"),
        api.call("POST", "/v1/dry-runs", {"webhook": webhook["id"], "last": 1, "events": ["memory.created"]}),
    ]
    for answer in shown:
        text = answer.body.decode()
        assert answer.status == 200, answer
        assert "t0ken" not in text, text
    assert "<secret>" in shown[0].body.decode()
    assert "t0ken" not in gateway.stderr()
