"""A plugin folder beside a gateway, written before it starts and changed while it runs."""

CHAT = """
return {
  name = "chat", version = "1.0.0", summary = "Says things in a channel.", kind = "stage",
  options = {
    channel = { type = "string", description = "Where to.", default = "general", max = 20 },
    token = { type = "string", description = "Proves who says it.", secret = true },
  },
  transform = function(event, ctx)
    print("to " .. ctx.options.channel)
    return { text = event.event, channel = ctx.options.channel }, { headers = { ["X-Chat"] = "1" } }
  end,
}
"""


def write_plugin(folder, name, text=CHAT, **files):
    """Writes `plugins/NAME/plugin.lua`, and `files` as further modules, below a folder."""
    home = folder / "plugins" / name
    home.mkdir(parents=True, exist_ok=True)
    for module, content in {"plugin": text, **files}.items():
        (home / f"{module}.lua").write_text(content, encoding="utf-8")
    return home
