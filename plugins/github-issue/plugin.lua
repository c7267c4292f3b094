-- GitHub issues: one per event. It shows what a plugin may change in a request: URL and headers; the method is POST already.
local message = require("lib.message")
local markdown = require("lib.markdown")
local limits = require("lib.limits")
local judge = require("github-issue.answers")

-- GitHub counts characters.
local MOST_TITLE = 256
local MOST_BODY = 65536
local MOST_TEXT = 30000   -- characters of a text: what is longer nobody reads, and escaping it takes its time

local escape = markdown.escaper("\\*_~`|<>[]#", true)
local function plain(s) return s end

-- A title shows no Markdown, but "@name" in it would still notify.
local function escape_title(s) return (s:gsub("@", "@\u{200B}")) end

-- A note that readers do not see: an issue made twice, because an answer was lost on its way, can be found by it.
local function marker(ctx) return "<!-- tidehook " .. tostring(ctx.event.id):gsub("%-%-+", "-") .. " -->" end

-- Parentheses would end a Markdown link.
local function link_of(said, words)
  return "[" .. words .. "](" .. said.link:gsub("[()]", { ["("] = "%28", [")"] = "%29" }) .. ")"
end

local function body_of(said, ctx)
  local facts, parts = {}, {}
  for i, fact in ipairs(said.facts) do facts[i] = "- " .. (fact.label ~= "" and "**" .. fact.label .. "**: " or "") .. fact.value end
  for _, part in ipairs({ said.text, table.concat(facts, "\n"), said.link and link_of(said, ctx.options.link_text) or "" }) do
    if part ~= "" then parts[#parts + 1] = part end
  end
  local note = marker(ctx)
  parts = { limits.cut_characters(table.concat(parts, "\n\n"), MOST_BODY - #note - 2, "body"), note }
  return parts[1] == "" and note or table.concat(parts, "\n\n")
end

local function rendered(templates, view)
  local list = {}
  for _, one in ipairs(templates or {}) do
    local value = message.render(one, view, plain)
    if value ~= "" then list[#list + 1] = value end
  end
  return #list > 0 and list or nil
end

return {
  name = "github-issue",
  version = "1.0.0",
  summary = "Opens a GitHub issue for each event.",
  kind = "stage",
  options = {
    repo = { type = "string", required = true, pattern = "^[%w-]+/[%w._-]+$", description = "The repository, owner/name." },
    token = { type = "string", required = true, secret = true, min = 1, description = "A token that may write issues there." },
    title = {
      type = "string", min = 1,
      description = "Mustache template of the title; without it, the event's type in words and its text.",
    },
    text = {
      type = "string", min = 1,
      description = "Mustache template of the body, in GitHub's Markdown; without it, the event's content and facts.",
    },
    fields = { type = "array", items = "string", max = 50, description = 'Facts below the text, "Label: template" each.' },
    link = { type = "string", pattern = "^https?://", description = "Template of a URL below the text; values in it are URL-encoded." },
    link_text = { type = "string", default = "Open", min = 1, max = 75, description = "What the link is called." },
    labels = {
      type = "array", items = "string", max = 100,
      description = "Templates of labels; the ones that render to nothing are left out.",
    },
    assignees = { type = "array", items = "string", max = 10, description = "Who is assigned." },
    milestone = { type = "integer", min = 1, description = "The number of a milestone." },
    api_url = {
      type = "string", default = "https://api.github.com", pattern = "^https?://[^?#]*[^/?#]$",
      description = "Where the REST API is; for GitHub Enterprise Server https://HOST/api/v3.",
    },
    api_version = {
      type = "string", default = "2022-11-28", pattern = "^%d%d%d%d%-%d%d%-%d%d$",
      description = "The version of the REST API.",
    },
  },
  defaults = { rate_limit = "1/s" },

  transform = function(event, ctx)
    local options, view = ctx.options, message.view(event, ctx)
    local said = message.compose(event, ctx, { escape = escape, escape_title = escape_title, most_text = MOST_TEXT })
    local title = options.title and said.title or escape_title(message.headline(message.compose(event, ctx, { most_text = MOST_TITLE, quiet = true })))
    title = text.trim((text.truncate(title, 2 * MOST_TITLE):gsub("%s+", " ")))
    local body = {
      title = limits.cut_characters(title ~= "" and title or "Event", MOST_TITLE, "title"),
      body = body_of(said, ctx),
      labels = rendered(options.labels, view), assignees = rendered(options.assignees, view), milestone = options.milestone,
    }
    return body, {
      method = "POST",
      url = options.api_url .. "/repos/" .. options.repo .. "/issues",
      headers = {
        ["Authorization"] = "Bearer " .. options.token,
        ["Accept"] = "application/vnd.github+json",
        ["X-GitHub-Api-Version"] = options.api_version,
      },
    }
  end,

  response = judge.response,
}
