-- Functions without a library: questions about events, and lines for the log.
local host = ...

return {
  {
    name = "has_tag",
    summary = "Tells whether an event carries a tag: whether `event.data.tags` or `event.tags` lists it.",
    parameters = {
      { name = "event", type = "table", about = "the event" },
      { name = "tag", type = "string", about = "the tag, compared exactly" },
    },
    returns = { type = "boolean", about = "false also when there are no tags" },
    example = {
      { code = 'has_tag({ data = { tags = { "decision", "urgent" } } }, "urgent")', result = "true" },
      { code = 'has_tag({ data = {} }, "urgent")', result = "false" },
    },
    body = host.has_tag,
  },
  {
    name = "uuid_from",
    summary = "Makes a UUID from a text: always the same one from the same text. Good for ids that a receiver uses to recognise repeats.",
    parameters = { { name = "s", type = "string", about = "what the UUID stands for, such as an event's id" } },
    returns = { type = "string", about = "a version 5 UUID (RFC 9562) in a namespace of Tidehook's own" },
    example = {
      { code = 'uuid_from("evt_1")', result = '"e65a1b55-d332-5b65-b130-001c58871612"' },
    },
    body = host.uuid_from,
  },
  {
    name = "print",
    summary = "Adds a line to the log of this attempt. The log keeps the first 4 KiB of a call; more is left out.",
    parameters = { { name = "...", type = "any", about = "values, shown as `tostring` shows them, with tabs between them" } },
    example = { { code = 'print("tags", 2, true)', log = "tags\t2\ttrue\n" } },
    body = host.print,
  },
  {
    name = "log.info",
    summary = "As `print`, with `info: ` before the line.",
    parameters = { { name = "...", type = "any", about = "as for `print`" } },
    example = { { code = 'log.info("sent to", "#general")', log = "info: sent to\t#general\n" } },
    body = host.log_info,
  },
  {
    name = "log.warn",
    summary = "As `print`, with `warn: ` before the line.",
    parameters = { { name = "...", type = "any", about = "as for `print`" } },
    example = { { code = 'log.warn("no channel given")', log = "warn: no channel given\n" } },
    body = host.log_warn,
  },
}
